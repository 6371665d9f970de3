"""Finds messages of the corpus that say nearly the same thing.

Run it as `python -m nlp_models.evaluation.near_duplicates`.

Two messages are near duplicates when their sets of five-word runs overlap by more than three
fifths. Such a pair in two splits would let the test measure memory. Ends with status 1 when there
is one.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from intake.domain.text import normalise, words
from nlp_models.training.corpus import LabelledMessage, read_corpus

RUN = 5
MOST_OVERLAP = 0.6
# A run in more messages than this is a set phrase and would only pair strangers.
_SET_PHRASE = 20


def near_duplicates(messages: Sequence[LabelledMessage]) -> list[tuple[str, str, float]]:
    """The ids of every near-duplicate pair and their overlap (Jaccard), most alike first.

    A message too short for a run counts as one run of all its words.
    """
    runs = [_runs(message) for message in messages]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(runs):
        for run in found:
            holders[run].append(number)
    pairs = {
        pair
        for numbers in holders.values()
        if len(numbers) <= _SET_PHRASE
        for pair in combinations(numbers, 2)
    }
    alike = [
        (messages[one].id, messages[two].id, _overlap(runs[one], runs[two])) for one, two in pairs
    ]
    return sorted((each for each in alike if each[2] > MOST_OVERLAP), key=lambda each: -each[2])


def _runs(labelled: LabelledMessage) -> set[tuple[str, ...]]:
    found = words(normalise(f"{labelled.message.subject}\n{labelled.message.text}"))
    if len(found) < RUN:
        return {tuple(found)} if found else set()
    return {tuple(found[start : start + RUN]) for start in range(len(found) - RUN + 1)}


def _overlap(one: set[tuple[str, ...]], two: set[tuple[str, ...]]) -> float:
    return len(one & two) / len(one | two)


def main() -> int:
    """Prints every pair; 0 when there is none."""
    messages = read_corpus()
    alike = near_duplicates(messages)
    for one, two, overlap in alike:
        print(f"{one} and {two}: {overlap:.0%}")
    print(f"{len(messages)} messages, {len(alike)} near-duplicate pairs")
    return 1 if alike else 0


if __name__ == "__main__":
    sys.exit(main())
