"""Keep a conversation open for a resident who was warned of its end and wants to go on."""

from dataclasses import dataclass
from datetime import datetime

from intake.errors import ConversationNotFound
from intake.services.ports import Clock, Store
from intake.services.read_conversation import ConversationRules, key_hash_of


@dataclass(frozen=True, kw_only=True)
class KeepConversation:
    """Counts a conversation as gone on with, as if something had been written."""

    store: Store
    clock: Clock
    rules: ConversationRules

    def __call__(self, conversation_id: str) -> datetime:
        """When it ends now. Raises ``ConversationNotFound``, ``ConversationGone``."""
        now = self.clock.now()
        with self.store.writing() as work:
            conversation = work.conversations.by_key_hash(key_hash_of(conversation_id), lock=True)
            if conversation is None:
                raise ConversationNotFound
            self.rules.check_goes_on(conversation, now)
            conversation.last_at = now
            work.conversations.save(conversation)
            work.commit()
        return self.rules.expires_at(conversation)
