"""The line above a quotation: "On 3 March 2026, Jane Doe wrote:", in the forms programs write.

Decides where such a line, wrapped over up to four, begins and whether it proves by itself that an
earlier message follows. A person who tells that somebody wrote something is not cut off.
"""

import re
from enum import IntEnum

from intake.mime import languages

MAX_WRAPPED_LINES = 4
_MAX_CHARS = 400

_ENDING = re.compile(
    rf"(?:\b(?:{languages.WROTE_VERBS})|{languages.WROTE_BARE})\s*(?:\([^)]*\)|<[^>]*>)?\s*[:：]\s*$"
    r"|\b(?:schrieb|skrev|schreef|kirjoitti|пишет|írta|a écrit|wrote|writes)\s.{1,100}[:：]\s*$"
    r"|\b(?:wrote|schrieb|skrev|writes)\s*[-–—]*\s*$"
    r"|<[^<>\s]{1,80}@[^<>\s]{1,80}>\)?\s*[:：]\s*$",
    re.IGNORECASE,
)
# The whole intro of programs that name nobody but the writer: "Jane Doe writes:".
_NAME_ONLY = re.compile(
    r"(?:[^\W\d_][^:：]{0,80}?|\W{0,8}\"[^\"]{1,80}\" == .{1,160})"
    rf"\s(?:{languages.WROTE_VERBS})\s*[:：]\s*$",
    re.IGNORECASE,
)
_STARTER = re.compile(
    r"in (?:article|message) <"
    r"|(?:on|am|le|el|em|il|op|den|le|dne|dňa|w dniu|dnia|в|на|pe|la|στις|ar|på|il giorno|el día"
    r"|no dia|a las|kell|dana|ons|tis|mån|tor|fre|lör|sön|at)\s(?=.{0,30}(?:\d|"
    r"mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim))",
    re.IGNORECASE,
)
_WEAK_STARTER = re.compile(
    r"\d|<|[^\W\d_]{2,12}[.,]{0,2} ?\d|quoting |zitat von |citando |citat |.{0,80}@"
    r"|.{0,60}\bwrote|.{0,60}schrieb",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{1,2}[./ -]\s?(?:de )?(?:\d{1,2}|[^\W\d]{3,12})\.?[./ -]+(?:de )?(?:\d{4}|\d{2})\b"
    r"|\d{4}[-./]\d{1,2}[-./]\d{1,2}|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:at )?\d{4}"
    r"|\d{4}\s?[年년]|\d{4}\. ",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|mailto:", re.IGNORECASE)
_NAME_AND_ADDRESS = re.compile(
    rf"[^<>:：]{{1,80}}<[^<>\s]{{1,80}}@[^<>\s]{{1,80}}>\s(?:{languages.WROTE_VERBS})\s*[:：]\s*$",
    re.IGNORECASE,
)
_BRACKETED_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[^<>()\s]{1,80}@[^<>()\s]{1,160}[>)\]]")
_PROGRAM_DATE = re.compile(
    r"(?:on|am|le|el|em|il|op|den|dne|pe|w dniu)\s(?:[^\W\d]{2,12}\.?,?\s){0,2}(?:the\s)?"
    r"[\w./, -]{4,40}?,?\s(?:(?:at|um|à|a las|às|alle|ore|kl\.?|om|o|klo|в)\s)?,?\s?"
    r"\d{1,2}[:.h]\d{2}",
    re.IGNORECASE,
)
# No person types the weekday, the whole date and the time, and then a comma or a name and "wrote".
_GMAIL_DATE = re.compile(
    r"on (?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? [\w ,.-]{6,24},? (?:at )?\d{1,2}[:.]\d{2}",
    re.IGNORECASE,
)

# English programs put a comma between the time and the name; a person who tells a story does not.
_ENGLISH_DATE = re.compile(
    r"on [\w ,./-]{6,40}?\d{1,2}[:.]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\.?)?"
    r"(?:\s?(?:gmt|utc|bst|[a-z]{3,4}|[+-]\d{4}|\([^)]{1,20}\)))*\s?,",
    re.IGNORECASE,
)
# Words of a person who tells what was written, which no program puts above a quotation.
_TELLING = re.compile(r"\b(?:I|me|my|he|she|they|we|who|then|your?|our)\b")


class Proof(IntEnum):
    """How far an intro proves that an earlier message follows."""

    WITH_QUOTATION = 1
    IN_A_REPLY = 2
    ALONE = 3


def ends_intro(text: str) -> bool:
    """Whether the line has the wording that ends an intro."""
    text = text.strip()
    if not text or len(text) > _MAX_CHARS:
        return False
    if text[-1] not in ":：-–—" and not text.lower().endswith(
        ("wrote", "schrieb", "skrev", "writes")
    ):
        return False
    return bool(_ENDING.search(text[-240:]))


def intro_start(texts: list[str], end: int, lowest: int) -> int | None:
    """The index of the first line of the intro that ends at `end`, not above `lowest`."""
    weak = None
    joined = ""
    for start in range(end, max(lowest, end - MAX_WRAPPED_LINES + 1) - 1, -1):
        text = texts[start].strip().lstrip("> -")
        joined = f"{text} {joined}".strip()
        if not text or len(joined) > _MAX_CHARS:
            break
        if _STARTER.match(text) and _is_dated(joined):
            return start
        if weak is None and _WEAK_STARTER.match(text):
            weak = start
    if weak is None and _NAME_ONLY.match(texts[end].strip().lstrip("> |")):
        return end
    return weak


def proof_of(joined: str) -> Proof:
    """What the whole intro, joined to one line, proves."""
    joined = joined.lstrip("> -")
    if _TELLING.search(joined):
        return Proof.WITH_QUOTATION
    dated = bool(_DATE.search(joined))
    timed = bool(_CLOCK.search(joined))
    if _BRACKETED_ADDRESS.search(joined) and dated:
        return Proof.ALONE
    if dated and timed and _GMAIL_DATE.match(joined):
        return Proof.ALONE
    if _NAME_AND_ADDRESS.match(joined):
        return Proof.IN_A_REPLY
    by_program = _ENGLISH_DATE if joined[:3].lower() == "on " else _PROGRAM_DATE
    if dated and timed and (by_program.match(joined) or _ADDRESS.search(joined)):
        return Proof.IN_A_REPLY
    return Proof.WITH_QUOTATION


def is_intro_in_any_language(joined: str) -> bool:
    """Whether a paragraph right above a quotation is its intro: an address, and a date or a colon.

    For the languages and orders of words that `languages` does not list.
    """
    if len(joined) > _MAX_CHARS or _TELLING.search(joined):
        return False
    if not _BRACKETED_ADDRESS.search(joined):
        return False
    return joined.endswith((":", "：")) or bool(_DATE.search(joined))


def _is_dated(joined: str) -> bool:
    return bool(_DATE.search(joined) or _ADDRESS.search(joined) or _CLOCK.search(joined))
