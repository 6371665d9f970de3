"""The shapes of the JSON API's answers, for its OpenAPI description.

What fills them is ``intake.services.read_cases``; an answer that does not fit its shape is a bug
and is answered with 500, never sent.
"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from intake.domain.cases import Channel, LetterState, ReviewKind, Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision


class Problem(BaseModel):
    """Why a request was refused."""

    error: str
    detail: str


class CaseLine(BaseModel):
    """A case in a list; `receipt_sent_at` is of the automatic receipt, `acknowledged_at` is not."""

    reference: str
    category: Category | None
    decision: Decision
    confidence: float | None
    status: Status
    stage: Literal[1, 2] | None
    area: ServiceArea | None
    landlord: bool
    urgent: bool
    channel: Channel
    subject: str
    from_addr: str
    received_at: datetime
    receipt_sent_at: datetime | None
    acknowledged_at: datetime | None
    respond_by: date | None
    message_ids: list[str]


class CasePage(BaseModel):
    """A page of a list; `next` is sent as `after` to get the next one, and is null on the last."""

    cases: list[CaseLine]
    next: int | None


class TimelineItem(BaseModel):
    """An event in a case's history."""

    at: datetime
    kind: str
    by: str
    text: str


class LetterItem(BaseModel):
    """A letter of ours."""

    kind: str
    state: LetterState
    to_addr: str
    subject: str
    text: str
    message_id: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    last_error: str


class ClassificationItem(BaseModel):
    """What the classifier said of one message; `hazard_sentence` is empty when not urgent."""

    at: datetime
    message: int
    category: Category
    confidence: float
    probabilities: dict[Category, float]
    decision: Decision
    reason: str
    urgent: bool
    hazards: list[str]
    area: ServiceArea
    landlord: bool
    language: str
    evidence: list[str]
    model: str
    hazard_sentence: str


class ReviewItem(BaseModel):
    """What an officer said of the category."""

    at: datetime
    officer: str
    model_category: Category | None
    officer_category: Category
    reason: str
    seconds_taken: float | None
    model: str
    kind: ReviewKind


class CaseWhole(CaseLine):
    """Everything about a case."""

    timeline: list[TimelineItem]
    letters: list[LetterItem]
    classifications: list[ClassificationItem]
    from_name: str
    decision_reason: str
    hazards: list[str]
    language: str
    receipt_withheld: str
    acknowledge_by: date | None
    version: int
    reviews: list[ReviewItem]
    messages: list[dict[str, Any]]
