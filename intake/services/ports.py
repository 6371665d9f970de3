"""What the services need from the outside, in the services' own words.

Adapters implement these; nothing here knows how. A method that finds nothing returns None or an
empty sequence; a store that cannot be reached raises ``StoreUnavailable`` from any method.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, Self

from intake.domain.cases import (
    Case,
    CaseFile,
    CaseMessage,
    Channel,
    Letter,
    LetterState,
    Review,
    Status,
    StoredClassification,
    TimelineEntry,
)
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, MessageText
from intake.domain.inbound import ClaimedInbound, InboundState, NewInbound, SetAside
from intake.services.chat_ports import ConversationRepository
from intake.services.learning_ports import LearningRepository
from intake.services.officer_ports import OfficerRepository
from intake.services.operations_ports import OperationsRepository
from intake.services.status_ports import StatusRepository


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class Classifier(Protocol):
    """Reads what a person wrote."""

    @property
    def model_version(self) -> str:
        """Name and version of the model that answers."""

    def classify(self, message: MessageText) -> Classification:
        """What kind of message this is. Raises ``ClassifierUnavailable``."""

    def classify_many(self, messages: Iterable[MessageText]) -> Iterator[Classification]:
        """What kind each message is, in order. Raises ``ClassifierUnavailable``."""


@dataclass(frozen=True, kw_only=True)
class LetterText:
    """A letter's words: one subject line, plain text, and the same text as HTML."""

    subject: str
    text: str
    html: str


class LetterWriter(Protocol):
    """Writes letters from the council's texts."""

    def write(self, kind: str, facts: Mapping[str, Any]) -> LetterText:
        """The letter of this kind with these facts in it."""


class LetterMail(Protocol):
    """Puts a letter's words into a mail, with the marks of automatic mail and of its thread."""

    def build(
        self,
        text: LetterText,
        *,
        to_addr: str,
        message_id: str,
        in_reply_to: str,
        references: Sequence[str],
        sent_at: datetime,
    ) -> bytes:
        """The mail as it goes out. Raises ``InvalidSubmission`` for an unusable address."""


class Mailer(Protocol):
    """Hands letters to whoever delivers them; one context is one run over many letters."""

    def session(self) -> AbstractContextManager["MailerSession"]:
        """A connection for one run. Raises ``RelayUnavailable``."""


class MailerSession(Protocol):
    """An open way out for letters."""

    def send(self, letter: Letter) -> str:
        """Deliver one letter; gives where it went, for the timeline.

        Raises ``RelayUnavailable`` (no letter leaves now), ``LetterDelayed`` (try this one again
        later) or ``RelayRefused`` (never try this one again).
        """


class Holidays(Protocol):
    """Knows the days that are not working days besides weekends."""

    def between(self, first: date, last: date) -> Collection[date]:
        """Bank holidays of England and closure days of the council within both dates."""


class InboundRepository(Protocol):
    """Received messages, in the order they came."""

    def add_many(self, messages: Sequence[NewInbound]) -> list[bool]:
        """Store messages; for each whether it is new. One stored before is left as it is."""

    def claim_next(
        self, *, worker: str, now: datetime, claim_seconds: float
    ) -> ClaimedInbound | None:
        """Take up the oldest message waiting, or one whose claim ran out; counts a try."""

    def claim(
        self, *, identity: str, worker: str, now: datetime, claim_seconds: float
    ) -> ClaimedInbound | None:
        """Take up the message with this identity, if it waits as above; counts a try."""

    def case_of(self, identity: str) -> int | None:
        """The number of the case that holds the message with this identity."""

    def release_claims(self, *, worker: str) -> int:
        """Give back the claims of a worker that is gone; gives how many."""

    def finish(self, claimed: ClaimedInbound, *, at: datetime, case_id: int) -> None:
        """Mark a message as processed into this case. Raises ``ClaimLost``."""

    def fail(self, claimed: ClaimedInbound, *, error: str) -> None:
        """Give a message back after a failure, with what went wrong. Raises ``ClaimLost``."""

    def set_aside(
        self, claimed: ClaimedInbound, *, at: datetime, case_id: int | None, error: str
    ) -> None:
        """Stop trying; the message waits for an officer. Raises ``ClaimLost``."""

    def retry(self, inbound_id: int) -> None:
        """Put a message that was set aside back in the queue with its tries forgotten."""

    def list_set_aside(self) -> Sequence[SetAside]:
        """Messages set aside, newest first."""

    def raw(self, inbound_id: int) -> bytes | None:
        """The bytes exactly as they came."""

    def origin(self, inbound_id: int) -> tuple[Channel, int | None] | None:
        """How a message came, and the number of its case where it has one."""

    def count_by_state(self) -> Mapping[InboundState, int]:
        """How many messages are in each state but processed, which all of them end in."""

    def oldest_waiting_at(self) -> datetime | None:
        """When the oldest message not yet processed came."""


class CaseOrder(StrEnum):
    """In which order cases are listed: newest first, or as a queue.

    The queue has urgent cases first; among these, and then among the others, the longest waiting.
    """

    NEWEST = "newest"
    QUEUE = "queue"


