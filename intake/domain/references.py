"""Case references such as ``FB-7K3M-Q2``: made, checked, and found in text.

The alphabet leaves out look-alikes (0 O, 1 I L, U V kept apart by leaving out U), so that a reference
read out on the telephone is written down right. The last character is a check character: any single
wrong character and any swap of neighbours changes it, so a mistyped reference finds no other case.
"""

import re
from collections.abc import Iterator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE = len(ALPHABET)
_LENGTH = 5
# 30^5 references and a step that shares no factor with it: numbers in a row look unrelated.
_COUNT = _BASE**_LENGTH
_STEP = 7_654_321
_START = 5_551_234
_PATTERN = re.compile(
    r"\bFB[-\u2010-\u2015 ]?([2-9A-HJKMNP-TV-Z]{4})[-\u2010-\u2015 ]?([2-9A-HJKMNP-TV-Z]{2})\b",
    re.IGNORECASE,
)


def reference_from_number(number: int) -> str:
    """The reference of the case with this running number; distinct below 24.3 million numbers.

    Raises ``ValueError`` for a number outside that range.
    """
    if not 0 <= number < _COUNT:
        raise ValueError(f"case number {number} is outside the range of references")
    rest = (number * _STEP + _START) % _COUNT
    digits = []
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, _BASE)
        digits.append(digit)
    text = "".join(ALPHABET[digit] for digit in digits)
    return f"FB-{text[:4]}-{text[4]}{_check_character(digits)}"


def references_in(text: str) -> Iterator[str]:
    """The valid references in a text, in their order and written in the one form, each once."""
    seen = set()
    for match in _PATTERN.finditer(text):
        body = (match[1] + match[2]).upper()
        digits = [ALPHABET.index(character) for character in body[:_LENGTH]]
        reference = f"FB-{body[:4]}-{body[4:]}"
        if body[_LENGTH] == _check_character(digits) and reference not in seen:
            seen.add(reference)
            yield reference


def _check_character(digits: list[int]) -> str:
    # Weights differ by one and are prime to 31 at most: a weighted sum modulo 31 (a prime above the
    # 30 characters) tells neighbours apart. The value 30 has no character; it takes that of 0,
    # the one coincidence accepted.
    total = sum(weight * digit for weight, digit in enumerate(digits, start=2)) % 31
    return ALPHABET[total % _BASE]
