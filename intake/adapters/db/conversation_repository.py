"""Conversations of the chat in the database, and their turns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, func, select, update
from sqlalchemy.orm import Session

from intake.adapters.db.dialects import insert_for
from intake.adapters.db.tables import (
    GOING_ON,
    UNANSWERED,
    WITHOUT_CASE,
    ChatConversationRow,
    ChatTurnRow,
)
from intake.domain.interview.held import Held, Phase, Question
from intake.domain.interview.stored import held_as_json, held_from_json
from intake.errors import StaleConversation
from intake.services.chat_ports import (
    Conversation,
    ConversationState,
    Engine,
    Reply,
    ShownChoice,
    StoredStep,
    Turn,
)


class SqlConversationRepository:
    """Implements ``chat_ports.ConversationRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, conversation: Conversation) -> Conversation:
        """Store a new conversation; one with this key hash stored before is given back instead."""
        statement = insert_for(self._session, ChatConversationRow).values(
            key_hash=conversation.key_hash, version=1, **_conversation_values(conversation)
        )
        self._session.execute(statement.on_conflict_do_nothing(index_elements=["key_hash"]))
        found = self.by_key_hash(conversation.key_hash, lock=True)
        assert found is not None, "it was stored just now, or before"
        return found

    def by_key_hash(self, key_hash: str, *, lock: bool = False) -> Conversation | None:
        """The conversation; ``lock`` keeps others from changing it until commit."""
        return self._one(ChatConversationRow.key_hash == key_hash, lock=lock)

    def by_id(self, conversation_id: int, *, lock: bool = False) -> Conversation | None:
        """The conversation with this number; ``lock`` as above."""
        return self._one(ChatConversationRow.id == conversation_id, lock=lock)

    def by_name(self, name: str, *, lock: bool = False) -> Conversation | None:
        """The conversation the dialogue engine knows by this name: how its key hash begins."""
        # A stretch of the index, in which "g" comes after every digit of a hash.
        return self._one(ChatConversationRow.key_hash.between(name, f"{name}g"), lock=lock)

    def save(self, conversation: Conversation) -> None:
        """Store a changed conversation. Raises ``StaleConversation`` when another did first."""
        result = self._session.execute(
            update(ChatConversationRow)
            .where(
                ChatConversationRow.id == conversation.id,
                ChatConversationRow.version == conversation.version,
            )
            .values(version=conversation.version + 1, **_conversation_values(conversation))
            .execution_options(synchronize_session=False)
        )
        if not result.rowcount:  # type: ignore[attr-defined]
            raise StaleConversation
        conversation.version += 1

    def add_turn(self, turn: Turn) -> Turn:
        """Store a message; one with this id in this conversation stored before is given back."""
        statement = insert_for(self._session, ChatTurnRow).values(
            conversation_id=turn.conversation_id,
            message_id=turn.message_id,
            received_at=turn.received_at,
            **_turn_values(turn),
        )
        self._session.execute(
            statement.on_conflict_do_nothing(index_elements=["conversation_id", "message_id"])
        )
        found = self.turn(turn.conversation_id, turn.message_id)
        assert found is not None, "it was stored just now, or before"
        return found

    def save_turn(self, turn: Turn) -> None:
        """Store what became of a message."""
        self._session.execute(
            update(ChatTurnRow)
            .where(ChatTurnRow.id == turn.id)
            .values(**_turn_values(turn))
            .execution_options(synchronize_session=False)
        )

    def turn(self, conversation_id: int, message_id: str) -> Turn | None:
        """The turn of this message."""
        of_message = ChatTurnRow.message_id == message_id
        found = self._turns(ChatTurnRow.conversation_id == conversation_id, of_message)
        return found[0] if found else None

    def turn_numbered(self, conversation_id: int, number: int) -> Turn | None:
        """The turn with this number, if it is one of this conversation."""
        has_number = ChatTurnRow.id == number
        found = self._turns(ChatTurnRow.conversation_id == conversation_id, has_number)
        return found[0] if found else None

    def turns(self, conversation_id: int) -> Sequence[Turn]:
        """All turns, oldest first."""
        return self._turns(ChatTurnRow.conversation_id == conversation_id)

    def unanswered(self, conversation_id: int, *, upto: int) -> Sequence[Turn]:
        """Turns without an answer up to the one with this number, oldest first."""
        return self._turns(
            ChatTurnRow.conversation_id == conversation_id,
            ChatTurnRow.id <= upto,
            ChatTurnRow.answered_at.is_(None),
        )

    def left_behind(self, *, before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any conversation that came before then and have no answer, newest first."""
        rows = self._session.scalars(
            select(ChatTurnRow)
            .where(UNANSWERED, ChatTurnRow.received_at < before)
            .order_by(ChatTurnRow.received_at.desc(), ChatTurnRow.id.desc())
            .limit(limit)
        )
        return [_turn_from_row(row) for row in rows]

    def count_turns(self, conversation_id: int) -> int:
        """How many turns there are."""
        statement = select(func.count()).where(ChatTurnRow.conversation_id == conversation_id)
        return self._session.scalar(statement) or 0

    def left_since(self, *, before: datetime, limit: int) -> Sequence[Conversation]:
        """Open conversations whose last message is older, oldest first."""
        return self._older(GOING_ON, before, limit)

    def without_case(self, *, before: datetime, limit: int) -> Sequence[Conversation]:
        """Conversations with words and no case whose last message is older, oldest first."""
        return self._older(WITHOUT_CASE, before, limit)

    def forget_words(self, conversation_id: int) -> None:
        """Remove every word of a conversation; its state becomes `DELETED`."""
        self._session.execute(
            update(ChatTurnRow)
            .where(ChatTurnRow.conversation_id == conversation_id)
            .values(
                text="",
                emergency=[],
                hazards=[],
                step=None,
                replies=None,
                # What had no answer gets none any more.
                answered_at=func.coalesce(ChatTurnRow.answered_at, ChatTurnRow.received_at),
            )
            .execution_options(synchronize_session=False)
        )
        self._session.execute(
            update(ChatConversationRow)
            .where(ChatConversationRow.id == conversation_id)
            .values(
                held=held_as_json(Held(phase=Phase.STOPPED)),
                state=ConversationState.DELETED,
                version=ChatConversationRow.version + 1,
            )
            .execution_options(synchronize_session=False)
        )

    def _turns(self, *conditions: ColumnElement[bool]) -> Sequence[Turn]:
        rows = self._session.scalars(
            select(ChatTurnRow)
            .where(*conditions)
            .order_by(ChatTurnRow.id)
            .execution_options(populate_existing=True)
        )
        return [_turn_from_row(row) for row in rows]

    def _older(self, condition: TextClause, before: datetime, limit: int) -> Sequence[Conversation]:
        rows = self._session.scalars(
            select(ChatConversationRow)
            .where(condition, ChatConversationRow.last_at < before)
            .order_by(ChatConversationRow.last_at, ChatConversationRow.id)
            .limit(limit)
        )
        return [_conversation_from_row(row) for row in rows]

    def _one(self, condition: ColumnElement[bool], *, lock: bool) -> Conversation | None:
        statement = select(ChatConversationRow).where(condition).limit(1)
        statement = statement.execution_options(populate_existing=True)
        row = self._session.scalar(statement.with_for_update() if lock else statement)
        return _conversation_from_row(row) if row else None


def _conversation_values(conversation: Conversation) -> dict[str, Any]:
    return {
        "started_at": conversation.started_at,
        "last_at": conversation.last_at,
        "state": conversation.state,
        "engine": conversation.engine,
        "held": held_as_json(conversation.held),
        "submissions": conversation.submissions,
        "case_id": conversation.case_id,
    }


def _conversation_from_row(row: ChatConversationRow) -> Conversation:
    return Conversation(
        id=row.id,
        key_hash=row.key_hash,
        started_at=row.started_at,
        last_at=row.last_at,
        state=ConversationState(row.state),
        engine=Engine(row.engine),
        held=held_from_json(row.held),
        submissions=row.submissions,
        case_id=row.case_id,
        version=row.version,
    )


def _turn_values(turn: Turn) -> dict[str, Any]:
    return {
        "text": turn.text,
        "emergency": _replies_as_json(turn.emergency),
        "hazards": list(turn.hazards),
        "step": _step_as_json(turn.step) if turn.step else None,
        "replies": None if turn.replies is None else _replies_as_json(turn.replies),
        "engine": turn.engine,
        "answered_at": turn.answered_at,
    }


def _turn_from_row(row: ChatTurnRow) -> Turn:
    return Turn(
        id=row.id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        text=row.text,
        received_at=row.received_at,
        emergency=_replies_from_json(row.emergency),
        hazards=tuple(row.hazards),
        step=_step_from_json(row.step) if row.step else None,
        replies=None if row.replies is None else _replies_from_json(row.replies),
        engine=Engine(row.engine) if row.engine else None,
        answered_at=row.answered_at,
    )


def _step_as_json(step: StoredStep) -> dict[str, Any]:
    return {
        "replies": _replies_as_json(step.replies),
        "phase": step.phase,
        "asked": step.asked,
        "missing": list(step.missing),
    }


def _step_from_json(values: dict[str, Any]) -> StoredStep:
    return StoredStep(
        replies=_replies_from_json(values["replies"]),
        phase=Phase(values["phase"]),
        asked=Question(values["asked"]) if values["asked"] else None,
        missing=tuple(Question(each) for each in values["missing"]),
    )


def _replies_as_json(replies: Sequence[Reply]) -> list[Any]:
    return [
        {
            "text": reply.text,
            "choices": [{"title": each.title, "value": each.value} for each in reply.choices],
        }
        for reply in replies
    ]


def _replies_from_json(values: list[Any]) -> tuple[Reply, ...]:
    return tuple(
        Reply(
            text=each["text"],
            choices=tuple(
                ShownChoice(title=choice["title"], value=choice["value"])
                for choice in each["choices"]
            ),
        )
        for each in values
    )
