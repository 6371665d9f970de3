"""Where one message passes from one matter to the next, by the marks that writers make themselves.

It finds only what is marked: numbered or bulleted points, and words such as "on another matter". A
story told in several paragraphs is one matter. What each part is by itself is asked of the
classifier; whether that makes them different matters is decided here.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from intake.domain.categories import Category

_POINT: Final = re.compile(r"^\s*(?:[-*\u2022\u2013]|\(?\d{1,2}[.):]|\(?[a-h][.)])\s+\S")
_TURN: Final = re.compile(
    r"""
    (?:^|(?<=[.!?\n]))\s*(?:and\s+|but\s+|oh\s+(?:and\s+)?)?
    (?:on\s+(?:another|a\s+(?:separate|different))\s+(?:matter|note|subject|topic|point)
      |(?:separately|secondly|thirdly|lastly)\b
      |(?:a|the|my)\s+(?:second|third|other|separate|different)\s+(?:thing|matter|issue|point|question)\b
      |another\s+(?:thing|matter|issue|point)\b
      |(?:one|two)\s+(?:more|other)\s+(?:thing|matter)s?\b
      |while\s+i(?:'m|\s+am)\s+(?:writing|here|on|at\s+it)\b
      |unrelated\b
      |p\.?\s?s\.?(?=[\s:,]))
    """,
    re.VERBOSE | re.IGNORECASE,
)
SURE_OF_A_PART: Final = 0.6
_FEWEST_WORDS: Final = 5
_MOST: Final = 8


def matters(text: str) -> list[str]:
    """The normalised text's parts, each one matter; fewer than two when nothing is marked.

    What stands before the first mark is a part too. Parts of fewer than five words are no matter
    of their own, and of very many the first eight are given.
    """
    parts: list[str] = []
    begun: list[str] = []
    for line in text.split("\n"):
        if _POINT.match(line) and begun:
            parts.append("\n".join(begun))
            begun = []
        begun.append(line)
    parts.append("\n".join(begun))
    turned = [piece for part in parts for piece in _at_turns(part)]
    long_enough = [part.strip() for part in turned if len(part.split()) >= _FEWEST_WORDS]
    return long_enough[:_MOST] if len(long_enough) > 1 else []


def are_different(parts: Iterable[Mapping[Category, float]]) -> bool:
    """Whether parts of one message, by their probabilities, are matters of different categories.

    A part counts where its likeliest category has a probability of at least `SURE_OF_A_PART`: a
    few words say little by themselves.
    """
    likeliest = [max(part.items(), key=lambda each: each[1]) for part in parts]
    return len({category for category, sure in likeliest if sure >= SURE_OF_A_PART}) > 1


def _at_turns(part: str) -> list[str]:
    starts = [0, *(found.start() for found in _TURN.finditer(part) if found.start()), len(part)]
    return [part[start:end] for start, end in pairwise(starts)]
