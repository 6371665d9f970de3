"""Who wrote and where an answer can go: names, addresses and numbers in what residents write."""

import re
from dataclasses import dataclass

from intake.domain.interview.held import Question
from intake.domain.interview.reading import found_in
from intake.domain.receipts import greeting_name, is_usable_address

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"'“”‘’]+@[^\s@<>()\[\],;:\"'“”‘’]+")
# UK numbers as people write them, with spaces, hyphens, brackets or +44.
_TELEPHONE = re.compile(r"(?<![\w£])(?:\+44|\(?0)[\d\s()\-]{8,14}\d\b")
_FEWEST_DIGITS, _MOST_DIGITS = 10, 13

# An address or a number somewhere in a story may be another's: only these words make it theirs.
_MINE = re.compile(
    r"\b(?:my|me|reply|reach|contact\s+(?:me|us)|e-?mail(?:\s+address)?\s*(?:is|:)|tel|telephone|phone"
    r"|mobile|mob)\b[^.!?]{0,30}$",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    r"\b(?:emailed|e-mailed|wrote|written|sent|rang|rung|called|phoned|contacted|tried|from|ringing"
    r"|calling|number\s+you)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_MOST_AFTER_A_SIGNATURE = 30

_NAME_WORD = r"[^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Cllr)\.?\s+)?"
_NAMED = re.compile(
    rf"\b(?:my\s+name(?:\s+is|['’]s)|name\s*:)\s*({_TITLE}{_NAME_WORD}(?:[ ]{_NAME_WORD}){{0,2}})",
    re.IGNORECASE,
)
_CAPITAL = r"[A-Z][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*"
_FULL_NAME = rf"{_TITLE}{_CAPITAL}(?:[ ]{_CAPITAL}){{1,2}}"
_SAID = re.compile(rf"\b(?:[Ii]\s+am|[Ii]['’]m|[Tt]his\s+is)\s+({_FULL_NAME})\b(?!\s+[a-z]+ing)")
_SIGNED = re.compile(
    rf"(?i:\b(?:regards|sincerely|faithfully|thanks|thank\s+you|wishes|cheers)\b)[\s,.!]*"
    rf"({_TITLE}{_CAPITAL}(?:[ ]{_CAPITAL}){{0,2}})\W*$"
)
_BEFORE_A_WAY = re.compile(rf"({_FULL_NAME})[\s,:(<-]*$")
# A name said in small letters ends where the sentence goes on.
_AFTER_A_NAME = """
and but at on in my i im you can or the is email phone tel mobile live from of here with so a an
it its telephone number contact reply thanks please yes no by for to me
why what who how do does want know not will would that about this
"""
_NOT_A_NAME = frozenset(_AFTER_A_NAME.split())
_AROUND_A_NAME = re.compile(
    r"\b(?:my|full|first|last|name|names|is|it['’]?s|i['’]m|i|am|im|this|and|e-?mail|email\s+address|address"
    r"|tel|telephone|phone|mobile|mob|number|no|please|reply|to|me|at|on|by|contact|reach|can|you|call|or|ring"
    r"|text|via|use|thanks|thank|the|best|way|sure|yes|yeah|hi|hello|ok|here)\b\.?",
    re.IGNORECASE,
)
_MOST_AROUND_A_NAME = 6
_REFUSES = re.compile(
    r"\b(?:anonymous(?:ly)?|rather\s+not|prefer\s+not|(?:do\s+not|don['’]?t|not\s+going\s+to|won['’]?t|no\s+need)"
    r"\s+(?:want\s+to\s+|wish\s+to\s+|like\s+to\s+)?(?:to\s+)?(?:give|say|share|tell|reply|leave|answer|be\s+contacted)"
    r"|no\s+reply\s+needed|none\s+of\s+your\s+business|mind\s+your\s+own|no\s+thanks?)\b",
    re.IGNORECASE,
)
_ANOTHER_WAY = re.compile(
    r"\b(?:post|letter|write\s+to\s+me|by\s+mail|p\.?o\.?\s+box|live\s+at|in\s+person|through\s+my|care\s+of)\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Who:
    """A name and the ways to answer, each empty where nothing says it."""

    name: str = ""
    email: str = ""
    telephone: str = ""


def who_answers(text: str) -> Who:
    """Who it is and how to reply, from an answer to just that; what is left over is the name."""
    email = next(iter(_emails(text)), None)
    telephone = next(iter(_telephones(text)), None)
    rest = text
    for found in (email, telephone):
        rest = rest.replace(found[0], " , ") if found else rest
    return Who(
        name=name_in(text) or _bare_name(rest),
        email=_address(email) if email else "",
        telephone=_number(telephone) if telephone else "",
    )


def who_tells(text: str) -> Who:
    """Who it is and how to reply, where a story says so.

    An address or a number counts when the writer calls it theirs or signs with it. One they wrote
    to or rang before is somebody else's, and an answer must not go there.
    """
    email = next((found for found in _emails(text) if _is_theirs(text, found)), None)
    telephone = next((found for found in _telephones(text) if _is_theirs(text, found)), None)
    return Who(
        name=name_in(text) or _name_before(text, email or telephone),
        email=_address(email) if email else "",
        telephone=_number(telephone) if telephone else "",
    )


def email_in(text: str) -> str:
    """The first address in a text that a letter could go to, or nothing."""
    return next((_address(found) for found in _emails(text)), "")


def name_in(text: str) -> str:
    """The name somebody says is theirs or signs with, or nothing."""
    if found := _NAMED.search(text):
        return _as_name(found[1])
    if found := _SAID.search(text) or _SIGNED.search(text):
        return greeting_name(found[1])
    return ""


def refuses(text: str) -> bool:
    """Whether somebody would rather not say who they are."""
    return _REFUSES.search(text) is not None


def names_another_way(text: str) -> bool:
    """Whether an answer tells a way to reply that is neither an address nor a number: by post."""
    return _ANOTHER_WAY.search(text) is not None


def _emails(text: str) -> list[re.Match[str]]:
    return [found for found in _EMAIL.finditer(text) if is_usable_address(_address(found))]


def _telephones(text: str) -> list[re.Match[str]]:
    return [
        found
        for found in _TELEPHONE.finditer(text)
        if _FEWEST_DIGITS <= sum(map(str.isdigit, found[0])) <= _MOST_DIGITS
    ]


def _address(found: re.Match[str]) -> str:
    return found[0].strip(".!?*_-").removeprefix("mailto:")


def _number(found: re.Match[str]) -> str:
    return " ".join(found[0].split())


def _is_theirs(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    if _MINE.search(before):
        return True
    is_signature = len(text) - found.end() <= _MOST_AFTER_A_SIGNATURE
    return is_signature and not _THEIRS.search(before)


def _name_before(text: str, found: re.Match[str] | None) -> str:
    """The full name that stands right before the writer's own address or number."""
    before = _BEFORE_A_WAY.search(text[: found.start()]) if found else None
    if before is None or Question.PLACE in found_in(before[1]):
        return ""
    return greeting_name(before[1])


def _bare_name(text: str) -> str:
    """The name in what is left of an answer, where nothing but a name is left: no place."""
    if Question.PLACE in found_in(text):
        return ""
    left = _AROUND_A_NAME.sub(" , ", text)
    if len(re.findall(r"\w+", left)) > _MOST_AROUND_A_NAME:
        return ""
    parts = (" ".join(part.split()).strip(" .:-") for part in re.split(r"[,;\n()]+", left))
    return next((name for name in map(_as_name, parts) if name), "")


def _as_name(text: str) -> str:
    kept: list[str] = []
    for word in text.split():
        # A capital A by itself is an initial.
        if word != "A" and word.lower().strip(".") in _NOT_A_NAME:
            break
        kept.append(word if word != word.lower() else word.capitalize())
    return greeting_name(" ".join(kept))
