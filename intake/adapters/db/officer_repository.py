"""Accounts and sessions of the council's people in the database."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session as SqlSession

from intake.adapters.db.mapping import officer_from_row, session_from_row
from intake.adapters.db.tables import OfficerRow, SessionRow
from intake.domain.officers import Officer, Session


class SqlOfficerRepository:
    """Implements ``officer_ports.OfficerRepository``."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def add(self, officer: Officer) -> Officer:
        """Store a new account, or replace the one with this email address."""
        row = self._session.scalar(
            select(OfficerRow).where(OfficerRow.email == officer.email.lower())
        )
        if row is None:
            row = OfficerRow(email=officer.email.lower(), created_at=officer.created_at)
            self._session.add(row)
        self._fill(row, officer)
        self._session.flush()
        return officer_from_row(row)

    def by_email(self, email: str, *, lock: bool = False) -> Officer | None:
        """The account with this address, whatever its case."""
        statement = (
            select(OfficerRow)
            .where(OfficerRow.email == email.lower())
            .execution_options(populate_existing=True)
        )
        row = self._session.scalar(statement.with_for_update() if lock else statement)
        return officer_from_row(row) if row else None

    def by_id(self, officer_id: int) -> Officer | None:
        """The account with this number."""
        row = self._session.get(OfficerRow, officer_id)
        return officer_from_row(row) if row else None

    def save(self, officer: Officer) -> None:
        """Store a changed account."""
        row = self._session.get_one(OfficerRow, officer.id)
        self._fill(row, officer)
        self._session.flush()

    def add_session(self, session: Session) -> None:
        """Store a session."""
        self._session.add(
            SessionRow(
                token_hash=session.token_hash,
                officer_id=session.officer_id,
                csrf_token=session.csrf_token,
                created_at=session.created_at,
                seen_at=session.seen_at,
            )
        )
        self._session.flush()

    def session(self, token_hash: str) -> Session | None:
        """The session with this token's hash."""
        row = self._session.get(SessionRow, token_hash)
        return session_from_row(row) if row else None

    def touch_session(self, token_hash: str, *, seen_at: datetime) -> None:
        """Note that a session was used."""
        self._session.execute(
            update(SessionRow).where(SessionRow.token_hash == token_hash).values(seen_at=seen_at)
        )

    def end_session(self, token_hash: str) -> None:
        """Forget a session."""
        self._session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    def end_sessions_of(self, officer_id: int) -> None:
        """Forget all sessions of an officer."""
        self._session.execute(delete(SessionRow).where(SessionRow.officer_id == officer_id))

    def end_sessions_before(self, *, seen_before: datetime, expired_at: datetime) -> int:
        """Forget sessions out of time; gives how many."""
        result = self._session.execute(
            delete(SessionRow).where(
                or_(SessionRow.seen_at < seen_before, SessionRow.created_at < expired_at)
            )
        )
        return int(result.rowcount)  # type: ignore[attr-defined]

    @staticmethod
    def _fill(row: OfficerRow, officer: Officer) -> None:
        row.name = officer.name
        row.role = officer.role
        row.password_hash = officer.password_hash
        row.active = officer.active
        row.failed_attempts = officer.failed_attempts
        row.locked_until = officer.locked_until
