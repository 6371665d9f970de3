"""Working days, and the dates by which a case must be acknowledged and answered.

Working days leave out Saturdays, Sundays and the holidays handed in. The day of receipt is day 0:
a message of a Friday evening or a Sunday has Monday, if that is a working day, as day 1.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.domain.categories import Category

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5
# Two working days before a date is due it is called near: one to notice, one to act.
NEAR_WORKING_DAYS = 2

HolidaysBetween = Callable[[date, date], Collection[date]]


@dataclass(frozen=True, kw_only=True)
class DeadlineRules:
    """How many working days each step has.

    Complaints: acknowledged within 5 (Housing Ombudsman Code 6.2, LGSCO Code 6.2), answered within
    10 of the acknowledgement (6.3). Everything else that wants an answer: 10 from receipt (the
    council's service standard for letters and emails).
    """

    acknowledge: int
    respond: int
    reply: int


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The dates of one case; None where no clock runs."""

    acknowledge_by: date | None
    respond_by: date | None


def local_date(moment: datetime) -> date:
    """The day a moment falls on in England, where the clocks of the policy run."""
    return moment.astimezone(LONDON).date()


def add_working_days(start: date, days: int, holidays_between: HolidaysBetween) -> date:
    """The working day that comes this many working days after ``start``, which is day 0."""
    # Twice the days and a fortnight covers weekends and the longest run of holidays, Christmas.
    holidays = holidays_between(start, start + timedelta(days=2 * days + 14))
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def deadlines_for(
    category: Category | None,
    received_on: date,
    rules: DeadlineRules,
    holidays_between: HolidaysBetween,
) -> Deadlines:
    """The dates that follow from a category.

    - complaint: acknowledge, and respond counted from the last day for acknowledging, until the
      acknowledgement itself starts that clock;
    - compliment: none, no time limit is set for thanks;
    - anything else, and what nobody could read yet: a reply by the service standard.
    """
    if category is Category.COMPLAINT:
        acknowledge_by = add_working_days(received_on, rules.acknowledge, holidays_between)
        return Deadlines(
            acknowledge_by=acknowledge_by,
            respond_by=add_working_days(acknowledge_by, rules.respond, holidays_between),
        )
    if category is Category.COMPLIMENT:
        return Deadlines(acknowledge_by=None, respond_by=None)
    return Deadlines(
        acknowledge_by=None,
        respond_by=add_working_days(received_on, rules.reply, holidays_between),
    )
