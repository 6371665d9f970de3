"""Count what came in over a period: categories, service areas, and whether dates were kept.

Measures that depend on stages and answers belong to the policy's reports; here is what the first
message of each case tells (policy: trends in complaints and expressions of dissatisfaction).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from intake.domain.cases import Case
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision
from intake.domain.deadlines import local_date
from intake.services.ports import CaseQuery, Clock, Store

# A council's year of complaints runs from April to March.
YEAR_BEGINS = (4, 1)
UNKNOWN = "unknown"


@dataclass(kw_only=True)
class Volumes:
    """The counts of one period, both days included."""

    first_on: date
    last_on: date
    cases: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    by_area: Counter[str] = field(default_factory=Counter)
    landlord_complaints: int = 0
    urgent: int = 0
    decided_automatically: int = 0
    receipts_sent: int = 0
    dates_missed: int = 0

    def as_json(self) -> dict[str, Any]:
        """The counts for scripts; every category and area is there, also with none."""
        return {
            "from": self.first_on.isoformat(),
            "to": self.last_on.isoformat(),
            "cases": self.cases,
            "by_category": {
                **{each.value: self.by_category[each.value] for each in Category},
                UNKNOWN: self.by_category[UNKNOWN],
            },
            "by_area": {
                **{each.value: self.by_area[each.value] for each in ServiceArea},
                UNKNOWN: self.by_area[UNKNOWN],
            },
            "landlord_complaints": self.landlord_complaints,
            "urgent": self.urgent,
            "decided_automatically": self.decided_automatically,
            "receipts_sent": self.receipts_sent,
            "dates_missed": self.dates_missed,
        }


class ReportVolumes:
    """Counts cases; changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def run(self, first_on: date | None, last_on: date | None) -> Volumes:
        """The counts from the first to the last day; by default the council's year so far."""
        today = local_date(self._clock.now())
        volumes = Volumes(
            first_on=first_on or _year_began(last_on or today), last_on=last_on or today
        )
        with self._store.reading() as work:
            for row in work.cases.iterate(CaseQuery()):
                if volumes.first_on <= local_date(row.case.received_at) <= volumes.last_on:
                    _count(volumes, row.case, today)
        return volumes


def report_as_text(volumes: Volumes) -> str:
    """The counts as a page of text."""
    period = f"from {volumes.first_on} to {volumes.last_on}"
    lines = [f"Feedback received {period}: {volumes.cases} cases", ""]
    lines += [f"  {volumes.by_category[each.value]:6}  {each.label}" for each in Category]
    lines += [f"  {volumes.by_category[UNKNOWN]:6}  Not known", ""]
    lines += [
        f"  {volumes.by_area[each.value]:6}  {each.label}"
        for each in ServiceArea
        if volumes.by_area[each.value]
    ]
    lines += [
        "",
        f"  {volumes.landlord_complaints:6}  complaints about the council as a landlord",
        f"  {volumes.urgent:6}  cases in which somebody may have been at risk",
        f"  {volumes.decided_automatically:6}  categories decided automatically",
        f"  {volumes.receipts_sent:6}  receipts sent",
        f"  {volumes.dates_missed:6}  open cases past a date",
    ]
    return "\n".join(lines)


def _year_began(day: date) -> date:
    began = date(day.year, *YEAR_BEGINS)
    return began if began <= day else date(day.year - 1, *YEAR_BEGINS)


def _count(volumes: Volumes, case: Case, today: date) -> None:
    volumes.cases += 1
    volumes.by_category[case.category.value if case.category else UNKNOWN] += 1
    volumes.by_area[case.area.value if case.area else UNKNOWN] += 1
    volumes.landlord_complaints += case.category is Category.COMPLAINT and case.landlord
    volumes.urgent += case.urgent
    volumes.decided_automatically += case.decision is Decision.AUTO
    volumes.receipts_sent += case.receipt_sent_at is not None
    late = [case.respond_by] if case.acknowledged_at else [case.respond_by, case.acknowledge_by]
    volumes.dates_missed += any(due is not None and due < today for due in late)
