"""HTML mail to lines of text, each marked with what the markup says of its origin.

Decides what is shown as text and where lines break. Leaves the meaning of tags to `markup`, the
wording of intros to `quotation`, and making HTML safe to show to the web pages.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from intake.mime.lines import Line, Mark
from intake.mime.markup import Tag, tokens

MAX_CHARS = 4_000_000
_MAX_OPEN = 5_000
_SEARCHED_OPEN = 200
_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u200c\u2060\ufeff\u034f]")

_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr"})
_LINE_BREAKING_NAMES = (
    "address article aside body center dd div dl dt fieldset figure footer form header html "
    "li main nav section table tbody tfoot thead tr title option p"
)
_LINE_BREAKING = frozenset(_LINE_BREAKING_NAMES.split())
_PARAGRAPH_NAMES = "blockquote h1 h2 h3 h4 h5 h6 ol p pre ul"
_PARAGRAPH = frozenset(_PARAGRAPH_NAMES.split())
_CLOSED_BY_THE_NEXT = frozenset({"p", "li", "tr", "td", "th", "option"})
# A signature inside a quotation belongs to the quotation.
_STRENGTH = {
    mark: place
    for place, mark in enumerate((Mark.OWN, Mark.INDENTED, Mark.SIGNATURE, Mark.INTRO, Mark.QUOTED))
}


@dataclass(slots=True)
class _Open:
    tag: str = ""
    mark: Mark = Mark.OWN
    container: int = 0
    hidden: bool = False
    tight: bool = False


@dataclass(slots=True)
class _Writer:
    """Collects text into lines; white space is one space except inside `pre`."""

    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    mark: Mark = Mark.OWN
    container: int = 0
    pending_space: bool = False

    def add(self, text: str) -> None:
        collapsed = _SPACE.sub(" ", text)
        if collapsed.startswith(" ") and self.pieces:
            self.pending_space = True
        content = collapsed.strip(" ")
        if not content:
            return
        if self.pending_space and self.pieces:
            self.pieces.append(" ")
        self.pending_space = collapsed.endswith(" ")
        self.pieces.append(content)

    def add_verbatim(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.pieces.append(first)
        for each in rest:
            self.break_line()
            self.pieces.append(each)

    def break_line(self) -> None:
        self.lines.append(Line("".join(self.pieces).rstrip(), self.mark, self.container))
        self.pieces = []
        self.pending_space = False

    def end_line(self) -> None:
        if self.pieces:
            self.break_line()

    def blank_line(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].text:
            self.lines.append(Line("", self.mark, self.container))

    def turn_to(self, mark: Mark, container: int) -> None:
        if mark is not self.mark or container != self.container:
            self.end_line()
            self.mark, self.container = mark, container


class _Reader:
    """Follows the open elements and writes the text between the tags."""

    def __init__(self) -> None:
        self.writer = _Writer()
        self.open: list[_Open] = []
        self.containers = 0
        self.in_pre = 0

    def read(self, html: str) -> list[Line]:
        for token in tokens(html):
            if isinstance(token, str):
                self._text(token)
            elif token.closes:
                self._end(token.name)
            else:
                self._start(token)
        self.writer.end_line()
        return self.writer.lines

    def _innermost(self) -> _Open:
        return self.open[-1] if self.open else _Open()

    def _text(self, token: str) -> None:
        if self._innermost().hidden:
            return
        text = _INVISIBLE.sub("", unescape(token) if "&" in token else token)
        if self.in_pre:
            self.writer.add_verbatim(text)
        else:
            self.writer.add(text)

    def _start(self, tag: Tag) -> None:
        if tag.name in _VOID:
            self._void(tag)
            return
        if tag.name in _CLOSED_BY_THE_NEXT and self._innermost().tag == tag.name:
            self._end(tag.name)
        self._open_element(tag)
        if tag.name in ("td", "th"):
            self.writer.pending_space = True
        elif tag.name == "li":
            self.writer.end_line()
            self.writer.add("- ")
        else:
            self._break_around(tag.name, tight=tag.tight)

    def _open_element(self, tag: Tag) -> None:
        above = self._innermost()
        mark = max(above.mark, tag.mark, key=_STRENGTH.__getitem__)
        container = above.container
        if tag.holds_answers and not container:
            self.containers += 1
            container = self.containers
        if len(self.open) < _MAX_OPEN:
            hidden = above.hidden or tag.hidden
            self.open.append(_Open(tag.name, mark, container, hidden, tag.tight))
            self.in_pre += tag.name == "pre"
        self.writer.turn_to(mark, container)

    def _break_around(self, name: str, *, tight: bool) -> None:
        if name in _PARAGRAPH and not tight:
            self.writer.blank_line()
        elif name in _LINE_BREAKING:
            self.writer.end_line()

    def _void(self, tag: Tag) -> None:
        if self._innermost().hidden:
            return
        if tag.name == "br":
            self.writer.break_line()
        elif tag.name == "hr":
            self.writer.blank_line()
            if tag.mark is Mark.INTRO:
                self.writer.lines.append(Line("", Mark.INTRO, self.writer.container))
        elif tag.name == "img" and len(tag.alt) <= 2:
            # Web mail sends an emoji as an image with the character beside it.
            self.writer.add(tag.alt)

    def _end(self, name: str) -> None:
        if name == "br":
            self.writer.break_line()
            return
        index = self._index_of(name)
        if index is None:
            return
        element = self.open[index]
        if self.in_pre:
            self.in_pre -= sum(each.tag == "pre" for each in self.open[index:])
        del self.open[index:]
        self._break_around(name, tight=element.tight)
        above = self._innermost()
        self.writer.turn_to(above.mark, above.container)

    def _index_of(self, name: str) -> int | None:
        for index in range(len(self.open) - 1, max(-1, len(self.open) - 1 - _SEARCHED_OPEN), -1):
            if self.open[index].tag == name:
                return index
        return None


def lines_of_html(html: str) -> list[Line]:
    """The visible text of an HTML part, line by line, with marks for quotes and signatures."""
    return _Reader().read(html[:MAX_CHARS])
