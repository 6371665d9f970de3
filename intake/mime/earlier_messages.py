"""Where an earlier or forwarded message begins in a text, by the lines programs put above it.

Decides dashed titles ("-----Original Message-----"), "Begin forwarded message:" and blocks of From,
Sent, To and Subject lines. A form that somebody filled in has labels too, and is not cut.
"""

import re

from intake.mime import languages

_BLOCK_LINES = 24
_DASHED = re.compile(
    r"[\s>*_]*(?:-{2,}|_{3,}|={3,}|—{2,}|–{2,}|\*{3,})\s*(?:"
    + languages.ORIGINAL_MESSAGE
    + r")[\s.:]*[-_=—–*]*[\s*]*$",
    re.IGNORECASE,
)
_BEGIN = re.compile(rf"[\s>*_]*(?:{languages.BEGIN_FORWARDED})\s*[:：]?[\s*]*$", re.IGNORECASE)
_REPLY_ABOVE = re.compile(
    r"[\s>*_#=-]*(?:please )?(?:type|write|enter|add)?\s?(?:your )?(?:reply|response) above "
    r"(?:this|the) line\b.{0,60}$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"[>\s*_|]*(?P<label>[^\W\d_][^:：*<>@\n]{0,28}?)[\s\u00a0]*\*{0,2}\s*[:：]\s*\*{0,2}"
)
_RULE = re.compile(r"[\s>]*(?:_{10,}|-{20,}|={20,}|\*{20,})\s*$")
_FORM_LABEL_NAMES = (
    "name|full name|first name|last name|surname|your name|phone|phone number|telephone|tel|mobile"
    "|message|your message|comments|comment|address|postcode|enquiry|query|question|details"
    "|description|location|category|reference|time|what|where|when|who|why|place|problem|issue"
)
_FORM_LABELS = frozenset(_FORM_LABEL_NAMES.split("|"))


def _kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for kind, words in (
        ("other", languages.OTHER_LABELS),
        ("recipient", languages.RECIPIENT_LABELS),
        ("subject", languages.SUBJECT_LABELS),
        ("date", languages.DATE_LABELS),
        ("sender", languages.SENDER_LABELS),
    ):
        kinds.update(dict.fromkeys(words.split("|"), kind))
    return kinds


_KIND_OF_LABEL = _kinds()


def starts_earlier_message(texts: list[str], index: int) -> bool:
    """Whether an earlier message begins at this line."""
    text = texts[index]
    if _DASHED.match(text) or _BEGIN.match(text):
        return True
    if _REPLY_ABOVE.match(text):
        return any(above.strip() for above in texts[:index])
    return _label(text) in _KIND_OF_LABEL and _is_header_block(texts[index : index + _BLOCK_LINES])


def with_rule_above(texts: list[str], index: int) -> int:
    """The index of the line of underscores that Outlook draws above, or `index`."""
    above = index - 1
    while above >= 0 and index - above <= 2 and not texts[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(texts[above]) else index


def _is_header_block(texts: list[str]) -> bool:
    """Whether the lines begin with the header block of a message.

    - It has sender and date, and recipient or subject; one that does not begin with sender or date
      has all four.
    - Its lines are labels, lines that go on from one, and single blank lines between labels.
    - Without a subject it names an address.
    - A label of a form ("Phone:") right below it makes it a form.
    """
    kinds = _block_kinds(texts)
    if not {"sender", "date"} <= set(kinds):
        return False
    if "subject" not in kinds and not any("@" in text for text in texts[: 2 * len(kinds)]):
        return False
    wanted = {"recipient", "subject"}
    if kinds[0] in ("sender", "date"):
        return bool(wanted & set(kinds))
    return wanted <= set(kinds)


def _block_kinds(texts: list[str]) -> list[str]:
    kinds: list[str] = []
    after_blank = 0
    for text in texts:
        if not text.strip(" \t>*|"):
            after_blank += 1
            continue
        label = _label(text)
        kind = _KIND_OF_LABEL.get(label, "")
        if label in _FORM_LABELS and not after_blank:
            return []
        # A second sender label is the next message's; so is anything after two blank lines.
        if (
            after_blank > 2
            or (kind == "sender" and "sender" in kinds)
            or (not kind and after_blank)
        ):
            break
        if kind:
            kinds.append(kind)
        after_blank = 0
    return kinds


def _label(text: str) -> str:
    if ":" not in text[:60] and "：" not in text[:60]:
        return ""
    found = _LABELLED.match(text[:120])
    return found["label"].strip(" *_\u00a0").lower() if found else ""
