"""What of a text the person wrote now, and what was set apart from it.

Decides the order in which the rules of `intros`, `earlier_messages`, `signatures` and `footers`
are asked, and quotation by ">" and by markup. Each set-apart line keeps its place in the order, so
nothing of the text is lost. The rule in doubt: keep the line in the body, because a false cut hides
a resident's words and a missed one only shows more.
"""

import re

from intake.mime import footers, signatures
from intake.mime.earlier_messages import starts_earlier_message, with_rule_above
from intake.mime.intros import (
    MAX_WRAPPED_LINES,
    Proof,
    ends_intro,
    intro_start,
    is_intro_in_any_language,
    proof_of,
)
from intake.mime.lines import Line, Mark

MAX_LINES = 10_000
_MAX_INTROS = 2_000
_MAX_LINE_CHARS = 1_000

_QUOTE_SIGN = re.compile(r"[ \t]{0,3}>")
# Older programs put the writer's initials or name before the sign, or a bar in its place; people
# draw tables with bars, so both need an intro and an answer's headers.
_OLD_QUOTE_SIGN = re.compile(r"[ \t]{0,8}[^\W\d_]{1,12}>(?:\s|>|$)|\|(?:\s[^|]*)?$")
_RULE = re.compile(r"[ \t]*[-_=*~#]{8,}[ \t]*$")
_BARE_SIGN = re.compile(r"\s*>[>\s]*$")


def set_apart(lines: list[Line], *, is_reply: bool) -> tuple[str, str]:
    """The text written now and the text set apart from it.

    `is_reply` says that the headers mark an answer (In-Reply-To, References, "Re:"): then a
    quotation needs less proof. Lines past `MAX_LINES` stay in the body unread.
    """
    if not any(line.text for line in lines):
        return "", ""
    reading = _Reading(lines[:MAX_LINES], is_reply=is_reply)
    reading.mark()
    apart = reading.apart + [False] * (len(lines) - len(reading.apart))
    body = [line.text for line, is_apart in zip(lines, apart, strict=True) if not is_apart]
    return _joined(body), _joined(_pieces_apart(lines, apart))


class _Reading:
    """One pass over the lines; `apart` says of each whether it was set apart."""

    def __init__(self, lines: list[Line], *, is_reply: bool) -> None:
        self.lines = lines
        self.texts = [line.text[:_MAX_LINE_CHARS] for line in lines]
        self.is_reply = is_reply
        self.apart = [line.mark in (Mark.QUOTED, Mark.SIGNATURE) for line in lines]
        self.last_of_container = {line.container: i for i, line in enumerate(lines)}

    def mark(self) -> None:
        self._quote_signs()
        self._intros()
        self._paragraphs_above_quotations()
        self._earlier_messages()
        signatures.mark(self.texts, self.apart)
        footers.mark(self.texts, self.apart)
        self._rules()

    def _rules(self) -> None:
        """A drawn line goes with what it stands above, when that is all that follows."""
        for index in range(len(self.texts) - 1, -1, -1):
            if self.apart[index] or not self.texts[index].strip():
                continue
            if not _RULE.match(self.texts[index]) or not any(self.apart[index:]):
                return
            self.apart[index] = True

    def _quote_signs(self) -> None:
        """Lines that begin with ">", unless a single one may be the person's own sign."""
        self._old_quote_signs()
        signed = [i for i, text in enumerate(self.texts) if _QUOTE_SIGN.match(text)]
        with_words = [i for i in signed if not _BARE_SIGN.match(self.texts[i])]
        if not signed or not (
            len(with_words) > 1 or self.is_reply or self._has_intro_above(signed[0])
        ):
            return
        for index in signed:
            self.apart[index] = True

    def _old_quote_signs(self) -> None:
        if not self.is_reply:
            return
        signed = [i for i, text in enumerate(self.texts) if _OLD_QUOTE_SIGN.match(text)]
        if signed and (
            self._has_intro_above(signed[0]) or ends_intro(self.texts[signed[0]].lstrip("| "))
        ):
            for index in signed:
                self.apart[index] = True

    def _has_intro_above(self, index: int) -> bool:
        return any(
            ends_intro(text) or is_intro_in_any_language(text.strip())
            for text in self.texts[max(0, index - 3) : index]
        )

    def _intros(self) -> None:
        ends = [end for end, text in enumerate(self.texts) if ends_intro(text)]
        for end in ends[:_MAX_INTROS]:
            if self.apart[end]:
                continue
            start = intro_start(self.texts, end, self._first_own_line(end))
            if start is None:
                continue
            proof = proof_of(" ".join(each.strip() for each in self.texts[start : end + 1]))
            quotation = self._quotation_below(end)
            if quotation is not None and proof >= Proof.WITH_QUOTATION:
                self._set(start, quotation)
                self._indented(quotation)
            elif proof is Proof.ALONE or (proof is Proof.IN_A_REPLY and self.is_reply):
                self._set_rest(start)

    def _paragraphs_above_quotations(self) -> None:
        for first in range(1, len(self.texts)):
            if self.apart[first - 1] or not self.apart[first]:
                continue
            end = first - 1 if self.texts[first - 1].strip() else first - 2
            start = end
            while start >= 0 and self.texts[start].strip() and not self.apart[start]:
                if end - start >= MAX_WRAPPED_LINES:
                    break
                start -= 1
            joined = " ".join(text.strip() for text in self.texts[start + 1 : end + 1])
            if joined and is_intro_in_any_language(joined):
                self._set(start + 1, end)

    def _first_own_line(self, end: int) -> int:
        """The lowest index above `end` that is still part of the same run of own lines."""
        start = end
        while start > max(0, end - MAX_WRAPPED_LINES) and not self.apart[start - 1]:
            start -= 1
        return start

    def _quotation_below(self, end: int) -> int | None:
        for index in range(end + 1, min(end + 5, len(self.lines))):
            if self.texts[index].strip():
                quoted = self.apart[index] or self.lines[index].mark is Mark.INDENTED
                return index if quoted else None
        return None

    def _indented(self, index: int) -> None:
        while index < len(self.lines) and self.lines[index].mark is Mark.INDENTED:
            self.apart[index] = True
            index += 1

    def _earlier_messages(self) -> None:
        """From the first earlier or forwarded message on, everything is set apart."""
        for index, line in enumerate(self.lines):
            if self.apart[index]:
                continue
            if line.mark is Mark.INTRO or (
                self.texts[index].strip() and starts_earlier_message(self.texts, index)
            ):
                self._set_rest(with_rule_above(self.texts, index))

    def _set_rest(self, start: int) -> None:
        """Sets apart all that follows, or what follows in the same element of a quotation."""
        container = self.lines[start].container
        self._set(start, self.last_of_container[container] if container else len(self.lines) - 1)

    def _set(self, first: int, last: int) -> None:
        self.apart[first : last + 1] = [True] * (last + 1 - first)


def _pieces_apart(lines: list[Line], apart: list[bool]) -> list[str]:
    pieces: list[str] = []
    for index, line in enumerate(lines):
        if apart[index]:
            if index and not apart[index - 1] and pieces and pieces[-1]:
                pieces.append("")
            pieces.append(line.text)
    return pieces


def _joined(texts: list[str]) -> str:
    kept: list[str] = []
    for text in texts:
        line = text.rstrip()
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
