"""How far officers and the classifier agree, by category and month: for a page and the metrics.

Reads only. Blind readings and the review queue are kept apart throughout: an officer who sees a
suggestion tends to take it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from intake.domain.agreement import Agreement, Pairs, agreement, agreement_on, differences
from intake.domain.blind_reading import ReadingState
from intake.domain.cases import ReviewKind
from intake.domain.categories import Category
from intake.domain.deadlines import LONDON, local_date
from intake.domain.drift import RECENT
from intake.services.learning_ports import DriftCheck, LearningRepository
from intake.services.ports import Clock, Store

MONTHS_SHOWN = 12


class Comparison(StrEnum):
    """Who is compared with whom."""

    BLIND = "blind"
    OFFICERS = "officers"
    QUEUE = "queue"


@dataclass(frozen=True, kw_only=True)
class Line:
    """The agreement of one span of time: on all categories together, and on each."""

    whole: Agreement
    by_category: Mapping[Category, Agreement]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One comparison: a line for each month that has readings, newest first, and all of them.

    A month is named by its first day. ``differing`` are the pairs of answers that differ.
    """

    comparison: Comparison
    months: Sequence[tuple[date, Line]]
    total: Line
    differing: Sequence[tuple[Category, Category, int]]


@dataclass(frozen=True, kw_only=True)
class AgreementReport:
    """What the page shows."""

    tables: Sequence[Table]
    readings: Mapping[ReadingState, int]
    checks: Sequence[DriftCheck]


@dataclass(frozen=True, kw_only=True)
class AgreementFigures:
    """What the metrics show: the agreement of the last 30 days."""

    lines: Mapping[Comparison, Line]
    readings: Mapping[ReadingState, int]
    checks: Sequence[DriftCheck]


class ReportAgreement:
    """Counts answers; changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def report(self) -> AgreementReport:
        """The last ``MONTHS_SHOWN`` months, this one included. Raises ``StoreUnavailable``."""
        first_days = _first_days(local_date(self._clock.now()))
        with self._store.reading() as work:
            return AgreementReport(
                tables=[_table(work.learning, each, first_days) for each in Comparison],
                readings=work.learning.count_by_state(),
                checks=tuple(work.learning.checks().values()),
            )

    def figures(self) -> AgreementFigures:
        """The last 30 days. Raises ``StoreUnavailable``."""
        now = self._clock.now()
        with self._store.reading() as work:
            return AgreementFigures(
                lines={
                    each: _line(_pairs(work.learning, each, now - RECENT, now))
                    for each in Comparison
                },
                readings=work.learning.count_by_state(),
                checks=tuple(work.learning.checks().values()),
            )

    def alarms(self) -> Sequence[DriftCheck]:
        """The alarms that stand. Raises ``StoreUnavailable``."""
        with self._store.reading() as work:
            checks = work.learning.checks().values()
        return [check for check in checks if check.alarm_since]


def _table(
    learning: LearningRepository, comparison: Comparison, first_days: Sequence[date]
) -> Table:
    whole: Counter[tuple[Category, Category]] = Counter()
    months = []
    for first_on in first_days:
        pairs = _pairs(learning, comparison, _begin(first_on), _begin(_next_month(first_on)))
        whole.update(pairs)
        if pairs:
            months.append((first_on, _line(pairs)))
    return Table(
        comparison=comparison, months=months, total=_line(whole), differing=differences(whole)
    )


def _pairs(
    learning: LearningRepository, comparison: Comparison, since: datetime, until: datetime
) -> Pairs:
    if comparison is Comparison.OFFICERS:
        return learning.officer_pairs(since=since, until=until)
    kind = ReviewKind.BLIND if comparison is Comparison.BLIND else ReviewKind.QUEUE
    return learning.model_pairs(kind, since=since, until=until)


def _line(pairs: Pairs, categories: Iterable[Category] = Category) -> Line:
    return Line(
        whole=agreement(pairs),
        by_category={each: agreement_on(pairs, each) for each in categories},
    )


def _first_days(today: date) -> list[date]:
    """The first days of this month and those before it, newest first."""
    months = [today.year * 12 + today.month - 1 - back for back in range(MONTHS_SHOWN)]
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _next_month(first_on: date) -> date:
    return date(first_on.year + first_on.month // 12, first_on.month % 12 + 1, 1)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
