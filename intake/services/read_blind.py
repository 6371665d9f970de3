"""An officer reads a case without being told what the classifier said, and says what it is.

The answer is kept as a review before anything is shown. Where it differs from what the case is
filed as, the case goes to review, where the same officer gives the reason (``review_case``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.domain.blind_reading import blinded_case
from intake.domain.cases import Case, CaseFile, Review, ReviewKind, Status, TimelineEntry
from intake.domain.cases import TimelineKind as Kind
from intake.domain.categories import Category
from intake.domain.officers import Officer
from intake.errors import CaseNotFound, IllegalTransition, NotPermitted
from intake.services.ports import CaseRow, Clock, Store
from intake.services.review_case import sane_seconds

LIST_LIMIT = 50


@dataclass(frozen=True, kw_only=True)
class BlindAnswer:
    """What an officer said of a case they read blind."""

    reference: str
    officer: Officer
    category: Category
    seconds_taken: float | None


class ReadBlind:
    """The blind readings that wait for an officer, and their answers."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def waiting(self, officer: Officer, *, limit: int = LIST_LIMIT) -> Sequence[CaseRow]:
        """Cases that await a reading by this officer, the longest waiting first; all left out."""
        if not officer.role.may_change_cases:
            return []
        with self._store.reading() as work:
            cases = work.learning.awaiting(officer.email, limit=limit)
        return [CaseRow(case=blinded_case(case), message_ids=(), is_blind=True) for case in cases]

    def answer(self, answer: BlindAnswer) -> None:
        """Keep what the officer said.

        A repeat of the same answer changes nothing. Raises ``CaseNotFound``, ``NotPermitted``, and
        ``IllegalTransition`` when the case awaits no reading by this officer.
        """
        if not answer.officer.role.may_change_cases:
            raise NotPermitted
        now = self._clock.now()
        with self._store.writing() as work:
            case = work.cases.by_reference(answer.reference, lock=True)
            file = work.cases.file(answer.reference)
            if case is None or case.id is None or file is None:
                raise CaseNotFound
            if not work.learning.give(case.id, answer.officer.email, at=now):
                if _is_repeat(file, answer):
                    return
                raise IllegalTransition("This case no longer waits for a blind reading by you.")
            entry = TimelineEntry(
                at=now,
                kind=Kind.READ_BLIND,
                by=answer.officer.email,
                text=f"Read blind as: {answer.category.label}.",
            )
            work.cases.add_review(case.id, _review(file, answer, now))
            work.cases.add_timeline(case.id, entry)
            if case.category is not answer.category and case.status is not Status.CLOSED:
                case.status = Status.TO_REVIEW
                case.decision_reason = _difference(case, answer.category)
                work.cases.save(case)
            work.commit()


def blind_review_by(file: CaseFile, officer: Officer) -> Review | None:
    """What this officer said of the case when they read it blind."""
    for review in file.reviews:
        if review.kind is ReviewKind.BLIND and review.officer == officer.email:
            return review
    return None


def _is_repeat(file: CaseFile, answer: BlindAnswer) -> bool:
    given = blind_review_by(file, answer.officer)
    return given is not None and given.officer_category is answer.category


def _review(file: CaseFile, answer: BlindAnswer, now: datetime) -> Review:
    # The first classification is that of the message that opened the case.
    said = file.classifications[0].classification if file.classifications else None
    return Review(
        at=now,
        officer=answer.officer.email,
        model_category=said.category if said else None,
        officer_category=answer.category,
        reason="",
        seconds_taken=sane_seconds(answer.seconds_taken),
        model=said.model if said else "",
        kind=ReviewKind.BLIND,
    )


def _difference(case: Case, category: Category) -> str:
    filed = case.category.label.lower() if case.category else "nothing"
    return f"Filed as {filed}; an officer who read it blind says {category.label.lower()}."
