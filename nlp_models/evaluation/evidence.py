"""Measures whether the named evidence carries the answer.

Run it as `python -m nlp_models.evaluation.evidence`.

The classifier names evidence by looking past each sentence's words. Here every sentence is truly
taken out of the text and the shortened message asked about anew.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intake.adapters.classifier import SpacyClassifier
from intake.domain.categories import Category
from intake.domain.classification import Classification, MessageText
from nlp_models.training.corpus import read_corpus, splits
from nlp_models.training.features import blank_pipeline

FEWEST_SENTENCES, MOST_SENTENCES = 4, 14


@dataclass(frozen=True, kw_only=True)
class EvidenceFigures:
    """What taking sentences out does to the log odds of the answered category, over messages.

    `first` is the mean move without the first named sentence, `other` without any other sentence;
    `more` the share of messages where the first moves more than the others do on average, `most`
    where no other moves it further.
    """

    messages: int
    first: float
    other: float
    more: float
    most: float


def measure(classifier: SpacyClassifier, messages: Iterable[MessageText]) -> EvidenceFigures:
    """The figures over those messages that have between four and fourteen sentences."""
    moves = [found for message in messages if (found := _moves(classifier, message)) is not None]
    first = np.array([move for move, _ in moves])
    other = np.array([np.mean(others) for _, others in moves])
    furthest = np.array([max(others) for _, others in moves])
    return EvidenceFigures(
        messages=len(moves),
        first=float(first.mean()),
        other=float(other.mean()),
        more=float((first > other).mean()),
        most=float((first >= furthest).mean()),
    )


def _moves(
    classifier: SpacyClassifier, message: MessageText
) -> tuple[float, Sequence[float]] | None:
    """How far the answer moves without the first evidence, and without each other sentence."""
    sentences = list(_without_each(message))
    if not FEWEST_SENTENCES <= len(sentences) <= MOST_SENTENCES:
        return None
    whole = classifier.classify(message)
    asked = list(classifier.classify_many(shortened for _, shortened in sentences))
    before = _log_odds(whole, whole.category)
    moved = {
        sentence: before - _log_odds(answer, whole.category)
        for (sentence, _), answer in zip(sentences, asked, strict=True)
    }
    # What the resident quoted or signed with is a sentence of the text but not of the message.
    first = moved.pop(whole.evidence[0], None) if whole.evidence else None
    return None if first is None else (first, list(moved.values()))


def _without_each(message: MessageText) -> Iterator[tuple[str, MessageText]]:
    doc = blank_pipeline()(message.text)
    for sentence in doc.sents:
        rest = doc.text[: sentence.start_char] + doc.text[sentence.end_char :]
        shortened = MessageText(channel=message.channel, subject=message.subject, text=rest)
        yield " ".join(sentence.text.split()), shortened


def _log_odds(answer: Classification, category: Category) -> float:
    probability = min(max(answer.probabilities[category], 1e-6), 1 - 1e-6)
    return math.log(probability / (1 - probability))


def main() -> int:
    """Prints the figures on the test split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("nlp_models/model"))
    parser.add_argument("--limit", type=int, default=200, help="look at so many messages")
    options = parser.parse_args()
    labelled = read_corpus()
    test = [one for one, name in zip(labelled, splits(labelled), strict=True) if name == "test"]
    found = measure(
        SpacyClassifier.load(options.model), (one.message for one in test[: options.limit])
    )
    print(
        f"{found.messages} messages: without the first evidence the log odds fall by "
        f"{found.first:.2f}, without another sentence by {found.other:.2f}; more than the others' "
        f"mean in {found.more:.0%}, most of all in {found.most:.0%}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
