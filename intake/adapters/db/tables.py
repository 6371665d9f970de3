"""The tables, as typed models. The migrations make the schema itself; a test holds both equal.

What full-text search needs lies in ``case_words``, whose index differs between SQLite (FTS5) and
PostgreSQL (GIN) and is made by the migrations alone. What a kind of column does to its values is
left to ``columns``.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from intake.adapters.db.columns import JsonRecord, LongText, ShortText, UtcDateTime
from intake.adapters.db.full_text import IndexedWords

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Conditions of partial indexes. Queries use the same text: with bound values SQLite could not tell
# that the index fits.
WAITING = text("state IN ('received', 'claimed')")
ASIDE = text("state = 'set_aside'")
UNFINISHED = text("status <> 'closed'")
UNREAD = text("state = 'waiting'")
GOING_ON = text("state = 'open'")
WITHOUT_CASE = text("case_id IS NULL AND state <> 'deleted'")
UNANSWERED = text("answered_at IS NULL")

# SQLite numbers rows by itself only when the key's type is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JsonRecord,
        list[Any]: JsonRecord,
        bytes: LargeBinary,
    }


class RawMessageRow(Base):
    """The bytes of a received message, apart so that changes of state never rewrite them."""

    __tablename__ = "raw_message"

    identity: Mapped[str] = mapped_column(ShortText(64), primary_key=True)
    content: Mapped[bytes]


class InboundMessageRow(Base):
    """A received message and how far it has come."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        # The worker asks for the oldest waiting message all the time; those done are most rows.
        Index("ix_inbound_message_waiting", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_inbound_message_set_aside", "id", sqlite_where=ASIDE, postgresql_where=ASIDE),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(ShortText(64), unique=True)
    channel: Mapped[str] = mapped_column(ShortText(10))
    source: Mapped[str] = mapped_column(ShortText(100))
    envelope_from: Mapped[str] = mapped_column(LongText)
    recipients: Mapped[list[Any]]
    size: Mapped[int]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(ShortText(20))
    tries: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(ShortText(200))
    claim_ends_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(LongText, default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class CaseRow(Base):
    """A case."""

    __tablename__ = "cases"
    __table_args__ = (
        # Every list is made of stretches of one state and urgency, each in the order of its index:
        # one index for each choice of filters, and none is ever sorted.
        Index("ix_cases_stretch", "status", "urgent", "received_at", "id"),
        Index("ix_cases_category_stretch", "category", "status", "urgent", "received_at", "id"),
        Index("ix_cases_area_stretch", "area", "status", "urgent", "received_at", "id"),
        Index(
            "ix_cases_category_area_stretch",
            *("category", "area", "status", "urgent", "received_at", "id"),
        ),
        # The daily look for deadlines walks what is unfinished, whose dates the index holds.
        Index(
            "ix_cases_unfinished",
            *("id", "respond_by", "acknowledge_by", "acknowledged_at"),
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        # Each receipt asks what else its reader has open.
        Index(
            "ix_cases_sender",
            *("from_addr", "id"),
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        # A reference is made from the number: no number is ever given twice, even after erasure.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(ShortText(12), unique=True)
    channel: Mapped[str] = mapped_column(ShortText(10))
    status: Mapped[str] = mapped_column(ShortText(20))
    category: Mapped[str | None] = mapped_column(ShortText(20))
    decision: Mapped[str] = mapped_column(ShortText(10))
    decision_reason: Mapped[str] = mapped_column(LongText)
    confidence: Mapped[float | None]
    stage: Mapped[int | None]
    area: Mapped[str | None] = mapped_column(ShortText(40))
    landlord: Mapped[bool]
    urgent: Mapped[bool]
    hazards: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(ShortText(10))
    subject: Mapped[str] = mapped_column(LongText)
    from_addr: Mapped[str] = mapped_column(LongText)
    from_name: Mapped[str] = mapped_column(LongText)
    received_at: Mapped[datetime]
    receipt_sent_at: Mapped[datetime | None]
    receipt_withheld: Mapped[str] = mapped_column(LongText, default="")
    acknowledged_at: Mapped[datetime | None]
    acknowledge_by: Mapped[date | None]
    respond_by: Mapped[date | None]
    version: Mapped[int]


class CaseMessageRow(Base):
    """A message of a case as it was read."""

    __tablename__ = "case_message"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_message.id"), unique=True)
    # Message-IDs are looked up by hash: they can be longer than an index entry may be.
    message_id: Mapped[str] = mapped_column(LongText)
    message_id_hash: Mapped[str] = mapped_column(ShortText(64), index=True)
    from_addr: Mapped[str] = mapped_column(LongText)
    from_name: Mapped[str] = mapped_column(LongText)
    participants: Mapped[list[Any]]
    subject: Mapped[str] = mapped_column(LongText)
    body: Mapped[str] = mapped_column(LongText)
    quoted: Mapped[str] = mapped_column(LongText)
    html: Mapped[str | None] = mapped_column(LongText)
    attachments: Mapped[list[Any]]
    automatic: Mapped[str | None] = mapped_column(ShortText(20))
    automatic_reason: Mapped[str] = mapped_column(LongText)
    warnings: Mapped[list[Any]]
    received_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(ShortText(20))
    channel: Mapped[str] = mapped_column(ShortText(10), server_default="email")
    telephone: Mapped[str] = mapped_column(LongText, server_default=text("''"))
    # PostgreSQL cannot compare JSON, so that no default could be checked against the migrations.
    transcript: Mapped[list[Any] | None]


class CaseWordsRow(Base):
    """The words a case can be found by: one row a message, cut as ``full_text`` cuts them."""

    __tablename__ = "case_words"

    case_message_id: Mapped[int] = mapped_column(
        ForeignKey("case_message.id"), primary_key=True, autoincrement=False
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    words: Mapped[str] = mapped_column(IndexedWords)


class ClassificationRow(Base):
    """What the classifier said of a message."""

    __tablename__ = "classification"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case_message_id: Mapped[int] = mapped_column(ForeignKey("case_message.id"), index=True)
    at: Mapped[datetime]
    category: Mapped[str] = mapped_column(ShortText(20))
    confidence: Mapped[float]
    probabilities: Mapped[dict[str, Any]]
    area: Mapped[str] = mapped_column(ShortText(40))
    landlord: Mapped[bool]
    urgent: Mapped[bool]
    hazards: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(ShortText(10))
    evidence: Mapped[list[Any]]
    decision: Mapped[str] = mapped_column(ShortText(10))
    reason: Mapped[str] = mapped_column(LongText)
    model: Mapped[str] = mapped_column(ShortText(100))
    # Alembic takes an empty default for a difference on SQLite unless it is written as SQL.
    hazard_sentence: Mapped[str] = mapped_column(LongText, server_default=text("''"))


class ReviewRow(Base):
    """What an officer said of a classification."""

    __tablename__ = "review"
    # Agreement is counted by month.
    __table_args__ = (Index("ix_review_at", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    officer: Mapped[str] = mapped_column(LongText)
    model_category: Mapped[str | None] = mapped_column(ShortText(20))
    officer_category: Mapped[str] = mapped_column(ShortText(20))
    reason: Mapped[str] = mapped_column(LongText)
    seconds_taken: Mapped[float | None]
    model: Mapped[str] = mapped_column(ShortText(100))
    kind: Mapped[str] = mapped_column(ShortText(10), server_default="queue")


class BlindReadingRow(Base):
    """A blind reading a case was drawn for; its answer is a review."""

    __tablename__ = "blind_reading"
    __table_args__ = (
        UniqueConstraint("case_id", "place"),
        Index("ix_blind_reading_waiting", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    place: Mapped[int]
    state: Mapped[str] = mapped_column(ShortText(10))
    drawn_at: Mapped[datetime]
    officer: Mapped[str | None] = mapped_column(LongText)
    ended_at: Mapped[datetime | None]


class DriftCheckRow(Base):
    """What the last look at one measure of drift found."""

    __tablename__ = "drift_check"

    measure: Mapped[str] = mapped_column(ShortText(20), primary_key=True)
    checked_at: Mapped[datetime]
    alarm_since: Mapped[datetime | None]
    figure: Mapped[float | None]
    text: Mapped[str] = mapped_column(LongText)


class TimelineRow(Base):
    """An event in a case's history; rows are only ever added."""

    __tablename__ = "timeline"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(ShortText(40))
    by: Mapped[str] = mapped_column(LongText)
    text: Mapped[str] = mapped_column(LongText)


class LetterRow(Base):
    """A letter of ours."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_state_next_try_at", "state", "next_try_at"),
        Index("ix_letter_to_addr_created_at", "to_addr", "created_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    purpose: Mapped[str] = mapped_column(ShortText(200), unique=True)
    kind: Mapped[str] = mapped_column(ShortText(40))
    # Lower case, so that limits per address count it whatever way it was written.
    to_addr: Mapped[str] = mapped_column(ShortText(320))
    subject: Mapped[str] = mapped_column(LongText)
    text: Mapped[str] = mapped_column(LongText)
    message_id: Mapped[str] = mapped_column(LongText)
    raw: Mapped[bytes]
    state: Mapped[str] = mapped_column(ShortText(10))
    tries: Mapped[int]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(LongText)


class ChatConversationRow(Base):
    """A conversation of the chat and what the interview holds of it."""

    __tablename__ = "chat_conversation"
    __table_args__ = (
        # Looked through for those that were left, and for words that need not be kept.
        Index(
            "ix_chat_conversation_going_on",
            *("last_at", "id"),
            sqlite_where=GOING_ON,
            postgresql_where=GOING_ON,
        ),
        Index(
            "ix_chat_conversation_without_case",
            *("last_at", "id"),
            sqlite_where=WITHOUT_CASE,
            postgresql_where=WITHOUT_CASE,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    key_hash: Mapped[str] = mapped_column(ShortText(64), unique=True)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(ShortText(10))
    engine: Mapped[str] = mapped_column(ShortText(10))
    held: Mapped[dict[str, Any]]
    submissions: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    version: Mapped[int]


class ChatTurnRow(Base):
    """A message of a resident in the chat, and its answer."""

    __tablename__ = "chat_turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "message_id"),
        # Looked through for what a death of the program left behind.
        Index(
            "ix_chat_turn_unanswered",
            *("received_at", "id"),
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("chat_conversation.id"))
    message_id: Mapped[str] = mapped_column(ShortText(36))
    text: Mapped[str] = mapped_column(LongText)
    received_at: Mapped[datetime]
    emergency: Mapped[list[Any]]
    hazards: Mapped[list[Any]]
    step: Mapped[dict[str, Any] | None] = mapped_column(JsonRecord(none_as_null=True))
    replies: Mapped[list[Any] | None] = mapped_column(JsonRecord(none_as_null=True))
    engine: Mapped[str | None] = mapped_column(ShortText(10))
    answered_at: Mapped[datetime | None]


class StatusRequestRow(Base):
    """Somebody's wish to know how a case is doing, until a job answers it."""

    __tablename__ = "status_request"
    __table_args__ = (UniqueConstraint("reference", "email"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(ShortText(12))
    email: Mapped[str] = mapped_column(ShortText(320))
    asked_at: Mapped[datetime]


class StatusLinkRow(Base):
    """A one-time link to the status of a case."""

    __tablename__ = "status_link"

    token_hash: Mapped[str] = mapped_column(ShortText(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    used_by: Mapped[str] = mapped_column(ShortText(64))


class OfficerRow(Base):
    """An account of the council's people."""

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(ShortText(320), unique=True)
    name: Mapped[str] = mapped_column(LongText)
    role: Mapped[str] = mapped_column(ShortText(20))
    password_hash: Mapped[str] = mapped_column(LongText)
    active: Mapped[bool]
    failed_attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """A signed-in browser."""

    __tablename__ = "officer_session"

    token_hash: Mapped[str] = mapped_column(ShortText(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(ShortText(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class MailboxRow(Base):
    """How far a mailbox has been read."""

    __tablename__ = "mailbox"

    name: Mapped[str] = mapped_column(ShortText(100), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)


class LeaseRow(Base):
    """Who may do something that only one may do at a time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(ShortText(100), primary_key=True)
    holder: Mapped[str] = mapped_column(ShortText(200))
    ends_at: Mapped[datetime]


class JobRow(Base):
    """How a job is doing."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("name", "node"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(ShortText(100))
    node: Mapped[str] = mapped_column(ShortText(200))
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime | None]
    last_result: Mapped[str] = mapped_column(LongText)
    last_error: Mapped[str] = mapped_column(LongText)
    runs: Mapped[int]
    failures: Mapped[int]
