"""HTML mail to lines of text, each marked with what the markup says of its origin.

Decides what is shown as text, where lines break, and which elements mail programs use for quoted
messages and signatures. It reads tags as a stream and builds no tree: the tree builders measured
need quadratic time for deeply nested markup (`decisions/0002-mail-parsing.md`). Leaves the wording
of intros to `quotation`, and making HTML safe to show to the web pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from intake.mime.lines import Line, Mark

_MAX_CHARS = 4_000_000
_MAX_OPEN = 5_000
_SEARCHED_OPEN = 200
_TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG_NAME = re.compile(r"/?\s*([a-zA-Z][\w:-]{0,40})")
_ATTRIBUTE = re.compile(
    r"""\s([a-zA-Z][\w:-]{0,40})\s{0,20}=\s{0,20}(?:"([^"]{0,4000})"?|'([^']{0,4000})'?|([^\s>]{1,4000}))"""
)
_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u200c\u2060\ufeff\u034f]")

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "wbr"})
_LINE_BREAKING = frozenset(
    "address article aside body center dd div dl dt fieldset figure footer form header html li main"
    " nav section table tbody tfoot thead tr title option".split()
)
_PARAGRAPH = frozenset("blockquote h1 h2 h3 h4 h5 h6 ol p pre ul".split())

_QUOTE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:gmail_quote|protonmail_quote|tutanota_quote|yahoo_quoted|yahoo-quoted"
    r"|moz-forward-container|quoted?|cite|zmail_extra|front-blockquote|mail_quote)(?:$|[\s_-])"
)
_QUOTE_ID = re.compile(
    r"yahoo_quoted|olk_src_body_section|mail-editor-reference-message-container|isforwardcontent"
    r"|replysplit|^x?_?origbody$"
)
_INTRO_MARK = re.compile(
    r"divrplyfwdmsg|outlookmessageheader|stopspelling|ms-outlook-reply-header|^replyheader"
)
_CITE_PREFIX = re.compile(r"moz-cite-prefix|gmail_attr|reply-intro|protonmail_quote_header")
_SIGNATURE_MARK = re.compile(
    r"gmail_signature|moz-signature|ymail_android_signature|ms-outlook-mobile-signature"
    r"|apple-?mail-?signature|protonmail_signature_block|bloop_sign|zmail_signature"
    r"|^signature$|^x_signature$|^_rc_sig$|^v1signature|tutanota_signature|mail-signature"
)
_BORDER_LEFT = re.compile(r"border-left(?:-width|-style)?\s*:\s*(?!0(?:px)?\b|none)[^;]*[\d#]")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden")


@dataclass(slots=True)
class _Open:
    tag: str
    mark: Mark
    container: int
    hidden: bool
    plain_paragraph: bool = False


@dataclass(slots=True)
class _Writer:
    """Collects text into lines; white space is one space except inside `pre`."""

    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    mark: Mark = Mark.OWN
    container: int = 0
    pending_space: bool = False

    def add(self, text: str, *, verbatim: bool) -> None:
        if verbatim:
            first, *rest = text.split("\n")
            self.pieces.append(first)
            for each in rest:
                self.break_line()
                self.pieces.append(each)
            return
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
        if (mark, container) != (self.mark, self.container):
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
        for is_tag, token in _tokens(html):
            if not is_tag:
                self._text(token)
            elif token.startswith("/"):
                self._end(token)
            else:
                self._start(token)
        self.writer.end_line()
        return self.writer.lines

    def _text(self, token: str) -> None:
        if self.open and self.open[-1].hidden:
            return
        text = unescape(token) if "&" in token else token
        self.writer.add(_INVISIBLE.sub("", text), verbatim=self.in_pre > 0)

    def _start(self, token: str) -> None:
        found = _TAG_NAME.match(token)
        if not found:
            return
        tag = found[1].lower().rpartition(":")[2]
        attributes = _attributes(token) if len(token) > len(tag) + 2 else {}
        if tag in _VOID:
            self._void(tag, attributes)
            return
        if tag in ("p", "li", "tr", "td", "th", "option"):
            self._close_unclosed(tag)
        self._open_element(tag, attributes)
        self._space_before(tag)

    def _open_element(self, tag: str, attributes: dict[str, str]) -> None:
        above = self.open[-1] if self.open else _Open("", Mark.OWN, 0, False)
        mark = max(above.mark, _mark_of(tag, attributes), key=_strength)
        container = above.container
        if mark is not above.mark or "gmail_quote" in attributes.get("class", ""):
            self.containers += not container
            container = container or self.containers
        hidden = above.hidden or bool(_HIDDEN.search(attributes.get("style", "").lower()))
        if len(self.open) < _MAX_OPEN:
            tight = tag == "p" and "msonormal" in attributes.get("class", "").lower()
            self.open.append(_Open(tag, mark, container, hidden, tight))
        self.writer.turn_to(mark, container)
        self.in_pre += tag == "pre"

    def _space_before(self, tag: str) -> None:
        if tag in _PARAGRAPH and not (self.open and self.open[-1].plain_paragraph):
            self.writer.blank_line()
        elif tag in _LINE_BREAKING or tag == "p":
            self.writer.end_line()
        elif tag in ("td", "th"):
            self.writer.pending_space = True
        if tag == "li":
            self.writer.add("- ", verbatim=False)
            self.writer.pending_space = True

    def _void(self, tag: str, attributes: dict[str, str]) -> None:
        if self.open and self.open[-1].hidden:
            return
        if tag == "br":
            self.writer.break_line()
        elif tag == "hr":
            self.writer.blank_line()
            if _INTRO_MARK.search(_labels(attributes)):
                self.writer.lines.append(Line("", Mark.INTRO, self.writer.container))
        elif tag == "img" and 0 < len(attributes.get("alt", "")) <= 2:
            self.writer.add(attributes["alt"], verbatim=False)

    def _close_unclosed(self, tag: str) -> None:
        """A paragraph, item or cell that was never closed ends where the next one begins."""
        if self.open and self.open[-1].tag == tag:
            self._end("/" + tag)

    def _end(self, token: str) -> None:
        found = _TAG_NAME.match(token)
        tag = found[1].lower().rpartition(":")[2] if found else ""
        if tag == "br":
            self.writer.break_line()
            return
        index = self._index_of(tag)
        if index is None:
            return
        element = self.open[index]
        self.in_pre = max(0, self.in_pre - sum(each.tag == "pre" for each in self.open[index:]))
        del self.open[index:]
        if tag in _PARAGRAPH and not element.plain_paragraph:
            self.writer.blank_line()
        elif tag in _LINE_BREAKING or tag == "p":
            self.writer.end_line()
        above = self.open[-1] if self.open else _Open("", Mark.OWN, 0, False)
        self.writer.turn_to(above.mark, above.container)

    def _index_of(self, tag: str) -> int | None:
        lowest = max(0, len(self.open) - _SEARCHED_OPEN)
        for index in range(len(self.open) - 1, lowest - 1, -1):
            if self.open[index].tag == tag:
                return index
        return None


