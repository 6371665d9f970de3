"""An officer says what a case is: confirms the category it has, or corrects it with a reason.

The model's answer is never overwritten: it stays beside the officer's, with the reason and the time
taken, as the measure of the classifier. What the category means for letters is left to later use
cases.
"""

from dataclasses import dataclass
from datetime import datetime

from intake.domain.cases import (
    Case,
    CaseFile,
    Review,
    ReviewKind,
    Status,
    TimelineEntry,
    TimelineKind,
)
from intake.domain.categories import Category
from intake.domain.deadlines import DeadlineRules, deadlines_for, local_date
from intake.domain.officers import Officer
from intake.errors import (
    CaseNotFound,
    IllegalTransition,
    InvalidSubmission,
    NotPermitted,
    StaleCase,
)
from intake.services.ports import Clock, Holidays, Store

# A page left open for longer was not being read all the time, so the time says nothing.
MOST_SECONDS_TAKEN = 30 * 60
LONGEST_REASON = 2000


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What an officer decided about one version of a case.

    ``seconds_taken`` is how long the case was on their screen, None when nobody measured.
    """

    reference: str
    version: int
    officer: Officer
    category: Category
    reason: str
    seconds_taken: float | None


class ReviewCase:
    """Confirms or corrects the category of a case and sets what follows from it."""

    def __init__(
        self, *, store: Store, clock: Clock, rules: DeadlineRules, holidays: Holidays
    ) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._holidays = holidays

    def confirm(
        self, reference: str, *, officer: Officer, version: int, seconds_taken: float | None = None
    ) -> None:
        """The case is what it is filed as; it leaves the queue.

        A repeat of the same confirmation changes nothing. Raises ``CaseNotFound``, ``StaleCase``,
        ``NotPermitted``, ``IllegalTransition`` for a closed case or one the officer has yet to read
        blind, and ``InvalidSubmission`` for a case that has no category yet.
        """
        file = self._file(reference, officer)
        if file.case.category is None:
            raise InvalidSubmission("This case has no category yet: choose one.")
        self._settle(
            file,
            Verdict(
                reference=reference,
                version=version,
                officer=officer,
                category=file.case.category,
                reason="",
                seconds_taken=sane_seconds(seconds_taken),
            ),
        )

    def correct(
        self,
        reference: str,
        *,
        officer: Officer,
        category: Category,
        reason: str,
        version: int,
        seconds_taken: float | None = None,
    ) -> None:
        """The case is something else than it is filed as; it leaves the queue under that.

        A repeat of the same correction changes nothing. Raises what ``confirm`` raises, and
        ``InvalidSubmission`` when the reason is empty or too long.
        """
        reason = " ".join(reason.split())
        if not reason:
            raise InvalidSubmission("Say in a few words why the category is wrong.")
        if len(reason) > LONGEST_REASON:
            raise InvalidSubmission(f"The reason must be {LONGEST_REASON} characters or fewer.")
        self._settle(
            self._file(reference, officer),
            Verdict(
                reference=reference,
                version=version,
                officer=officer,
                category=category,
                reason=reason,
                seconds_taken=sane_seconds(seconds_taken),
            ),
        )

    def _file(self, reference: str, officer: Officer) -> CaseFile:
        if not officer.role.may_change_cases:
            raise NotPermitted
        with self._store.reading() as work:
            file = work.cases.file(reference)
            if file is None or file.case.id is None:
                raise CaseNotFound
            if work.learning.awaited_of([file.case.id], officer.email):
                raise IllegalTransition("Read this case blind first: it waits for your answer.")
        return file

    def _settle(self, file: CaseFile, verdict: Verdict) -> None:
        if _is_repeat(file, verdict):
            return
        now = self._clock.now()
        with self._store.writing() as work:
            case = work.cases.by_reference(verdict.reference, lock=True)
            if case is None:
                raise CaseNotFound
            if case.version != verdict.version or case.version != file.case.version:
                raise StaleCase
            if case.status is Status.CLOSED:
                raise IllegalTransition("This case is closed; its category stays as it is.")
            assert case.id is not None
            entry = _timeline_entry(case, verdict, now)
            self._apply(case, verdict.category)
            work.cases.save(case)
            work.cases.add_review(case.id, _review(file, verdict, now))
            work.cases.add_timeline(case.id, entry)
            work.commit()

    def _apply(self, case: Case, category: Category) -> None:
        case.status = Status.OPEN
        if category is case.category:
            # The dates stay: those of a complaint that a resident chose later run from the choice.
            return
        received_on = local_date(case.received_at)
        deadlines = deadlines_for(category, received_on, self._rules, self._holidays.between)
        case.category = category
        case.stage = 1 if category is Category.COMPLAINT else None
        case.acknowledge_by = deadlines.acknowledge_by
        case.respond_by = deadlines.respond_by


def sane_seconds(seconds: float | None) -> float | None:
    """A time taken that can be believed, in seconds, or None.

    Not when it is negative, and not when it is longer than ``MOST_SECONDS_TAKEN``.
    """
    if seconds is None or not 0 <= seconds <= MOST_SECONDS_TAKEN:
        return None
    return round(seconds, 1)


def _is_repeat(file: CaseFile, verdict: Verdict) -> bool:
    """Whether the officer pressed twice: the case is one version on, and by this very word."""
    if file.case.version != verdict.version + 1 or not file.reviews:
        return False
    last = file.reviews[-1]
    return (last.officer, last.officer_category, last.reason) == (
        verdict.officer.email,
        verdict.category,
        verdict.reason,
    )


def _review(file: CaseFile, verdict: Verdict, now: datetime) -> Review:
    # The first classification is that of the message that opened the case.
    answer = file.classifications[0].classification if file.classifications else None
    return Review(
        at=now,
        officer=verdict.officer.email,
        model_category=answer.category if answer else None,
        officer_category=verdict.category,
        reason=verdict.reason,
        seconds_taken=verdict.seconds_taken,
        model=answer.model if answer else "",
        kind=ReviewKind.SETTLED if _was_read_blind(file) else ReviewKind.QUEUE,
    )


def _was_read_blind(file: CaseFile) -> bool:
    return any(review.kind is ReviewKind.BLIND for review in file.reviews)


def _timeline_entry(case: Case, verdict: Verdict, now: datetime) -> TimelineEntry:
    if not verdict.reason:
        kind, text = TimelineKind.CONFIRMED, f"Category confirmed: {verdict.category.label}."
    else:
        before = case.category.label if case.category else "unknown"
        kind = TimelineKind.CORRECTED
        text = f"Corrected from {before} to {verdict.category.label}: {verdict.reason}"
    return TimelineEntry(at=now, kind=kind, by=verdict.officer.email, text=text)
