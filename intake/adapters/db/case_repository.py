"""Cases, their messages and their history in the database."""

import hashlib
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from intake.adapters.db import mapping
from intake.adapters.db.columns import storable
from intake.adapters.db.dialects import newest_cases_with
from intake.adapters.db.tables import (
    UNFINISHED,
    CaseMessageRow,
    CaseRow,
    CaseWordsRow,
    ClassificationRow,
    LetterRow,
    ReviewRow,
    TimelineRow,
)
from intake.domain.cases import (
    Case,
    CaseFile,
    CaseMessage,
    Review,
    Status,
    StoredClassification,
    TimelineEntry,
)
from intake.domain.references import reference_from_number, references_in
from intake.errors import StaleCase
from intake.services import ports
from intake.services.ports import CaseOrder, CaseQuery

PORTION = 500

UNFINISHED_STATES = tuple(status for status in Status if status is not Status.CLOSED)

Conditions = list[ColumnElement[bool]]
Row = TypeVar("Row", CaseMessageRow, TimelineRow, ClassificationRow, ReviewRow, LetterRow)


class SqlCaseRepository:
    """Implements ``ports.CaseRepository``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, case: Case) -> Case:
        """Store a new case; gives it with its number and reference."""
        # The reference is made from the number, which the database gives on insert: until then
        # a random one, which no case can have, stands in its place.
        row = CaseRow(reference=f"~{secrets.token_hex(5)}", version=0, **mapping.case_values(case))
        self._session.add(row)
        self._session.flush()
        row.reference = reference_from_number(row.id)
        self._session.flush()
        return mapping.case_from_row(row)

    def save(self, case: Case) -> None:
        """Store a changed case. Raises ``StaleCase`` when somebody else changed it."""
        result = self._session.execute(
            update(CaseRow)
            .where(CaseRow.id == case.id, CaseRow.version == case.version)
            .values(version=case.version + 1, **mapping.case_values(case))
            .execution_options(synchronize_session=False)
        )
        if result.rowcount != 1:  # type: ignore[attr-defined]
            raise StaleCase
        case.version += 1

    def by_reference(self, reference: str, *, lock: bool = False) -> Case | None:
        """The case with this reference; ``lock`` keeps others from changing it until commit."""
        return self._one(CaseRow.reference == reference, lock=lock)

    def by_id(self, case_id: int, *, lock: bool = False) -> Case | None:
        """The case with this number; ``lock`` as above."""
        return self._one(CaseRow.id == case_id, lock=lock)

    def file(self, reference: str) -> CaseFile | None:
        """Everything about the case with this reference."""
        case = self.by_reference(reference)
        if case is None:
            return None
        return CaseFile(
            case=case,
            messages=tuple(map(mapping.message_from_row, self._of(case, CaseMessageRow))),
            timeline=tuple(map(mapping.timeline_from_row, self._of(case, TimelineRow))),
            classifications=tuple(
                map(mapping.classification_from_row, self._of(case, ClassificationRow))
            ),
            reviews=tuple(map(mapping.review_from_row, self._of(case, ReviewRow))),
            letters=tuple(map(mapping.letter_from_row, self._of(case, LetterRow))),
        )

    def list(self, query: CaseQuery) -> Sequence[ports.CaseRow]:
        """Cases that fit, in the order asked for."""
        conditions = self._conditions(query)
        last = self._session.get(CaseRow, query.after_id) if query.after_id else None
        if query.order is CaseOrder.NEWEST:
            return self._newest(conditions, query, last)
        return self._queue(conditions, query, last)

    def iterate(self, query: CaseQuery) -> Iterator[ports.CaseRow]:
        """All cases that fit, oldest first, read in portions so that any number can be exported."""
        after = query.after_id or 0
        conditions = self._conditions(query)
        while True:
            found = self._rows(
                select(CaseRow)
                .where(*conditions, CaseRow.id > after)
                .order_by(CaseRow.id)
                .limit(PORTION)
            )
            yield from found
            if len(found) < PORTION:
                return
            after = found[-1].case.id or 0

    def count_by_status(self) -> dict[Status, int]:
        """How many cases are in each state but closed, which all of them end in."""
        rows = self._session.execute(
            select(CaseRow.status, func.count())
            .where(CaseRow.status.in_(UNFINISHED_STATES))
            .group_by(CaseRow.status)
        )
        counts = {Status(status): count for status, count in rows}
        return {status: counts.get(status, 0) for status in UNFINISHED_STATES}

    def add_message(self, case_id: int, message: CaseMessage) -> CaseMessage:
        """Store a message of a case and make its words findable; gives it with its number.

        A message stored before, as one set aside is, is stored over: it was read anew.
        """
        row = self._session.scalar(
            select(CaseMessageRow).where(CaseMessageRow.inbound_id == message.inbound_id)
        ) or CaseMessageRow(case_id=case_id, inbound_id=message.inbound_id)
        mapping.fill_message_row(row, message)
        row.message_id_hash = _hash(message.message_id)
        self._session.add(row)
        self._session.flush()
        parts = (message.subject, message.from_name, message.from_addr, message.body)
        words = "\n".join((*parts, message.quoted))
        self._session.merge(CaseWordsRow(case_message_id=row.id, case_id=row.case_id, words=words))
        self._session.flush()
        return mapping.message_from_row(row)

    def add_classification(self, case_id: int, stored: StoredClassification) -> None:
        """Keep what the classifier said."""
        self._session.add(
            ClassificationRow(case_id=case_id, **mapping.classification_values(stored))
        )
        self._session.flush()

    def add_review(self, case_id: int, review: Review) -> None:
        """Keep what an officer said."""
        self._session.add(ReviewRow(case_id=case_id, **asdict(review)))
        self._session.flush()

    def add_timeline(self, case_id: int, entry: TimelineEntry) -> None:
        """Append to a case's history."""
        self._session.add(TimelineRow(case_id=case_id, **asdict(entry)))
        self._session.flush()

    def participants(self, case_id: int) -> frozenset[str]:
        """Addresses, in lower case, that took part in a case's messages."""
        rows = self._session.scalars(
            select(CaseMessageRow.participants).where(CaseMessageRow.case_id == case_id)
        )
        return frozenset(address.lower() for row in rows for address in row)

    def cases_of_messages(self, message_ids: Collection[str]) -> Sequence[int]:
        """Numbers of the cases that hold a message with one of these Message-IDs."""
        hashes = [_hash(each) for each in message_ids if each]
        found: dict[int, int] = {}
        # In portions: a database takes so many values in a statement, a mail names any number.
        for start in range(0, len(hashes), PORTION):
            rows = self._session.execute(
                select(CaseMessageRow.id, CaseMessageRow.case_id).where(
                    CaseMessageRow.message_id_hash.in_(hashes[start : start + PORTION])
                )
            )
            found |= {row.id: row.case_id for row in rows}
        return list(dict.fromkeys(found[number] for number in sorted(found)))

    def reviewed_references(self) -> Sequence[str]:
        """References of the cases an officer has said something of, oldest first."""
        reviewed = select(ReviewRow.case_id).distinct()
        return self._session.scalars(
            select(CaseRow.reference).where(CaseRow.id.in_(reviewed)).order_by(CaseRow.id)
        ).all()

    def due(self, *, by: date, after_id: int, limit: int) -> Sequence[Case]:
        """Open cases with a deadline on or before this day, by number, in portions."""
        late = or_(
            CaseRow.respond_by <= by,
            and_(CaseRow.acknowledge_by <= by, CaseRow.acknowledged_at.is_(None)),
        )
        rows = self._session.scalars(
            select(CaseRow)
            .where(UNFINISHED, late, CaseRow.id > after_id)
            .order_by(CaseRow.id)
            .limit(limit)
        )
        return [mapping.case_from_row(row) for row in rows]

    def open_cases_of(self, address: str, *, but: int, limit: int) -> Sequence[Case]:
        """Cases not yet closed that this address opened, newest first; ``but`` is left out."""
        rows = self._session.scalars(
            select(CaseRow)
            .where(UNFINISHED, CaseRow.from_addr == address, CaseRow.id != but)
            .order_by(CaseRow.id.desc())
            .limit(limit)
        )
        return [mapping.case_from_row(row) for row in rows]

    def has_timeline(self, case_id: int, kind: str, text: str) -> bool:
        """Whether the history already holds exactly this event."""
        found = self._session.scalar(
            select(TimelineRow.id)
            .where(
                TimelineRow.case_id == case_id, TimelineRow.kind == kind, TimelineRow.text == text
            )
            .limit(1)
        )
        return found is not None

    def _one(self, condition: ColumnElement[bool], *, lock: bool) -> Case | None:
        statement = select(CaseRow).where(condition).execution_options(populate_existing=True)
        row = self._session.scalar(statement.with_for_update() if lock else statement)
        return mapping.case_from_row(row) if row else None

    def _of(self, case: Case, model: type[Row]) -> Sequence[Row]:
        return self._session.scalars(
            select(model).where(model.case_id == case.id).order_by(model.id)
        ).all()

    def _conditions(self, query: CaseQuery) -> Conditions:
        conditions = [
            column == value
            for column, value in (
                (CaseRow.status, query.status),
                (CaseRow.category, query.category),
                (CaseRow.area, query.area),
                (CaseRow.urgent, query.urgent),
            )
            if value is not None
        ]
        words = query.words.strip()
        if words:
            conditions.append(self._holding(words))
        return conditions

    def _holding(self, words: str) -> ColumnElement[bool]:
        references = list(references_in(words))
        if references:
            return CaseRow.reference.in_(references)
        # Written into the statement: binding a thousand numbers takes longer than the search.
        found = newest_cases_with(self._session, words)
        return CaseRow.id.in_(bindparam("found", found, expanding=True, literal_execute=True))

    def _newest(
        self, conditions: Conditions, query: CaseQuery, last: CaseRow | None
    ) -> Sequence[ports.CaseRow]:
        place = tuple_(CaseRow.received_at, CaseRow.id)
        if last is not None:
            conditions = [*conditions, place < (last.received_at, last.id)]
        statement = select(CaseRow).where(*conditions)
        if not query.words.strip():
            statement = self._from_stretches(conditions, query)
        return self._rows(
            statement.order_by(CaseRow.received_at.desc(), CaseRow.id.desc()).limit(query.limit)
        )

    def _from_stretches(self, conditions: Conditions, query: CaseQuery) -> Select[tuple[CaseRow]]:
        """The cases among which the newest are: the newest of each state and urgency.

        Each stretch is read off the end of an index; asked as one, the database would sort or
        walk a million cases.
        """
        stretches = [
            select(CaseRow.id)
            .where(*conditions, CaseRow.status == status, CaseRow.urgent == urgent)
            .order_by(CaseRow.received_at.desc(), CaseRow.id.desc())
            .limit(query.limit)
            .subquery()
            for status in ([query.status] if query.status else Status)
            for urgent in ((True, False) if query.urgent is None else (query.urgent,))
        ]
        numbers = union_all(*(select(stretch.c.id) for stretch in stretches))
        return select(CaseRow).where(CaseRow.id.in_(numbers.scalar_subquery()))

    def _queue(
        self, conditions: Conditions, query: CaseQuery, last: CaseRow | None
    ) -> Sequence[ports.CaseRow]:
        """Urgent cases, then the others, each the longest waiting first.

        Two questions, because one index serves each of them but no index serves both at once.
        """
        found: list[ports.CaseRow] = []
        for urgent in (True, False):
            room = query.limit - len(found)
            if room <= 0 or (last is not None and last.urgent < urgent):
                continue
            statement = select(CaseRow).where(*conditions, CaseRow.urgent == urgent)
            if last is not None and last.urgent == urgent:
                statement = statement.where(
                    tuple_(CaseRow.received_at, CaseRow.id) > (last.received_at, last.id)
                )
            found += self._rows(statement.order_by(CaseRow.received_at, CaseRow.id).limit(room))
        return found

    def _rows(self, statement: Select[tuple[CaseRow]]) -> Sequence[ports.CaseRow]:
        cases = [mapping.case_from_row(row) for row in self._session.scalars(statement)]
        if not cases:
            return []
        ids: dict[int, list[str]] = {}
        held = select(CaseMessageRow.case_id, CaseMessageRow.message_id).where(
            CaseMessageRow.case_id.in_([case.id for case in cases])
        )
        for case_id, message_id in self._session.execute(held.order_by(CaseMessageRow.id)):
            if message_id:
                ids.setdefault(case_id, []).append(message_id)
        return [
            ports.CaseRow(case=case, message_ids=tuple(ids.get(case.id or 0, ()))) for case in cases
        ]


def _hash(message_id: str) -> str:
    return hashlib.sha256(storable(message_id).encode()).hexdigest()
