"""What a parsed message is: the plain values every later room reads.

Decides the shape only. How bytes become these values is left to the other modules of this room.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Automatic(StrEnum):
    """Why a message was written by a machine; the values are stored and shown to officers."""

    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LIST = "list"
    LOOP = "loop"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A part kept beside the text; `size` counts the decoded bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ParsedMessage:
    """One message as an officer would read it.

    - `body` is what the person wrote now; `quoted` holds, in the original order, what was set
      apart from it: earlier messages, signatures, disclaimers, footers. Nothing of the text is in
      neither.
    - A message that only forwards another has an empty `body`, the forwarded text in `quoted`, and
      a warning that says so.
    - `html` says that `body` came from an HTML part; `html_source` is that part's source whenever
      the message has one, unsafe to show before it is sanitised.
    - Addresses and ids are empty strings where the message has none; `date` is always aware.
    """

    from_addr: str
    from_name: str
    reply_to: str
    to_addrs: tuple[str, ...]
    cc_addrs: tuple[str, ...]
    subject: str
    body: str
    quoted: str
    html: bool
    html_source: str | None
    attachments: tuple[Attachment, ...]
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    automatic: Automatic | None
    automatic_reason: str
    return_path: str
    warnings: tuple[str, ...]


def parsed_as_json(parsed: ParsedMessage, file: str) -> dict[str, object]:
    """The line that `intake parse` prints for one file: its fields are a contract with scripts."""
    return {
        "file": file,
        "from_addr": parsed.from_addr,
        "from_name": parsed.from_name,
        "reply_to": parsed.reply_to,
        "subject": parsed.subject,
        "body": parsed.body,
        "quoted": parsed.quoted,
        "html": parsed.html,
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size} for each in parsed.attachments
        ],
        "message_id": parsed.message_id,
        "in_reply_to": parsed.in_reply_to,
        "references": list(parsed.references),
        "date": parsed.date.isoformat() if parsed.date else None,
        "automatic": parsed.automatic.value if parsed.automatic else None,
        "warnings": list(parsed.warnings),
    }
