"""What the gateway and the classifier say of the message being answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rasa_sdk import Tracker


def conversation_of(tracker: Tracker) -> str:
    """The conversation's name: intake's, which opens nothing."""
    return str(tracker.sender_id)


def turn_of(tracker: Tracker) -> str:
    """The message's number; empty when it did not come through the gateway: no turn has that."""
    return str((tracker.latest_message.get("metadata") or {}).get("turn") or "")


def intent_of(tracker: Tracker) -> str:
    """What the message means to the classifier, or the button that was pressed."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "nlu_fallback")
