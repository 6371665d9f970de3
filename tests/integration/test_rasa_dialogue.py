"""What becomes of Rasa's answers, and of a Rasa that gives none."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from intake.adapters.rasa_dialogue import REST_SECONDS, RasaDialogue, RasaServer
from intake.errors import DialogueUnavailable
from intake.services.chat_ports import Reply, ShownChoice
from tests.support.rasa import Rasa

# Long enough for any answer that comes, however busy the machine is.
PATIENT = 60.0
HASTY = 0.05


class Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def rasa() -> Iterator[Rasa]:
    server = Rasa()
    yield server
    server.stop()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
async def dialogue(rasa, seconds) -> AsyncIterator[RasaDialogue]:
    opened = RasaDialogue(
        RasaServer(url=rasa.url, token="a token", reply_seconds=PATIENT), elapsed=seconds
    )
    yield opened
    await opened.close()


@pytest.fixture
async def hasty(rasa, seconds) -> AsyncIterator[RasaDialogue]:
    """Waits for an answer hardly at all."""
    opened = RasaDialogue(
        RasaServer(url=rasa.url, token="a token", reply_seconds=HASTY), elapsed=seconds
    )
    yield opened
    await opened.close()


async def say(dialogue: RasaDialogue, text: str = "My bin was missed", act: str | None = None):
    return await dialogue.reply(conversation="c" * 32, turn="turn-1", text=text, act=act)


async def test_a_message_is_sent_with_its_conversation_its_turn_and_the_token(rasa, dialogue):
    await say(dialogue)
    assert rasa.messages == [
        {"sender": "c" * 32, "message": "My bin was missed", "metadata": {"turn": "turn-1"}}
    ]
    assert rasa.tokens == ["a token"]


async def test_sentences_come_back_with_the_choices_under_them(rasa, dialogue):
    rasa.says(
        {"recipient_id": "c", "text": "Thank you."},
        {
            "recipient_id": "c",
            "text": "Have you told us before?",
            "buttons": [{"title": "Yes", "payload": "yes"}, {"title": "No", "payload": "no"}],
        },
    )
    assert await say(dialogue) == (
        Reply(text="Thank you."),
        Reply(
            text="Have you told us before?",
            choices=(
                ShownChoice(title="Yes", value="yes"),
                ShownChoice(title="No", value="no"),
            ),
        ),
    )


async def test_a_pressed_button_is_sent_as_what_it_means(rasa, dialogue):
    await say(dialogue, "Treat this as a complaint", act="complain")
    assert rasa.messages[0]["message"] == "/complain"


@pytest.mark.parametrize("typed", ["/restart", " //restart", "\t/ /restart", "\u00a0/restart"])
async def test_a_resident_cannot_type_a_command(rasa, dialogue, typed):
    await say(dialogue, typed)
    assert rasa.messages[0]["message"] == "restart"


async def test_a_slash_within_the_words_stays(rasa, dialogue):
    await say(dialogue, "n/a, ask flat 2/3")
    assert rasa.messages[0]["message"] == "n/a, ask flat 2/3"


async def test_messages_share_a_connection(rasa, dialogue):
    for _ in range(3):
        await say(dialogue)
    assert rasa.connections == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(500, b'[{"text": "Hello."}]', id="an error"),
        pytest.param(401, b"no token", id="a refusal"),
        pytest.param(204, b"", id="no content"),
        pytest.param(200, b"[]", id="nothing said"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b"\xff\xfe[", id="no text"),
        pytest.param(200, b'{"text": "Hello."}', id="no list"),
        pytest.param(200, b'["Hello."]', id="bare text"),
        pytest.param(200, b'[{"image": "a.png"}]', id="a picture"),
        pytest.param(200, b'[{"text": null}]', id="no words"),
        pytest.param(200, b'[{"text": ""}]', id="empty words"),
        pytest.param(200, b'[{"text": "Hello.", "buttons": [{"title": "Yes"}]}]', id="no value"),
        pytest.param(200, b'[{"text": "Hello.", "buttons": ["Yes"]}]', id="a bare button"),
        pytest.param(200, b'[{"text": "Hello.", "buttons": 3}]', id="a count of buttons"),
        pytest.param(200, b"null", id="null"),
    ],
)
async def test_an_answer_that_is_not_as_agreed_is_no_answer(rasa, dialogue, status, body):
    rasa.status, rasa.body = status, body
    with pytest.raises(DialogueUnavailable):
        await say(dialogue)


async def test_an_odd_answer_to_one_resident_keeps_nobody_from_the_bot(rasa, dialogue):
    rasa.body = b"[]"
    for _ in range(5):
        with pytest.raises(DialogueUnavailable):
            await say(dialogue)
    rasa.says({"text": "Hello."})
    assert await say(dialogue) == (Reply(text="Hello."),)


async def test_a_bot_that_says_nothing_is_waited_for_only_so_long(rasa, hasty):
    rasa.is_silent = True
    with pytest.raises(DialogueUnavailable, match="in time"):
        await say(hasty)


async def test_a_bot_that_is_away_is_left_alone_and_then_tried_again(rasa, dialogue, seconds):
    rasa.stop()
    with pytest.raises(DialogueUnavailable, match="reached"):
        await say(dialogue)
    with pytest.raises(DialogueUnavailable, match="a moment ago"):
        await say(dialogue)
    seconds.now = REST_SECONDS
    with pytest.raises(DialogueUnavailable, match="reached"):
        await say(dialogue)


async def test_a_bot_that_was_slow_twice_is_left_alone(rasa, hasty, seconds):
    rasa.is_silent = True
    for _ in range(2):
        with pytest.raises(DialogueUnavailable, match="in time"):
            await say(hasty)
    with pytest.raises(DialogueUnavailable, match="a moment ago"):
        await say(hasty)


async def test_a_bot_that_is_back_answers_everybody_again(rasa, dialogue, seconds):
    dialogue._rest.was_away()
    with pytest.raises(DialogueUnavailable):
        await say(dialogue)
    seconds.now = REST_SECONDS
    assert await say(dialogue)
    assert await say(dialogue)


async def test_only_one_message_tries_a_bot_that_was_away(rasa, dialogue, seconds):
    dialogue._rest.was_away()
    seconds.now = REST_SECONDS
    rasa.is_silent = True
    trying = asyncio.create_task(say(dialogue))
    await asyncio.to_thread(rasa.heard.wait, PATIENT)
    with pytest.raises(DialogueUnavailable, match="a moment ago"):
        await say(dialogue)
    rasa.is_silent = False
    assert await trying


def test_the_bot_answers_in_whichever_event_loop_it_is_asked(rasa):
    dialogue = RasaDialogue(RasaServer(url=rasa.url, token="a token", reply_seconds=PATIENT))

    async def ask() -> object:
        said = await say(dialogue)
        await dialogue.close()
        return said

    assert asyncio.run(ask()) == asyncio.run(ask())


async def test_an_error_holds_no_word_of_the_message(rasa, dialogue):
    rasa.status, rasa.body = 500, b"Traceback: My bin was missed"
    with pytest.raises(DialogueUnavailable) as raised:
        await say(dialogue)
    assert "bin" not in str(raised.value)
