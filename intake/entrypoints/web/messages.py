"""A resident's message itself: its own markup in a sandbox, its attachments, and the original.

What came from outside is only ever handed over as a download or under a policy that lets it do
nothing.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response

from intake.domain.cases import Channel
from intake.entrypoints.web.mail_markup import POLICY, STYLE, cleaned
from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import Officer, signed_in
from intake.errors import CaseNotFound
from intake.mime import attachment_content
from intake.services.read_cases import Original

DOWNLOAD_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
Number = Annotated[int, Path(ge=0, le=2**62)]
router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/cases/{reference}/messages/{message_id}/original")
def original(parts: Parts, officer: Officer, reference: str, message_id: Number) -> Response:
    """The message as it came: a mail, or the document of a chat."""
    reference = reference.upper()
    found = parts.read_cases.original(reference, message_id, reader=officer.officer)
    return _as_it_came(found, f"{reference}-{message_id}")


@router.get("/cases/{reference}/messages/{message_id}/formatted")
def formatted(request: Request, parts: Parts, reference: str, message_id: Number) -> Response:
    """The mail's own markup, cleaned; shown in a frame of the case page."""
    message = parts.read_cases.message(reference.upper(), message_id)
    response = page(request, "formatted.html", style=STYLE, markup=cleaned(message.html or ""))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@router.get("/cases/{reference}/messages/{message_id}/attachments/{number}")
def attachment(parts: Parts, reference: str, message_id: Number, number: Number) -> Response:
    """An attachment by its place in the list, from 0."""
    reference = reference.upper()
    message = parts.read_cases.message(reference, message_id)
    try:
        raw = parts.read_cases.received(message.inbound_id).raw
        found, content = attachment_content(raw, number)
    except LookupError as exc:
        raise CaseNotFound("There is no such attachment.") from exc
    return download(content, found.name or f"attachment-{number + 1}")


@router.get("/operations/messages/{inbound_id}/original")
def received(parts: Parts, officer: Officer, inbound_id: Number) -> Response:
    """A received message as it came, whether or not a case was made of it."""
    found = parts.read_cases.received(inbound_id, reader=officer.officer)
    return _as_it_came(found, f"message-{inbound_id}")


def _as_it_came(found: Original, name: str) -> Response:
    if found.channel is Channel.CHAT:
        return download(found.raw, f"{name}.json", kind="application/json")
    return download(found.raw, f"{name}.eml")


def download(content: bytes, name: str, *, kind: str = "application/octet-stream") -> Response:
    """Bytes to be saved, whatever they claim to be (RFC 6266)."""
    plain = "".join(
        each if (each.isalnum() and each.isascii()) or each in "-_. " else "_" for each in name
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": disposition, "Content-Security-Policy": DOWNLOAD_POLICY},
    )
