"""The council's people who use the pages: roles, sign-in, lock-out, sessions.

Passwords are hashed by an adapter; here are the rules about attempts and time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What an account may do; each role may do what those before it may, but for the auditor."""

    AUDITOR = "auditor"
    OFFICER = "officer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"

    @property
    def may_change_cases(self) -> bool:
        """Auditors read everything and change nothing."""
        return self is not Role.AUDITOR


@dataclass(frozen=True, kw_only=True)
class Officer:
    """An account. ``email`` is kept in lower case."""

    id: int | None = None
    email: str
    name: str
    role: Role
    password_hash: str
    active: bool = True
    failed_attempts: int = 0
    locked_until: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in browser. Only a hash of its token is stored, so the database opens no session."""

    token_hash: str
    officer_id: int
    csrf_token: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInRules:
    """How many wrong passwords lock an account, for how long, and how long a session lasts."""

    attempts: int
    lock_for: timedelta
    idle_for: timedelta
    lasts_for: timedelta

    @classmethod
    def from_minutes(cls, *, attempts: int, lock: int, idle: int, lasts: int) -> "SignInRules":
        """The rules with every length given in minutes."""
        return cls(
            attempts=attempts,
            lock_for=timedelta(minutes=lock),
            idle_for=timedelta(minutes=idle),
            lasts_for=timedelta(minutes=lasts),
        )


def is_locked(officer: Officer, now: datetime) -> bool:
    """Whether the account refuses every password at the moment."""
    return officer.locked_until is not None and now < officer.locked_until


def after_failure(officer: Officer, now: datetime, rules: SignInRules) -> Officer:
    """The account after a wrong password: locked once the attempts are used up."""
    failed = officer.failed_attempts + 1
    if failed >= rules.attempts:
        return replace(officer, failed_attempts=0, locked_until=now + rules.lock_for)
    return replace(officer, failed_attempts=failed)


def after_success(officer: Officer) -> Officer:
    """The account after the right password."""
    return replace(officer, failed_attempts=0, locked_until=None)


def has_ended(session: Session, now: datetime, rules: SignInRules) -> bool:
    """Whether a session is over: unused for too long, or older than any may be."""
    return now >= session.seen_at + rules.idle_for or now >= session.created_at + rules.lasts_for
