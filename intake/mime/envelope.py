"""What a delivering mail server noted about the envelope at the top of a message.

Only a message that comes out of a mailbox needs this: one that comes by SMTP brings its envelope.
"""

from dataclasses import dataclass

from intake.mime.addresses import addresses
from intake.mime.headers import read_headers, readable

# Postfix and Dovecot write the first, Postfix the second, Exim the third.
_DELIVERY_FIELDS = ("delivered-to", "x-original-to", "envelope-to")
# RFC 5321 section 4.5.3.1: 64 characters, an at sign, 255 characters.
_MOST_ADDRESS_CHARS = 320


@dataclass(frozen=True, kw_only=True)
class NotedEnvelope:
    """``sender`` is empty for the null sender and where none was noted; lower-case recipients."""

    sender: str
    recipients: tuple[str, ...]


def noted_envelope(raw: bytes) -> NotedEnvelope:
    """The envelope as far as the mail server wrote it into the header fields."""
    headers, _ = read_headers(raw, 0, len(raw))
    recipients = [
        address.lower()
        for name in _DELIVERY_FIELDS
        for value in headers.all_raw(name)
        for address in _addresses(value)
    ]
    return NotedEnvelope(
        sender=next(iter(_addresses(headers.raw("return-path"))), ""),
        recipients=tuple(dict.fromkeys(recipients)),
    )


def _addresses(value: bytes) -> list[str]:
    return [
        address
        for _, address in addresses(readable(value))
        if address.isprintable() and len(address) <= _MOST_ADDRESS_CHARS
    ]
