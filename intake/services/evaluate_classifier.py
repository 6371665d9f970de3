"""How good a classifier is on labelled messages.

Pure figures from pairs of what was expected and what was said, in the terms of the labelling guide
and of the promises made about automatic decisions. Which messages are asked is left to the caller.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision, MessageText

PROMISED_PRECISIONS = (0.97, 0.98)
"""At which shares of right answers coverage is reported."""

_BINS = 10


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person says a message is."""

    category: Category
    urgent: bool
    area: ServiceArea
    landlord: bool


class AsksMany(Protocol):
    """Classifies many messages in order."""

    def classify_many(self, messages: Iterable[MessageText]) -> Iterable[Classification]:
        """What kind each message is."""


Pair = tuple[Expected, Classification]


def evaluate(
    classifier: AsksMany, labelled: Sequence[tuple[MessageText, Expected]]
) -> dict[str, Any]:
    """The report on this classifier over these messages; raises `ValueError` if there are none."""
    said = classifier.classify_many(message for message, _ in labelled)
    return report([(expected, one) for (_, expected), one in zip(labelled, said, strict=True)])


def report(pairs: Sequence[Pair]) -> dict[str, Any]:
    """All figures, ready for JSON; shares are between 0 and 1.

    `missed_complaints` is the share of complaints filed automatically as something else. Coverage
    at a precision is the largest share of messages, surest first, of which that share is right.
    Raises `ValueError` if there are no pairs.
    """
    if not pairs:
        raise ValueError("no messages to evaluate on")
    classes = {each.value: _category_figures(pairs, each) for each in Category}
    return {
        "messages": len(pairs),
        "accuracy": _share(pairs, lambda pair: pair[1].category is pair[0].category),
        "macro_f1": _rounded(sum(each["f1"] for each in classes.values()) / len(classes)),
        "categories": classes,
        "confusion": _confusion(pairs),
        "calibration_error": calibration_error(pairs),
        "coverage": {
            str(precision): _coverage(pairs, precision) for precision in PROMISED_PRECISIONS
        },
        "auto": _auto_figures(pairs),
        "urgent": _figures(
            pairs, said=lambda pair: pair[1].urgent, true=lambda pair: pair[0].urgent
        ),
        "landlord": _figures(
            pairs, said=lambda pair: pair[1].landlord, true=lambda pair: pair[0].landlord
        )
        | {"accuracy": _share(pairs, lambda pair: pair[1].landlord == pair[0].landlord)},
        "area_accuracy": _share(pairs, lambda pair: pair[1].area is pair[0].area),
    }


def calibration_error(pairs: Sequence[Pair]) -> float:
    """Expected calibration error over ten equal bins of confidence."""
    bins: list[list[Pair]] = [[] for _ in range(_BINS)]
    for pair in pairs:
        bins[min(int(pair[1].confidence * _BINS), _BINS - 1)].append(pair)
    gaps = (
        abs(sum((one[1].category is one[0].category) - one[1].confidence for one in group))
        for group in bins
    )
    return _rounded(sum(gaps) / len(pairs))


def _auto_figures(pairs: Sequence[Pair]) -> dict[str, float | int]:
    passed = [pair for pair in pairs if pair[1].decision is Decision.AUTO]
    complaints = [pair for pair in pairs if pair[0].category is Category.COMPLAINT]
    missed = [
        pair
        for pair in complaints
        if pair[1].decision is Decision.AUTO and pair[1].category is not Category.COMPLAINT
    ]
    return {
        "coverage": _rounded(len(passed) / len(pairs)),
        "precision": _share(passed, lambda pair: pair[1].category is pair[0].category),
        "missed_complaints": _rounded(len(missed) / max(1, len(complaints))),
        "missed_complaint_count": len(missed),
    }


def _category_figures(pairs: Sequence[Pair], category: Category) -> dict[str, float | int]:
    return _figures(
        pairs,
        said=lambda pair: pair[1].category is category,
        true=lambda pair: pair[0].category is category,
    )


def _figures(
    pairs: Sequence[Pair], *, said: Callable[[Pair], bool], true: Callable[[Pair], bool]
) -> dict[str, float | int]:
    right = sum(said(pair) and true(pair) for pair in pairs)
    called = sum(said(pair) for pair in pairs)
    count = sum(true(pair) for pair in pairs)
    return {
        "precision": _rounded(right / max(1, called)),
        "recall": _rounded(right / max(1, count)),
        "f1": _rounded(2 * right / max(1, called + count)),
        "count": count,
    }


def _confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """Rows are what was expected, columns what was said."""
    table = {row.value: {column.value: 0 for column in Category} for row in Category}
    for expected, said in pairs:
        table[expected.category.value][said.category.value] += 1
    return table


def _coverage(pairs: Sequence[Pair], precision: float) -> float:
    surest = sorted(pairs, key=lambda pair: -pair[1].confidence)
    best = right = 0
    for number, (expected, said) in enumerate(surest, start=1):
        right += said.category is expected.category
        if right >= precision * number:
            best = number
    return _rounded(best / len(pairs))


def _share(pairs: Sequence[Pair], holds: Callable[[Pair], bool]) -> float:
    return _rounded(sum(map(holds, pairs)) / max(1, len(pairs)))


def _rounded(value: float) -> float:
    return round(value, 4)
