"""How good a classifier is on labelled messages.

Pure figures from pairs of what was expected and what was said, in the terms of the labelling guide
and of the promises made about automatic decisions. Which messages are asked is left to the caller.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.hazards import Hazard
from intake.domain.text import normalise, words

PROMISED_PRECISIONS = (0.97, 0.98)
"""At which shares of right answers coverage is reported."""

LENGTH_BANDS = (("under 30", 30), ("30 to 79", 80), ("80 to 149", 150), ("150 or more", None))
"""Names of the bands and the number of words, subject and text together, that each stays below."""

_BINS = 10
_MOST_POINTS = 200
_SUREST_MISTAKES = 20
_LISTED_CHARACTERS = 200
_HARD = {True: "yes", False: "no", None: None}
# Normal quantile of a 95 % interval.
_Z = 1.96


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person says a message is; None for what they did not say."""

    category: Category
    urgent: bool
    area: ServiceArea
    landlord: bool
    hazards: tuple[str, ...] | None = None
    hard: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A labelled message and what the classifier said of it."""

    id: str
    message: MessageText
    expected: Expected
    said: Classification


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
        "accuracy": _share(pairs, _is_right),
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


def full_report(answered: Sequence[Answered]) -> dict[str, Any]:
    """The figures of ``report`` and those that need the messages or fill a page, ready for JSON.

    Added are `model`, `hazards` (over the messages whose dangers a person named), `reliability`,
    `slices`, `risk_coverage`, and two lists of messages: `surest_mistakes` and
    `missed_complaints`, the complaints filed automatically as something else.
    Raises `ValueError` if there are no messages.
    """
    pairs = [_pair(one) for one in answered]
    return report(pairs) | {
        "model": sorted({said.model for _, said in pairs}),
        "hazards": hazard_figures(pairs),
        "reliability": reliability(pairs),
        "slices": slices(answered),
        "risk_coverage": risk_coverage(pairs),
        "surest_mistakes": [_as_listed(one) for one in _surest_mistakes(answered)],
        "missed_complaints": [_as_listed(one) for one in answered if _is_missed(_pair(one))],
    }


def reliability(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """For each of ten equal bins of confidence how many messages, how sure, and what share right.

    `interval` is where the share right lies with 95 % confidence (Wilson). An empty bin has None.
    """
    return [
        {
            "from": number / _BINS,
            "to": (number + 1) / _BINS,
            "count": len(group),
            "confidence": _ratio(sum(said.confidence for _, said in group), len(group)),
            "right": _ratio(sum(map(_is_right, group)), len(group)),
            "interval": interval(sum(map(_is_right, group)), len(group)),
        }
        for number, group in enumerate(_bins(pairs))
    ]


def risk_coverage(pairs: Sequence[Pair]) -> list[dict[str, float]]:
    """How the share of wrong answers grows as less sure answers are taken too, surest first.

    Each point takes all answers at least as sure as its `confidence`. At most some two hundred
    points are kept, evenly by rank, with the first and the last.
    """
    surest = sorted(pairs, key=lambda pair: -pair[1].confidence)
    points = []
    wrong = 0
    for number, pair in enumerate(surest, start=1):
        wrong += not _is_right(pair)
        confidence = pair[1].confidence
        # Equally sure answers cannot be told apart by any threshold: they are taken together.
        if number == len(surest) or surest[number][1].confidence < confidence:
            points.append(
                {
                    "coverage": _rounded(number / len(surest)),
                    "risk": _rounded(wrong / number),
                    "confidence": _rounded(confidence),
                }
            )
    step = max(1, -(-len(points) // _MOST_POINTS))
    return points[:-1:step] + points[-1:]


def hazard_figures(pairs: Sequence[Pair]) -> dict[str, dict[str, float | int]]:
    """Precision and recall of each kind of hazard, over the messages where a person named them.

    Empty when no message says which dangers it tells of.
    """
    named = [pair for pair in pairs if pair[0].hazards is not None]
    return {kind.value: _hazard_figures(named, kind) for kind in Hazard} if named else {}


def slices(answered: Sequence[Answered]) -> dict[str, dict[str, dict[str, Any]]]:
    """The same few figures for parts of the messages, by name of the division and of the part.

    `area` and `hard` are what a person said; `language` is what the classifier took it for. A part
    without messages is left out. A share of nothing is None.
    """
    divisions: dict[str, Callable[[Answered], str | None]] = {
        "channel": lambda one: one.message.channel,
        "words": lambda one: _length_band(one.message),
        "area": lambda one: one.expected.area.value,
        "hard": lambda one: _HARD[one.expected.hard],
        "language": lambda one: one.said.language,
    }
    return {name: _divided(answered, part_of) for name, part_of in divisions.items()}


def interval(right: int, count: int) -> list[float] | None:
    """Where a share lies with 95 % confidence by Wilson's score; None when nothing was counted."""
    if not count:
        return None
    share, spread = right / count, _Z**2 / count
    middle = share + spread / 2
    half = _Z * sqrt(share * (1 - share) / count + spread / (4 * count))
    return [
        _rounded(max(0.0, (middle - half) / (1 + spread))),
        _rounded(min(1.0, (middle + half) / (1 + spread))),
    ]


