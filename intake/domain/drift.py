"""When the classifier no longer keeps what it promised, or reads another kind of mail than before.

Decides from counts alone whether there is reason for alarm, and says what to do in words for an
officer. When to look and where the words are shown is left to the services and entrypoints.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from intake.domain.agreement import Agreement
from intake.domain.categories import Category

RECENT = timedelta(days=30)
BEFORE = timedelta(days=90)
# A shift of fewer points is not worth a word in the sentence.
MOST_SHIFTS_NAMED = 2


class Measure(StrEnum):
    """What is watched."""

    AGREEMENT = "agreement"
    MIX = "mix"


@dataclass(frozen=True, kw_only=True)
class DriftRules:
    """What was promised, and what counts as drift.

    ``promised_precision`` is the share of the cases filed automatically that are right.
    ``alarm_chance`` is how unlikely so few agreements must be, if the promise held, for an alarm.
    ``mix_bound`` is the Jensen-Shannon divergence, in bits from 0 to 1, from which on two mixes
    count as different; ``mix_fewest_cases`` is the least number of cases in each span for that.
    """

    promised_precision: float
    alarm_chance: float
    mix_bound: float
    mix_fewest_cases: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one measure gives: its figure, whether to raise an alarm, and what to say.

    ``figure`` is None where there was nothing to measure.
    """

    measure: Measure
    figure: float | None
    is_alarm: bool
    text: str


def chance_of_so_few(agreed: int, count: int, promised: float) -> float:
    """The probability of at most so many agreements in ``count``, each as likely as promised.

    Exact, from the binomial distribution; ``promised`` lies between 0 and 1. In logarithms, because
    the number of ways soon exceeds what a float holds.
    """
    right, wrong = math.log(promised), math.log1p(-promised)
    return math.fsum(
        math.exp(
            math.lgamma(count + 1)
            - math.lgamma(number + 1)
            - math.lgamma(count - number + 1)
            + number * right
            + (count - number) * wrong
        )
        for number in range(agreed + 1)
    )


def divergence(one: Mapping[Category, int], other: Mapping[Category, int]) -> float | None:
    """The Jensen-Shannon divergence of two mixes in bits: 0 for the same, 1 for nothing shared.

    None when either is empty. Source: J. Lin, Divergence measures based on the Shannon entropy,
    IEEE Transactions on Information Theory 37 (1991).
    """
    shares, others = _shares(one), _shares(other)
    if not shares or not others:
        return None
    middle = {each: (shares[each] + others[each]) / 2 for each in Category}
    return (_information(shares, middle) + _information(others, middle)) / 2


def agreement_finding(read: Agreement, rules: DriftRules) -> Finding:
    """Whether officers who read blind agree with the classifier as often as it promised."""
    share, promised = read.share, f"{rules.promised_precision:.0%}"
    if share is None:
        text = "No blind reading in the last 30 days, so nothing is known."
        return Finding(measure=Measure.AGREEMENT, figure=None, is_alarm=False, text=text)
    is_below = share < rules.promised_precision and (
        chance_of_so_few(read.agreed, read.count, rules.promised_precision) < rules.alarm_chance
    )
    found = (
        f"In {read.agreed} of {read.count} blind readings of the last 30 days ({share:.0%}) the "
        f"officer agreed with the classifier"
    )
    text = (
        f"{found}, fewer than the {promised} that it promised and too few for chance. Read where "
        "they differ on the Learning page. If it began with a new model, have the administrator "
        "go back to the one before (intake retrain --use); otherwise have it trained again "
        "(intake retrain), which learns from the officers’ answers."
        if is_below
        else f"{found}; {promised} was promised."
    )
    if share < rules.promised_precision and not is_below:
        text += " With so few readings the difference may be chance."
    return Finding(measure=Measure.AGREEMENT, figure=share, is_alarm=is_below, text=text)


def mix_finding(
    recent: Mapping[Category, int], before: Mapping[Category, int], rules: DriftRules
) -> Finding:
    """Whether the last 30 days bring other categories than the 90 days before."""
    figure = divergence(recent, before)
    fewest = min(sum(recent.values()), sum(before.values()))
    if figure is None or fewest < rules.mix_fewest_cases:
        text = (
            "Too few cases to compare the mix of categories: it takes "
            f"{rules.mix_fewest_cases} in the last 30 days and as many in the 90 days before."
        )
        return Finding(measure=Measure.MIX, figure=figure, is_alarm=False, text=text)
    if figure <= rules.mix_bound:
        text = "The mix of categories in the last 30 days is that of the 90 days before."
        return Finding(measure=Measure.MIX, figure=figure, is_alarm=False, text=text)
    text = (
        "The mix of categories in the last 30 days differs from the 90 days before: "
        f"{_shifts(recent, before)}. Find out whether something happened that explains it, such "
        "as a letter to every home, a strike or a wave of spam. If nothing did, read twenty of "
        "these cases: where the classifier is wrong, correct them and have it trained again "
        "(intake retrain)."
    )
    return Finding(measure=Measure.MIX, figure=figure, is_alarm=True, text=text)


def _shares(counts: Mapping[Category, int]) -> dict[Category, float]:
    total = sum(counts.values())
    return {each: counts.get(each, 0) / total for each in Category} if total else {}


def _information(shares: Mapping[Category, float], middle: Mapping[Category, float]) -> float:
    """Kullback and Leibler's divergence from the middle, in bits."""
    return math.fsum(
        share * math.log2(share / middle[each]) for each, share in shares.items() if share
    )


def _shifts(recent: Mapping[Category, int], before: Mapping[Category, int]) -> str:
    now, then = _shares(recent), _shares(before)
    moved = sorted(Category, key=lambda each: (-round(abs(now[each] - then[each]), 9), each))
    return ", ".join(
        f"{each.label.lower()} {now[each]:.0%} instead of {then[each]:.0%}"
        for each in moved[:MOST_SHIFTS_NAMED]
    )
