"""Take out of a text what names a person, before it is kept for another purpose than its case.

What is replaced: email addresses, telephone numbers, postcodes, long numbers (accounts, payments),
case references, links, and the names given. House names and what a story tells of somebody cannot
be recognised by rules like these: a redacted text is still treated with care.
"""

import re
from collections.abc import Iterable

_RULES = (
    (re.compile(r"\S+@\S+\.\w+"), "[email]"),
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\bFB-?[0-9A-Z]{4}-?[0-9A-Z]{2}\b", re.IGNORECASE), "[reference]"),
    # The form of UK postcodes; the space is often left out.
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE), "[postcode]"),
    # UK numbers as people write them, with spaces, hyphens, brackets or +44.
    (re.compile(r"(?<![\w£])(?:\+44|\(?0)[\d\s()\-]{8,14}\d\b"), "[telephone]"),
    (re.compile(r"(?<![\w£])\d[\d\- ]{6,}\d\b"), "[number]"),
)
# Shorter words are too often words of the language.
_SHORTEST_NAME = 3


def redacted(text: str, names: Iterable[str] = ()) -> str:
    """The text with marks in brackets for what would name somebody; a repeat changes nothing."""
    for pattern, mark in _RULES:
        text = pattern.sub(mark, text)
    for name in {part for each in names for part in re.split(r"[\s,.@]+", each)}:
        if len(name) >= _SHORTEST_NAME and name[0].isupper():
            text = re.sub(rf"\b{re.escape(name)}\b", "[name]", text)
    return text
