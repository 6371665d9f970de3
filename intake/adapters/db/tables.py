"""The tables, as typed models. The schema itself is made by the migrations; a test holds both equal.

Times are stored in UTC. Text that full-text search needs lies in ``case_words``, whose index differs
between SQLite (FTS5) and PostgreSQL (GIN) and is made by the migrations alone.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite keeps no zone, so what it gives back is marked as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone: they would be stored as something they are not."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give moments back aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Conditions of partial indexes. Queries use the same text: with bound values SQLite could not tell
# that the index fits.
WAITING = text("state IN ('received', 'claimed')")
ASIDE = text("state = 'set_aside'")

# SQLite numbers rows by itself only when the key's type is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bytes: LargeBinary,
    }


class RawMessageRow(Base):
    """The bytes of a received message, apart so that changes of state never rewrite them."""

    __tablename__ = "raw_message"

    identity: Mapped[str] = mapped_column(String(64), primary_key=True)
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
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(100))
    envelope_from: Mapped[str] = mapped_column(Text)
    recipients: Mapped[list[Any]]
    size: Mapped[int]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20))
    tries: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(200))
    claim_ends_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class CaseRow(Base):
    """A case."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_status_urgent_received", "status", "urgent", "received_at"),
        Index("ix_cases_received_at", "received_at"),
        Index("ix_cases_category_received_at", "category", "received_at"),
        Index("ix_cases_area_received_at", "area", "received_at"),
        Index("ix_cases_status_respond_by", "status", "respond_by"),
        Index("ix_cases_status_acknowledge_by", "status", "acknowledge_by"),
        # A reference is made from the number: no number is ever given twice, even after erasure.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    channel: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(20))
    decision: Mapped[str] = mapped_column(String(10))
    decision_reason: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float | None]
    stage: Mapped[int | None]
    area: Mapped[str | None] = mapped_column(String(40))
    landlord: Mapped[bool]
    urgent: Mapped[bool]
    hazards: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(Text)
    from_addr: Mapped[str] = mapped_column(Text)
    from_name: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    receipt_sent_at: Mapped[datetime | None]
    receipt_withheld: Mapped[str] = mapped_column(Text, default="")
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
    message_id: Mapped[str] = mapped_column(Text)
    message_id_hash: Mapped[str] = mapped_column(String(64), index=True)
    from_addr: Mapped[str] = mapped_column(Text)
    from_name: Mapped[str] = mapped_column(Text)
    participants: Mapped[list[Any]]
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    quoted: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[list[Any]]
    automatic: Mapped[str | None] = mapped_column(String(20))
    automatic_reason: Mapped[str] = mapped_column(Text)
    warnings: Mapped[list[Any]]
    received_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(String(20))


class CaseWordsRow(Base):
    """The words a case can be found by: one row a message."""

    __tablename__ = "case_words"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    words: Mapped[str] = mapped_column(Text)


class ClassificationRow(Base):
    """What the classifier said of a message."""

    __tablename__ = "classification"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case_message_id: Mapped[int] = mapped_column(ForeignKey("case_message.id"), index=True)
    at: Mapped[datetime]
    category: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float]
    probabilities: Mapped[dict[str, Any]]
    area: Mapped[str] = mapped_column(String(40))
    landlord: Mapped[bool]
    urgent: Mapped[bool]
    hazards: Mapped[list[Any]]
    language: Mapped[str] = mapped_column(String(10))
    evidence: Mapped[list[Any]]
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(100))


class ReviewRow(Base):
    """What an officer said of a classification."""

    __tablename__ = "review"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    officer: Mapped[str] = mapped_column(Text)
    model_category: Mapped[str | None] = mapped_column(String(20))
    officer_category: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    seconds_taken: Mapped[float | None]
    model: Mapped[str] = mapped_column(String(100))


class TimelineRow(Base):
    """An event in a case's history; rows are only ever added."""

    __tablename__ = "timeline"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class LetterRow(Base):
    """A letter of ours."""

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_state_next_try_at", "state", "next_try_at"),
        Index("ix_letter_to_addr_created_at", "to_addr", "created_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    # Lower case, so that limits per address count it whatever way it was written.
    to_addr: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text)


class OfficerRow(Base):
    """An account of the council's people."""

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(Text)
    active: Mapped[bool]
    failed_attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """A signed-in browser."""

    __tablename__ = "officer_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class MailboxRow(Base):
    """How far a mailbox has been read."""

    __tablename__ = "mailbox"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)


class LeaseRow(Base):
    """Who may do something that only one may do at a time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    ends_at: Mapped[datetime]


class JobRow(Base):
    """How a job is doing."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("name", "node"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(100))
    node: Mapped[str] = mapped_column(String(200))
    last_started_at: Mapped[datetime | None]
    last_finished_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime | None]
    last_result: Mapped[str] = mapped_column(Text)
    last_error: Mapped[str] = mapped_column(Text)
    runs: Mapped[int]
    failures: Mapped[int]
