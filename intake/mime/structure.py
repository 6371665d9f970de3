"""The tree of MIME parts, as offsets into the raw bytes.

Decides where parts begin and end (RFC 2046), forgiving lost, guessed and unclosed boundaries.
It is iterative and limited, so that nesting bombs end as one opaque part. The standard library's
parser recurses for each level and needs 1.3 seconds for a message of 30 MB; see
`decisions/0002-mail-parsing.md`. Leaves the choice of what is the body to `bodies`.
"""

import re
from dataclasses import dataclass, field

from intake.mime.headers import Headers, read_headers
from intake.mime.parameters import main_value, parameters
from intake.mime.transfer import transfer_decoded

MAX_DEPTH = 40
MAX_PARTS = 1_000
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,120}")
_GUESSED_BOUNDARY = re.compile(rb"(?<![^\r\n])--([^\s\r\n-][^\r\n]{0,69})(?=[\r\n])")
_TRAILING = re.compile(rb"[ \t]*(?:\r\n|\r|\n|\Z)")


@dataclass(kw_only=True)
class Part:
    """One part: its headers, its media type, and where its content lies in the message."""

    raw: bytes
    headers: Headers
    start: int
    end: int
    depth: int
    media_type: str
    type_parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        """Whether it was split into parts."""
        return bool(self.children)

    def content(self, limit: int | None = None) -> tuple[bytes, bool]:
        """The decoded bytes, and whether their transfer encoding was whole.

        With a `limit`, only so many bytes of the encoded part are read.
        """
        encoding = self.headers.plain("content-transfer-encoding")
        end = self.end if limit is None else min(self.end, self.start + limit)
        return transfer_decoded(self.raw[self.start : end], encoding)


@dataclass(kw_only=True)
class Structure:
    """The tree and what was wrong with it."""

    root: Part
    cut_short: bool = False
    broken: bool = False


def read_structure(raw: bytes) -> Structure:
    """The parts of a message; whatever is past the limits stays one part."""
    # Some gateways double the carriage return, which would make every line end a blank line.
    if b"\r\r\n" in raw[:1_000]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    start = _after_preamble(raw)
    root = _read_part(raw, start, len(raw), 0, "text/plain")
    structure = Structure(root=root)
    waiting = [root]
    count = 1
    while waiting:
        part = waiting.pop(0)
        if not part.media_type.startswith("multipart/"):
            continue
        if part.depth >= MAX_DEPTH or count >= MAX_PARTS:
            structure.cut_short = True
            continue
        spans = _split(part)
        if len(spans) > MAX_PARTS - count:
            structure.cut_short = True
            spans = spans[: MAX_PARTS - count]
        structure.broken |= not spans
        part.children = [_child(part, each) for each in spans]
        count += len(part.children)
        waiting.extend(part.children)
    return structure


def _after_preamble(raw: bytes) -> int:
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while start < len(raw) and raw[start] in b"\r\n":
        start += 1
    return start


def _read_part(raw: bytes, start: int, end: int, depth: int, default_type: str) -> Part:
    headers, body_start = read_headers(raw, start, end)
    content_type = headers.plain("content-type")
    disposition = headers.plain("content-disposition")
    found = _MEDIA_TYPE.match(main_value(content_type))
    return Part(
        raw=raw,
        headers=headers,
        start=body_start,
        end=end,
        depth=depth,
        media_type=found[0] if found else _repaired_type(content_type, default_type),
        type_parameters=parameters(content_type),
        disposition=main_value(disposition),
        disposition_parameters=parameters(disposition),
    )


def _repaired_type(content_type: str, default_type: str) -> str:
    word = main_value(content_type)
    # RFC 1049 programs wrote only "text"; others write "html" or "plain".
    known = {"text": "text/plain", "plain": "text/plain", "html": "text/html"}
    return known.get(word, default_type if not word else "text/plain" if word == "text/" else word)


def _child(parent: Part, span: tuple[int, int]) -> Part:
    default = "message/rfc822" if parent.media_type == "multipart/digest" else "text/plain"
    return _read_part(parent.raw, span[0], span[1], parent.depth + 1, default)


def _split(part: Part) -> list[tuple[int, int]]:
    boundary = part.type_parameters.get("boundary", "").encode("utf-8", "replace")
    spans = _between(part, boundary) if boundary else []
    if spans:
        return spans
    guess = _GUESSED_BOUNDARY.search(part.raw, part.start, min(part.end, part.start + 20_000))
    return _between(part, guess[1].rstrip()) if guess else []


def _between(part: Part, boundary: bytes) -> list[tuple[int, int]]:
    raw, mark = part.raw, b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    position = part.start
    while len(spans) <= MAX_PARTS:
        found = raw.find(mark, position, part.end)
        if found < 0:
            break
        position = found + len(mark)
        if found > part.start and raw[found - 1] not in b"\r\n":
            continue
        closing = raw[position : position + 2] == b"--"
        line_end = _TRAILING.match(raw, position + (2 if closing else 0), part.end)
        if not line_end:
            continue
        if opened >= 0:
            spans.append((opened, _without_line_end(raw, opened, found)))
        opened = -1 if closing else line_end.end()
        position = line_end.end()
    if opened >= 0 and opened < part.end:
        spans.append((opened, part.end))
    return spans


def _without_line_end(raw: bytes, start: int, end: int) -> int:
    # The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1).
    if end - start >= 2 and raw[end - 2 : end] == b"\r\n":
        return end - 2
    return end - 1 if end > start else end
