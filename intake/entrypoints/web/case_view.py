"""Arranges a case for its page: what the officer reads first, and what is folded away."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.domain.cases import (
    CaseFile,
    CaseMessage,
    Review,
    ReviewKind,
    Status,
    StoredClassification,
)
from intake.domain.categories import Category
from intake.domain.hazards import Hazard
from intake.domain.officers import Officer
from intake.entrypoints.web.evidence import Passage, passages
from intake.services.read_blind import blind_review_by

# Longer messages are rare and mostly quoted machinery; the original is one click away.
MOST_SHOWN = 100_000


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """A message with the classifier's evidence and the sentence of a danger marked in it."""

    message: CaseMessage
    passages: Sequence[Passage]
    is_cut: bool


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as its page shows it; ``answer`` is what the classifier said of its first message.

    ``read_blind`` is what the officer at the page said when they read it blind. ``differs`` says
    that it is not what the case is filed as, and that nobody has settled that yet. ``dangers``
    names the kinds of hazards and ``danger_sentences`` quotes what raised an alarm, in any message.
    ``telephones`` are the numbers left in chats.
    """

    file: CaseFile
    messages: Sequence[MessageView]
    answer: StoredClassification | None
    chances: Sequence[tuple[Category, float]]
    read_blind: Review | None
    differs: bool
    dangers: Sequence[str]
    danger_sentences: Sequence[str]
    telephones: Sequence[str]


def case_view(file: CaseFile, officer: Officer) -> CaseView:
    """The case, arranged for this officer."""
    answer = file.classifications[0] if file.classifications else None
    chances = answer.classification.probabilities.items() if answer else ()
    return CaseView(
        file=file,
        messages=[_message_view(file, message) for message in file.messages],
        answer=answer,
        chances=sorted(chances, key=lambda each: -each[1]),
        read_blind=(read_blind := blind_review_by(file, officer)),
        differs=read_blind is not None and _differs(file, read_blind),
        dangers=[_danger_name(kind) for kind in file.case.hazards],
        danger_sentences=_danger_sentences(file),
        telephones=list(dict.fromkeys(each.telephone for each in file.messages if each.telephone)),
    )


def _differs(file: CaseFile, read_blind: Review) -> bool:
    return (
        file.case.status is Status.TO_REVIEW
        and file.reviews[-1].kind is ReviewKind.BLIND
        and file.case.category is not read_blind.officer_category
    )


def _danger_name(kind: str) -> str:
    # An earlier version of the program may have known kinds that this one does not.
    return Hazard(kind).label if kind in set(Hazard) else kind.replace("_", " ")


def _danger_sentences(file: CaseFile) -> Sequence[str]:
    said = (stored.classification.hazard_sentence for stored in file.classifications)
    return list(dict.fromkeys(sentence for sentence in said if sentence))


def _message_view(file: CaseFile, message: CaseMessage) -> MessageView:
    said = [
        stored.classification
        for stored in file.classifications
        if stored.case_message_id == message.id
    ]
    evidence = [sentence for each in said for sentence in each.evidence]
    dangers = [each.hazard_sentence for each in said]
    return MessageView(
        message=message,
        passages=passages(message.body[:MOST_SHOWN], evidence, dangers),
        is_cut=len(message.body) > MOST_SHOWN,
    )
