"""Show a conversation to whoever holds its id, and say how long it can be gone on with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.errors import ConversationGone, ConversationNotFound
from intake.services.chat_ports import Conversation, ConversationState, Turn
from intake.services.ports import Clock, Store, UnitOfWork


def key_hash_of(conversation: str) -> str:
    """What is kept of a conversation's id."""
    return hashlib.sha256(conversation.encode("utf-8", "replace")).hexdigest()


def reference_of(work: UnitOfWork, conversation: Conversation) -> str | None:
    """The reference of the conversation's case, once it has one."""
    case = work.cases.by_id(conversation.case_id) if conversation.case_id is not None else None
    return case.reference if case else None


@dataclass(frozen=True, kw_only=True)
class ConversationRules:
    """How long a conversation can be gone on with, when its end is warned of, its most messages."""

    resume: timedelta
    warn_before: timedelta
    most_turns: int

    def expires_at(self, conversation: Conversation) -> datetime:
        """When it can no longer be gone on with."""
        return conversation.last_at + self.resume

    def check_goes_on(self, conversation: Conversation, now: datetime) -> None:
        """Raises ``ConversationGone`` when it cannot be gone on with."""
        is_deleted = conversation.state is ConversationState.DELETED
        if is_deleted or now > self.expires_at(conversation):
            raise ConversationGone


@dataclass(frozen=True, kw_only=True)
class ShownConversation:
    """A conversation as its holder sees it."""

    conversation: Conversation
    turns: Sequence[Turn]
    case: str | None
    expires_at: datetime
    warn_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReadConversation:
    """Shows conversations; changes nothing."""

    store: Store
    clock: Clock
    rules: ConversationRules

    def __call__(self, conversation_id: str) -> ShownConversation:
        """The conversation. Raises ``ConversationNotFound``, ``ConversationGone``."""
        with self.store.reading() as work:
            conversation = work.conversations.by_key_hash(key_hash_of(conversation_id))
            if conversation is None:
                raise ConversationNotFound
            self.rules.check_goes_on(conversation, self.clock.now())
            assert conversation.id is not None
            turns = work.conversations.turns(conversation.id)
            case = reference_of(work, conversation)
        expires_at = self.rules.expires_at(conversation)
        return ShownConversation(
            conversation=conversation,
            turns=turns,
            case=case,
            expires_at=expires_at,
            warn_at=expires_at - self.rules.warn_before,
        )
