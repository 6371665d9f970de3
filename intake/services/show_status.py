"""Show the status of a case to whoever holds a one-time link to it.

The page a link leads to tells nothing and uses nothing up: programs that look through mail open
links before people do. Only the button on it does. The same browser may press it again for a few
minutes, for whoever reloads the page or loses it.
"""

from dataclasses import dataclass
from datetime import timedelta

from intake.domain.case_status import CaseStatus, case_status
from intake.domain.cases import CaseFile
from intake.domain.deadlines import local_date
from intake.services.ports import Clock, Store
from intake.services.send_status_link import token_hash
from intake.services.status_ports import StatusLink

AGAIN_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class ShowStatus:
    """Shows a case's status once a link."""

    store: Store
    clock: Clock

    def is_open(self, token: str, browser: str) -> bool:
        """Whether the button would show something to this browser; uses nothing up."""
        with self.store.reading() as work:
            link = work.status.link(token_hash(token))
        return link is not None and self._works(link, browser)

    def open(self, token: str, browser: str) -> CaseStatus | None:
        """Use the link up and show the status; None when it does not work, or no more.

        ``browser`` is what marks the browser. Raises ``StoreUnavailable``.
        """
        hashed = token_hash(token)
        with self.store.writing() as work:
            link = work.status.link(hashed, lock=True)
            if link is None or not self._works(link, browser):
                return None
            case = work.cases.by_id(link.case_id)
            file = work.cases.file(case.reference) if case else None
            if file is None:
                return None
            if link.used_at is None:
                work.status.use_link(hashed, at=self.clock.now(), by=token_hash(browser))
                work.commit()
        return self._status(file)

    def _works(self, link: StatusLink, browser: str) -> bool:
        now = self.clock.now()
        if link.used_at is None:
            return now < link.expires_at
        return link.used_by == token_hash(browser) and now - link.used_at < AGAIN_WITHIN

    def _status(self, file: CaseFile) -> CaseStatus:
        return case_status(file, local_date(self.clock.now()))
