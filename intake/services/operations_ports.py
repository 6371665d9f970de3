"""What the program notes about its own running, and where that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """How a scheduled job or a long-running part of the program is doing."""

    name: str
    node: str
    last_started_at: datetime | None = None
    last_finished_at: datetime | None = None
    next_run_at: datetime | None = None
    last_result: str = ""
    last_error: str = ""
    runs: int = 0
    failures: int = 0


@dataclass(frozen=True, kw_only=True)
class MailboxPosition:
    """How far a mailbox has been read (RFC 3501: a new UIDVALIDITY makes old UIDs meaningless)."""

    name: str
    uid_validity: int
    last_uid: int


class OperationsRepository(Protocol):
    """What the program notes about its own running: jobs, mailboxes, leases."""

    def record_job(self, record: JobRecord) -> None:
        """Keep a job's state, replacing what was kept under its name."""

    def jobs(self) -> Sequence[JobRecord]:
        """All jobs ever recorded, by name."""

    def mailbox_position(self, name: str) -> MailboxPosition | None:
        """How far this mailbox has been read."""

    def save_mailbox_position(self, position: MailboxPosition) -> None:
        """Keep how far a mailbox has been read."""

    def take_lease(self, name: str, *, holder: str, now: datetime, seconds: float) -> bool:
        """Take or renew a lease; False while another holder's has not run out."""

    def release_lease(self, name: str, *, holder: str) -> None:
        """Give a lease back; another holder's is left alone."""
