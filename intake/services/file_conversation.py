"""Send what a conversation holds to the council: stored like a mail, then worked off at once.

Storing is one transaction and working off another, exactly as for mail: what was stored and could
not be worked off now is the worker's, and the resident is told that the reference follows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from intake.domain.cases import Channel
from intake.domain.inbound import ClaimedInbound, NewInbound
from intake.domain.interview.account import account_of, subject_of
from intake.errors import ClaimLost, StoreUnavailable
from intake.services.chat_ports import ChatSubmission, Conversation, Turn
from intake.services.chat_submission import (
    lines_as_json,
    spoken_lines,
    submission_as_bytes,
    submission_identity,
)
from intake.services.ports import Clock, Store, UnitOfWork
from intake.services.process_message import ProcessMessage

SOURCE = "chat"
LONGEST_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class FileConversation:
    """Implements ``chat_ports.Filing``.

    ``dangers`` names the kinds of danger in words of a resident, as they were judged when they
    came. ``node`` names this machine in claims.
    """

    store: Store
    process_message: ProcessMessage
    dangers: Callable[[str], tuple[str, ...]]
    clock: Clock
    node: str

    def file(
        self, conversation: Conversation, turns: Sequence[Turn], *, left: bool = False
    ) -> str | None:
        """Send the account; the case's reference, or None when it is stored but has no case yet.

        A repeat gives the same case. Raises ``StoreUnavailable``, after which nothing is stored.
        """
        with self.store.writing() as work:
            self.enter(work, conversation, turns, left=left)
            work.commit()
        return self.work_off(conversation.key_hash, conversation.submissions)

    def add(self, conversation: Conversation, text: str, *, complain: bool) -> None:
        """Send more to the conversation's case; ``complain`` makes it a formal complaint.

        A repeat adds nothing. Raises ``StoreUnavailable``, after which nothing is stored.
        """
        held = conversation.held
        with self.store.writing() as work:
            turns = work.conversations.turns(conversation.id or 0)
            hazards = self.dangers(text) if held.in_danger else ()
            submission = ChatSubmission(
                conversation=conversation.key_hash,
                account=text,
                subject=subject_of(held),
                name=held.name,
                email=held.email,
                telephone=held.telephone,
                complain=complain,
                joins=held.reference,
                number=conversation.submissions,
                # Dangers of earlier messages are known to the case.
                in_danger=bool(hazards),
                hazards=hazards,
                danger_words=text if hazards else "",
                transcript=tuple(lines_as_json(list(spoken_lines(turns)))),
            )
            self._store(work, submission)
            work.commit()
        self.work_off(conversation.key_hash, conversation.submissions)

    def enter(
        self, work: UnitOfWork, conversation: Conversation, turns: Sequence[Turn], *, left: bool
    ) -> None:
        """Store the account in the caller's transaction; ``work_off`` comes after its commit."""
        held = conversation.held
        hazards, danger_words = self._alarm(conversation, turns)
        submission = ChatSubmission(
            conversation=conversation.key_hash,
            account=account_of(held),
            subject=subject_of(held),
            name=held.name,
            email=held.email,
            telephone=held.telephone,
            complain=held.complain,
            left=left,
            joins=held.reference,
            number=conversation.submissions,
            in_danger=held.in_danger,
            hazards=hazards,
            danger_words=danger_words,
            transcript=tuple(lines_as_json(list(spoken_lines(turns)))),
        )
        self._store(work, submission)

    def work_off(self, key_hash: str, number: int) -> str | None:
        """Make what was stored part of a case now; None when that is left to the worker."""
        identity = submission_identity(key_hash, number)
        try:
            # In their order: what adds to a case waits until there is one.
            if number and not self._reference_of(submission_identity(key_hash, 0)):
                return None
            claimed = self.process_message.claim_this(identity, f"{self.node}:chat")
            if claimed is None:
                return self._reference_of(identity)
            return self._process(claimed)
        except (StoreUnavailable, ClaimLost):
            return None

    def _process(self, claimed: ClaimedInbound) -> str | None:
        try:
            return self.process_message.process(claimed)
        except (StoreUnavailable, ClaimLost):
            raise
        except Exception as exc:  # noqa: BLE001 - whatever it does to the program, it is kept.
            error = f"{type(exc).__name__}: {exc}"[:LONGEST_ERROR]
            self.process_message.failed(claimed, error)
            return None

    def _alarm(
        self, conversation: Conversation, turns: Sequence[Turn]
    ) -> tuple[tuple[str, ...], str]:
        """The dangers seen in single messages, and the message that told of the last of them.

        The message that is being answered has not been marked yet, so it is judged again.
        """
        if not conversation.held.in_danger:
            return (), ""
        judged = [(turn.hazards or self.dangers(turn.text), turn.text) for turn in turns[-1:]]
        seen = [*((turn.hazards, turn.text) for turn in turns[:-1]), *judged]
        kinds = dict.fromkeys(hazard for hazards, _ in seen for hazard in hazards)
        return tuple(kinds), next((text for hazards, text in reversed(seen) if hazards), "")

    def _store(self, work: UnitOfWork, submission: ChatSubmission) -> None:
        message = NewInbound(
            identity=submission_identity(submission.conversation, submission.number),
            channel=Channel.CHAT,
            source=SOURCE,
            envelope_from=submission.email,
            recipients=(),
            raw=submission_as_bytes(submission),
            received_at=self.clock.now(),
        )
        work.inbound.add_many([message])

    def _reference_of(self, identity: str) -> str | None:
        with self.store.reading() as work:
            case_id = work.inbound.case_of(identity)
            case = work.cases.by_id(case_id) if case_id is not None else None
        return case.reference if case else None
