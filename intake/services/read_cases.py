"""Shows cases as an officer sees them: in lists, one whole, and as JSON for scripts.

Whoever asks as an officer who has yet to read a case blind is given it without what was made of it;
nothing further out needs to hide anything.

The JSON is the contract of ``intake cases list --json``, ``intake cases show --json`` and the web
API: a field is added, never renamed. Which cases come first is left to the store's orders.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from intake.domain.blind_reading import blinded, blinded_case
from intake.domain.cases import (
    Case,
    CaseFile,
    CaseMessage,
    Channel,
    Letter,
    Review,
    Status,
    TimelineEntry,
)
from intake.domain.classification import classification_as_json
from intake.domain.officers import Officer
from intake.errors import CaseNotFound, IllegalTransition
from intake.services.chat_submission import lines_as_json
from intake.services.ports import CaseOrder, CaseQuery, CaseRow, Store, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """One page of a list; ``next_after_id`` continues it, and is None on the last page."""

    rows: Sequence[CaseRow]
    next_after_id: int | None


@dataclass(frozen=True, kw_only=True)
class Original:
    """A message exactly as it came."""

    raw: bytes
    channel: Channel


class ReadCases:
    """Reads cases; changes nothing."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def page(self, query: CaseQuery, *, reader: Officer | None = None) -> CasePage:
        """The cases that fit, as many as ``query.limit``, and where the next ones begin.

        Of those that the reader has yet to read blind the row tells nothing. A list that would tell
        by holding them (of a category, an area, the urgent ones or those to review) is given
        without them.
        """
        with self._store.reading() as work:
            rows = work.cases.list(replace(query, limit=query.limit + 1))
            awaited = _awaited(work, [row.case for row in rows[: query.limit]], reader)
        shown = rows[: query.limit]
        goes_on = len(rows) > query.limit
        return CasePage(
            rows=list(_without_answers(shown, awaited, query)),
            next_after_id=shown[-1].case.id if goes_on else None,
        )

    def next_to_review(self, reader: Officer) -> str | None:
        """The reference of the case that has waited longest for this officer's review."""
        query = CaseQuery(status=Status.TO_REVIEW, order=CaseOrder.QUEUE)
        while True:
            found = self.page(query, reader=reader)
            if found.rows:
                return found.rows[0].case.reference
            if found.next_after_id is None:
                return None
            query = replace(query, after_id=found.next_after_id)

    def file(self, reference: str, *, reader: Officer | None = None) -> CaseFile:
        """Everything about a case, or what a reader may see who has yet to read it blind.

        Raises ``CaseNotFound``.
        """
        with self._store.reading() as work:
            found = work.cases.file(reference)
            if found is None:
                raise CaseNotFound
            awaited = _awaited(work, [found.case], reader)
        return blinded(found) if awaited else found

    def awaited_of(self, case_ids: Collection[int], reader: Officer) -> frozenset[int]:
        """Which of these cases the reader has yet to read blind."""
        if not reader.role.may_change_cases or not case_ids:
            return frozenset()
        with self._store.reading() as work:
            return work.learning.awaited_of(case_ids, reader.email)

    def message(self, reference: str, message_id: int) -> CaseMessage:
        """One message of a case. Raises ``CaseNotFound`` also when it belongs to another case."""
        for message in self.file(reference).messages:
            if message.id == message_id:
                return message
        raise CaseNotFound("There is no such message in this case.")

    def original(
        self, reference: str, message_id: int, *, reader: Officer | None = None
    ) -> Original:
        """A message of a case exactly as it came. Raises as ``received`` does."""
        return self.received(self.message(reference, message_id).inbound_id, reader=reader)

    def received(self, inbound_id: int, *, reader: Officer | None = None) -> Original:
        """A received message exactly as it came, in a case or not.

        Raises ``CaseNotFound``, and ``IllegalTransition`` for what a chat sent when the reader has
        yet to read its case blind: the answers in it tell what the classifier said.
        """
        with self._store.reading() as work:
            raw, origin = work.inbound.raw(inbound_id), work.inbound.origin(inbound_id)
            if raw is None or origin is None:
                raise CaseNotFound("There is no such message.")
            channel, case_id = origin
            case = work.cases.by_id(case_id) if case_id is not None else None
            if channel is Channel.CHAT and case and _awaited(work, [case], reader):
                raise IllegalTransition("Read this case blind first: it waits for your answer.")
        return Original(raw=raw, channel=channel)


