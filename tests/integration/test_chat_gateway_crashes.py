"""The program dies at any commit of a conversation; whoever sends again finds everything once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from intake.services.chat_ports import ConversationState
from intake.services.hold_conversation import ChatAnswer, ChatMessage
from tests.support.chat import SEND, SKIP, STORY, ChatDesk, ToldEngine

DANGER = "There is a smell of gas in our hall now"
SCRIPTS = {
    "a case": (STORY, SEND, SKIP, SEND, "The lid of our bin is broken as well"),
    "a danger": (STORY, DANGER, "It is 7 Elm Row, flat 3"),
    "a danger at once": (DANGER, "It is 7 Elm Row, flat 3"),
    "nothing": (STORY, "stop and delete", "delete everything"),
}


class Killed(BaseException):
    """The power went; no rule of the program may catch this."""


class MortalStore:
    """A store that dies just after one of its commits: what comes next is as if it never was."""

    def __init__(self, store) -> None:
        self._store = store
        self.commits = 0
        self.dies_at = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    @contextmanager
    def writing(self) -> Iterator[object]:
        with self._store.writing() as work:
            commit = work.commit

            def mortal_commit() -> None:
                self.commits += 1
                commit()
                if self.commits == self.dies_at:
                    raise Killed

            work.commit = mortal_commit
            yield work


class Installation:
    """Residents talk to it; it is started anew after each death."""

    def __init__(self, url, folder, *, has_engine) -> None:
        self._place = (url, folder)
        self._has_engine = has_engine
        first = ChatDesk(url, folder).application
        # What is only read is read once.
        self._read = {"letter_writer": first.letter_writer, "chat_words": first.chat_words}
        self.start()

    def start(self, dies_at=0) -> None:
        self.desk = ChatDesk(*self._place, CHAT_PER_CONVERSATION="")
        vars(self.desk.application).update(self._read)
        self.store = MortalStore(self.desk.application.store)
        self.store.dies_at = dies_at
        self.desk.application.store = self.store
        if self._has_engine:
            self.desk.use_engine(ToldEngine(self.desk))

    def answer(self, message: ChatMessage) -> ChatAnswer:
        return asyncio.run(self.desk.application.hold_conversation.answer(message))

    def talk(self, script, dies_at=0) -> tuple[list[ChatAnswer], int, int]:
        """Each answer, the deaths on the way, and how many commits the first process made."""
        self.restart(dies_at)
        deaths, commits, answers, conversation = 0, 0, [], None
        for text in script:
            message = ChatMessage(conversation=conversation, message_id=str(uuid4()), text=text)
            try:
                answer = self.answer(message)
            except Killed:
                deaths, commits = deaths + 1, self.store.commits
                self.restart()
                answer = self.answer(message)
            conversation = answer.conversation
            answers.append(answer)
        return answers, deaths, commits or self.store.commits

    def restart(self, dies_at=0) -> None:
        self.desk.close()
        self.start(dies_at)

    def work_off(self) -> None:
        """What the worker does with what the web process left behind."""
        process = self.desk.application.process_message
        self.desk.clock.move(minutes=10)
        while (claimed := process.claim("worker")) is not None:
            process.process(claimed)

    def messages(self) -> list[tuple[str, ...]]:
        """The texts of each case, in any order: the worker may come late to one."""
        with self.desk.application.store.reading() as work:
            files = [work.cases.file(case.reference) for case in self.desk.cases()]
        return sorted(tuple(sorted(each.body for each in file.messages)) for file in files)


@pytest.fixture(params=[False, True], ids=["by the form", "by the engine"])
def installation(request, migrated_database_url, tmp_path):
    made = Installation(migrated_database_url, tmp_path, has_engine=request.param)
    yield made
    made.desk.close()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_death_at_any_commit_loses_nothing_and_doubles_nothing(installation, name):
    script = SCRIPTS[name]
    answers, _, commits = installation.talk(script)
    expected = said(answers)
    cases = installation.messages()
    assert commits > 2 * len(script)
    for number in range(1, commits + 1):
        before = installation.messages()
        again, deaths, _ = installation.talk(script, dies_at=number)
        assert deaths == 1
        installation.work_off()
        assert installation.messages() == sorted([*before, *cases]), number
        # What was stored and not yet a case becomes one when the worker comes.
        if not cases or again[-1].case:
            assert said(again) == expected, number


def said(answers: list[ChatAnswer]) -> list[list[str]]:
    """What was said, without the references, which differ."""
    return [
        [reply.text.replace(answer.case or "none", "CASE") for reply in answer.replies]
        for answer in answers
    ]


def test_a_danger_whose_teller_never_comes_back_is_found_all_the_same(installation):
    installation.restart(dies_at=1)
    message = ChatMessage(conversation=None, message_id=str(uuid4()), text=DANGER)
    with pytest.raises(Killed):
        installation.answer(message)
    installation.restart()
    hold = installation.desk.application.hold_conversation
    assert asyncio.run(hold.answer_left_behind()) == (0, []), "it may be sent again any moment"
    installation.desk.clock.move(minutes=2)
    assert asyncio.run(hold.answer_left_behind()) == (1, [])
    (case,) = installation.desk.cases()
    assert case.urgent
    assert asyncio.run(hold.answer_left_behind()) == (0, [])
    assert installation.answer(message).case == case.reference


def test_a_message_left_unanswered_by_a_death_is_answered_before_the_next(installation):
    """Its sender may have closed the page, and come back later with something else to say."""
    installation.restart(dies_at=1)
    first = ChatMessage(conversation=None, message_id=str(uuid4()), text=STORY)
    with pytest.raises(Killed):
        installation.answer(first)
    installation.restart()
    conversation = installation.desk.application.hold_conversation
    from intake.services.hold_conversation import conversation_id

    name = conversation_id(conversation.key, first.message_id)
    installation.answer(ChatMessage(conversation=name, message_id=str(uuid4()), text=SKIP))
    shown = installation.desk.application.read_conversation(name)
    assert all(turn.replies for turn in shown.turns)
    assert shown.conversation.held.story
    assert shown.conversation.state is ConversationState.OPEN
