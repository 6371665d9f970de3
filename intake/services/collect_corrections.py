"""What officers said of messages, as labelled messages the training can learn from."""

from collections.abc import Iterator
from typing import Any

from intake.domain.cases import CaseFile
from intake.domain.redaction import redacted
from intake.services.ports import Store


def corrections(store: Store) -> Iterator[dict[str, Any]]:
    """A labelled message for each reviewed case: its first message, redacted, and the last word.

    Confirmations count as much as corrections: both are an officer's reading. The fields are those
    of the corpus; each case is a voice of its own.
    """
    with store.reading() as work:
        for reference in work.cases.reviewed_references():
            file = work.cases.file(reference)
            if file is not None and file.messages and file.reviews:
                yield _labelled(file)


def _labelled(file: CaseFile) -> dict[str, Any]:
    case, message, review = file.case, file.messages[0], file.reviews[-1]
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
