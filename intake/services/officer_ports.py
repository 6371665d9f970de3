"""What officers' accounts need from the outside beside ``ports``."""

from datetime import datetime
from typing import Protocol

from intake.domain.officers import Officer, Session


class Passwords(Protocol):
    """Hashes passwords so that a stolen database opens no account."""

    def hash(self, password: str) -> str:
        """A salted hash of a new password."""

    def verify(self, password: str, stored: str) -> bool:
        """Whether this is the password the hash was made of."""

    def verify_nobody(self, password: str) -> None:
        """Spend as long as ``verify`` does: time must not tell whether an account exists."""

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than are used now."""


class OfficerRepository(Protocol):
    """Accounts and sessions of the council's people."""

    def add(self, officer: Officer) -> Officer:
        """Store a new account, or replace the one with this email address."""

    def by_email(self, email: str, *, lock: bool = False) -> Officer | None:
        """The account with this address, whatever its case."""

    def by_id(self, officer_id: int) -> Officer | None:
        """The account with this number."""

    def save(self, officer: Officer) -> None:
        """Store a changed account."""

    def add_session(self, session: Session) -> None:
        """Store a session."""

    def session(self, token_hash: str) -> Session | None:
        """The session with this token's hash."""

    def touch_session(self, token_hash: str, *, seen_at: datetime) -> None:
        """Note that a session was used."""

    def end_session(self, token_hash: str) -> None:
        """Forget a session."""

    def end_sessions_of(self, officer_id: int) -> None:
        """Forget all sessions of an officer."""

    def end_sessions_before(self, *, seen_before: datetime, expired_at: datetime) -> int:
        """Forget sessions out of time; gives how many."""
