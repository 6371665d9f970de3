"""Mail a conversation to the resident who had it, when they ask for it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from intake.domain.cases import Case
from intake.domain.letter_kinds import TO_RESIDENTS, TRANSCRIPT, transcript_facts
from intake.domain.receipts import (
    Window,
    is_machine_address,
    is_own_address,
    is_usable_address,
    limit_reached,
)
from intake.errors import InvalidSubmission
from intake.services.chat_ports import Conversation
from intake.services.chat_submission import spoken_lines
from intake.services.compose_letter import ComposeLetter
from intake.services.ports import Clock, Store, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class TranscriptRules:
    """How many copies of chats and how many letters of all kinds an address gets."""

    per_chat: Sequence[Window]
    per_address: Sequence[Window]
    own_addresses: Sequence[str]

    @property
    def longest_window(self) -> timedelta:
        """How far back earlier letters count."""
        return timedelta(minutes=max(minutes for _, minutes in (*self.per_chat, *self.per_address)))


@dataclass(frozen=True, kw_only=True)
class SendTranscript:
    """Implements ``chat_ports.Transcripts``."""

    store: Store
    compose: ComposeLetter
    clock: Clock
    rules: TranscriptRules

    def __call__(self, conversation: Conversation, to: str) -> None:
        """Mail the conversation as it stands, once an address for each message of it.

        An address that may not be written to, or that was written to often enough, gets nothing:
        whoever asks names the address, so it may not be theirs. Raises ``StoreUnavailable``.
        """
        to_addr = to.strip()
        if not self._is_possible(to_addr) or conversation.id is None:
            return
        now = self.clock.now()
        with self.store.writing() as work:
            if self._is_enough(work, to_addr):
                return
            turns = work.conversations.turns(conversation.id)
            case = self._case(work, conversation)
            facts = transcript_facts(
                tuple(spoken_lines(turns)), reference=case.reference if case else ""
            )
            about = f"{conversation.key_hash} {len(turns)} {to_addr.lower()}"
            purpose = f"transcript:{hashlib.sha256(about.encode()).hexdigest()}"
            try:
                letter = self.compose(
                    TRANSCRIPT, facts, case=case, purpose=purpose, to_addr=to_addr, now=now
                )
            except InvalidSubmission:
                return
            work.outbox.add(letter)
            work.commit()

    def _is_possible(self, to_addr: str) -> bool:
        return (
            is_usable_address(to_addr)
            and not is_own_address(to_addr, self.rules.own_addresses)
            and not is_machine_address(to_addr)
        )

    def _is_enough(self, work: UnitOfWork, to_addr: str) -> bool:
        now = self.clock.now()
        since = now - self.rules.longest_window
        copies = work.outbox.written_since(since=since, to_addr=to_addr, kinds=(TRANSCRIPT,))
        letters = work.outbox.written_since(since=since, to_addr=to_addr, kinds=TO_RESIDENTS)
        return (
            limit_reached(copies, now, self.rules.per_chat) is not None
            or limit_reached(letters, now, self.rules.per_address) is not None
        )

    @staticmethod
    def _case(work: UnitOfWork, conversation: Conversation) -> Case | None:
        number = conversation.case_id
        return work.cases.by_id(number) if number is not None else None