def calibration_error(pairs: Sequence[Pair]) -> float:
    """Expected calibration error over ten equal bins of confidence."""
    gaps = (
        abs(sum(_is_right(pair) - pair[1].confidence for pair in group)) for group in _bins(pairs)
    )
    return _rounded(sum(gaps) / len(pairs))


def _bins(pairs: Sequence[Pair]) -> list[list[Pair]]:
    bins: list[list[Pair]] = [[] for _ in range(_BINS)]
    for pair in pairs:
        bins[min(int(pair[1].confidence * _BINS), _BINS - 1)].append(pair)
    return bins


def _pair(one: Answered) -> Pair:
    return one.expected, one.said


def _is_right(pair: Pair) -> bool:
    return pair[1].category is pair[0].category


def _is_auto(pair: Pair) -> bool:
    return pair[1].decision is Decision.AUTO


def _is_missed(pair: Pair) -> bool:
    """Whether a complaint was filed automatically as something else."""
    return _is_auto(pair) and pair[0].category is Category.COMPLAINT and not _is_right(pair)


def _surest_mistakes(answered: Sequence[Answered]) -> list[Answered]:
    wrong = [one for one in answered if not _is_right(_pair(one))]
    return sorted(wrong, key=lambda one: -one.said.confidence)[:_SUREST_MISTAKES]


def _as_listed(one: Answered) -> dict[str, Any]:
    text = " ".join(f"{one.message.subject} {one.message.text}".split())
    return {
        "id": one.id,
        "expected": one.expected.category.value,
        "said": one.said.category.value,
        "confidence": _rounded(one.said.confidence),
        "decision": one.said.decision.value,
        "text": text[:_LISTED_CHARACTERS],
    }


def _divided(
    answered: Sequence[Answered], part_of: Callable[[Answered], str | None]
) -> dict[str, dict[str, Any]]:
    parts: dict[str, list[Pair]] = {}
    for one in answered:
        part = part_of(one)
        if part is not None:
            parts.setdefault(part, []).append(_pair(one))
    return {name: _slice_figures(parts[name]) for name in sorted(parts, key=_slice_order)}


def _slice_order(name: str) -> tuple[int, str]:
    bands = [band for band, _ in LENGTH_BANDS]
    return (bands.index(name) if name in bands else 0, name)


def _slice_figures(pairs: Sequence[Pair]) -> dict[str, Any]:
    right, auto = sum(map(_is_right, pairs)), [pair for pair in pairs if _is_auto(pair)]
    complaints = [pair for pair in pairs if pair[0].category is Category.COMPLAINT]
    urgent = [pair for pair in pairs if pair[0].urgent]
    return {
        "messages": len(pairs),
        "accuracy": _ratio(right, len(pairs)),
        "interval": interval(right, len(pairs)),
        "complaint_recall": _ratio(sum(map(_is_right, complaints)), len(complaints)),
        "urgent_recall": _ratio(sum(said.urgent for _, said in urgent), len(urgent)),
        "auto_coverage": _ratio(len(auto), len(pairs)),
        "auto_precision": _ratio(sum(map(_is_right, auto)), len(auto)),
        "missed_complaint_count": sum(map(_is_missed, pairs)),
    }


def _length_band(message: MessageText) -> str:
    count = len(words(normalise(f"{message.subject}\n{message.text}")))
    return next(name for name, bound in LENGTH_BANDS if bound is None or count < bound)


def _hazard_figures(pairs: Sequence[Pair], kind: Hazard) -> dict[str, float | int]:
    return _figures(
        pairs,
        said=lambda pair: kind.value in pair[1].hazards,
        true=lambda pair: kind.value in (pair[0].hazards or ()),
    )


def _auto_figures(pairs: Sequence[Pair]) -> dict[str, float | int]:
    passed = [pair for pair in pairs if _is_auto(pair)]
    complaints = sum(pair[0].category is Category.COMPLAINT for pair in pairs)
    missed = sum(map(_is_missed, pairs))
    return {
        "coverage": _rounded(len(passed) / len(pairs)),
        "precision": _share(passed, _is_right),
        "missed_complaints": _rounded(missed / max(1, complaints)),
        "missed_complaint_count": missed,
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
    for number, pair in enumerate(surest, start=1):
        right += _is_right(pair)
        if right >= precision * number:
            best = number
    return _rounded(best / len(pairs))


def _share(pairs: Sequence[Pair], holds: Callable[[Pair], bool]) -> float:
    return _rounded(sum(map(holds, pairs)) / max(1, len(pairs)))


def _ratio(part: float, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(value: float) -> float:
    return round(value, 4)