@dataclass(frozen=True, kw_only=True)
class CaseQuery:
    """Which cases to list. Empty fields do not narrow; ``words`` is full text.

    A message holds the words when each occurs in it, in any order and form of the word; a term with
    punctuation, such as an address, when its parts follow each other. Only the newest thousand
    messages that hold them are looked at, so that a word in every message takes no longer.
    ``after_id`` is the number of the last case already shown: the list goes on behind it.
    """

    status: Status | None = None
    category: Category | None = None
    area: ServiceArea | None = None
    urgent: bool | None = None
    words: str = ""
    order: CaseOrder = CaseOrder.NEWEST
    after_id: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case in a list, with the Message-IDs of its messages.

    ``is_blind`` says that whoever asked has yet to read it blind, and that much was left out.
    """

    case: Case
    message_ids: tuple[str, ...]
    is_blind: bool = False


class CaseRepository(Protocol):
    """Cases with their messages and history."""

    def open(self, case: Case) -> Case:
        """Store a new case; gives it with its number and reference."""

    def save(self, case: Case) -> None:
        """Store a changed case. Raises ``StaleCase`` when somebody else changed it."""

    def by_reference(self, reference: str, *, lock: bool = False) -> Case | None:
        """The case with this reference; ``lock`` keeps others from changing it until commit."""

    def by_id(self, case_id: int, *, lock: bool = False) -> Case | None:
        """The case with this number; ``lock`` as above."""

    def file(self, reference: str) -> CaseFile | None:
        """Everything about the case with this reference."""

    def list(self, query: CaseQuery) -> Sequence[CaseRow]:
        """Cases that fit, in the order asked for."""

    def iterate(self, query: CaseQuery) -> Iterable[CaseRow]:
        """All cases that fit, oldest first, read in portions so that any number can be exported."""

    def count_by_status(self) -> Mapping[Status, int]:
        """How many cases are in each state but closed, which all of them end in."""

    def add_message(self, case_id: int, message: CaseMessage) -> CaseMessage:
        """Store a message of a case and make its words findable; gives it with its number.

        A message stored before, as one set aside is, is stored over: it was read anew.
        """

    def add_classification(self, case_id: int, stored: StoredClassification) -> None:
        """Keep what the classifier said."""

    def add_review(self, case_id: int, review: Review) -> None:
        """Keep what an officer said."""

    def add_timeline(self, case_id: int, entry: TimelineEntry) -> None:
        """Append to a case's history."""

    def participants(self, case_id: int) -> frozenset[str]:
        """Addresses, in lower case, that took part in a case's messages."""

    def cases_of_messages(self, message_ids: Collection[str]) -> Sequence[int]:
        """Numbers of the cases that hold a message with one of these Message-IDs."""

    def reviewed_references(self) -> Sequence[str]:
        """References of the cases an officer has said something of, oldest first."""

    def due(self, *, by: date, after_id: int, limit: int) -> Sequence[Case]:
        """Open cases with a deadline on or before this day, by number, in portions."""

    def open_cases_of(self, address: str, *, but: int, limit: int) -> Sequence[Case]:
        """Cases not yet closed that this address opened, newest first; ``but`` is left out."""

    def has_timeline(self, case_id: int, kind: str, text: str) -> bool:
        """Whether the history already holds exactly this event."""


class OutboxRepository(Protocol):
    """Letters waiting, sent and refused."""

    def add(self, letter: Letter) -> bool:
        """Queue a letter; False when one of the same purpose was queued before."""

    def due(self, *, now: datetime, limit: int) -> Sequence[Letter]:
        """Letters whose time has come, oldest first."""

    def record_attempt(
        self,
        letter_id: int,
        *,
        state: LetterState,
        tries: int,
        error: str,
        next_try_at: datetime | None,
        sent_at: datetime | None,
    ) -> None:
        """Keep how a try went."""

    def retry(self, letter_id: int, *, now: datetime) -> bool:
        """Queue a failed letter again; False when it is not failed."""

    def by_id(self, letter_id: int) -> Letter | None:
        """One letter."""

    def receipts_since(
        self, *, since: datetime, to_addr: str, case_id: int | None = None
    ) -> Sequence[datetime]:
        """When automatic letters to this address (on this case) were written since then."""

    def written_since(
        self,
        *,
        since: datetime,
        to_addr: str,
        kinds: Collection[str],
        case_id: int | None = None,
    ) -> Sequence[datetime]:
        """When letters of these kinds to this address (on this case) were written since then."""

    def count_by_state(self) -> Mapping[LetterState, int]:
        """How many letters are in each state."""

    def list_failed(self, *, limit: int) -> Sequence[tuple[Letter, str]]:
        """Letters that will not be tried again, newest first, each with its case's reference."""


class UnitOfWork(Protocol):
    """One transaction. Leaving without ``commit`` undoes everything."""

    @property
    def inbound(self) -> InboundRepository:
        """Received messages."""

    @property
    def cases(self) -> CaseRepository:
        """Cases."""

    @property
    def outbox(self) -> OutboxRepository:
        """Letters."""

    @property
    def officers(self) -> OfficerRepository:
        """Accounts and sessions."""

    @property
    def learning(self) -> LearningRepository:
        """Blind readings, agreement and drift."""

    @property
    def operations(self) -> OperationsRepository:
        """How the program is doing."""

    @property
    def status(self) -> StatusRepository:
        """Requests for the status of a case, and the links that answer them."""

    @property
    def conversations(self) -> ConversationRepository:
        """Conversations of the chat."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def commit(self) -> None:
        """Make everything done so far lasting."""


class Store(Protocol):
    """Begins transactions."""

    def reading(self) -> UnitOfWork:
        """A transaction that only looks."""

    def writing(self) -> UnitOfWork:
        """A transaction that changes something; on SQLite it takes the one write lock at once."""


class InboundStore(Protocol):
    """Stores received messages durably, for ways in that take many at once."""

    def submit(self, message: NewInbound) -> Future[bool]:
        """Store and force to disk; done when lasting, with whether the message is new.

        The future raises ``StoreUnavailable`` when the message is not stored.
        """
