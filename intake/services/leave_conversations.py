"""End the conversations that residents left, and remove words that need not be kept.

What has a story in it is sent as it stands, and the worker makes a case of it for an officer: a
grievance somebody began to tell is not lost because they closed the page.
"""

from dataclasses import dataclass
from datetime import timedelta

from intake.domain.interview.conduct import is_worth_keeping
from intake.services.chat_ports import Conversation, ConversationState
from intake.services.file_conversation import FileConversation
from intake.services.ports import Clock, Store

PORTION = 100


@dataclass(frozen=True, kw_only=True)
class LeavingRules:
    """After how long a conversation counts as left, and how long words without a case are kept."""

    left_after: timedelta
    kept_for: timedelta


@dataclass(frozen=True, kw_only=True)
class LeaveConversations:
    """Looks after conversations nobody goes on with. A repeat changes nothing."""

    store: Store
    file_conversation: FileConversation
    clock: Clock
    rules: LeavingRules

    def run(self) -> str:
        """Do what is due; says how much. Raises ``StoreUnavailable``."""
        left, filed = self._leave()
        forgotten = self._forget()
        parts = ((left, "left"), (filed, "of them sent to an officer"), (forgotten, "forgotten"))
        return ", ".join(f"{count} {word}" for count, word in parts if count)

    def _leave(self) -> tuple[int, int]:
        before = self.clock.now() - self.rules.left_after
        with self.store.reading() as work:
            idle = work.conversations.left_since(before=before, limit=PORTION)
        ended = [self._leave_one(conversation) for conversation in idle]
        return sum(each is not None for each in ended), sum(bool(each) for each in ended)

    def _leave_one(self, idle: Conversation) -> bool | None:
        """End a conversation; whether it was sent, None when somebody has gone on with it."""
        assert idle.id is not None
        with self.store.writing() as work:
            conversation = work.conversations.by_id(idle.id, lock=True)
            if conversation is None or conversation.version != idle.version:
                return None
            is_kept = conversation.case_id is None and is_worth_keeping(conversation.held)
            if is_kept:
                turns = work.conversations.turns(idle.id)
                self.file_conversation.enter(work, conversation, turns, left=True)
                conversation.submissions += 1
            conversation.state = ConversationState.LEFT
            work.conversations.save(conversation)
            work.commit()
        return is_kept

    def _forget(self) -> int:
        before = self.clock.now() - self.rules.kept_for
        forgotten = 0
        with self.store.writing() as work:
            for conversation in work.conversations.without_case(before=before, limit=PORTION):
                # What was sent and has no case yet is on its way to one.
                is_sent = conversation.submissions or conversation.state is ConversationState.FILED
                if not is_sent:
                    work.conversations.forget_words(conversation.id or 0)
                    forgotten += 1
            work.commit()
        return forgotten
