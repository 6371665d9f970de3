"""Blind readings, how readers agree, and the drift watch in the database."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from intake.adapters.db import mapping
from intake.adapters.db.dialects import insert_for
from intake.adapters.db.tables import (
    UNREAD,
    BlindReadingRow,
    CaseRow,
    DriftCheckRow,
    ReviewRow,
)
from intake.domain.agreement import Pairs
from intake.domain.blind_reading import Place, ReadingState
from intake.domain.cases import Case, ReviewKind
from intake.domain.categories import Category
from intake.domain.drift import Measure
from intake.services.learning_ports import DriftCheck


class SqlLearningRepository:
    """Implements ``learning_ports.LearningRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def draw(self, case_id: int, places: Sequence[Place], *, at: datetime) -> None:
        """Have a case read blind. A reading drawn before is left as it is."""
        for place in places:
            self._session.execute(
                insert_for(self._session, BlindReadingRow)
                .values(case_id=case_id, place=place.value, state=ReadingState.WAITING, drawn_at=at)
                .on_conflict_do_nothing(index_elements=["case_id", "place"])
            )

    def awaited_of(self, case_ids: Collection[int], officer: str) -> frozenset[int]:
        """Which of these cases await a reading by this officer."""
        rows = self._session.scalars(
            select(BlindReadingRow.case_id).where(
                BlindReadingRow.case_id.in_(case_ids), UNREAD, _not_read_by(officer)
            )
        )
        return frozenset(rows)

    def awaiting(self, officer: str, *, limit: int) -> Sequence[Case]:
        """Cases that await a reading by this officer, the longest waiting first."""
        first = func.min(BlindReadingRow.id)
        waiting = (
            select(BlindReadingRow.case_id, first.label("number"))
            .where(UNREAD, _not_read_by(officer))
            .group_by(BlindReadingRow.case_id)
            .order_by(first)
            .limit(limit)
            .subquery()
        )
        rows = self._session.scalars(
            select(CaseRow)
            .join(waiting, waiting.c.case_id == CaseRow.id)
            .order_by(waiting.c.number)
        )
        return [mapping.case_from_row(row) for row in rows]

    def give(self, case_id: int, officer: str, *, at: datetime) -> bool:
        """Note that an officer gave the next reading of a case; False when none awaits them."""
        row = self._session.scalar(
            select(BlindReadingRow)
            .where(BlindReadingRow.case_id == case_id, UNREAD, _not_read_by(officer))
            .order_by(BlindReadingRow.place)
            .limit(1)
        )
        if row is None:
            return False
        row.state, row.officer, row.ended_at = ReadingState.GIVEN, officer, at
        self._session.flush()
        return True

    def withdraw(self, case_id: int, *, at: datetime) -> int:
        """Take back the readings nobody has given; gives how many."""
        result = self._session.execute(
            update(BlindReadingRow)
            .where(BlindReadingRow.case_id == case_id, UNREAD)
            .values(state=ReadingState.WITHDRAWN, ended_at=at)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]

    def count_by_state(self) -> Mapping[ReadingState, int]:
        """How many readings are in each state."""
        rows = self._session.execute(
            select(BlindReadingRow.state, func.count()).group_by(BlindReadingRow.state)
        )
        counts = {ReadingState(state): count for state, count in rows}
        return {state: counts.get(state, 0) for state in ReadingState}

    def model_pairs(self, kind: ReviewKind, *, since: datetime, until: datetime) -> Pairs:
        """What the model and the officer said: the first review of this kind of each case."""
        review, earlier = aliased(ReviewRow), aliased(ReviewRow)
        is_later = (
            select(earlier.id)
            .where(earlier.case_id == review.case_id, earlier.kind == kind, earlier.id < review.id)
            .exists()
        )
        return self._pairs(
            review.model_category,
            review.officer_category,
            review.kind == kind,
            review.at >= since,
            review.at < until,
            review.model_category.is_not(None),
            ~is_later,
        )

    def officer_pairs(self, *, since: datetime, until: datetime) -> Pairs:
        """What two officers said who read the same case blind, by when the later one did."""
        first, second = aliased(ReviewRow), aliased(ReviewRow)
        return self._pairs(
            first.officer_category,
            second.officer_category,
            first.case_id == second.case_id,
            first.id < second.id,
            first.kind == ReviewKind.BLIND,
            second.kind == ReviewKind.BLIND,
            second.at >= since,
            second.at < until,
        )

    def categories(self, *, since: datetime, until: datetime) -> Mapping[Category, int]:
        """How many cases received from ``since`` on and before ``until`` are in each category."""
        rows = self._session.execute(
            select(CaseRow.category, func.count())
            .where(
                CaseRow.received_at >= since,
                CaseRow.received_at < until,
                CaseRow.category.is_not(None),
            )
            .group_by(CaseRow.category)
        )
        return {Category(category): count for category, count in rows}

    def keep_check(self, check: DriftCheck) -> None:
        """Keep what a look found, in place of what the last one did."""
        values = asdict(check)
        self._session.execute(
            insert_for(self._session, DriftCheckRow)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["measure"],
                set_={key: value for key, value in values.items() if key != "measure"},
            )
        )

    def checks(self) -> Mapping[Measure, DriftCheck]:
        """What the last look at each measure found."""
        rows = self._session.scalars(select(DriftCheckRow).order_by(DriftCheckRow.measure))
        return {Measure(row.measure): _check(row) for row in rows}

    def _pairs(self, first: object, second: object, *conditions: ColumnElement[bool]) -> Pairs:
        rows = self._session.execute(
            select(first, second, func.count())  # type: ignore[call-overload]
            .where(*conditions)
            .group_by(first, second)
        )
        return Counter({(Category(one), Category(other)): count for one, other, count in rows})


def _not_read_by(officer: str) -> ColumnElement[bool]:
    """That this officer has given no reading of the case."""
    given = aliased(BlindReadingRow)
    return ~(
        select(given.id)
        .where(given.case_id == BlindReadingRow.case_id, given.officer == officer)
        .exists()
    )


def _check(row: DriftCheckRow) -> DriftCheck:
    return DriftCheck(
        measure=Measure(row.measure),
        checked_at=row.checked_at,
        alarm_since=row.alarm_since,
        figure=row.figure,
        text=row.text,
    )
