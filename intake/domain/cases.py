"""What a case is: one matter from one resident, its messages, and what happened to it.

The rules for changing one are functions beside the matter they rule on (``receipts``,
``deadlines``, ``conversation``); this module holds the nouns.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision


class Channel(StrEnum):
    """How a message came to the council."""

    EMAIL = "email"
    CHAT = "chat"


class Status(StrEnum):
    """Where a case stands in the officers' work."""

    TO_REVIEW = "to_review"
    OPEN = "open"
    CLOSED = "closed"


class TimelineKind(StrEnum):
    """The kinds of event in a case's history."""

    RECEIVED = "received"
    JOINED = "joined"
    CLASSIFIED = "classified"
    UNREADABLE = "unreadable"
    HAZARD = "hazard"
    RECEIPT_QUEUED = "receipt_queued"
    RECEIPT_WITHHELD = "receipt_withheld"
    LETTER_SENT = "letter_sent"
    LETTER_DELAYED = "letter_delayed"
    LETTER_FAILED = "letter_failed"
    LETTER_RETRIED = "letter_retried"
    MESSAGE_RETRIED = "message_retried"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    COMPLAINT_CHOSEN = "complaint_chosen"
    ALERTED = "alerted"
    ALERT_WITHHELD = "alert_withheld"
    STATUS_ASKED = "status_asked"
    MENTIONED = "mentioned"
    DEADLINE_NEAR = "deadline_near"
    DEADLINE_MISSED = "deadline_missed"
    READING_DRAWN = "reading_drawn"
    READ_BLIND = "read_blind"
    READING_WITHDRAWN = "reading_withdrawn"


@dataclass(kw_only=True)
class Case:
    """One matter from one resident.

    ``category`` is None while neither the classifier nor an officer could tell.
    ``receipt_sent_at`` is when the automatic receipt left; ``acknowledged_at`` when an officer's
    letter defined the complaint (Housing Ombudsman Code 6.2): never the same thing. ``version``
    guards against two officers at once.
    """

    id: int | None = None
    reference: str = ""
    channel: Channel
    status: Status
    category: Category | None
    decision: Decision
    decision_reason: str
    confidence: float | None
    stage: int | None = None
    area: ServiceArea | None = None
    landlord: bool = False
    urgent: bool = False
    hazards: tuple[str, ...] = ()
    language: str = ""
    subject: str
    from_addr: str
    from_name: str
    received_at: datetime
    receipt_sent_at: datetime | None = None
    receipt_withheld: str = ""
    acknowledged_at: datetime | None = None
    acknowledge_by: date | None = None
    respond_by: date | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class AttachmentNote:
    """An attachment as it is listed in a case; its bytes stay in the stored message."""

    name: str
    type: str
    size: int


class Speaker(StrEnum):
    """Who said a line of a conversation in the chat."""

    RESIDENT = "resident"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True)
class SpokenLine:
    """A line of a conversation in the chat; ``at`` is when it was said, None where nobody knows."""

    at: datetime | None
    by: Speaker
    text: str


@dataclass(frozen=True, kw_only=True)
class CaseMessage:
    """One message of a case as it was read, with why it belongs to this case.

    One that came by chat has the conversation so far as its ``transcript``, and the telephone
    number left in it.
    """

    id: int | None = None
    inbound_id: int
    message_id: str
    from_addr: str
    from_name: str
    participants: tuple[str, ...]
    subject: str
    body: str
    quoted: str
    html: str | None
    attachments: tuple[AttachmentNote, ...]
    automatic: str | None
    automatic_reason: str
    warnings: tuple[str, ...]
    received_at: datetime
    joined_by: str
    channel: Channel = Channel.EMAIL
    telephone: str = ""
    transcript: tuple[SpokenLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One event in a case's history: written once, never changed."""

    at: datetime
    kind: TimelineKind
    by: str
    text: str


@dataclass(frozen=True, kw_only=True)
class StoredClassification:
    """What the classifier said of one message, kept for ever beside what officers said."""

    id: int | None = None
    case_message_id: int
    at: datetime
    classification: Classification


class ReviewKind(StrEnum):
    """What an officer knew when they gave their word: it decides where the word is counted.

    ``QUEUE``: they saw the classifier's suggestion. ``BLIND``: they saw the message alone.
    ``SETTLED``: they had read the case blind, or somebody had, and now settled what it is.
    """

    QUEUE = "queue"
    BLIND = "blind"
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class Review:
    """An officer's word on a classification: confirmed, corrected with a reason, or given blind."""

    at: datetime
    officer: str
    model_category: Category | None
    officer_category: Category
    reason: str
    seconds_taken: float | None
    model: str
    kind: ReviewKind = ReviewKind.QUEUE


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """Everything about one case, as an officer sees it.

    ``is_blind`` says that this officer has yet to read the case blind, and that all but the message
    was left out.
    """

    case: Case
    messages: tuple[CaseMessage, ...]
    timeline: tuple[TimelineEntry, ...]
    classifications: tuple[StoredClassification, ...]
    reviews: tuple[Review, ...]
    letters: tuple["Letter", ...] = field(default=())
    is_blind: bool = False


class LetterState(StrEnum):
    """Whether a letter has left."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter of ours in the outbox. ``raw`` is the mail exactly as it goes out.

    ``purpose`` makes writing it idempotent: a second letter of the same purpose is not stored.
    """

    id: int | None = None
    case_id: int | None
    purpose: str
    kind: str
    to_addr: str
    subject: str
    text: str
    message_id: str
    raw: bytes
    state: LetterState = LetterState.QUEUED
    tries: int = 0
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None = None
    last_error: str = ""
