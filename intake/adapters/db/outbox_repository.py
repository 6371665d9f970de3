"""Letters of ours in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from intake.adapters.db.dialects import insert_for
from intake.adapters.db.mapping import letter_from_row
from intake.adapters.db.tables import CaseRow, LetterRow
from intake.domain.cases import Letter, LetterState


class SqlOutboxRepository:
    """Implements ``ports.OutboxRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, letter: Letter) -> bool:
        """Queue a letter; False when one of the same purpose was queued before."""
        statement = insert_for(self._session, LetterRow).on_conflict_do_nothing(
            index_elements=["purpose"]
        )
        number = self._session.scalar(
            statement.values(
                case_id=letter.case_id,
                purpose=letter.purpose,
                kind=letter.kind,
                to_addr=letter.to_addr.lower(),
                subject=letter.subject,
                text=letter.text,
                message_id=letter.message_id,
                raw=letter.raw,
                state=letter.state,
                tries=letter.tries,
                created_at=letter.created_at,
                next_try_at=letter.next_try_at,
                sent_at=letter.sent_at,
                last_error=letter.last_error,
            ).returning(LetterRow.id)
        )
        return number is not None

    def due(self, *, now: datetime, limit: int) -> Sequence[Letter]:
        """Letters whose time has come, oldest first."""
        rows = self._session.scalars(
            select(LetterRow)
            .where(LetterRow.state == LetterState.QUEUED, LetterRow.next_try_at <= now)
            .order_by(LetterRow.next_try_at, LetterRow.id)
            .limit(limit)
        )
        return [letter_from_row(row) for row in rows]

    def record_attempt(
        self,
        letter_id: int,
        *,
        state: LetterState,
        tries: int,
        error: str,
        next_try_at: datetime | None,
        sent_at: datetime | None,
    ) -> None:
        """Keep how a try went."""
        self._session.execute(
            update(LetterRow)
            .where(LetterRow.id == letter_id)
            .values(
                state=state,
                tries=tries,
                last_error=error,
                next_try_at=next_try_at,
                sent_at=sent_at,
            )
            .execution_options(synchronize_session=False)
        )

    def retry(self, letter_id: int, *, now: datetime) -> bool:
        """Queue a failed letter again; False when it is not failed."""
        result = self._session.execute(
            update(LetterRow)
            .where(LetterRow.id == letter_id, LetterRow.state == LetterState.FAILED)
            .values(state=LetterState.QUEUED, tries=0, next_try_at=now)
            .execution_options(synchronize_session=False)
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]

    def by_id(self, letter_id: int) -> Letter | None:
        """One letter."""
        row = self._session.get(LetterRow, letter_id)
        return letter_from_row(row) if row else None

    def receipts_since(
        self, *, since: datetime, to_addr: str, case_id: int | None = None
    ) -> Sequence[datetime]:
        """When automatic letters to this address (on this case) were written since then."""
        is_receipt = LetterRow.kind.startswith("receipt_", autoescape=True)
        return self._times(is_receipt, since, to_addr, case_id)

    def written_since(
        self,
        *,
        since: datetime,
        to_addr: str,
        kinds: Collection[str],
        case_id: int | None = None,
    ) -> Sequence[datetime]:
        """When letters of these kinds to this address (on this case) were written since then."""
        return self._times(LetterRow.kind.in_(kinds), since, to_addr, case_id)

    def count_by_state(self) -> Mapping[LetterState, int]:
        """How many letters are in each state but sent, which nearly all of them end in."""
        unsent = (LetterState.QUEUED, LetterState.FAILED)
        rows = self._session.execute(
            select(LetterRow.state, func.count())
            .where(LetterRow.state.in_(unsent))
            .group_by(LetterRow.state)
        )
        counts = {LetterState(state): count for state, count in rows}
        return {state: counts.get(state, 0) for state in unsent}

    def list_failed(self, *, limit: int) -> Sequence[tuple[Letter, str]]:
        """Letters that will not be tried again, newest first, each with its case's reference."""
        rows = self._session.execute(
            select(LetterRow, CaseRow.reference)
            .outerjoin(CaseRow, CaseRow.id == LetterRow.case_id)
            .where(LetterRow.state == LetterState.FAILED)
            .order_by(LetterRow.id.desc())
            .limit(limit)
        )
        return [(letter_from_row(row), reference or "") for row, reference in rows]

    def _times(
        self,
        condition: ColumnElement[bool],
        since: datetime,
        to_addr: str,
        case_id: int | None,
    ) -> Sequence[datetime]:
        statement = select(LetterRow.created_at).where(
            LetterRow.to_addr == to_addr.lower(), LetterRow.created_at >= since, condition
        )
        if case_id is not None:
            statement = statement.where(LetterRow.case_id == case_id)
        return self._session.scalars(statement.order_by(LetterRow.created_at)).all()
