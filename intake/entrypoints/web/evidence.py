"""Finds the sentences that carried the classifier's answer in the text an officer reads."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of text, and whether it is evidence of the category, tells of a danger, or both."""

    text: str
    is_evidence: bool = False
    is_danger: bool = False


def passages(text: str, sentences: Iterable[str], dangers: Iterable[str] = ()) -> Sequence[Passage]:
    """The text cut into passages, each sentence marked where it first stands.

    ``sentences`` are evidence, ``dangers`` raised the alarm. Spaces, line breaks and capitals need
    not agree: the classifier reads a normalised text. A sentence that is not found is left out.
    """
    evidence = list(_merged(_spans(text, sentences)))
    danger = list(_merged(_spans(text, dangers)))
    cuts = sorted({0, len(text)}.union(*evidence, *danger))
    return [
        Passage(
            text=text[start:stop],
            is_evidence=_covers(evidence, start),
            is_danger=_covers(danger, start),
        )
        for start, stop in pairwise(cuts)
    ]


def _covers(spans: Iterable[_Span], place: int) -> bool:
    return any(start <= place < stop for start, stop in spans)


def _spans(text: str, sentences: Iterable[str]) -> Iterator[_Span]:
    for sentence in sentences:
        words = sentence.split()
        pattern = r"\s+".join(re.escape(word) for word in words)
        match = re.search(pattern, text, re.IGNORECASE) if words else None
        if match:
            yield match.span()


def _merged(spans: Iterable[_Span]) -> Iterator[_Span]:
    """The spans in their order, with overlapping ones made one."""
    current: _Span | None = None
    for start, stop in sorted(spans):
        if current and start <= current[1]:
            current = (current[0], max(stop, current[1]))
            continue
        if current:
            yield current
        current = (start, stop)
    if current:
        yield current
