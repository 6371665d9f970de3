"""HTML as a stream of tags and text, and what a tag says of the text inside it.

Decides the elements and class names that mail programs use for quoted messages and signatures.
It builds no tree: the tree builders measured need quadratic time for deeply nested markup
(`decisions/0002-mail-parsing.md`). Leaves line breaks to `html_text`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from intake.mime.lines import Mark

# Most tags have no attributes; their whole text is the first group, which saves looking for the
# bracket that closes them.
_TAG_START = re.compile(r"<(?:(/?[a-zA-Z][\w-]{0,40})>|(?=[a-zA-Z/!?]))")
_TAG_NAME = re.compile(r"(/?)\s*(?:[\w-]{1,20}:)?([a-zA-Z][\w-]{0,40})")
_ATTRIBUTE = re.compile(
    r"\s(id|class|style|type|cite|name|alt)\s{0,20}=\s{0,20}"
    r"""(?:"([^"]{0,4000})"?|'([^']{0,4000})'?|([^\s>]{1,4000}))""",
    re.IGNORECASE,
)
_MAX_TOKEN_CHARS = 20_000
_CACHED_TOKEN_CHARS = 400
_MAX_TAGS = 60_000

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})

_QUOTE_CLASS_NAMES = (
    "protonmail_quote tutanota_quote yahoo_quoted yahoo-quoted-begin moz-forward-container "
    "quote quoted quoted_message mail_quote zmail_extra front-blockquote replied "
    "gmail_quote_inner cite quoted-mail email-quote quotedmailcontainer x_yahoo_quoted"
)
_QUOTE_CLASSES = frozenset(_QUOTE_CLASS_NAMES.split())
_QUOTE_BLOCK_CLASS = re.compile(r"quote|cite|replied", re.IGNORECASE)
_QUOTE_ID = re.compile(
    r"yahoo_quoted|olk_src_body_section|mail-editor-reference-message-container|isforwardcontent"
    r"|^replysplit$|^x?_?origbody$|^geary-quote|^reply-original$"
)
_INTRO_MARK = re.compile(
    r"divrplyfwdmsg|^outlookmessageheader$|^stopspelling$|ms-outlook-reply-header|^replyheader$"
    r"|^oriMsgHtmlSeperator$|^orimsghtmlseperator$"
)
_SIGNATURE_MARK = re.compile(
    r"^gmail_signature$|^moz-signature$|^ymail_android_signature|^ms-outlook-mobile-signature$"
    r"|^apple-?mail-?signature$|^protonmail_signature_block|^bloop_sign|^zmail_signature"
    r"|^signature$|^_rc_sig$|^v1signature$|^tutanota_signature|^mail-signature$|^sh-signature$"
    r"|^spark_signature|^email-signature$|^ymail_ios_signature|^applemailsignature"
)
_BORDER_LEFT = re.compile(r"border-left(?:-width|-style)?\s*:\s*(?!0(?:px|pt)?\b|none)[^;]*[\d#]")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: `tight` says that a paragraph has no blank line around it, as Word writes them."""

    name: str
    closes: bool = False
    mark: Mark = Mark.OWN
    holds_answers: bool = False
    hidden: bool = False
    tight: bool = False
    alt: str = ""


def tokens(html: str) -> Iterator[Tag | str]:
    """Tags and the text between them; past the limit of tags the source stands as text."""
    position = count = 0
    unclosed: set[str] = set()
    while (found := _TAG_START.search(html, position)) and count < _MAX_TAGS:
        count += 1
        if found.start() > position:
            yield html[position : found.start()]
        start = found.end()
        token = found[1]
        if token:
            position = start
        elif html.startswith("!--", start):
            end = html.find("-->", start + 1)
            position = end + 3 if end >= 0 else len(html)
            continue
        else:
            end = _tag_end(html, start)
            if end < 0:
                position = found.start()
                break
            token, position = html[start:end], end + 1
        tag = None if token[0] in "!?" else tag_of(token)
        if tag:
            yield tag
            if tag.name in _SKIPPED and token[-1] != "/":
                position = _after_skipped(html, tag, position, unclosed)
    yield html[position:]


def tag_of(token: str) -> Tag | None:
    """What stands between the brackets, read; None when it is no tag."""
    if len(token) <= _CACHED_TOKEN_CHARS:
        return _cached_tag(token)
    return _tag(token[:_MAX_TOKEN_CHARS])


@lru_cache(maxsize=2_048)
def _cached_tag(token: str) -> Tag | None:
    # Word and newsletters repeat the same tag with the same style hundreds of times.
    return _tag(token)


def _tag(token: str) -> Tag | None:
    found = _TAG_NAME.match(token)
    if not found:
        return None
    name = found[2].lower()
    if found[1]:
        return Tag(name, closes=True)
    attributes = _attributes(token)
    classes = attributes.get("class", "").lower()
    return Tag(
        name,
        mark=_mark_of(name, attributes),
        holds_answers="gmail_quote" in classes.split(),
        hidden=bool(_HIDDEN.search(attributes.get("style", "").lower())),
        tight=name == "p" and "msonormal" in classes,
        alt=attributes.get("alt", ""),
    )


def _tag_end(html: str, start: int) -> int:
    """The closing bracket of a tag; one inside a quoted attribute does not close it."""
    end = first = html.find(">", start)
    for _ in range(4):
        if end < 0:
            break
        inside = html[start:end]
        if inside.count('"') % 2 == 0 or "=" not in inside:
            return end
        end = html.find(">", end + 1, end + 4_000)
    return first


def _after_skipped(html: str, tag: Tag, position: int, unclosed: set[str]) -> int:
    if tag.closes or tag.name in unclosed:
        return position
    closing = re.compile(rf"</{tag.name}[\s>]", re.IGNORECASE).search(html, position)
    if closing:
        return closing.start()
    unclosed.add(tag.name)
    # An element that never closes would hide the rest of the message: its text is shown instead.
    return position if tag.name in ("head", "title", "noscript", "object") else len(html)


def _attributes(token: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(token):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found


def _mark_of(name: str, attributes: dict[str, str]) -> Mark:
    # Outlook prefixes the ids of an earlier message with "x_".
    words = f"{attributes.get('id', '')} {attributes.get('class', '')}".lower().split()
    labels = [word.removeprefix("x_") for word in words]
    if name == "blockquote":
        return _mark_of_blockquote(attributes, labels)
    if attributes.get("name", "").lower() == "quote":
        return Mark.QUOTED
    return _mark_of_labels(labels) if labels else Mark.OWN


def _mark_of_blockquote(attributes: dict[str, str], labels: list[str]) -> Mark:
    if "cite" in attributes or attributes.get("type", "").lower() == "cite":
        return Mark.QUOTED
    if any(_QUOTE_BLOCK_CLASS.search(each) for each in labels):
        return Mark.QUOTED
    bordered = _BORDER_LEFT.search(attributes.get("style", "").lower())
    return Mark.QUOTED if bordered else Mark.INDENTED


def _mark_of_labels(labels: list[str]) -> Mark:
    for label in labels:
        if _INTRO_MARK.search(label):
            return Mark.INTRO
        if _SIGNATURE_MARK.search(label):
            return Mark.SIGNATURE
    # Gmail keeps answers written between quotes inside its quote element, and says so nowhere.
    if any(label in ("gmail_quote", "gmail_attr", "moz-cite-prefix") for label in labels):
        return Mark.OWN
    quoted = any(label in _QUOTE_CLASSES or _QUOTE_ID.search(label) for label in labels)
    return Mark.QUOTED if quoted else Mark.OWN
