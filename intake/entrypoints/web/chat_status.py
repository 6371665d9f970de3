"""How a case is doing, for residents: asked by reference and email, answered by a link in a mail.

Whatever is asked, the answer is the same; only the mail tells. The link's page has a button,
because programs that look through mail open links before people do.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from intake.domain.receipts import is_usable_address
from intake.domain.references import references_in
from intake.entrypoints.web.parts import Parts, WebParts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import cookie_name, set_cookie

COOKIE = "intake_status"
# A library's visitors share an address; far below what trying out references needs.
MOST_ASKED = parse("20/15 minutes")
TOO_MANY = "Too many people on your network asked at once. Wait 15 minutes, then try again."
NO_REFERENCE = "Enter your reference. It looks like FB-7K3M-Q2 and stands in our emails to you."
NO_EMAIL = "Enter an email address, like name@example.org"

Token = Annotated[str, Path(max_length=100)]
router = APIRouter(prefix="/chat/status", include_in_schema=False)


class StatusLimits:
    """Counts who asked by client, in this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def has_room(self, client: str) -> bool:
        """Whether this client may ask; counts that it did."""
        return self._limiter.hit(MOST_ASKED, client)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What somebody typed into the form, and what is wrong with it."""

    reference: str = ""
    email: str = ""

    @property
    def problems(self) -> dict[str, str]:
        """What to put right, by field."""
        found = {}
        if not any(references_in(self.reference)):
            found["reference"] = NO_REFERENCE
        if not is_usable_address(self.email.strip()):
            found["email"] = NO_EMAIL
        return found


@router.get("")
def show_form(request: Request) -> Response:
    """The form to ask."""
    return _form(request, _Asked())


@router.post("")
def ask(
    request: Request,
    parts: Parts,
    reference: Annotated[str, Form(max_length=100)] = "",
    email: Annotated[str, Form(max_length=320)] = "",
) -> Response:
    """Have a link mailed, if there is such a case and this address took part in it."""
    asked = _Asked(reference=reference, email=email)
    if asked.problems:
        return _form(request, asked, problems=asked.problems)
    limits: StatusLimits = request.app.state.status_limits
    if not limits.has_room(request.client.host if request.client else ""):
        return _form(request, asked, problems={"reference": TOO_MANY}, status=429)
    parts.send_status_link(reference, email)
    return page(
        request,
        "chat_status.html",
        is_sent=True,
        reference=next(references_in(reference)),
        email=email.strip(),
        minutes=parts.settings.chat.status_link_minutes,
        contact=parts.settings.receipts,
    )


@router.get("/{token}")
def show_button(request: Request, parts: Parts, token: Token) -> Response:
    """The page a link leads to: a button, or that the link has ended. It uses nothing up."""
    is_open = parts.show_status.is_open(token, _browser(request, parts))
    return _link_page(request, parts, is_open=is_open)


@router.post("/{token}")
def show_status(request: Request, parts: Parts, token: Token) -> Response:
    """The status, once; for a few minutes again to the browser that saw it."""
    browser = _browser(request, parts) or secrets.token_urlsafe(32)
    found = parts.show_status.open(token, browser)
    if found is None:
        return _link_page(request, parts, is_open=False)
    response = page(
        request,
        "chat_status_shown.html",
        found=found,
        contact=parts.settings.receipts,
        respond_working_days=parts.settings.deadlines.respond_working_days,
    )
    set_cookie(response, parts, COOKIE, browser)
    return response


def _form(
    request: Request, asked: _Asked, *, problems: dict[str, str] | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "chat_status.html",
        status=status if status != 200 or not problems else 422,
        is_sent=False,
        reference=asked.reference,
        email=asked.email,
        problems=problems or {},
    )


def _link_page(request: Request, parts: WebParts, *, is_open: bool) -> Response:
    return page(
        request,
        "chat_status_link.html",
        status=200 if is_open else 410,
        is_open=is_open,
        contact=parts.settings.receipts,
    )


def _browser(request: Request, parts: WebParts) -> str:
    return request.cookies.get(cookie_name(parts, COOKIE), "")
