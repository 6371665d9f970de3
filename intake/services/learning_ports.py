"""What the use cases of learning from officers need of the store: a part of ``ports``."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.domain.agreement import Pairs
from intake.domain.blind_reading import Place, ReadingState
from intake.domain.cases import Case, ReviewKind
from intake.domain.categories import Category
from intake.domain.drift import Measure


@dataclass(frozen=True, kw_only=True)
class DriftCheck:
    """What the last look at one measure of drift found.

    ``alarm_since`` is when the alarm was first raised without a break, None when there is none.
    """

    measure: Measure
    checked_at: datetime
    alarm_since: datetime | None
    figure: float | None
    text: str


class LearningRepository(Protocol):
    """Blind readings, how readers agree, and the drift watch.

    An officer is named by email address. A reading awaits every officer but those who have given
    one of the same case.
    """

    def draw(self, case_id: int, places: Sequence[Place], *, at: datetime) -> None:
        """Have a case read blind. A reading drawn before is left as it is."""

    def awaited_of(self, case_ids: Collection[int], officer: str) -> frozenset[int]:
        """Which of these cases await a reading by this officer."""

    def awaiting(self, officer: str, *, limit: int) -> Sequence[Case]:
        """Cases that await a reading by this officer, the longest waiting first."""

    def give(self, case_id: int, officer: str, *, at: datetime) -> bool:
        """Note that an officer gave the next reading of a case; False when none awaits them."""

    def withdraw(self, case_id: int, *, at: datetime) -> int:
        """Take back the readings nobody has given; gives how many."""

    def count_by_state(self) -> Mapping[ReadingState, int]:
        """How many readings are in each state."""

    def model_pairs(self, kind: ReviewKind, *, since: datetime, until: datetime) -> Pairs:
        """What the model and the officer said: the first review of this kind of each case.

        From ``since`` on and before ``until``; cases the model could not read are left out.
        """

    def officer_pairs(self, *, since: datetime, until: datetime) -> Pairs:
        """What two officers said who read the same case blind, by when the later one did."""

    def categories(self, *, since: datetime, until: datetime) -> Mapping[Category, int]:
        """How many cases received from ``since`` on and before ``until`` are in each category."""

    def keep_check(self, check: DriftCheck) -> None:
        """Keep what a look found, in place of what the last one did."""

    def checks(self) -> Mapping[Measure, DriftCheck]:
        """What the last look at each measure found."""
