"""Residents who chat with the real bot, started and watched by the real program."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import psutil
import pytest

from tests.support.bot import START_SECONDS
from tests.support.chatting_council import ChattingCouncil
from tests.support.program import Intake
from tests.support.waiting import poll_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

STORY = (
    "The bins in Elm Row were missed again last Friday. I told you twice before and nobody came, "
    "and the man on the phone was rude to me. I want to make a complaint and I want an apology."
)
WHO = "Alex Example, alex.example@example.org"
MOST_TURNS = 12
STORIES = {
    "complaint": "I have reported the leak under my sink three times since January. Two "
    "appointments were booked and nobody turned up for either. I want somebody to answer for this.",
    "dissatisfaction": "Your bin lorry woke the whole street at half five this morning, its a bit "
    "much isnt it. Not very impressed.",
    "service_request": "Please can I have a new lid for my recycling box, the wind took it",
    "compliment": "I just wanted to say thank you to the young man who carried my bin back up the "
    "steps this morning, he was so kind",
    "comment": "Might I suggest you plant wild flowers on the verges along the bypass? It would "
    "look lovely and be good for the bees.",
    "other": "Hello, what time does the library on Market Street open on Saturdays please?",
}
IN_FREE_TEXT = (
    ("shall i send it", "Yes that's right, please go ahead"),
    ("where is this", "14 Elm Grove, by the steps"),
    ("when did it", "about three weeks ago I think"),
    ("told us about this before", "no, this is the first time"),
    ("put this right", "just get it sorted please"),
    ("how can we reply", WHO),
    ("large print", "no nothing like that, it's for me"),
)


class Resident:
    """Somebody who chats through the website: `answers` are what came back, oldest first."""

    def __init__(self, intake: Intake, **always: str) -> None:
        self._always = always
        self._url = f"{intake.url}/chat/messages"
        self._conversation: str | None = None
        self.answers: list[dict[str, Any]] = []

    def say(self, text: str) -> str:
        """Sends a message; all that is said back."""
        message = {"conversation": self._conversation, "id": str(uuid4()), "text": text}
        message |= self._always
        answer = httpx.post(self._url, json=message, timeout=60)
        assert answer.status_code == 200, answer.text
        self.answers.append(answer.json())
        self._conversation = self.answers[-1]["conversation"]
        return "\n".join(reply["text"] for reply in self.answers[-1]["replies"])

    def answer_once(self) -> None:
        """Answers what was asked last: who they are, and nothing else."""
        asked = self.answers[-1]["replies"][-1]["text"]
        self.say(WHO if "how can we reply" in asked else "skip this question")

    def answer_in_free_text(self) -> None:
        """Answers what was asked last as a person types, without a button's words."""
        asked = self.answers[-1]["replies"][-1]["text"].lower()
        self.say(next((text for key, text in IN_FREE_TEXT if key in asked), "I don't know"))

    def answer_until_summary(self) -> None:
        while "send it" not in self.choices:
            assert len(self.answers) < MOST_TURNS, self.questions
            self.answer_once()

    @property
    def choices(self) -> list[str]:
        """What the buttons of the last answer send."""
        last = self.answers[-1]["replies"]
        return [choice["value"] for reply in last for choice in reply["choices"]]

    @property
    def questions(self) -> list[str]:
        """What each answer ends with."""
        return [answer["replies"][-1]["text"] for answer in self.answers]

    @property
    def engines(self) -> list[str]:
        return [answer["engine"] for answer in self.answers]

    @property
    def reference(self) -> str | None:
        reference: str | None = self.answers[-1]["case"]
        return reference


@pytest.fixture(scope="module")
def running_council(
    bot_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChattingCouncil]:
    """One council for this file."""
    council = ChattingCouncil(tmp_path_factory.mktemp("council"), bot_model)
    try:
        council.start()
        yield council
    finally:
        council.intake.stop()


@pytest.fixture
def council(running_council: ChattingCouncil) -> ChattingCouncil:
    """The council with its bot well, whatever the test before did to it."""
    poll_until(running_council.rasa, START_SECONDS, every_seconds=0.2)
    running_council.wait_for_bot()
    return running_council


def test_a_complaint_told_to_the_bot_becomes_a_case(council: ChattingCouncil) -> None:
    resident = Resident(council.intake)
    resident.say(STORY)
    resident.answer_until_summary()
    if "treat this as a complaint" in resident.choices:
        resident.say("treat this as a complaint")
        resident.answer_until_summary()
    resident.say("send it")
    assert resident.reference
    assert set(resident.engines) == {"rasa"}
    case = council.intake.case(resident.reference)
    assert (case["category"], case["channel"]) == ("complaint", "chat")
    assert case["from_addr"] == "alex.example@example.org"


@pytest.mark.parametrize("engine", ["rasa", "form"])
@pytest.mark.parametrize("category", STORIES)
def test_a_resident_who_answers_in_their_own_words_has_a_case_of_the_right_category(
    council: ChattingCouncil, category: str, engine: str
) -> None:
    # Who does not ask for the form is answered by the bot.
    resident = Resident(council.intake, **({"engine": engine} if engine == "form" else {}))
    resident.say(STORIES[category])
    while not resident.reference:
        assert len(resident.answers) < MOST_TURNS, resident.questions
        resident.answer_in_free_text()
    assert set(resident.engines) == {engine}
    assert council.intake.case(resident.reference)["category"] == category


def test_when_the_bot_is_killed_the_form_goes_on_and_the_next_resident_has_the_bot_again(
    council: ChattingCouncil,
) -> None:
    before = {case["reference"] for case in council.intake.cases()}
    resident = Resident(council.intake)
    resident.say(STORY)
    resident.answer_once()
    assert set(resident.engines) == {"rasa"}
    killed = council.rasa()
    assert killed
    killed.kill()
    resident.answer_once()
    assert resident.engines[-1] == "form"
    resident.answer_until_summary()
    assert len(set(resident.questions)) == len(resident.questions)
    resident.say("send it")
    after = {case["reference"] for case in council.intake.cases()}
    assert after - before == {resident.reference}
    assert resident.engines[2:] == ["form"] * len(resident.engines[2:])

    poll_until(lambda: council.rasa() not in (None, killed), START_SECONDS, every_seconds=0.2)
    council.wait_for_bot()
    neighbour = Resident(council.intake)
    neighbour.say("The street lamp in Elm Row has been out for a week.")
    assert neighbour.engines == ["rasa"]


def test_the_bot_leaves_nothing_running_when_the_program_is_killed(
    bot_model: Path, tmp_path: Path
) -> None:
    council = ChattingCouncil(tmp_path, bot_model)
    council.start()
    supervisor = psutil.Process(council.intake.pid)
    tree = supervisor.children(recursive=True)
    assert council.rasa() in tree
    supervisor.kill()
    poll_until(lambda: not any(process.is_running() for process in tree), 30)
    council.intake.kill()
