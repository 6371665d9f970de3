"""The actions, called as Rasa calls them, and what they make of intake's answers."""

from typing import Any

import httpx2 as httpx
import pytest

from tests.support.bot import ActionServer
from tests.support.private_api import DROPPED, GARBLED, SILENT, PrivateApi

NAME = "0123456789abcdef0123456789abcdef"
SLOTS = ("story", "place", "when", "name", "contact", "phase", "requested_slot")
STORY = "My bins on Mill Lane have not been collected for three weeks."


def call(server: ActionServer, intent: str, *, turn: str = "t1") -> dict[str, Any]:
    """What `action_report` answers to a message of that intent."""
    message = {"intent": {"name": intent}, "metadata": {"turn": turn}, "text": "words"}
    tracker = {
        "sender_id": NAME,
        "slots": dict.fromkeys(SLOTS),
        "latest_message": message,
        "events": [],
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }
    body = {
        "next_action": "action_report",
        "sender_id": NAME,
        "tracker": tracker,
        "domain": {},
        "version": "3.6.21",
    }
    answer = httpx.post(f"{server.url}/webhook", json=body, timeout=60)
    answer.raise_for_status()
    said: dict[str, Any] = answer.json()
    return said


def slots_set(said: dict[str, Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in said["events"] if event["event"] == "slot"}


@pytest.fixture
def told(private_api: PrivateApi) -> PrivateApi:
    """A conversation whose first message, a story, waits for its answer."""
    private_api.hear(NAME, "t1", STORY)
    return private_api


def test_a_story_is_reported_as_an_answer_and_the_form_asks_what_intake_asks(action_server, told):
    said = call(action_server, "tell")
    spoken = told.conversations[NAME]
    assert spoken.acts == {"t1": "answer"}
    assert [reply["text"] for reply in said["responses"]] == [
        reply["text"] for reply in spoken.said["t1"]
    ]
    assert {"event": "active_loop", "timestamp": None, "name": "interview_form"} in said["events"]
    assert spoken.held.asked
    assert slots_set(said)["requested_slot"] == spoken.held.asked.value


def test_buttons_carry_what_intake_says_they_send(action_server, told):
    said = call(action_server, "person")
    choices = [
        choice for reply in told.conversations[NAME].said["t1"] for choice in reply["choices"]
    ]
    buttons = [button for reply in said["responses"] for button in reply["buttons"]]
    assert [button["payload"] for button in buttons] == [choice["value"] for choice in choices]


def test_no_slot_holds_a_residents_words(action_server, told):
    values = slots_set(call(action_server, "tell"))
    assert values["story"] == "told"
    assert "Mill Lane" not in str(values)


def test_a_turn_reported_twice_is_answered_the_same(action_server, told):
    assert call(action_server, "tell")["responses"] == call(action_server, "tell")["responses"]


def test_a_connection_that_is_dropped_is_tried_once_more(action_server, told):
    told.troubles.append(DROPPED)
    assert call(action_server, "tell")["responses"]
    assert told.requests == 2


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (401, "IntakeRefused"),
        (404, "TurnNotFound"),
        (409, "AnsweredOtherwise"),
        (422, "ActNotKnown"),
        (500, "IntakeUnreachable"),
        (503, "IntakeUnreachable"),
        (GARBLED, "NotAsAgreed"),
        (SILENT, "IntakeUnreachable"),
    ],
)
def test_nothing_is_said_and_the_log_tells_why_when_intake_gives_no_answer(
    action_server, told, trouble, error
):
    told.troubles.append(trouble)
    assert call(action_server, "tell") == {"events": [], "responses": []}
    assert f"Intake gave no answer: {error}" in action_server.log.read_text()
    assert told.requests == 1


def test_nothing_is_said_when_intake_is_away(action_server, told):
    told.is_away = True
    assert call(action_server, "tell") == {"events": [], "responses": []}
    assert told.requests == 2


def test_a_message_that_did_not_come_through_the_gateway_is_not_answered(action_server, told):
    assert call(action_server, "tell", turn="")["responses"] == []


def test_what_nobody_understands_is_an_answer_only_where_intake_awaits_one(action_server, told):
    call(action_server, "tell")
    told.hear(NAME, "t2", "number 9")
    call(action_server, "nlu_fallback", turn="t2")
    told.conversations[NAME].held = type(told.conversations[NAME].held)()
    told.hear(NAME, "t3", "number 9")
    call(action_server, "nlu_fallback", turn="t3")
    assert list(told.conversations[NAME].acts.values()) == ["answer", "answer", "unclear"]
