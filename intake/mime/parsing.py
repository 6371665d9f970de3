"""The reading of one message, from bytes to `ParsedMessage`.

Decides which header is the sender, which date and ids count, and what an officer is warned of.
Every other rule lives in the module named for it.
"""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from intake.mime import languages
from intake.mime.addresses import addresses, display_name
from intake.mime.automatic import Evidence, automatic_of
from intake.mime.bodies import Contents, read_contents
from intake.mime.headers import Headers
from intake.mime.parsed import Attachment, ParsedMessage
from intake.mime.quotation import set_apart
from intake.mime.structure import Part, read_structure

_MESSAGE_ID = re.compile(r"<[^<>]{1,900}>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,400}@[^<>\s,;]{1,400}")
_REPLY_SUBJECT = re.compile(rf"\s*{languages.REPLY_PREFIX}\s?(?:\[\d+\])?[:：]", re.IGNORECASE)
_LOCAL_SENDER = re.compile(r"[^<>@]{0,200}<\s*([\w.+=-]{1,64})\s*>\s*$")
_LOCAL_WORD = re.compile(r"\s*([\w.+=-]{1,64})\s*(?:\(|$)")
_ZONE_NAME = re.compile(r"\s*\([^)]{0,60}\)")
_MAX_REFERENCES = 200


def parse_message(raw: bytes, *, own_addresses: Collection[str] = ()) -> ParsedMessage:
    """The message in `raw`; any bytes give a result and none raise.

    `own_addresses` are the council's, to recognise loops. The sender is From, else Sender, else
    Reply-To, else Return-Path, else a From that only names an account of the sender's machine
    ("root"). A naive Date is read as UTC; one that cannot be read is None.
    """
    structure = read_structure(raw)
    headers = structure.root.headers
    contents = read_contents(structure)
    name, address = _sender(headers)
    reply_to = _first_address(headers, "reply-to")
    subject = headers.text("subject")
    in_reply_to = _first_id(headers.plain("in-reply-to"))
    references = _ids(b" ".join(headers.all_raw("references"))[:64_000].decode("latin-1"))
    is_reply = bool(in_reply_to or references or _REPLY_SUBJECT.match(subject))
    body, quoted = set_apart(contents.lines, is_reply=is_reply)
    automatic, reason = automatic_of(
        Evidence(
            headers=headers,
            from_addr=address,
            from_name=name,
            reply_to=reply_to,
            subject=subject,
            text=body or quoted,
            media_type=structure.root.media_type,
            report_type=structure.root.type_parameters.get("report-type", "").lower(),
            has_calendar_reply=_has_calendar_reply(structure.root),
            own_addresses=frozenset(each.strip().casefold() for each in own_addresses),
        )
    )
    return ParsedMessage(
        from_addr=address,
        from_name=name,
        reply_to=reply_to,
        to_addrs=_all_addresses(headers, "to"),
        cc_addrs=_all_addresses(headers, "cc"),
        subject=subject,
        body=body,
        quoted=quoted,
        html=contents.from_html,
        html_source="\n".join(contents.html_sources) if contents.html_sources else None,
        attachments=tuple(kept.attachment for kept in contents.kept),
        message_id=_first_id(headers.plain("message-id")),
        in_reply_to=in_reply_to,
        references=references,
        date=_date(headers.plain("date")),
        automatic=automatic,
        automatic_reason=reason,
        return_path=_first_address(headers, "return-path"),
        warnings=_warnings(contents, address, body, quoted),
    )


def attachment_content(raw: bytes, index: int) -> tuple[Attachment, bytes]:
    """An attachment and its decoded bytes, by its place in `ParsedMessage.attachments`.

    Raises LookupError when the message has no attachment of that number.
    """
    kept = read_contents(read_structure(raw)).kept
    if not 0 <= index < len(kept):
        raise LookupError(f"the message has {len(kept)} attachments, none numbered {index}")
    return kept[index].attachment, kept[index].content()


def _sender(headers: Headers) -> tuple[str, str]:
    written = headers.plain("from")
    local = _LOCAL_SENDER.match(written)
    if local:
        return display_name(written[: local.start(1)]), local[1]
    for field in ("from", "sender", "reply-to", "return-path"):
        for value in headers.all_raw(field):
            found = addresses(headers.readable(value))
            if found:
                name, address = found[0]
                return (name if field == "from" else name or display_name(written)), address
    word = _LOCAL_WORD.match(written)
    return (
        (display_name(written[word.end(1) :].strip(" ()")), word[1])
        if word
        else (display_name(written), "")
    )


def _all_addresses(headers: Headers, field: str) -> tuple[str, ...]:
    found = (
        address
        for value in headers.all_raw(field)[:100]
        for _, address in addresses(headers.readable(value))
    )
    return tuple(dict.fromkeys(found))


def _first_address(headers: Headers, field: str) -> str:
    found = addresses(headers.plain(field))
    return found[0][1] if found else ""


def _ids(value: str) -> tuple[str, ...]:
    found = [
        " ".join(each.replace("< ", "<").replace(" >", ">").split())
        for each in _MESSAGE_ID.findall(value)
    ] or [f"<{each}>" for each in _BARE_ID.findall(value)]
    # The first names the start of the conversation, the last ones its newest messages.
    return tuple(
        found if len(found) <= _MAX_REFERENCES else [found[0], *found[1 - _MAX_REFERENCES :]]
    )


def _first_id(value: str) -> str:
    found = _ids(value[:4_000])
    if found:
        return found[0]
    bare = value.strip().strip("<>").split()
    return f"<{bare[0][:900]}>" if bare else ""


def _date(value: str) -> datetime | None:
    for text in (value, _ZONE_NAME.sub("", value)):
        try:
            found = parsedate_to_datetime(text.strip()[:200])
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    try:
        found = datetime.fromisoformat(value.strip()[:40])
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _has_calendar_reply(root: Part) -> bool:
    waiting = [root]
    while waiting:
        part = waiting.pop()
        method = part.type_parameters.get("method", "").lower()
        if part.media_type == "text/calendar" and method in ("reply", "counter"):
            return True
        waiting.extend(part.children)
    return False


def _warnings(contents: Contents, address: str, body: str, quoted: str) -> tuple[str, ...]:
    found = list(contents.warnings)
    if not address:
        found.append("The message does not say who sent it.")
    if not body and quoted:
        found.append("The sender wrote no words of their own; see the text they passed on.")
    if not body and not quoted:
        found.append("The message has no text.")
    return tuple(found)
