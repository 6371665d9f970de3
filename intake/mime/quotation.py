"""What of a text the person wrote now, and what was set apart from it.

Decides quoted replies, their intros, forwarded blocks, signatures, disclaimers and footers. Each
set-apart line keeps its place in the order, so nothing of the text is lost. The rule in doubt: keep
the line in the body, because a false cut hides a resident's words and a missed one only shows more.
"""

import re

from intake.mime import footers, languages, signatures
from intake.mime.lines import Line, Mark

MAX_LINES = 20_000
MAX_LINE_CHARS = 1_000

_QUOTE_SIGN = re.compile(r"[ \t]{0,3}(?:>|&gt;)")
_BARE_SIGN = re.compile(r"\s*>[>\s]*$")
_DECORATION = re.compile(r"[*_|>\s\u200e\u200f]+")
_WEEKDAY_OR_DATE = re.compile(
    r"\d{1,2}[./ -]\s?(?:\d{1,2}|[^\W\d]{3,12})\.?[./ -]+(?:de )?(?:\d{4}|\d{2})\b|\d{4}-\d\d-\d\d"
    r"|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:at )?\d{4}|\d{1,2}\.? ?(?:de )?[^\W\d]{3,12}\.?,?"
    r"|\d{4}\s?[年년.]",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
_MAIL_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|mailto:", re.IGNORECASE)
_INTRO_START = re.compile(
    r"(?:on|am|le|el|em|il|op|den|le|dne|dňa|w dniu|dnia|в|на|pe|la|στις|tarihinde|ar|den|på|il giorno"
    r"|el día|no dia|a las|vào|kell|dana|on the|ons|tis|mån|tor|fre|lör|sön|\d|<|[^\W\d_]{2,3},? \d"
    r"|[a-zà-ž]{2,12}[.,]? \d|at)(?:\b|\W)|.{0,80}@",
    re.IGNORECASE,
)
_INTRO_END = re.compile(
    rf"(?:\b(?:{languages.WROTE_VERBS})|{languages.WROTE_BARE})\s*(?:\([^)]*\)|<[^>]*>)?\s*[:：]\s*$"
    rf"|\b(?:schrieb|skrev|schreef|kirjoitti|пишет|írta|a écrit)\s[^:]{{1,120}}:\s*$"
    rf"|\b(?:wrote|schrieb|skrev|writes)\s*[-–—]*\s*$",
    re.IGNORECASE,
)
_MACHINE_DATE = re.compile(
    r"^(?:on|am|le|el|em|il|op|den|dne|pe|w dniu)\s(?:[^\W\d]{2,12}\.?,?\s){0,2}"
    r"(?:the\s)?[\w./, -]{4,40}?,?\s(?:(?:at|um|à|a las|às|alle|ore|kl\.?|om|o|klo|в)\s)?,?\s?"
    r"\d{1,2}[:.h]\d{2}",
    re.IGNORECASE,
)
_LABEL_LINE = re.compile(
    r"[>\s*_|]*(?P<label>[^\W\d_][^:：*<>@\n]{0,28}?)\s*\*{0,2}\s*[:：]\s*\*{0,2}(?:\s|$|(?=\S))"
    r"(?P<value>.*)",
)
_DASHED = re.compile(
    rf"[\s>*_]*(?:-{{2,}}|_{{3,}}|={{3,}}|—{{2,}}|–{{2,}}|\*{{3,}})\s*(?:{languages.ORIGINAL_MESSAGE})"
    r"[\s.:]*(?:-|_|=|—|–|\*)*[\s*]*$",
    re.IGNORECASE,
)
_FORWARD_ALONE = re.compile(
    rf"[\s>*_]*(?:{languages.BEGIN_FORWARDED})\s*[:：]?[\s*]*$", re.IGNORECASE
)
_RULE_LINE = re.compile(r"\s*(?:_{10,}|-{20,}|={20,}|\*{20,})\s*$")


def _label_set(words: str) -> frozenset[str]:
    return frozenset(words.split("|"))


_KIND_OF_LABEL = {
    **dict.fromkeys(_label_set(languages.OTHER_LABELS), "other"),
    **dict.fromkeys(_label_set(languages.RECIPIENT_LABELS), "recipient"),
    **dict.fromkeys(_label_set(languages.SUBJECT_LABELS), "subject"),
    **dict.fromkeys(_label_set(languages.DATE_LABELS), "date"),
    **dict.fromkeys(_label_set(languages.SENDER_LABELS), "sender"),
}


def set_apart(lines: list[Line], *, is_reply: bool) -> tuple[str, str]:
    """The text written now and the text set apart from it.

    `is_reply` says that the headers mark an answer (In-Reply-To, References, "Re:"): then a
    quotation needs less proof. Texts past `MAX_LINES` are kept as body, unread, beyond that line.
    """
    apart = [line.mark in (Mark.QUOTED, Mark.SIGNATURE) for line in lines[:MAX_LINES]]
    known = lines[: len(apart)]
    _mark_quote_signs(known, apart, is_reply)
    _mark_intros(known, apart, is_reply)
    _mark_rest_of_message(known, apart)
    texts = [line.text[:MAX_LINE_CHARS] for line in known]
    signatures.mark(texts, apart)
    footers.mark(texts, apart)
    apart += [False] * (len(lines) - len(apart))
    body = [line.text for line, is_apart in zip(lines, apart, strict=True) if not is_apart]
    return _joined(body), _joined(_pieces_apart(lines, apart))


def _pieces_apart(lines: list[Line], apart: list[bool]) -> list[str]:
    pieces: list[str] = []
    for index, line in enumerate(lines):
        if apart[index]:
            if index and not apart[index - 1] and pieces and pieces[-1]:
                pieces.append("")
            pieces.append(line.text)
    return pieces


def _joined(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        line = line.rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _mark_quote_signs(lines: list[Line], apart: list[bool], is_reply: bool) -> None:
    """Lines that begin with ">": quoted, unless one alone may be the person's own sign."""
    signed = [i for i, line in enumerate(lines) if _QUOTE_SIGN.match(line.text)]
    if not signed:
        return
    with_words = [i for i in signed if not _BARE_SIGN.match(lines[i].text)]
    if len(with_words) < 2 and not is_reply and not _has_intro_before(lines, signed[0]):
        return
    for index in signed:
        apart[index] = True
    _mark_gaps(lines, apart)


def _mark_gaps(lines: list[Line], apart: list[bool]) -> None:
    """Blank lines between quoted lines go with them."""
    start = None
    for index, line in enumerate(lines):
        if apart[index]:
            if start is not None:
                apart[start:index] = [True] * (index - start)
            start = index + 1
        elif line.text.strip():
            start = None


def _has_intro_before(lines: list[Line], index: int) -> bool:
    above = [line.text for line in lines[max(0, index - 4) : index]]
    return any(_INTRO_END.search(text[-200:]) for text in above)


def _mark_intros(lines: list[Line], apart: list[bool], is_reply: bool) -> None:
    for index, line in enumerate(lines):
        text = line.text.strip()
        if (
            not text
            or len(text) > MAX_LINE_CHARS
            or text[-1] not in ":：-–—>"
            and not _cut_verb(text)
        ):
            continue
        if apart[index] or not _INTRO_END.search(text[-200:]):
            continue
        start = _intro_start(lines, apart, index)
        if start is None:
            continue
        joined = " ".join(each.text.strip() for each in lines[start : index + 1])
        after = _next_with_text(lines, index + 1)
        followed = after is not None and (apart[after] or lines[after].mark is Mark.INDENTED)
        if followed or _is_machine_intro(joined, is_reply):
            _cut_intro(lines, apart, start, index, after if followed else None)


def _cut_verb(text: str) -> bool:
    return text.lower().endswith(("wrote", "schrieb", "skrev"))


def _intro_start(lines: list[Line], apart: list[bool], index: int) -> int | None:
    """The first line of an intro that ends at `index`: at most three lines above it."""
    for start in range(index, max(-1, index - 4), -1):
        text = lines[start].text.strip()
        if not text or apart[start]:
            return None
        joined = " ".join(each.text.strip() for each in lines[start : index + 1])
        if len(joined) > 400:
            return None
        if _INTRO_START.match(text) and _is_dated(joined):
            return start
    return None


def _is_dated(joined: str) -> bool:
    """A date, or an address with a name: what every mail program puts into an intro."""
    return bool(_MAIL_ADDRESS.search(joined) or _WEEKDAY_OR_DATE.search(joined))


def _is_machine_intro(joined: str, is_reply: bool) -> bool:
    """An intro that proves itself without a quotation below it."""
    dated = bool(_WEEKDAY_OR_DATE.search(joined))
    timed = bool(_CLOCK.search(joined))
    addressed = bool(_MAIL_ADDRESS.search(joined))
    if dated and addressed:
        return True
    return dated and timed and is_reply and bool(_MACHINE_DATE.match(joined))


def _cut_intro(
    lines: list[Line], apart: list[bool], start: int, end: int, followed: int | None
) -> None:
    if followed is None:
        _cut_to_end(lines, apart, start)
        return
    apart[start : followed + 1] = [True] * (followed + 1 - start)
    index = followed
    while index < len(lines) and lines[index].mark is Mark.INDENTED:
        apart[index] = True
        index += 1


def _mark_rest_of_message(lines: list[Line], apart: list[bool]) -> None:
    """From the first forwarded or earlier message on, everything is set apart."""
    for index, line in enumerate(lines):
        if apart[index] or not line.text.strip() and line.mark is not Mark.INTRO:
            continue
        if line.mark is Mark.INTRO or _starts_earlier_message(lines, index):
            _cut_to_end(lines, apart, _with_rule_above(lines, index))
            if not line.container:
                return


def _starts_earlier_message(lines: list[Line], index: int) -> bool:
    text = lines[index].text
    if len(text) > MAX_LINE_CHARS:
        return False
    if _DASHED.match(text) or _FORWARD_ALONE.match(text):
        return True
    return ":" in text[:60] and _is_header_block(lines, index)


def _is_header_block(lines: list[Line], index: int) -> bool:
    """A block of From, Sent, To and Subject lines, as mail programs write it.

    - It begins with the sender or the date, and has sender and date and one of recipient, subject.
    - Every line of it is a label or goes on from one; a label that no mail has ("Phone:") means a
      form somebody filled in.
    """
    kinds: list[str] = []
    blanks = 0
    for line in lines[index : index + 24]:
        text = line.text.strip()
        if not text:
            blanks += 1
            if blanks > 1 and len(kinds) > 1 and not _goes_on(lines, index):
                break
            continue
        kind = _label_kind(text)
        if not kind:
            if not kinds or blanks:
                break
            continue
        if kinds and blanks > len(kinds):
            break
        kinds.append(kind)
    found = set(kinds)
    if not kinds or kinds[0] not in ("sender", "date"):
        return False
    return {"sender", "date"} <= found and bool(found & {"recipient", "subject"})


def _goes_on(lines: list[Line], index: int) -> bool:
    return False


def _label_kind(text: str) -> str:
    found = _LABEL_LINE.match(text[:200])
    if not found:
        return ""
    return _KIND_OF_LABEL.get(found["label"].strip(" *_").lower(), "")


def _with_rule_above(lines: list[Line], index: int) -> int:
    above = index - 1
    while above >= 0 and index - above <= 2 and not lines[above].text.strip():
        above -= 1
    return above if above >= 0 and _RULE_LINE.match(lines[above].text) else index


def _cut_to_end(lines: list[Line], apart: list[bool], start: int) -> None:
    container = lines[start].container
    end = len(lines)
    if container:
        end = max(i for i in range(start, len(lines)) if lines[i].container == container) + 1
    apart[start:end] = [True] * (end - start)


def _next_with_text(lines: list[Line], index: int) -> int | None:
    for position in range(index, min(index + 4, len(lines))):
        if lines[position].text.strip():
            return position
    return None
