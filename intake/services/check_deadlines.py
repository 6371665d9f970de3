"""Note on each case, once, that a date comes near or has passed."""

from datetime import date

from intake.domain.cases import Case, TimelineEntry, TimelineKind
from intake.domain.deadlines import (
    NEAR_WORKING_DAYS,
    HolidaysBetween,
    add_working_days,
    local_date,
)
from intake.services.open_case import PROGRAM
from intake.services.ports import Clock, Store

PORTION = 200


class CheckDeadlines:
    """Looks at open cases whose date is near or past. A repeat on the same day adds nothing."""

    def __init__(self, store: Store, clock: Clock, holidays_between: HolidaysBetween) -> None:
        self._store = store
        self._clock = clock
        self._holidays_between = holidays_between

    def run(self) -> str:
        """Write the notes that are due; says how many. Raises ``StoreUnavailable``."""
        today = local_date(self._clock.now())
        near = add_working_days(today, NEAR_WORKING_DAYS, self._holidays_between)
        written, after_id = 0, 0
        while True:
            with self._store.writing() as work:
                cases = work.cases.due(by=near, after_id=after_id, limit=PORTION)
                for case in cases:
                    for kind, text in _notes(case, today, near):
                        assert case.id is not None
                        if not work.cases.has_timeline(case.id, kind, text):
                            entry = TimelineEntry(
                                at=self._clock.now(), kind=kind, by=PROGRAM, text=text
                            )
                            work.cases.add_timeline(case.id, entry)
                            written += 1
                work.commit()
            if len(cases) < PORTION:
                return f"notes written: {written}" if written else "nothing due"
            after_id = cases[-1].id or 0


def _notes(case: Case, today: date, near: date) -> list[tuple[TimelineKind, str]]:
    notes = []
    if case.acknowledge_by is not None and case.acknowledged_at is None:
        notes.append(("The acknowledgement", case.acknowledge_by))
    if case.respond_by is not None:
        notes.append(("The answer", case.respond_by))
    found = []
    for what, due in notes:
        on = f"{due:%A} {due.day} {due:%B %Y}"
        if due < today:
            found.append((TimelineKind.DEADLINE_MISSED, f"{what} was due by {on}."))
        elif due <= near:
            found.append((TimelineKind.DEADLINE_NEAR, f"{what} is due by {on}."))
    return found
