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
from intake.domain.officers import Officer
from intake.entrypoints.web.evidence import Passage, passages
from intake.services.read_blind import blind_review_by

# Longer messages are rare and mostly quoted machinery; the original is one click away.
MOST_SHOWN = 100_000


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """A message with the classifier's evidence marked in it."""

    message: CaseMessage
    passages: Sequence[Passage]
    is_cut: bool


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as its page shows it; ``answer`` is what the classifier said of its first message.

    ``read_blind`` is what the officer at the page said when they read it blind. ``differs`` says
    that it is not what the case is filed as, and that nobody has settled that yet.
    """

    file: CaseFile
    messages: Sequence[MessageView]
    answer: StoredClassification | None
    chances: Sequence[tuple[Category, float]]
    read_blind: Review | None
    differs: bool


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
    )


def _differs(file: CaseFile, read_blind: Review) -> bool:
    return (
        file.case.status is Status.TO_REVIEW
        and file.reviews[-1].kind is ReviewKind.BLIND
        and file.case.category is not read_blind.officer_category
    )


def _message_view(file: CaseFile, message: CaseMessage) -> MessageView:
    sentences = [
        sentence
        for stored in file.classifications
        if stored.case_message_id == message.id
        for sentence in stored.classification.evidence
    ]
    return MessageView(
        message=message,
        passages=passages(message.body[:MOST_SHOWN], sentences),
        is_cut=len(message.body) > MOST_SHOWN,
    )
