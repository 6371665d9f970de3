"""Makes Rasa's form follow intake's interview: its slots are what intake says they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasa_sdk.events import ActiveLoop, SlotSet

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.client import Standing

FORM = "interview_form"
REQUESTED = "requested_slot"
PHASE = "phase"
# The last is Rasa's own.
_NO_QUESTIONS = (REQUESTED, PHASE, "session_started_metadata")
# What a filled slot holds. A resident's words are intake's to keep.
TOLD = "told"

Events = list[dict[str, Any]]


def say(dispatcher: CollectingDispatcher, standing: Standing) -> None:
    """Repeat what intake says, with its buttons. It holds the next question: say no more."""
    for reply in standing.replies:
        buttons = [{"title": title, "payload": value} for title, value in reply.choices]
        dispatcher.utter_message(text=reply.text, buttons=buttons)


def slots(standing: Standing, tracker: Tracker) -> Events:
    """What makes the slots those of intake; nothing for a slot that holds it already."""
    awaited = standing.awaited
    wanted: dict[str, str | None] = {
        name: None if name in standing.missing else TOLD
        for name in tracker.slots
        if name not in _NO_QUESTIONS
    }
    if awaited:
        wanted[awaited] = None
    wanted[PHASE] = standing.phase
    return [
        SlotSet(name, value) for name, value in wanted.items() if tracker.get_slot(name) != value
    ]


def form(standing: Standing, tracker: Tracker) -> Events:
    """What starts or ends the form, so that it runs exactly while intake waits for an answer."""
    events: Events = []
    is_running = (tracker.active_loop or {}).get("name") == FORM
    if is_running != bool(standing.awaited):
        events.append(ActiveLoop(FORM if standing.awaited else None))
    return [*events, SlotSet(REQUESTED, standing.awaited)]
