"""Who is at the browser: the session cookie, and the tokens that prove a form is ours.

A page asks for ``Officer`` and gets the signed-in officer or sends the browser to the sign-in page;
a form that changes something asks for ``FormOfficer`` and is refused without the session's token.
"""

import hashlib
import hmac
import secrets
from typing import Annotated

from fastapi import Depends, Form, Header, Request, Response

from intake.entrypoints.web.parts import Parts, WebParts
from intake.entrypoints.web.security import page_of
from intake.errors import NotPermitted
from intake.services.sign_in import SignedIn

SESSION_COOKIE = "intake_session"
VISITOR_COOKIE = "intake_visitor"
FORGED = "This form was not sent from a page of ours, or the page was too old. Load it again."


class SignInNeeded(Exception):
    """Nobody is signed in. ``had_session`` tells that somebody was."""

    def __init__(self, *, return_to: str, had_session: bool) -> None:
        super().__init__("sign in first")
        self.return_to = return_to
        self.had_session = had_session


def cookie_name(parts: WebParts, name: str) -> str:
    """The cookie's name; its prefix ``__Host-`` holds it to this host and to HTTPS."""
    return f"__Host-{name}" if parts.settings.http.secure_cookies else name


def set_cookie(response: Response, parts: WebParts, name: str, value: str) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send with a form."""
    response.set_cookie(
        cookie_name(parts, name),
        value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.settings.http.secure_cookies,
    )


def forget_cookie(response: Response, parts: WebParts, name: str) -> None:
    """Remove a cookie."""
    response.delete_cookie(
        cookie_name(parts, name),
        path="/",
        httponly=True,
        samesite="lax",
        secure=parts.settings.http.secure_cookies,
    )


def session_token(request: Request, parts: WebParts) -> str:
    """The token of the browser's session, or nothing."""
    return request.cookies.get(cookie_name(parts, SESSION_COOKIE), "")


def signed_in(request: Request, parts: Parts) -> SignedIn:
    """The officer at the browser. Raises ``SignInNeeded``."""
    token = session_token(request, parts)
    found = parts.sign_in.resume(token) if token else None
    if found is None:
        raise SignInNeeded(
            return_to=page_of(request.method, request.url.path, request.url.query),
            had_session=bool(token),
        )
    request.state.signed_in = found
    return found


def signed_in_by_form(
    request: Request,
    officer: Annotated[SignedIn, Depends(signed_in)],
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> SignedIn:
    """The officer who sent a form of ours. Raises ``NotPermitted`` when it came from elsewhere."""
    check_token(request, officer, csrf_token)
    return officer


def signed_in_by_header(
    request: Request,
    officer: Annotated[SignedIn, Depends(signed_in)],
    x_csrf_token: Annotated[str, Header(max_length=200)] = "",
) -> SignedIn:
    """The officer whose script sent this. Raises ``NotPermitted`` without the session's token."""
    check_token(request, officer, x_csrf_token)
    return officer


def check_token(request: Request, officer: SignedIn, token: str) -> None:
    """Raises ``NotPermitted`` for a request of another site, or without the session's token."""
    comes_from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") == "cross-site"
    if comes_from_elsewhere or not hmac.compare_digest(token.encode(), officer.csrf_token.encode()):
        raise NotPermitted(FORGED)


def visitor_token(request: Request, parts: WebParts) -> str:
    """The value that marks a browser before anybody has signed in; a new one when it has none."""
    return request.cookies.get(cookie_name(parts, VISITOR_COOKIE), "") or secrets.token_urlsafe(32)


def visitor_form_token(parts: WebParts, visitor: str) -> str:
    """What the sign-in form must carry from this browser: nobody without our key can make it."""
    key = parts.secret_key.encode()
    return hmac.new(key, f"sign-in form {visitor}".encode(), hashlib.sha256).hexdigest()


Officer = Annotated[SignedIn, Depends(signed_in)]
FormOfficer = Annotated[SignedIn, Depends(signed_in_by_form)]
HeaderOfficer = Annotated[SignedIn, Depends(signed_in_by_header)]
