"""A line of text with what is known of its origin: the currency between HTML, text and"
" quotation.
"""

from dataclasses import dataclass
from enum import IntEnum


class Mark(IntEnum):
    """What the structure of the message says about a line, before its words are read."""

    OWN = 0
    INDENTED = 1
    QUOTED = 2
    INTRO = 3
    SIGNATURE = 4


@dataclass(slots=True)
class Line:
    """One line; `container` numbers the quote container it stands in, 0 for none."""

    text: str
    mark: Mark = Mark.OWN
    container: int = 0


def lines_of_text(text: str) -> list[Line]:
    """Plain text as lines that carry no marks."""
    return [Line(line) for line in text.split("\n")]
