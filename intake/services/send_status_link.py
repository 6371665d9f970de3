"""Mail a one-time link to the status of a case to whoever asks for it and took part in it.

Asking only notes the wish; a job answers it. So nobody who asks can tell, by the answer or by its
time, whether there is such a case or whose it is.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Case, Letter, TimelineKind
from intake.domain.letter_kinds import STATUS_LINK, TO_RESIDENTS
from intake.domain.receipts import (
    Window,
    is_machine_address,
    is_own_address,
    is_usable_address,
    limit_reached,
)
from intake.domain.references import references_in
from intake.services.compose_letter import ComposeLetter
from intake.services.open_case import note
from intake.services.ports import Clock, Store, UnitOfWork
from intake.services.status_ports import StatusLink, StatusRequest

PORTION = 50
ASKED = "A link to its status was mailed to an address that took part in it."
ASKED_TOO_OFTEN = "Its status was asked for, but enough letters went out for now."
# Ended links tell a reader that theirs has ended; after this long nobody comes back to one.
LINKS_KEPT_FOR = timedelta(days=7)
PAGE = "/chat/status/"


@dataclass(frozen=True, kw_only=True)
class StatusLinkRules:
    """How long a link works, how many are enough, and where its page is."""

    lasts: timedelta
    per_case: Sequence[Window]
    per_address: Sequence[Window]
    own_addresses: Sequence[str]
    public_url: str

    @property
    def longest_window(self) -> timedelta:
        """How far back earlier letters count."""
        return timedelta(minutes=max(minutes for _, minutes in (*self.per_case, *self.per_address)))


@dataclass(frozen=True, kw_only=True)
class SendStatusLink:
    """Implements ``chat_ports.StatusLinks``; ``run`` is the job that answers."""

    store: Store
    compose: ComposeLetter
    clock: Clock
    rules: StatusLinkRules

    def __call__(self, reference: str, email: str) -> None:
        """Note that somebody asks. Raises ``StoreUnavailable``."""
        named = next(references_in(reference), "")
        request = StatusRequest(
            reference=named, email=email.strip().lower(), asked_at=self.clock.now()
        )
        with self.store.writing() as work:
            # What names no case or nobody is kept as well: it must take no other time.
            work.status.ask(request)
            work.commit()

    def run(self) -> str:
        """Answer the requests that wait; says how many letters were written.

        Raises ``StoreUnavailable``.
        """
        with self.store.reading() as work:
            if not work.status.has_requests():
                return ""
        now = self.clock.now()
        with self.store.writing() as work:
            requests = work.status.take_requests(limit=PORTION)
            written = sum(self._answer(work, request, now) for request in requests)
            work.commit()
        return f"{written} links written" if written else ""

    def tidy(self) -> int:
        """Remove links nobody comes back to; gives how many."""
        with self.store.writing() as work:
            removed = work.status.remove_links(before=self.clock.now() - LINKS_KEPT_FOR)
            work.commit()
        return removed

    def _answer(self, work: UnitOfWork, request: StatusRequest, now: datetime) -> bool:
        case = work.cases.by_reference(request.reference) if request.reference else None
        if case is None or case.id is None or not self._may_write(work, case, request.email):
            return False
        if self._is_enough(work, case, request.email, now):
            note(work, case, now, TimelineKind.STATUS_ASKED, ASKED_TOO_OFTEN)
            return False
        token = secrets.token_urlsafe(32)
        work.status.add_link(
            StatusLink(
                token_hash=token_hash(token), case_id=case.id, expires_at=now + self.rules.lasts
            )
        )
        work.outbox.add(self._letter(case, token, to_addr=request.email, now=now))
        note(work, case, now, TimelineKind.STATUS_ASKED, ASKED)
        return True

    def _may_write(self, work: UnitOfWork, case: Case, email: str) -> bool:
        assert case.id is not None
        return (
            email in work.cases.participants(case.id)
            and is_usable_address(email)
            and not is_own_address(email, self.rules.own_addresses)
            and not is_machine_address(email)
        )

    def _is_enough(self, work: UnitOfWork, case: Case, email: str, now: datetime) -> bool:
        since = now - self.rules.longest_window
        of_case = work.outbox.written_since(
            since=since, to_addr=email, kinds=(STATUS_LINK,), case_id=case.id
        )
        of_address = work.outbox.written_since(since=since, to_addr=email, kinds=TO_RESIDENTS)
        return (
            limit_reached(of_case, now, self.rules.per_case) is not None
            or limit_reached(of_address, now, self.rules.per_address) is not None
        )

    def _letter(self, case: Case, token: str, *, to_addr: str, now: datetime) -> Letter:
        facts = {
            "reference": case.reference,
            "link": f"{self.rules.public_url.rstrip('/')}{PAGE}{token}",
            "minutes": round(self.rules.lasts.total_seconds() / 60),
        }
        purpose = f"status:{token_hash(token)}"
        return self.compose(
            STATUS_LINK, facts, case=case, purpose=purpose, to_addr=to_addr, now=now
        )


def token_hash(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
