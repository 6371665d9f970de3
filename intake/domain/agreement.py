"""How far two readers of the same messages agree: share, count, and Cohen's kappa.

A table of pairs counts how often the one said this category and the other that. Which readings are
counted is left to the services.

Source: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
Measurement 20 (1960).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from intake.domain.categories import Category

Answer = TypeVar("Answer", Category, bool)
Pairs = Mapping[tuple[Category, Category], int]
"""How often the first reader said the one and the second reader the other."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How often two readers said the same of ``count`` messages.

    ``kappa`` is 1 for full agreement and 0 for as much as chance alone would give; None where it is
    undefined, because nothing was read or both always said the same one thing.
    """

    count: int
    agreed: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        """The share agreed on, from 0 to 1; None when nothing was read."""
        return self.agreed / self.count if self.count else None


def agreement(pairs: Pairs) -> Agreement:
    """How far the readers agree on the category."""
    agreed = sum(number for (first, second), number in pairs.items() if first is second)
    return Agreement(count=sum(pairs.values()), agreed=agreed, kappa=_kappa(pairs))


def agreement_on(pairs: Pairs, category: Category) -> Agreement:
    """How far they agree on one category.

    Counted are the messages to which the first reader gave it, agreed those to which the second
    did too: with the classifier as the first reader, its precision. ``kappa`` takes all messages
    and asks both readers only whether it is this category.
    """
    given = {pair: number for pair, number in pairs.items() if pair[0] is category}
    against_the_rest: Counter[tuple[bool, bool]] = Counter()
    for (first, second), number in pairs.items():
        against_the_rest[first is category, second is category] += number
    return Agreement(
        count=sum(given.values()),
        agreed=given.get((category, category), 0),
        kappa=_kappa(against_the_rest),
    )


def differences(pairs: Pairs) -> list[tuple[Category, Category, int]]:
    """What the readers said where they differ, the most frequent first."""
    found = [(*pair, number) for pair, number in pairs.items() if pair[0] is not pair[1]]
    return sorted(found, key=lambda each: (-each[2], each[0], each[1]))


def _kappa(pairs: Mapping[tuple[Answer, Answer], int]) -> float | None:
    """``(observed - expected) / (1 - expected)``, with what chance gives as the expected."""
    total = sum(pairs.values())
    if not total:
        return None
    firsts: Counter[Answer] = Counter()
    seconds: Counter[Answer] = Counter()
    for (first, second), number in pairs.items():
        firsts[first] += number
        seconds[second] += number
    observed = sum(number for (first, second), number in pairs.items() if first == second)
    # In whole numbers, so that "expected is exactly one" is no matter of rounding.
    expected = sum(firsts[each] * seconds[each] for each in firsts)
    if expected == total * total:
        return None
    return (observed * total - expected) / (total * total - expected)
