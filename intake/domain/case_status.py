"""What a resident is told of how their case is doing: no more than is settled, and what is late.

The words are those of the page. Like a receipt it defines no complaint and names no category that
waits for an officer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from intake.domain.cases import CaseFile, LetterState, Status, TimelineKind
from intake.domain.categories import Category
from intake.domain.letter_kinds import ALERT, STATUS_LINK, TRANSCRIPT

# They tell a resident nothing of their case, or do not go to them.
NO_NEWS = (ALERT, STATUS_LINK, TRANSCRIPT)


class Standing(StrEnum):
    """How far a case is, as a resident thinks of it.

    `READING`: an officer has yet to decide what it is. `WRITING`: a complaint, whose first letter
    is due. `LOOKING_INTO`: a complaint that was defined, whose answer is due. `REPLYING`: anything
    else that gets an answer. `THANKED`: a compliment. `CLOSED`: nothing is due any more.
    """

    READING = "reading"
    WRITING = "writing"
    LOOKING_INTO = "looking_into"
    REPLYING = "replying"
    THANKED = "thanked"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class CaseStatus:
    """The status of a case; ``next_by`` is when the council means to write next, if it said so.

    ``may_complain`` says that it is no complaint and can be made one. ``last_written_at`` is when
    the council's last letter left.
    """

    reference: str
    received_at: datetime
    standing: Standing
    stage: int | None
    is_complaint: bool
    next_by: date | None
    is_late: bool
    acknowledged_at: datetime | None
    last_written_at: datetime | None
    may_complain: bool


def case_status(file: CaseFile, today: date) -> CaseStatus:
    """The status of a case on this day."""
    case = file.case
    standing = _standing(file)
    is_complaint = standing in (Standing.WRITING, Standing.LOOKING_INTO) or (
        standing is Standing.CLOSED and case.category is Category.COMPLAINT
    )
    next_by = {
        Standing.READING: case.acknowledge_by or case.respond_by,
        Standing.WRITING: case.acknowledge_by,
        Standing.LOOKING_INTO: case.respond_by,
        Standing.REPLYING: case.respond_by,
    }.get(standing)
    sent = [
        each.sent_at
        for each in file.letters
        if each.state is LetterState.SENT and each.sent_at and each.kind not in NO_NEWS
    ]
    return CaseStatus(
        reference=case.reference,
        received_at=case.received_at,
        standing=standing,
        stage=case.stage if is_complaint else None,
        is_complaint=is_complaint,
        next_by=next_by,
        is_late=next_by is not None and next_by < today,
        acknowledged_at=case.acknowledged_at,
        last_written_at=max(sent, default=None),
        may_complain=not is_complaint and standing is not Standing.CLOSED,
    )


def _standing(file: CaseFile) -> Standing:
    case = file.case
    if case.status is Status.CLOSED:
        return Standing.CLOSED
    if case.acknowledged_at is not None:
        return Standing.LOOKING_INTO
    if not _is_settled(file):
        return Standing.READING
    if case.category is Category.COMPLAINT:
        return Standing.WRITING
    return Standing.THANKED if case.category is Category.COMPLIMENT else Standing.REPLYING


def _is_settled(file: CaseFile) -> bool:
    """Whether the category stands: an officer's word, the resident's choice, or no review due."""
    if file.case.category is None:
        return False
    chosen = any(entry.kind is TimelineKind.COMPLAINT_CHOSEN for entry in file.timeline)
    by_choice = chosen and file.case.category is Category.COMPLAINT
    return by_choice or file.case.status is not Status.TO_REVIEW or bool(file.reviews)
