"""What officers said of messages, as labelled messages the training can learn from."""

from collections.abc import Iterator, Sequence
from typing import Any

from intake.domain.cases import CaseFile, Review, ReviewKind
from intake.domain.redaction import redacted
from intake.services.ports import Store


def corrections(store: Store) -> Iterator[dict[str, Any]]:
    """A labelled message for each reviewed case: its first message, redacted, and the last word.

    Confirmations and blind readings count as much as corrections: all are an officer's reading. A
    case that two officers read blind and differently teaches nothing until it is settled. The
    fields are those of the corpus; each case is a voice of its own.
    """
    with store.reading() as work:
        for reference in work.cases.reviewed_references():
            file = work.cases.file(reference)
            review = _last_word(file.reviews) if file is not None else None
            if file is not None and file.messages and review is not None:
                yield _labelled(file, review)


def _last_word(reviews: Sequence[Review]) -> Review | None:
    blind = [review for review in reviews if review.kind is ReviewKind.BLIND]
    settled = [review for review in reviews if review.kind is not ReviewKind.BLIND]
    if settled:
        return settled[-1]
    is_contested = len({review.officer_category for review in blind}) > 1
    return None if is_contested or not blind else blind[-1]


def _labelled(file: CaseFile, review: Review) -> dict[str, Any]:
    case, message = file.case, file.messages[0]
    names = (message.from_name,)
    return {
        "id": f"officer-{case.reference.lower()}",
        "channel": case.channel.value,
        "subject": redacted(message.subject, names),
        "text": redacted(message.body or message.quoted, names),
        "label": review.officer_category.value,
        "urgent": case.urgent,
        "hazards": list(case.hazards),
        "area": case.area.value if case.area else "other_area",
        "landlord": case.landlord,
        "hard": review.model_category is not review.officer_category,
        "why": redacted(review.reason, names),
        "voice": f"officer-{case.reference.lower()}",
    }
