"""Bank holidays of England and Wales from GOV.UK's list, as the library carries it."""

from collections.abc import Collection
from datetime import date

from govuk_bank_holidays.bank_holidays import BankHolidays


class BankHolidaysOfEngland:
    """Implements ``ports.Holidays``; the list reaches two years beyond the library's release."""

    def __init__(self) -> None:
        # The list in the package, not the one on the web: a clock set by law must not depend on
        # whether a web page answered when the program started.
        known = BankHolidays(use_cached_holidays=True)
        self._days = frozenset(
            each["date"] for each in known.get_holidays(BankHolidays.ENGLAND_AND_WALES)
        )

    def between(self, first: date, last: date) -> Collection[date]:
        """Bank holidays within both dates."""
        return frozenset(day for day in self._days if first <= day <= last)
