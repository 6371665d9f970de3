"""What the program notes about its own running in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from intake.adapters.db.dialects import insert_for
from intake.adapters.db.mapping import job_from_row
from intake.adapters.db.tables import JobRow, LeaseRow, MailboxRow
from intake.services.operations_ports import JobRecord, MailboxPosition


class SqlOperationsRepository:
    """Implements ``operations_ports.OperationsRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record_job(self, record: JobRecord) -> None:
        """Keep a job's state, replacing what was kept under its name and node."""
        values = asdict(record)
        statement = insert_for(self._session, JobRow).values(**values)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["name", "node"],
                set_={key: value for key, value in values.items() if key not in ("name", "node")},
            )
        )

    def jobs(self) -> Sequence[JobRecord]:
        """All jobs ever recorded, by name and node."""
        rows = self._session.scalars(select(JobRow).order_by(JobRow.name, JobRow.node))
        return [job_from_row(row) for row in rows]

    def mailbox_position(self, name: str) -> MailboxPosition | None:
        """How far this mailbox has been read."""
        row = self._session.get(MailboxRow, name)
        if row is None:
            return None
        return MailboxPosition(name=row.name, uid_validity=row.uid_validity, last_uid=row.last_uid)

    def save_mailbox_position(self, position: MailboxPosition) -> None:
        """Keep how far a mailbox has been read."""
        values = asdict(position)
        statement = insert_for(self._session, MailboxRow).values(**values)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"uid_validity": position.uid_validity, "last_uid": position.last_uid},
            )
        )

    def take_lease(self, name: str, *, holder: str, now: datetime, seconds: float) -> bool:
        """Take or renew a lease; False while another holder's has not run out."""
        ends_at = now + timedelta(seconds=seconds)
        statement = insert_for(self._session, LeaseRow).values(
            name=name, holder=holder, ends_at=ends_at
        )
        taken = self._session.scalar(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": holder, "ends_at": ends_at},
                where=or_(LeaseRow.holder == holder, LeaseRow.ends_at < now),
            ).returning(LeaseRow.name)
        )
        return taken is not None

    def release_lease(self, name: str, *, holder: str) -> None:
        """Give a lease back; another holder's is left alone."""
        self._session.execute(
            delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder)
        )