def lines_of_html(html: str) -> list[Line]:
    """The visible text of an HTML part, line by line, with marks for quotes and signatures."""
    return _Reader().read(html[:_MAX_CHARS])


def _strength(mark: Mark) -> int:
    # A signature inside a quote belongs to the quote.
    order = (Mark.OWN, Mark.INDENTED, Mark.SIGNATURE, Mark.INTRO, Mark.QUOTED)
    return order.index(mark)


def _tokens(html: str) -> Iterator[tuple[bool, str]]:
    position = 0
    unclosed: set[str] = set()
    while True:
        found = _TAG_START.search(html, position)
        if not found:
            yield False, html[position:]
            return
        if found.start() > position:
            yield False, html[position : found.start()]
        start = found.end()
        if html.startswith("!--", start):
            end = html.find("-->", start + 1)
            position = end + 3 if end >= 0 else len(html)
            continue
        end = _tag_end(html, start)
        if end < 0:
            yield False, html[found.start() :]
            return
        token = html[start:end]
        position = end + 1
        if token[0] in "!?":
            continue
        yield True, token
        position = _after_skipped(html, token, position, unclosed)


def _tag_end(html: str, start: int) -> int:
    """The closing bracket of a tag; one inside a quoted attribute does not close it."""
    end = first = html.find(">", start)
    for _ in range(4):
        if end < 0:
            return first
        inside = html[start:end]
        if inside.count('"') % 2 == 0 or "=" not in inside:
            return end
        end = html.find(">", end + 1, end + 4_000)
    return first


def _after_skipped(html: str, token: str, position: int, unclosed: set[str]) -> int:
    found = _TAG_NAME.match(token)
    tag = found[1].lower() if found else ""
    if tag not in _SKIPPED or token[0] == "/" or token[-1] == "/" or tag in unclosed:
        return position
    closing = re.compile(rf"</{tag}[\s>]", re.IGNORECASE).search(html, position)
    if closing:
        return closing.start()
    unclosed.add(tag)
    # An element that never closes would hide the rest of the message: its text is shown instead.
    return position if tag in ("head", "title", "noscript", "object") else len(html)


def _attributes(token: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(token[:20_000]):
        value = match[2] if match[2] is not None else match[3] if match[3] is not None else match[4]
        found.setdefault(match[1].lower(), unescape(value or ""))
    return found


def _labels(attributes: dict[str, str]) -> str:
    return f"{attributes.get('id', '')} {attributes.get('class', '')}".strip().lower()


def _mark_of(tag: str, attributes: dict[str, str]) -> Mark:
    labels = _labels(attributes)
    style = attributes.get("style", "").lower()
    if tag == "blockquote":
        return _mark_of_blockquote(attributes, labels, style)
    if attributes.get("name", "").lower() == "quote":
        return Mark.QUOTED
    if not labels:
        return Mark.OWN
    return _mark_of_labels(labels)


def _mark_of_blockquote(attributes: dict[str, str], labels: str, style: str) -> Mark:
    if attributes.get("type", "").lower() == "cite" or _QUOTE_CLASS.search(labels):
        return Mark.QUOTED
    if "cite" in attributes or _BORDER_LEFT.search(style):
        return Mark.QUOTED
    return Mark.INDENTED


def _mark_of_labels(labels: str) -> Mark:
    if any(_INTRO_MARK.search(each) for each in labels.split()):
        return Mark.INTRO
    if any(_SIGNATURE_MARK.search(each) for each in labels.split()):
        return Mark.SIGNATURE
    if _CITE_PREFIX.search(labels):
        return Mark.OWN
    # Gmail keeps answers written between quotes inside its quote element.
    if "gmail_quote" in labels:
        return Mark.OWN
    if _QUOTE_ID.search(labels) or _QUOTE_CLASS.search(labels):
        return Mark.QUOTED
    return Mark.OWN
