"""Write the automatic receipt for a message into the outbox, or record why none goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Case, Letter, TimelineKind
from intake.domain.categories import ServiceArea
from intake.domain.receipts import (
    ReceiptFacts,
    Window,
    chat_receipt_refusal,
    letter_facts,
    receipt_address,
    receipt_kind,
    receipt_refusal,
)
from intake.errors import InvalidSubmission
from intake.services.compose_letter import ComposeLetter
from intake.services.open_case import note
from intake.services.ports import UnitOfWork
from intake.services.read_message import ReadMessage


@dataclass(frozen=True, kw_only=True)
class ReceiptRules:
    """The council's side of a receipt: addresses, areas' names, how many are enough."""

    own_addresses: Sequence[str]
    per_case: Sequence[Window]
    per_address: Sequence[Window]
    area_names: Mapping[ServiceArea, str]

    @property
    def longest_window(self) -> timedelta:
        """How far back earlier receipts count."""
        return timedelta(minutes=max(minutes for _, minutes in (*self.per_case, *self.per_address)))


MOST_OPEN_CASES = 3
"""Of so many others a receipt tells; an office of an MP has dozens."""


class WriteReceipt:
    """Writes receipts. One message gets at most one, however often it is processed."""

    def __init__(self, compose: ComposeLetter, rules: ReceiptRules) -> None:
        self._compose = compose
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
        facts = self._facts(work, case, read, to_addr, now)
        refusal = None
        if read.chat is not None:
            refusal = chat_receipt_refusal(
                to_addr=to_addr,
                left=read.chat.left,
                joined=joined,
                complaint_chosen=complaint_chosen,
                has_receipt=bool(facts.case_times),
            )
        refusal = refusal or receipt_refusal(facts)
        if refusal is None:
            kind = receipt_kind(
                category=case.category,
                decision=case.decision,
                # The first letter of a chat tells all, whatever came before it without an address.
                joined=joined and not (read.chat and not facts.case_times),
                complaint_chosen=complaint_chosen,
            )
            try:
                letter = self._letter(
                    case,
                    read,
                    kind=kind,
                    to_addr=to_addr,
                    now=now,
                    open_cases=() if joined else _also_open(work, case, to_addr, now),
                )
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
        self,
        case: Case,
        read: ReadMessage,
        *,
        kind: str,
        to_addr: str,
        now: datetime,
        open_cases: Sequence[Case],
    ) -> Letter:
        parsed, message = read.parsed, read.inbound
        facts = letter_facts(
            case,
            subject=parsed.subject,
            received_at=message.received_at,
            area_names=self._rules.area_names,
            by_chat=read.chat is not None,
            left=read.chat is not None and read.chat.left,
            open_cases=open_cases,
        )
        return self._compose(
            kind,
            facts,
            case=case,
            purpose=f"receipt:{message.id}",
            to_addr=to_addr,
            now=now,
            in_reply_to=parsed.message_id,
            references=(*parsed.references, parsed.message_id),
        )


def _also_open(work: UnitOfWork, case: Case, to_addr: str, now: datetime) -> Sequence[Case]:
    """What else the letter's reader has open, noted on the new case for its officer.

    The letter reaches whoever reads mail at the address those cases were opened from. A chat could
    not tell of them: anybody may type an address there.
    """
    found = work.cases.open_cases_of(to_addr, but=case.id or 0, limit=MOST_OPEN_CASES)
    if found:
        named = ", ".join(each.reference for each in found)
        text = f"The same address has also open: {named}. The receipt asks whether it is the same."
        note(work, case, now, TimelineKind.MENTIONED, text)
    return found
