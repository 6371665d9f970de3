"""Where Rasa's trackers are kept: without a word of what was said, and not for ever.

The words of a conversation are intake's, which shows them to their holder and deletes them when it
promised to. What Rasa needs between two messages is which question is open.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

if TYPE_CHECKING:
    from rasa.shared.core.trackers import DialogueStateTracker

MARK = "told"
_DAY = 24 * 60 * 60


class WordlessTrackerStore(SQLTrackerStore):
    """Keeps intents, actions and which slots are filled; deletes what nobody went on with."""

    def __init__(self, *arguments: Any, host: str, **options: Any) -> None:
        super().__init__(*arguments, host=host, **options)
        self._keep_seconds = float(os.environ.get("INTAKE_BOT_KEEP_DAYS") or 30) * _DAY
        self._tidied_at = 0.0
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _write_ahead)
            self.engine.dispose()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker's new events without their words."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            for event in self._additional_events(session, tracker):
                session.add(self._row(tracker.sender_id, event.as_dict()))
            session.commit()
        self._tidy()

    def _row(self, conversation: str, event: dict[str, Any]) -> Any:
        event = without_words(event)
        return self.SQLEvent(
            sender_id=conversation,
            type_name=event["event"],
            timestamp=event.get("timestamp"),
            intent_name=event.get("parse_data", {}).get("intent", {}).get("name"),
            action_name=event.get("name"),
            data=json.dumps(event),
        )

    def _tidy(self) -> None:
        """Delete old conversations, once a day."""
        now = time.time()
        if now < self._tidied_at + _DAY:
            return
        self._tidied_at = now
        last = sa.func.max(self.SQLEvent.timestamp)
        with self.session_scope() as session:
            left = (
                session.query(self.SQLEvent.sender_id)
                .group_by(self.SQLEvent.sender_id)
                .having(last < now - self._keep_seconds)
            )
            session.query(self.SQLEvent).filter(
                self.SQLEvent.sender_id.in_(left.scalar_subquery())
            ).delete(synchronize_session=False)
            session.commit()


def without_words(event: dict[str, Any]) -> dict[str, Any]:
    """An event as it is kept: what a resident or the bot wrote is left out."""
    kept = dict(event)
    if kept["event"] == "user":
        intent = (kept.get("parse_data") or {}).get("intent") or {}
        kept["text"] = ""
        kept["parse_data"] = {"intent": intent, "entities": [], "text": ""}
    elif kept["event"] == "bot":
        kept["text"], kept["data"] = "", {}
    elif kept["event"] == "slot" and kept.get("name") not in ("requested_slot", "phase"):
        kept["value"] = None if kept.get("value") is None else MARK
    return kept


def _write_ahead(connection: Any, _: object) -> None:
    # A tracker lost in a power cut costs nothing: intake holds the conversation.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
