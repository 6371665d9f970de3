"""The identity of a message, by which a second delivery of it is recognised.

Runs before a message is accepted, so it reads the header lines once and parses nothing.
"""

import hashlib
import secrets

_WANTED = {
    b"message-id": 0,
    b"date": 1,
    b"from": 2,
    b"subject": 3,
}
_MAX_HEADER_LINES = 20_000
_MAX_NORMALISED_BYTES = 1_000_000


def message_identity(raw: bytes, *, nonce: str = "") -> str:
    """The SHA-256, in hex, of what stays the same when a message is delivered again.

    - With a Message-ID: that, Date, From, Subject and the body. Trace fields (Received,
      Delivered-To, Return-Path) differ between deliveries and are left out; so is To, which some
      redirections rewrite.
    - Without one but with a Date: Date, From, Subject and the body.
    - With neither: a value of its own, made from `nonce` (a random one when not given), so that
      such a message is never taken for a duplicate.
    Line ends and trailing blank lines do not count: SMTP and IMAP may differ in them. In a body of
    over 1 MB only the trailing ones do not, so that no second copy of it is made.
    """
    head, body = _head_and_body(raw)
    values = _wanted_values(head)
    digest = hashlib.sha256()
    if not values[0] and not values[1]:
        digest.update((nonce or secrets.token_hex(16)).encode("utf-8", "replace") + b"\0")
    for value in values:
        digest.update(b" ".join(value.split()) + b"\0")
    if len(body) <= _MAX_NORMALISED_BYTES:
        body = body.replace(b"\r\n", b"\n")
    digest.update(body.rstrip())
    return digest.hexdigest()


def _head_and_body(raw: bytes) -> tuple[bytes, bytes]:
    with_crlf = raw.find(b"\r\n\r\n")
    with_lf = raw.find(b"\n\n", 0, with_crlf if with_crlf >= 0 else len(raw))
    if with_lf >= 0:
        return raw[:with_lf], raw[with_lf + 2 :]
    if with_crlf >= 0:
        return raw[:with_crlf], raw[with_crlf + 4 :]
    return raw, b""


def _wanted_values(head: bytes) -> list[bytes]:
    values = [b"", b"", b"", b""]
    current = -1
    for line in head.split(b"\n", _MAX_HEADER_LINES):
        if line[:1] in b" \t" and line:
            if current >= 0:
                values[current] += b" " + line
            continue
        name, colon, value = line.partition(b":")
        current = _WANTED.get(name.strip().lower(), -1) if colon else -1
        if current >= 0 and values[current]:
            current = -1
        elif current >= 0:
            values[current] = value
    return values
