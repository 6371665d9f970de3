"""Addresses in header fields (RFC 5322, and what senders really write).

Decides names and addresses in lists with comments, groups, quoted names, unquoted commas and
encoded words. Leaves which field counts as the sender to `parsing`.
"""

import re

from intake.mime.headers import decoded_words, one_line

_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:]{1,200}@[^\s<>()\",;]{1,250}")
_QUOTED_LOCAL = re.compile(r'"[^"@]{1,64}"@[\w.-]{1,250}')
_QUOTED_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MAX_FIELD_CHARS = 256 * 1024
_MAX_ADDRESSES = 1_000
_MAX_PIECE_CHARS = 2_000


def addresses(value: str) -> list[tuple[str, str]]:
    """Name and address of each mailbox in a field, in order; entries without an address left out.

    A piece without an address before one that has one ("Doe, Jane <jane@example.org>") is part of
    its name.
    """
    found: list[tuple[str, str]] = []
    before = ""
    for piece in _pieces(value[:_MAX_FIELD_CHARS]):
        name, address = _mailbox(piece[:_MAX_PIECE_CHARS])
        if not address:
            before = f"{before}{piece.strip()}, " if piece.strip() else before
            continue
        if before and name and not found:
            name = one_line(decoded_words(before) + " " + name)
        before = ""
        found.append((name, address))
        if len(found) >= _MAX_ADDRESSES:
            break
    if not found and "=?" in value:
        decoded = decoded_words(value)
        return addresses(decoded) if "=?" not in decoded else []
    return found


def display_name(value: str) -> str:
    """The name in a field that holds no address."""
    return _name(_without_comments(value)[0].replace("<", " ").replace(">", " "))


def _pieces(value: str) -> list[str]:
    """The field cut at commas and semicolons that stand outside quotes, comments and brackets."""
    pieces: list[str] = []
    current: list[str] = []
    quoted = escaped = in_angle = False
    comment = 0
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or comment):
            escaped = True
        elif char == '"' and not comment:
            quoted = not quoted
        elif not quoted:
            comment = max(0, comment + (char == "(") - (char == ")"))
            in_angle = not comment and (char == "<" or (in_angle and char != ">"))
            if not comment and (char == ";" or (char == "," and not in_angle)):
                pieces.append("".join(current))
                current = []
                in_angle = False
                continue
            if char == ":" and not comment and not in_angle and _is_group_name(current):
                current = []
                continue
        current.append(char)
    pieces.append("".join(current))
    return pieces


def _is_group_name(current: list[str]) -> bool:
    text = "".join(current)
    return "@" not in text and len(text) < 200 and text.strip().lower() not in ("mailto", "smtp")


def _mailbox(piece: str) -> tuple[str, str]:
    text, comment = _without_comments(piece)
    opening = _angle_start(text)
    if opening >= 0:
        inside = text[opening + 1 :].split(">", 1)
        address = _bare_address(inside[0])
        if address:
            rest = inside[1] if len(inside) > 1 else ""
            return _name(text[:opening].rstrip("< ")) or _name(rest) or _name(comment), address
    address = _bare_address(text)
    if not address:
        return "", ""
    outside = text.replace(address, " ", 1)
    return _name(re.sub(r"[<>\[\]]|mailto:", " ", outside)) or _name(comment), address


def _angle_start(text: str) -> int:
    """The last bracket outside quotes that still has an address after it."""
    at = text.rfind("@")
    return text.rfind("<", 0, at) if at >= 0 else -1


def _bare_address(text: str) -> str:
    text = text.strip().removeprefix("mailto:").removeprefix("SMTP:").strip(" '")
    # A source route (RFC 5322, 4.4) stands before the address.
    if text.startswith("@") and ":" in text:
        text = text.split(":", 1)[1]
    quoted = _QUOTED_LOCAL.search(text)
    if quoted:
        return quoted[0]
    found = _ADDRESS.search(text) or _ADDRESS.search(text.replace(" ", ""))
    return found[0].strip(".'`>") if found else ""


def _without_comments(text: str) -> tuple[str, str]:
    if "(" not in text:
        return text, ""
    kept: list[str] = []
    comment: list[str] = []
    depth = 0
    quoted = False
    for char in text:
        quoted ^= char == '"' and not depth
        if char == "(" and not quoted:
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        else:
            (comment if depth else kept).append(char)
    # An unclosed bracket is not a comment.
    return (text, "") if depth else ("".join(kept), "".join(comment))


def _name(text: str) -> str:
    text = _QUOTED_STRING.sub(_unquoted, one_line(text))
    name = decoded_words(text)
    # Outlook puts single quotes round a name it does not know.
    if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1]
    return name.strip(" ,")


def _unquoted(quoted: re.Match[str]) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1])
