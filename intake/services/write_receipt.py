"""Write the automatic receipt for a message into the outbox, or record why none goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Case, Letter, TimelineKind
from intake.domain.categories import ServiceArea
from intake.domain.letter_tokens import message_id_for
from intake.domain.receipts import (
    ReceiptFacts,
    Window,
    letter_facts,
    receipt_address,
    receipt_kind,
    receipt_refusal,
)
from intake.errors import InvalidSubmission
from intake.services.open_case import note
from intake.services.ports import LetterMail, LetterWriter, UnitOfWork
from intake.services.read_message import ReadMessage


@dataclass(frozen=True, kw_only=True)
class ReceiptRules:
    """The council's side of a receipt: addresses, key, areas' names, how many are enough."""

    own_addresses: Sequence[str]
    key: bytes
    per_case: Sequence[Window]
    per_address: Sequence[Window]
    area_names: Mapping[ServiceArea, str]

    @property
    def domain(self) -> str:
        """The domain our Message-IDs end in."""
        return self.own_addresses[0].rpartition("@")[2]

    @property
    def longest_window(self) -> timedelta:
        """How far back earlier receipts count."""
        return timedelta(minutes=max(minutes for _, minutes in (*self.per_case, *self.per_address)))


class WriteReceipt:
    """Writes receipts. One message gets at most one, however often it is processed."""

    def __init__(self, letters: LetterWriter, mail: LetterMail, rules: ReceiptRules) -> None:
        self._letters = letters
        self._mail = mail
        self._rules = rules

    def __call__(
        self,
        work: UnitOfWork,
        case: Case,
        read: ReadMessage,
        *,
        now: datetime,
        joined: bool,
        complaint_chosen: bool,
    ) -> None:
        """Queue the receipt in the caller's transaction, or note on the case why there is none."""
        parsed = read.parsed
        to_addr = receipt_address(parsed.reply_to, parsed.from_addr, self._rules.own_addresses)
        refusal = receipt_refusal(self._facts(work, case, read, to_addr, now))
        if refusal is None:
            kind = receipt_kind(
                category=case.category,
                decision=case.decision,
                joined=joined,
                complaint_chosen=complaint_chosen,
            )
            try:
                letter = self._letter(case, read, kind=kind, to_addr=to_addr, now=now)
            except InvalidSubmission as exc:
                refusal = str(exc)
            else:
                work.outbox.add(letter)
                note(work, case, now, TimelineKind.RECEIPT_QUEUED, letter.subject)
                return
        if not joined:
            case.receipt_withheld = refusal
        note(work, case, now, TimelineKind.RECEIPT_WITHHELD, refusal)

    def _facts(
        self, work: UnitOfWork, case: Case, read: ReadMessage, to_addr: str, now: datetime
    ) -> ReceiptFacts:
        since = now - self._rules.longest_window
        return ReceiptFacts(
            automatic=read.parsed.automatic,
            null_return_path=read.inbound.source == "smtp" and not read.inbound.envelope_from,
            to_addr=to_addr,
            own_addresses=self._rules.own_addresses,
            now=now,
            case_times=work.outbox.receipts_since(since=since, to_addr=to_addr, case_id=case.id),
            address_times=work.outbox.receipts_since(since=since, to_addr=to_addr),
            per_case=self._rules.per_case,
            per_address=self._rules.per_address,
        )

    def _letter(
        self, case: Case, read: ReadMessage, *, kind: str, to_addr: str, now: datetime
    ) -> Letter:
        parsed, message = read.parsed, read.inbound
        purpose = f"receipt:{message.id}"
        facts = letter_facts(
            case,
            subject=parsed.subject,
            received_at=message.received_at,
            area_names=self._rules.area_names,
        )
        text = self._letters.write(kind, facts)
        message_id = message_id_for(case.reference, purpose, self._rules.key, self._rules.domain)
        return Letter(
            case_id=case.id,
            purpose=purpose,
            kind=kind,
            to_addr=to_addr,
            subject=text.subject,
            text=text.text,
            message_id=message_id,
            raw=self._mail.build(
                text,
                to_addr=to_addr,
                message_id=message_id,
                in_reply_to=parsed.message_id,
                references=(*parsed.references, parsed.message_id),
                sent_at=now,
            ),
            created_at=now,
            next_try_at=now,
        )
