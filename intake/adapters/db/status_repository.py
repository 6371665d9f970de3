"""Requests for the status of a case in the database, and the links that answer them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from intake.adapters.db.dialects import insert_for
from intake.adapters.db.tables import StatusLinkRow, StatusRequestRow
from intake.services.status_ports import StatusLink, StatusRequest


class SqlStatusRepository:
    """Implements ``status_ports.StatusRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, request: StatusRequest) -> None:
        """Keep a request; the same one that still waits is kept once."""
        statement = insert_for(self._session, StatusRequestRow).values(
            reference=request.reference, email=request.email, asked_at=request.asked_at
        )
        self._session.execute(
            statement.on_conflict_do_nothing(index_elements=["reference", "email"])
        )

    def has_requests(self) -> bool:
        """Whether a request waits."""
        return self._session.scalar(select(StatusRequestRow.id).limit(1)) is not None

    def take_requests(self, *, limit: int) -> Sequence[StatusRequest]:
        """The oldest requests, which are kept no longer."""
        rows = self._session.scalars(
            select(StatusRequestRow).order_by(StatusRequestRow.id).limit(limit)
        ).all()
        taken = [
            StatusRequest(
                id=row.id, reference=row.reference, email=row.email, asked_at=row.asked_at
            )
            for row in rows
        ]
        if taken:
            numbers = [request.id for request in taken]
            self._session.execute(delete(StatusRequestRow).where(StatusRequestRow.id.in_(numbers)))
        return taken

    def add_link(self, link: StatusLink) -> None:
        """Store a link."""
        self._session.add(
            StatusLinkRow(
                token_hash=link.token_hash,
                case_id=link.case_id,
                expires_at=link.expires_at,
                used_at=link.used_at,
                used_by=link.used_by,
            )
        )
        self._session.flush()

    def link(self, token_hash: str, *, lock: bool = False) -> StatusLink | None:
        """The link with this token's hash; ``lock`` keeps others from using it until commit."""
        statement = select(StatusLinkRow).where(StatusLinkRow.token_hash == token_hash)
        row = self._session.scalar(statement.with_for_update() if lock else statement)
        if row is None:
            return None
        return StatusLink(
            token_hash=row.token_hash,
            case_id=row.case_id,
            expires_at=row.expires_at,
            used_at=row.used_at,
            used_by=row.used_by,
        )

    def use_link(self, token_hash: str, *, at: datetime, by: str) -> None:
        """Note that a link was used, and by which browser."""
        self._session.execute(
            update(StatusLinkRow)
            .where(StatusLinkRow.token_hash == token_hash)
            .values(used_at=at, used_by=by)
            .execution_options(synchronize_session=False)
        )

    def remove_links(self, *, before: datetime) -> int:
        """Remove links that ended before then; gives how many."""
        result = self._session.execute(
            delete(StatusLinkRow).where(StatusLinkRow.expires_at < before)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]
