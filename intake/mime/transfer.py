"""Content-Transfer-Encoding undone, and files that old programs put into text by uuencode.

Decides how forgiving the decoders are: a torn or mislabelled part gives what can be read of it.
"""

import binascii
import re

from intake.mime.headers import lenient_base64

_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_PADDED_PIECE = re.compile(rb"={1,2}(?=[\s]*[A-Za-z0-9+/])")
_MAX_PIECES = 200
_LAST_BYTES = 100
_WORDS = re.compile(rb"[A-Za-z]{2,} [A-Za-z]{1,} [A-Za-z]{1,}")


def transfer_decoded(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The bytes under the encoding, and whether they were whole."""
    name = encoding.split(";", maxsplit=1)[0].strip().strip("\"'").lower()
    if name in ("base64", "b"):
        return _from_base64(data)
    if name in ("quoted-printable", "q", "quoted_printable"):
        return binascii.a2b_qp(data), True
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        content = _uu_decoded(data)
        return (content, True) if content else (data, False)
    return data, name in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none")


def _from_base64(data: bytes) -> tuple[bytes, bool]:
    # Some gateways label plain text as base64; words with spaces between them are not base64.
    if _WORDS.search(data[:2000]):
        return data, False
    # Padding before the end is rare, and looking for it by expression costs more than decoding.
    padded_inside = data.find(b"=", 0, max(0, len(data) - _LAST_BYTES)) >= 0 or len(data) < 1_000
    pieces = _PADDED_PIECE.split(data, _MAX_PIECES) if padded_inside else []
    if len(pieces) > 1:
        return b"".join(lenient_base64(piece) for piece in pieces), True
    try:
        return binascii.a2b_base64(data), True
    except binascii.Error:
        return lenient_base64(data), False


def without_uuencoded(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The text without the uuencoded files in it, and the files by name."""
    files: list[tuple[str, bytes]] = []
    kept: list[bytes] = []
    position = 0
    if b"begin" not in data:
        return data, files
    for match in _UU_BEGIN.finditer(data):
        if match.start() < position or len(files) >= 50:
            continue
        end = _UU_END.search(data, match.end())
        if not end:
            break
        content = _uu_decoded(data[match.start() : end.end()])
        if content:
            kept.append(data[position : match.start()])
            files.append((match[1].decode("utf-8", "replace"), content))
            position = end.end()
    kept.append(data[position:])
    return b"".join(kept), files


def _uu_decoded(data: bytes) -> bytes:
    content = bytearray()
    for line in data.splitlines()[1:]:
        if line.strip() in (b"end", b"`", b""):
            continue
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:
            # Old encoders write a wrong number of trailing characters; the count byte is right.
            wanted = ((((line[0] - 32) & 63) * 4 + 5) // 3) if line else 0
            try:
                content += binascii.a2b_uu(line[:wanted])
            except binascii.Error:
                return b""
    return bytes(content)
