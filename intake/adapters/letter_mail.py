"""A letter as the mail that goes out: its headers, its two texts, nothing that could be forged in.

The headers are written by hand: the standard library's policy folds a long identifier into an
encoded word, after which no mail program finds the message it answers, and drops the space between
two encoded words. What the letter says is left to its files, when it goes to the outbox.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from intake.domain.receipts import is_usable_address
from intake.errors import InvalidSubmission
from intake.services.ports import LetterText

# RFC 5322 section 2.1.1 allows 998 characters in a line; an id and its header's name must fit in.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
# A thread's first message and its newest: what mail programs thread by (RFC 5322 section 3.6.4).
_NEWEST_REFERENCES = 20
_LONGEST_HEADER_TEXT = 200


def build_letter(
    letter: LetterText,
    *,
    sender_name: str,
    sender_addr: str,
    to_addr: str,
    message_id: str,
    written_at: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
) -> bytes:
    """The letter as bytes ready for a relay, marked as an automatic reply.

    - ``Auto-Submitted: auto-replied`` (RFC 3834 section 5) and ``X-Auto-Response-Suppress: All``
      (Exchange) keep other programs from answering; ``Precedence: auto_reply`` tells older ones the
      same without calling a letter bulk or junk, as RFC 3834 section 3.1.8 allows.
    - ``In-Reply-To`` names the resident's message; ``References`` their chain and then it, cut to
      the first and the newest. Identifiers that are none are left out.
    - ``To`` holds the bare address: a name out of the resident's mail could say anything.

    An address with letters beyond ASCII before the @ makes a mail that needs SMTPUTF8; a domain
    beyond ASCII is written in its ASCII form. Raises ``InvalidSubmission`` for an address or our
    own Message-ID that cannot be written.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise InvalidSubmission("The letter's own Message-ID cannot be written into a mail.")
    sender = ascii_domain(sender_addr)
    head = [
        f"Date: {format_datetime(written_at)}",
        f"From: {formataddr((_one_line(sender_name), sender))}",
        f"To: {ascii_domain(to_addr)}",
        f"Reply-To: {sender}",
        f"Subject: {_encoded(letter.subject, 'Subject')}",
        f"Message-ID: {message_id}",
        *_threading(in_reply_to, references),
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "Precedence: auto_reply",
        "Content-Language: en-GB",
    ]
    return "".join(f"{line}\r\n" for line in head).encode() + _both_forms(letter).as_bytes()


def _both_forms(letter: LetterText) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


class ReceiptMail:
    """Puts receipts into mails from the council's one sender; implements ``ports.LetterMail``."""

    def __init__(self, *, sender_name: str, sender_addr: str) -> None:
        self._sender_name = sender_name
        self._sender_addr = sender_addr

    def build(
        self,
        text: LetterText,
        *,
        to_addr: str,
        message_id: str,
        in_reply_to: str,
        references: Sequence[str],
        sent_at: datetime,
    ) -> bytes:
        """The mail as ``build_letter`` makes it."""
        return build_letter(
            text,
            sender_name=self._sender_name,
            sender_addr=self._sender_addr,
            to_addr=to_addr,
            message_id=message_id,
            in_reply_to=in_reply_to,
            references=references,
            written_at=sent_at,
        )


def ascii_domain(address: str) -> str:
    """The address with its domain in the ASCII form that goes over the wire (RFC 5891).

    Raises ``InvalidSubmission`` for an address that cannot be written to.
    """
    if not is_usable_address(address):
        raise InvalidSubmission("This is not an email address that can be written to.")
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as exc:
        raise InvalidSubmission("The domain of this email address cannot be written.") from exc


def _one_line(text: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(plain.split())[:_LONGEST_HEADER_TEXT]


def _encoded(text: str, header: str) -> str:
    return Header(_one_line(text), header_name=header).encode(linesep="\r\n")


def _threading(in_reply_to: str, references: Sequence[str]) -> list[str]:
    answered = _message_ids([in_reply_to])[-1:]
    chain = list(dict.fromkeys(_message_ids(references)))
    chain = [message_id for message_id in chain if message_id not in answered] + answered
    if len(chain) > _NEWEST_REFERENCES + 1:
        chain = chain[:1] + chain[-_NEWEST_REFERENCES:]
    lines = [f"In-Reply-To: {message_id}" for message_id in answered]
    return [*lines, "References: " + "\r\n ".join(chain)] if chain else lines


def _message_ids(texts: Sequence[str]) -> list[str]:
    """The identifiers in these header values; brackets are put where they are missing."""
    found = []
    for text in texts:
        bare = text.strip()
        found += _MESSAGE_ID.findall(bare if "<" in bare or "@" not in bare else f"<{bare}>")
    return found
