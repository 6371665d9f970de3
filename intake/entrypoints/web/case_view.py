"""Arranges a case for its page: what the officer reads first, and what is folded away."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.domain.cases import CaseFile, CaseMessage, StoredClassification
from intake.domain.categories import Category
from intake.entrypoints.web.evidence import Passage, passages

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
    """A case as its page shows it; ``answer`` is what the classifier said of its first message."""

    file: CaseFile
    messages: Sequence[MessageView]
    answer: StoredClassification | None
    chances: Sequence[tuple[Category, float]]


def case_view(file: CaseFile) -> CaseView:
    """The case, arranged."""
    answer = file.classifications[0] if file.classifications else None
    chances = answer.classification.probabilities.items() if answer else ()
    return CaseView(
        file=file,
        messages=[_message_view(file, message) for message in file.messages],
        answer=answer,
        chances=sorted(chances, key=lambda each: -each[1]),
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
