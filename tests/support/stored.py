"""Things to store, with everything filled in but what a test is about."""

from datetime import UTC, date, datetime
from itertools import count

from intake.adapters.db.store import SqlStore
from intake.domain.cases import Case, CaseMessage, Channel, Letter, Status, StoredClassification
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision
from intake.domain.inbound import ClaimedInbound, NewInbound
from intake.domain.officers import Officer, Role

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_numbers = count(1)


def new_inbound(**fields: object) -> NewInbound:
    """A message off the wire, unlike any other."""
    values = {
        "identity": f"{next(_numbers):064x}",
        "channel": Channel.EMAIL,
        "source": "smtp",
        "envelope_from": "alex.example@example.org",
        "recipients": ("feedback@council.example",),
        "raw": b"Subject: Bins\r\n\r\nMissed again.\r\n",
        "received_at": MONDAY,
    }
    return NewInbound(**{**values, **fields})


def new_case(**fields: object) -> Case:
    """A grumble about bins that waits for review."""
    values = {
        "channel": Channel.EMAIL,
        "status": Status.TO_REVIEW,
        "category": Category.DISSATISFACTION,
        "decision": Decision.REVIEW,
        "decision_reason": "It could be a complaint.",
        "confidence": 0.61,
        "area": ServiceArea.WASTE_RECYCLING,
        "language": "en",
        "subject": "Bins in Elm Row",
        "from_addr": "alex.example@example.org",
        "from_name": "Alex Example",
        "received_at": MONDAY,
        "respond_by": date(2026, 11, 16),
    }
    return Case(**{**values, **fields})


def new_message(inbound_id: int, **fields: object) -> CaseMessage:
    """A message of a case as it was read."""
    values = {
        "inbound_id": inbound_id,
        "message_id": f"<{inbound_id}@example.org>",
        "from_addr": "alex.example@example.org",
        "from_name": "Alex Example",
        "participants": ("alex.example@example.org", "feedback@council.example"),
        "subject": "Bins in Elm Row",
        "body": "They were missed again.",
        "quoted": "",
        "html": None,
        "attachments": (),
        "automatic": None,
        "automatic_reason": "",
        "warnings": (),
        "received_at": MONDAY,
        "joined_by": "new",
    }
    return CaseMessage(**{**values, **fields})


def new_classification(case_message_id: int, **fields: object) -> StoredClassification:
    """What the classifier said of a message."""
    values = {
        "category": Category.DISSATISFACTION,
        "confidence": 0.61,
        "probabilities": {each: 0.61 if each == "dissatisfaction" else 0.078 for each in Category},
        "area": ServiceArea.WASTE_RECYCLING,
        "landlord": False,
        "urgent": False,
        "hazards": (),
        "language": "en",
        "evidence": ("They were missed again.",),
        "decision": Decision.REVIEW,
        "reason": "It could be a complaint.",
        "model": "told-1",
    }
    return StoredClassification(
        case_message_id=case_message_id,
        at=MONDAY,
        classification=Classification(**{**values, **fields}),
    )


def new_letter(case_id: int | None, **fields: object) -> Letter:
    """A receipt that is due at once, of a purpose of its own."""
    values = {
        "case_id": case_id,
        "purpose": f"receipt:{next(_numbers)}",
        "kind": "receipt_dissatisfaction",
        "to_addr": "alex.example@example.org",
        "subject": "Your message",
        "text": "We have it.",
        "message_id": "<fb.1@council.example>",
        "raw": b"Subject: Your message\r\n\r\nWe have it.\r\n",
        "created_at": MONDAY,
        "next_try_at": MONDAY,
    }
    return Letter(**{**values, **fields})


def new_officer(**fields: object) -> Officer:
    """An account whose password nobody knows."""
    values = {
        "email": "robin.reader@council.example",
        "name": "Robin Reader",
        "role": Role.OFFICER,
        "password_hash": "unusable",
        "created_at": MONDAY,
    }
    return Officer(**{**values, **fields})


def receive(store: SqlStore, *messages: NewInbound) -> list[bool]:
    """Stores messages, one by default."""
    with store.writing() as work:
        new = work.inbound.add_many(messages or (new_inbound(),))
        work.commit()
    return new


def claim(
    store: SqlStore, worker: str = "one", *, now: datetime = MONDAY, seconds: float = 60
) -> ClaimedInbound | None:
    """Lets a worker take up the next message."""
    with store.writing() as work:
        claimed = work.inbound.claim_next(worker=worker, now=now, claim_seconds=seconds)
        work.commit()
    return claimed


def open_case(store: SqlStore, message: dict[str, object] | None = None, **fields: object) -> Case:
    """Stores a case with its first message, as the worker does."""
    receive(store)
    claimed = claim(store)
    assert claimed
    with store.writing() as work:
        case = work.cases.open(new_case(**fields))
        assert case.id
        work.cases.add_message(case.id, new_message(claimed.id, **(message or {})))
        work.inbound.finish(claimed, at=MONDAY, case_id=case.id)
        work.commit()
    return case
