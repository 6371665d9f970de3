"""Received messages in the database: the queue between the ways in and the worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from intake.adapters.db.dialects import like_columns
from intake.adapters.db.tables import ASIDE, WAITING, CaseRow, InboundMessageRow, RawMessageRow
from intake.domain.cases import Channel
from intake.domain.inbound import ClaimedInbound, InboundState, NewInbound, SetAside
from intake.errors import ClaimLost

# An insert that SQLAlchemy writes is compiled anew each time when it has an ON CONFLICT, which
# takes longer than the insert. Both databases understand these words.
_ADD_CONTENT = text(
    "INSERT INTO raw_message (identity, content) VALUES (:identity, :content) "
    "ON CONFLICT (identity) DO NOTHING"
).bindparams(*like_columns(RawMessageRow, "identity", "content"))
_ADD_MESSAGE = text(
    "INSERT INTO inbound_message (identity, channel, source, envelope_from, recipients, size, "
    "received_at, state, tries, error) VALUES (:identity, :channel, :source, :envelope_from, "
    ":recipients, :size, :received_at, :state, 0, '') ON CONFLICT (identity) DO NOTHING"
).bindparams(
    *like_columns(
        InboundMessageRow,
        *("identity", "channel", "source", "envelope_from", "recipients", "received_at", "state"),
    )
)


class SqlInboundRepository:
    """Implements ``ports.InboundRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_many(self, messages: Sequence[NewInbound]) -> list[bool]:
        """Store messages; for each whether it is new."""
        if not messages:
            return []
        connection = self._session.connection()
        # In one order everywhere: two nodes that store the same two messages the other way round
        # would each wait for the other.
        contents = sorted({each.identity: each.raw for each in reversed(messages)}.items())
        connection.execute(
            _ADD_CONTENT,
            [{"identity": identity, "content": content} for identity, content in contents],
        )
        # One by one, because only then does the driver tell which of them it left out.
        return [bool(connection.execute(_ADD_MESSAGE, _values(each)).rowcount) for each in messages]

    def claim_next(
        self, *, worker: str, now: datetime, claim_seconds: float
    ) -> ClaimedInbound | None:
        """Take up the oldest message waiting, or one whose claim ran out; counts a try."""
        return self._take(and_(WAITING), worker=worker, now=now, claim_seconds=claim_seconds)

    def claim(
        self, *, identity: str, worker: str, now: datetime, claim_seconds: float
    ) -> ClaimedInbound | None:
        """Take up the message with this identity, if it waits as above; counts a try."""
        wanted = and_(WAITING, InboundMessageRow.identity == identity)
        return self._take(wanted, worker=worker, now=now, claim_seconds=claim_seconds)

    def case_of(self, identity: str) -> int | None:
        """The number of the case that holds the message with this identity."""
        return self._session.scalar(
            select(InboundMessageRow.case_id).where(InboundMessageRow.identity == identity)
        )

    def release_claims(self, *, worker: str) -> int:
        """Give back the claims of a worker that is gone; gives how many."""
        return self._update(
            and_(
                WAITING,
                InboundMessageRow.state == InboundState.CLAIMED,
                InboundMessageRow.claimed_by == worker,
            ),
            state=InboundState.RECEIVED,
            claimed_by=None,
            claim_ends_at=None,
        )

    def finish(self, claimed: ClaimedInbound, *, at: datetime, case_id: int) -> None:
        """Mark a message as processed into this case. Raises ``ClaimLost``."""
        self._give_up(
            claimed,
            state=InboundState.PROCESSED,
            processed_at=at,
            case_id=case_id,
            error="",
        )

    def fail(self, claimed: ClaimedInbound, *, error: str) -> None:
        """Give a message back after a failure, with what went wrong. Raises ``ClaimLost``."""
        self._give_up(claimed, state=InboundState.RECEIVED, error=error)

    def set_aside(
        self, claimed: ClaimedInbound, *, at: datetime, case_id: int | None, error: str
    ) -> None:
        """Stop trying; the message waits for an officer. Raises ``ClaimLost``."""
        self._give_up(
            claimed,
            state=InboundState.SET_ASIDE,
            processed_at=at,
            case_id=case_id,
            error=error,
        )

    def retry(self, inbound_id: int) -> None:
        """Put a message that was set aside back in the queue with its tries forgotten."""
        self._update(
            and_(
                InboundMessageRow.id == inbound_id,
                InboundMessageRow.state == InboundState.SET_ASIDE,
            ),
            state=InboundState.RECEIVED,
            tries=0,
            processed_at=None,
        )

    def list_set_aside(self) -> Sequence[SetAside]:
        """Messages set aside, newest first."""
        rows = self._session.execute(
            select(InboundMessageRow, CaseRow.reference)
            .outerjoin(CaseRow, CaseRow.id == InboundMessageRow.case_id)
            .where(ASIDE)
            .order_by(InboundMessageRow.id.desc())
            .limit(500)
        )
        return [
            SetAside(
                id=row.id,
                received_at=row.received_at,
                source=row.source,
                size=row.size,
                tries=row.tries,
                error=row.error,
                case_reference=reference,
            )
            for row, reference in rows
        ]

    def raw(self, inbound_id: int) -> bytes | None:
        """The bytes exactly as they came."""
        return self._session.scalar(
            select(RawMessageRow.content)
            .join(InboundMessageRow, InboundMessageRow.identity == RawMessageRow.identity)
            .where(InboundMessageRow.id == inbound_id)
        )

    def origin(self, inbound_id: int) -> tuple[Channel, int | None] | None:
        """How a message came, and the number of its case where it has one."""
        row = self._session.get(InboundMessageRow, inbound_id)
        return (Channel(row.channel), row.case_id) if row else None

    def count_by_state(self) -> Mapping[InboundState, int]:
        """How many messages are in each state but processed, which all of them end in."""
        # One question an index: with both conditions in one, SQLite would read every message.
        count = select(InboundMessageRow.state, func.count())
        rows = [
            row
            for some in (WAITING, ASIDE)
            for row in self._session.execute(count.where(some).group_by(InboundMessageRow.state))
        ]
        counts = {InboundState(state): number for state, number in rows}
        unfinished = [state for state in InboundState if state is not InboundState.PROCESSED]
        return {state: counts.get(state, 0) for state in unfinished}

    def oldest_waiting_at(self) -> datetime | None:
        """When the oldest message not yet processed came."""
        return self._session.scalar(
            select(InboundMessageRow.received_at)
            .where(WAITING)
            .order_by(InboundMessageRow.id)
            .limit(1)
        )

    def _take(
        self, wanted: ColumnElement[bool], *, worker: str, now: datetime, claim_seconds: float
    ) -> ClaimedInbound | None:
        row = self._session.scalar(
            select(InboundMessageRow)
            .where(
                wanted,
                or_(
                    InboundMessageRow.state == InboundState.RECEIVED,
                    InboundMessageRow.claim_ends_at < now,
                ),
            )
            .order_by(InboundMessageRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        row.state = InboundState.CLAIMED
        row.claimed_by = worker
        row.claim_ends_at = now + timedelta(seconds=claim_seconds)
        row.tries += 1
        self._session.flush()
        return ClaimedInbound(
            id=row.id,
            worker=worker,
            channel=Channel(row.channel),
            source=row.source,
            envelope_from=row.envelope_from,
            recipients=tuple(row.recipients),
            raw=self._content(row.identity),
            received_at=row.received_at,
            tries=row.tries,
            case_id=row.case_id,
        )

    def _content(self, identity: str) -> bytes:
        content = self._session.scalar(
            select(RawMessageRow.content).where(RawMessageRow.identity == identity)
        )
        assert content is not None, "the bytes are stored in the transaction of their message"
        return content

    def _give_up(self, claimed: ClaimedInbound, **values: object) -> None:
        # Whoever holds the claim writes the outcome: a worker that was away for longer than its
        # claim must not enter a message that another one has entered.
        changed = self._update(
            and_(
                InboundMessageRow.id == claimed.id,
                InboundMessageRow.state == InboundState.CLAIMED,
                InboundMessageRow.claimed_by == claimed.worker,
            ),
            claimed_by=None,
            claim_ends_at=None,
            **values,
        )
        if not changed:
            raise ClaimLost

    def _update(self, condition: object, **values: object) -> int:
        result = self._session.execute(
            update(InboundMessageRow)
            .where(condition)  # type: ignore[arg-type]
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]


def _values(message: NewInbound) -> dict[str, object]:
    return {
        "identity": message.identity,
        "channel": message.channel,
        "source": message.source,
        "envelope_from": message.envelope_from,
        "recipients": list(message.recipients),
        "size": len(message.raw),
        "received_at": message.received_at,
        "state": InboundState.RECEIVED,
    }
