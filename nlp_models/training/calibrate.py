"""From both models' raw scores to honest probabilities, and to the points where they decide.

Everything here is chosen on the dev split, which neither model has learnt from: never on the test
split, never on messages that a fitted model has seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_expit, log_softmax

from intake.adapters.heads import Head
from intake.domain.categories import Category
from intake.domain.classification import Thresholds
from nlp_models.training.corpus import LabelledMessage
from nlp_models.training.heads import QUESTIONS, Scores, targets

AUTO_PRECISION = 0.98
"""What share of automatic decisions must be right on dev, above the promise of 0.97."""

MISSED_COMPLAINTS = 0.005
"""What share of dev's complaints may be filed automatically as less; 0.01 is promised."""

URGENT_PRECISION = 0.66
"""How many of the alerts must be right on dev, above the promise of 0.60.

Below that officers stop reading them.
"""

ENCODER_TRUST = 1.5
"""How much more the encoder counts than dev says.

Two thirds of dev were written by hands that wrote for train too, and the n-grams know a hand by
its habits: in front of strangers they keep less of what they promise than the encoder does.
"""

_FEWEST_DECISIONS = 15


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The raw scores of both models on one question, each of shape (messages, labels)."""

    linear: Scores
    encoder: Scores

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> "Pair":
        return Pair(linear=self.linear[rows], encoder=self.encoder[rows])


def calibrated(head: Head, scores: Pair, wanted: npt.NDArray[np.bool_]) -> Head:
    """The head with the weights and offsets that make its probabilities likeliest.

    One weight a model and one offset a label: the combination of experts by logarithmic pooling
    with vector scaling for an exclusive head, Platt scaling on both scores otherwise. The encoder
    is then given `ENCODER_TRUST` times the weight it got, and the rest is fitted again.
    """

    def cost(parameters: npt.NDArray[np.float64], encoder_share: float | None = None) -> float:
        weights = np.exp(parameters[:2])
        if encoder_share is not None:
            weights[1] = weights[0] * encoder_share
        shifted = scores.linear * weights[0] + scores.encoder * weights[1] + parameters[2:]
        if head.exclusive:
            likelihood = log_softmax(shifted, axis=1)[wanted]
        else:
            likelihood = np.where(wanted, log_expit(shifted), log_expit(-shifted))
        return float(-likelihood.mean() + 1e-3 * np.square(parameters[2:]).mean())

    start = np.zeros(len(head.labels) + 2)
    start[:2] = np.log(0.5)
    free = minimize(cost, start, method="L-BFGS-B").x
    share = float(np.exp(free[1] - free[0])) * ENCODER_TRUST
    found = minimize(cost, free, args=(share,), method="L-BFGS-B").x
    linear = float(np.exp(found[0]))
    return replace(
        head,
        weights=[round(linear, 4), round(linear * share, 4)],
        offsets=[round(float(offset), 4) for offset in found[2:]],
    )


def with_thresholds(
    found: Mapping[str, Head], scores: Mapping[str, Pair], messages: Sequence[LabelledMessage]
) -> dict[str, Head]:
    """The heads of yes-or-no questions with the probabilities from which the answer is yes.

    Urgent is called as early as alerts stay right often enough; kinds of hazard are judged on
    urgent messages alone, as only those are named; the landlord question is even.
    """
    wanted = {question.name: targets(question, messages) for question in QUESTIONS}
    probabilities = {name: head_probabilities(found[name], scores[name]) for name in found}
    urgent = wanted["urgent"][:, 0]
    chosen = {
        "urgent": urgent_threshold(probabilities["urgent"][:, 0], urgent),
        "hazards": kind_threshold(probabilities["hazards"][urgent], wanted["hazards"][urgent]),
        "landlord": 0.5,
    }
    return {
        name: replace(head, thresholds=[chosen[name]]) if name in chosen else head
        for name, head in found.items()
    }


def urgent_threshold(probabilities: Scores, wanted: npt.NDArray[np.bool_]) -> float:
    """The lowest probability from which alerts are right often enough."""
    return _lowest_threshold(probabilities, wanted, URGENT_PRECISION, fewest=1)


def kind_threshold(probabilities: Scores, wanted: npt.NDArray[np.bool_]) -> float:
    """The probability from which a kind of hazard is named: the best F1 over all kinds at once."""
    candidates = np.arange(0.05, 0.95, 0.05)
    named = [probabilities >= candidate for candidate in candidates]
    right = [2 * (wanted & name).sum() / max(1, wanted.sum() + name.sum()) for name in named]
    return round(float(candidates[int(np.argmax(right))]), 2)


def decision_thresholds(
    probabilities: Scores, wanted: npt.NDArray[np.bool_], reviewed: npt.NDArray[np.bool_]
) -> Thresholds:
    """The thresholds that let most messages pass and keep both promises on unseen voices.

    `reviewed` marks messages that an officer reads whatever their probability.
    """
    best: tuple[float, Thresholds] | None = None
    for ceiling in (0.5, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01):
        thresholds = _for_ceiling(probabilities, wanted, reviewed, ceiling)
        passed = passes(probabilities, thresholds) & ~reviewed
        if _missed(probabilities, wanted, passed) > MISSED_COMPLAINTS:
            continue
        if best is None or passed.mean() > best[0]:
            best = (float(passed.mean()), thresholds)
    if best is None:
        return Thresholds(confidence=dict.fromkeys(Category, 1.0), complaint_ceiling=0.0)
    return best[1]


def passes(probabilities: Scores, thresholds: Thresholds) -> npt.NDArray[np.bool_]:
    """Which messages are sure enough by these thresholds alone."""
    categories = list(Category)
    category = probabilities.argmax(axis=1)
    needed = np.array([thresholds.confidence[each] for each in categories])[category]
    complaint = categories.index(Category.COMPLAINT)
    low = probabilities[:, complaint] <= thresholds.complaint_ceiling
    sure = probabilities.max(axis=1) >= needed
    return np.asarray(sure & (low | (category == complaint)))


def _for_ceiling(
    probabilities: Scores,
    wanted: npt.NDArray[np.bool_],
    reviewed: npt.NDArray[np.bool_],
    ceiling: float,
) -> Thresholds:
    category = probabilities.argmax(axis=1)
    right = category == wanted.argmax(axis=1)
    complaint = list(Category).index(Category.COMPLAINT)
    open_to_auto = ~reviewed & ((category == complaint) | (probabilities[:, complaint] <= ceiling))
    return Thresholds(
        confidence={
            each: _lowest_threshold(
                probabilities[open_to_auto & (category == number)].max(axis=1, initial=0.0),
                right[open_to_auto & (category == number)],
                AUTO_PRECISION,
                fewest=_FEWEST_DECISIONS,
            )
            for number, each in enumerate(Category)
        },
        complaint_ceiling=ceiling,
    )


def _lowest_threshold(
    probabilities: Scores, right: npt.NDArray[np.bool_], precision: float, *, fewest: int
) -> float:
    """The lowest probability above which at least this share is right; 1 if there is none."""
    order = np.argsort(-probabilities, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero((share >= precision) & (np.arange(len(order)) >= fewest - 1))
    if not len(good):
        return 1.0
    return float(np.floor(probabilities[order[good[-1]]] * 1e4) / 1e4)


def _missed(
    probabilities: Scores, wanted: npt.NDArray[np.bool_], passed: npt.NDArray[np.bool_]
) -> float:
    complaint = list(Category).index(Category.COMPLAINT)
    complaints = wanted[:, complaint]
    filed = passed & (probabilities.argmax(axis=1) != complaint)
    return float((complaints & filed).sum() / max(1, complaints.sum()))


def head_probabilities(head: Head, scores: Pair) -> Scores:
    """What the run-time head makes of these scores."""
    found = head.probabilities(scores.linear.astype(np.float32), scores.encoder.astype(np.float32))
    return np.asarray(found, dtype=np.float64)
