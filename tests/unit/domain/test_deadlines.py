"""Working days and dates, with the holidays of England as GOV.UK lists them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.adapters.holidays import BankHolidaysOfEngland
from intake.domain.categories import Category
from intake.domain.deadlines import (
    SATURDAY,
    DeadlineRules,
    Deadlines,
    add_working_days,
    deadlines_for,
    local_date,
)

HOLIDAYS = BankHolidaysOfEngland().between
RULES = DeadlineRules(acknowledge=5, respond=10, reply=10)


def no_holidays(first, last):
    return ()


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        # An ordinary week: the day of receipt is day 0, whatever day it is.
        ("2026-11-02 Mon", 1, "2026-11-03 Tue"),
        ("2026-11-06 Fri", 1, "2026-11-09 Mon"),
        ("2026-11-07 Sat", 1, "2026-11-09 Mon"),
        ("2026-11-08 Sun", 1, "2026-11-09 Mon"),
        ("2026-11-02 Mon", 5, "2026-11-09 Mon"),
        ("2026-11-02 Mon", 10, "2026-11-16 Mon"),
        ("2026-11-07 Sat", 0, "2026-11-07 Sat"),
        # Christmas 2026: Friday 25 December, and Monday 28 for Boxing Day on a Saturday.
        ("2026-12-24 Thu", 1, "2026-12-29 Tue"),
        ("2026-12-23 Wed", 5, "2027-01-04 Mon"),
        ("2026-12-21 Mon", 10, "2027-01-07 Thu"),
        ("2026-12-25 Fri", 1, "2026-12-29 Tue"),
        ("2026-12-31 Thu", 1, "2027-01-04 Mon"),
        # Easter 2027: Good Friday 26 March, Easter Monday 29 March.
        ("2027-03-25 Thu", 1, "2027-03-30 Tue"),
        ("2027-03-22 Mon", 5, "2027-03-31 Wed"),
        ("2027-03-27 Sat", 10, "2027-04-12 Mon"),
        # May 2027: the third and the last Monday but none between.
        ("2027-04-30 Fri", 1, "2027-05-04 Tue"),
        ("2027-05-28 Fri", 1, "2027-06-01 Tue"),
        ("2027-04-29 Thu", 20, "2027-05-28 Fri"),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start, days, expected):
    due = add_working_days(date.fromisoformat(start[:10]), days, HOLIDAYS)
    assert f"{due:%Y-%m-%d %a}" == expected


def test_closure_days_of_the_council_are_no_working_days():
    closed = {date(2026, 12, day) for day in (25, 28, 29, 30, 31)} | {date(2027, 1, 1)}
    assert add_working_days(date(2026, 12, 24), 1, lambda *_: closed) == date(2027, 1, 4)


@given(st.dates(date(2025, 1, 1), date(2027, 12, 1)), st.integers(1, 30))
def test_a_due_day_is_a_working_day_with_so_many_working_days_up_to_it(start, days):
    due = add_working_days(start, days, HOLIDAYS)
    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    holidays = HOLIDAYS(start, due)
    working = [day for day in between if day.weekday() < SATURDAY and day not in holidays]
    assert (len(working), working[-1]) == (days, due)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # Summer time: half past eleven in the evening by UTC is the next day in England.
        (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2)),
        # Winter time is UTC.
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), date(2026, 12, 1)),
        # The clocks go forward on 28 March 2027 and back on 25 October 2026, at one o'clock UTC.
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), date(2027, 3, 27)),
        (datetime(2027, 3, 28, 23, 30, tzinfo=UTC), date(2027, 3, 29)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        # What another zone calls Monday may still be Sunday here.
        (datetime(2026, 11, 2, 8, 0, tzinfo=timezone(timedelta(hours=9))), date(2026, 11, 1)),
    ],
)
def test_the_day_of_receipt_is_the_day_in_england(moment, expected):
    assert local_date(moment) == expected


def test_a_complaint_is_acknowledged_and_then_answered_from_the_last_day_for_that():
    assert deadlines_for(Category.COMPLAINT, date(2026, 11, 2), RULES, no_holidays) == Deadlines(
        acknowledge_by=date(2026, 11, 9), respond_by=date(2026, 11, 23)
    )


def test_thanks_have_no_date():
    none = Deadlines(acknowledge_by=None, respond_by=None)
    assert deadlines_for(Category.COMPLIMENT, date(2026, 11, 2), RULES, no_holidays) == none


@pytest.mark.parametrize(
    "category",
    [*(each for each in Category if each not in (Category.COMPLAINT, Category.COMPLIMENT)), None],
)
def test_everything_else_is_answered_by_the_service_standard(category):
    assert deadlines_for(category, date(2026, 11, 2), RULES, no_holidays) == Deadlines(
        acknowledge_by=None, respond_by=date(2026, 11, 16)
    )