def _awaited(work: UnitOfWork, cases: Sequence[Case], reader: Officer | None) -> frozenset[int]:
    # An auditor answers nothing, so there is nothing to keep from them.
    if reader is None or not reader.role.may_change_cases or not cases:
        return frozenset()
    return work.learning.awaited_of([case.id or 0 for case in cases], reader.email)


def _without_answers(
    rows: Sequence[CaseRow], awaited: Collection[int], query: CaseQuery
) -> Iterator[CaseRow]:
    tells = query.category or query.area or query.status is Status.TO_REVIEW
    for row in rows:
        if row.case.id not in awaited:
            yield row
        elif not tells and query.urgent is None:
            yield replace(row, case=blinded_case(row.case), is_blind=True)


def case_as_json(row: CaseRow) -> dict[str, Any]:
    """A line of ``intake cases list --json``."""
    case = row.case
    return {
        "reference": case.reference,
        "category": case.category.value if case.category else None,
        "decision": case.decision.value,
        "confidence": None if case.confidence is None else round(case.confidence, 4),
        "status": case.status.value,
        "stage": case.stage,
        "area": case.area.value if case.area else None,
        "landlord": case.landlord,
        "urgent": case.urgent,
        "channel": case.channel.value,
        "subject": case.subject,
        "from_addr": case.from_addr,
        "received_at": _moment(case.received_at),
        "receipt_sent_at": _moment(case.receipt_sent_at),
        "acknowledged_at": _moment(case.acknowledged_at),
        "respond_by": _day(case.respond_by),
        "message_ids": list(row.message_ids),
    }


def case_file_as_json(file: CaseFile) -> dict[str, Any]:
    """What ``intake cases show REF --json`` prints: the fields of the list, then the case whole.

    ``version`` is what a confirmation or correction through the API must name.
    """
    case = file.case
    message_ids = tuple(message.message_id for message in file.messages)
    return {
        **case_as_json(CaseRow(case=case, message_ids=message_ids)),
        "from_name": case.from_name,
        "decision_reason": case.decision_reason,
        "hazards": list(case.hazards),
        "language": case.language,
        "receipt_withheld": case.receipt_withheld,
        "acknowledge_by": _day(case.acknowledge_by),
        "version": case.version,
        "timeline": [_timeline_entry(entry) for entry in file.timeline],
        "letters": [_letter(letter) for letter in file.letters],
        "classifications": [
            {
                "at": _moment(stored.at),
                "message": stored.case_message_id,
                **classification_as_json(stored.classification),
                "hazard_sentence": stored.classification.hazard_sentence,
            }
            for stored in file.classifications
        ],
        "reviews": [_review(review) for review in file.reviews],
        "messages": [_message(message) for message in file.messages],
    }


def _timeline_entry(entry: TimelineEntry) -> dict[str, Any]:
    return {"at": _moment(entry.at), "kind": entry.kind.value, "by": entry.by, "text": entry.text}


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "state": letter.state.value,
        "to_addr": letter.to_addr,
        "subject": letter.subject,
        "text": letter.text,
        "message_id": letter.message_id,
        "created_at": _moment(letter.created_at),
        "sent_at": _moment(letter.sent_at),
        "tries": letter.tries,
        "last_error": letter.last_error,
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "at": _moment(review.at),
        "officer": review.officer,
        "model_category": review.model_category.value if review.model_category else None,
        "officer_category": review.officer_category.value,
        "reason": review.reason,
        "seconds_taken": review.seconds_taken,
        "model": review.model,
        "kind": review.kind.value,
    }


def _message(message: CaseMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "message_id": message.message_id,
        "from_addr": message.from_addr,
        "from_name": message.from_name,
        "subject": message.subject,
        "body": message.body,
        "quoted": message.quoted,
        "html": message.html is not None,
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size}
            for each in message.attachments
        ],
        "automatic": message.automatic,
        "warnings": list(message.warnings),
        "received_at": _moment(message.received_at),
        "joined_by": message.joined_by,
        "channel": message.channel.value,
        "telephone": message.telephone,
        "transcript": lines_as_json(message.transcript),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
