"""Tell the council's duty officers by mail, at once, of a message that tells of a danger.

The alert is written in the transaction that makes the case urgent. It is an addition: an urgent
case stands first in the officers' queue with or without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Case, Letter, TimelineKind
from intake.domain.letter_kinds import ALERT, alert_facts
from intake.services.compose_letter import ComposeLetter
from intake.services.open_case import note
from intake.services.ports import UnitOfWork
from intake.services.read_message import ReadMessage

# Somebody who writes about one danger line by line must not bury the next one.
QUIET_AFTER_AN_ALERT = timedelta(minutes=30)
ALERTED = "The duty officers were written to: "
MACHINE_WRITTEN = "A machine sent this message, so the duty officers were not written to."
ALERTED_BEFORE = "The duty officers were told of this danger a short time ago, so not again."


@dataclass(frozen=True, kw_only=True)
class AlertRules:
    """Who is told, and where officers read cases."""

    duty_addresses: Sequence[str]
    public_url: str


class RaiseAlert:
    """Writes alerts. One message gets at most one, however often it is processed."""

    def __init__(self, compose: ComposeLetter, rules: AlertRules) -> None:
        self._compose = compose
        self._rules = rules

    def __call__(
        self,
        work: UnitOfWork,
        case: Case,
        read: ReadMessage,
        *,
        now: datetime,
        known_dangers: Sequence[str],
    ) -> None:
        """Queue the alert in the caller's transaction, when the message is one to be told of.

        - Without duty addresses, or when nobody is at risk: none.
        - A message of a machine or from a duty address: none, or an alert and the bounce or the
          answer that quotes it would raise each other for ever. The case notes the first.
        - A danger that the case is known for, shortly after an alert on it: none, which the case
          notes. A kind of danger that is new to the case is told at once.
        """
        if not self._rules.duty_addresses or not read.is_urgent:
            return
        if read.from_duty:
            return
        if read.is_machine_written:
            note(work, case, now, TimelineKind.ALERT_WITHHELD, MACHINE_WRITTEN)
            return
        if set(read.hazards) <= set(known_dangers) and self._was_told(work, case, now):
            note(work, case, now, TimelineKind.ALERT_WITHHELD, ALERTED_BEFORE)
            return
        written = [
            address
            for address in self._rules.duty_addresses
            if work.outbox.add(self._letter(case, read, to_addr=address, now=now))
        ]
        if written:
            note(work, case, now, TimelineKind.ALERTED, ALERTED + ", ".join(written))

    def _was_told(self, work: UnitOfWork, case: Case, now: datetime) -> bool:
        return any(
            work.outbox.written_since(
                since=now - QUIET_AFTER_AN_ALERT,
                to_addr=address,
                kinds=(ALERT,),
                case_id=case.id,
            )
            for address in self._rules.duty_addresses
        )

    def _letter(self, case: Case, read: ReadMessage, *, to_addr: str, now: datetime) -> Letter:
        purpose = f"alert:{read.inbound.id}:{to_addr}"
        facts = alert_facts(
            case,
            words=read.danger_words,
            received_at=read.inbound.received_at,
            link=f"{self._rules.public_url.rstrip('/')}/cases/{case.reference}",
        )
        # It carries the case: what a duty officer answers stands on it, for others to read.
        return self._compose(ALERT, facts, case=case, purpose=purpose, to_addr=to_addr, now=now)
