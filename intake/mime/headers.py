"""The header block: where it ends, its fields, and the text inside them.

Decides field boundaries, unfolding and RFC 2047 encoded words. Leaves addresses, parameters and
the meaning of any single field to other modules.
"""

import base64
import re

from intake.mime.charsets import clean_text, decoded

_BLANK_LINE = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")
_LINE = re.compile(rb"\r\n|\r|\n")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.DOTALL)
_KNOWN_FIELD = re.compile(
    rb"(?:received|return-path|from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+"
    rb"|reply-to|sender|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_ENCODED_WORD = re.compile(
    r"=\?([\w.:+$/-]{1,60})(?:\*[\w-]{0,20})?\?([bBqQ])\?(.{0,4000}?)(?:\?=|\Z)", re.DOTALL
)
_OTHER_SPACE = re.compile(r"[^\S \u3000]")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{1,60})", re.IGNORECASE)
_MAX_BLOCK_BYTES = 4 * 1024 * 1024
_MAX_TEXT_CHARS = 16 * 1024


class Headers:
    """The fields of one header block, found by lower-case name, first one first."""

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        """Keeps `fields` as name and unfolded raw value, in the order of the message."""
        self.fields = fields
        self._charset: str | None = None
        self._by_name: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._by_name.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def raw(self, name: str) -> bytes:
        """The first value that is not blank, or the empty bytes."""
        values = self._by_name.get(name, ())
        return next((value for value in values if value), b"")

    def all_raw(self, name: str) -> list[bytes]:
        """Every value of the field."""
        return self._by_name.get(name, [])

    def plain(self, name: str) -> str:
        """The value as text with encoded words left alone: for structured fields."""
        return self.readable(self.raw(name))

    def text(self, name: str) -> str:
        """The value decoded on one line: a fold or a tab is one space, runs of spaces stay."""
        return _words(self.readable(self.raw(name)[:_MAX_TEXT_CHARS])).strip()

    def readable(self, value: bytes) -> str:
        """A raw value as text: UTF-8, else the character set of the message, else Windows-1252."""
        if value.isascii() and b"\x1b" not in value:
            return clean_text(value.decode("ascii")).replace("\n", " ")
        try:
            text = "" if value.isascii() else value.decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        return clean_text(text or decoded(value, self._own_charset())[0]).replace("\n", " ")

    def _own_charset(self) -> str:
        if self._charset is None:
            found = _CHARSET.search(self.raw("content-type")[:2_000])
            self._charset = found[1].decode("ascii") if found else ""
        return self._charset


def header_end(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header block that begins at `start` ends, and where the body begins."""
    first = raw[start : min(start + 2, end)]
    if first[:1] in (b"\r", b"\n"):
        return start, start + (2 if first == b"\r\n" else 1)
    found = _BLANK_LINE.search(raw, start, end)
    return (found.start(), found.end()) if found else (end, end)


def read_headers(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The fields of the block at `start`, and where its body begins.

    - A line that is no field ends the block, as most mail servers have it, unless well-known fields
      follow: then the line is stray and is left out.
    - An mbox separator ("From " or ">From ") before the first field is left out.
    """
    block_end, body_start = header_end(raw, start, end)
    fields: list[tuple[str, bytes]] = []
    position = start
    limit = min(block_end, start + _MAX_BLOCK_BYTES)
    while position < limit:
        line, position_after = _unfolded(raw, position, limit)
        match = _FIELD.match(line)
        if match:
            fields.append((match[1].decode("ascii").lower(), match[2].strip()))
        elif line.strip() and not _is_stray(raw, line, position_after, limit, first=not fields):
            return Headers(fields), position
        position = position_after
    return Headers(fields), body_start


def _unfolded(raw: bytes, position: int, limit: int) -> tuple[bytes, int]:
    lines = []
    while True:
        found = _LINE.search(raw, position, limit)
        lines.append(raw[position : found.start() if found else limit])
        position = found.end() if found else limit
        if position >= limit or raw[position] not in b" \t":
            return b" ".join(line.strip() for line in lines) if len(lines) > 1 else lines[
                0
            ], position


def _is_stray(raw: bytes, line: bytes, after: int, limit: int, *, first: bool) -> bool:
    if first and line.startswith((b"From ", b">From ")):
        return True
    following = raw[after : min(after + 2000, limit)]
    return any(_KNOWN_FIELD.match(each) for each in _LINE.split(following)[:6])


def readable(value: bytes) -> str:
    """A raw value as text where the message's character set is not at hand."""
    return Headers([]).readable(value)


def one_line(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(clean_text(text).split())


def decoded_words(text: str) -> str:
    """RFC 2047 encoded words decoded, with runs of white space as one space."""
    return one_line(_words(text))


def _words(text: str) -> str:
    """Encoded words decoded, every other white space than a space as one.

    Neighbouring words of one character set are joined before decoding, because some senders split
    a character between them.
    """
    if "=?" not in text:
        return _OTHER_SPACE.sub(" ", clean_text(text))
    pieces: list[str] = []
    pending: list[bytes] = []
    charset = ""
    position = 0
    for match in _ENCODED_WORD.finditer(text[:_MAX_TEXT_CHARS]):
        between = text[position : match.start()]
        if pending and (between.strip() or match[1].lower() != charset):
            pieces.append(decoded(b"".join(pending), charset)[0])
            pending = []
        if between.strip() or (not pieces and not pending):
            pieces.append(between)
        charset = match[1].lower()
        pending.append(_word_bytes(match[2], match[3]))
        position = match.end()
    if pending:
        pieces.append(decoded(b"".join(pending), charset)[0])
    pieces.append(text[position:])
    return _OTHER_SPACE.sub(" ", clean_text("".join(pieces)))


def _word_bytes(encoding: str, content: str) -> bytes:
    data = content.encode("utf-8", "replace")
    if encoding in "qQ":
        data = data.replace(b"_", b" ")
        return _Q_ESCAPE.sub(lambda hex_pair: bytes([int(hex_pair[1], 16)]), data)
    return lenient_base64(data)


def lenient_base64(data: bytes) -> bytes:
    """Base64 decoded with foreign characters, wrong padding and a torn end forgiven."""
    letters = _NOT_BASE64.sub(b"", data)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))
