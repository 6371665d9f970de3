"""Finds the sentences that carried the classifier's answer in the text an officer reads."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """A piece of text, and whether it is evidence."""

    text: str
    is_evidence: bool


def passages(text: str, sentences: Iterable[str]) -> Sequence[Passage]:
    """The text cut into passages, each sentence marked where it first stands.

    Spaces, line breaks and capitals need not agree: the classifier reads a normalised text. A
    sentence that is not found is left out.
    """
    found: list[Passage] = []
    end = 0
    for start, stop in _merged(_spans(text, sentences)):
        if start > end:
            found.append(Passage(text[end:start], is_evidence=False))
        found.append(Passage(text[start:stop], is_evidence=True))
        end = stop
    if end < len(text):
        found.append(Passage(text[end:], is_evidence=False))
    return found


def _spans(text: str, sentences: Iterable[str]) -> Iterator[tuple[int, int]]:
    for sentence in sentences:
        words = sentence.split()
        pattern = r"\s+".join(re.escape(word) for word in words)
        match = re.search(pattern, text, re.IGNORECASE) if words else None
        if match:
            yield match.span()


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in their order, with overlapping ones made one."""
    current: tuple[int, int] | None = None
    for start, stop in sorted(spans):
        if current and start <= current[1]:
            current = (current[0], max(stop, current[1]))
            continue
        if current:
            yield current
        current = (start, stop)
    if current:
        yield current
