"""The pages to sign in and out.

One neutral message answers every refusal. Passwords tried from one client are limited here; tries
on one account are limited by ``intake.domain.officers``.
"""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from intake.entrypoints.web import sessions
from intake.entrypoints.web.parts import Parts, WebParts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.security import safe_next
from intake.errors import SignInRefused

# Officers of a whole town hall may share one address, so the limit is far above what a few of them
# mistype in a quarter of an hour, and far below what guessing needs.
MOST_REFUSALS = parse("40/15 minutes")

router = APIRouter(include_in_schema=False)


class Refusals:
    """Counts wrong passwords by client, in this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def are_too_many(self, client: str) -> bool:
        """Whether this client has to wait."""
        return not self._limiter.test(MOST_REFUSALS, client)

    def add(self, client: str) -> None:
        """Count one."""
        self._limiter.hit(MOST_REFUSALS, client)


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    parts: Parts,
    next: Annotated[str, Query(max_length=2000)] = "",  # noqa: A002 - the word in the address.
    ended: bool = False,  # noqa: FBT001, FBT002 - a part of the address.
) -> Response:
    """The form; somebody already signed in goes on at once."""
    token = sessions.session_token(request, parts)
    if token and parts.sign_in.resume(token):
        return RedirectResponse(safe_next(next), status_code=303)
    return _form(request, parts, return_to=next, has_ended=ended)


@router.post("/sign-in")
def sign_in(
    *,
    request: Request,
    parts: Parts,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=2000)] = "",  # noqa: A002 - the word in the form.
) -> Response:
    """Begin a session and go on to where the officer was heading."""
    refusals: Refusals = request.app.state.refusals
    client = request.client.host if request.client else ""
    if not _is_our_form(request, parts, csrf_token):
        return _form(
            request, parts, return_to=next, email=email, status=403, problem=sessions.FORGED
        )
    if refusals.are_too_many(client):
        problem = "Too many wrong passwords came from your network. Try again in 15 minutes."
        return _form(request, parts, return_to=next, email=email, status=429, problem=problem)
    try:
        begun = parts.sign_in.begin(email, password)
    except SignInRefused:
        refusals.add(client)
        return _form(
            request, parts, return_to=next, email=email, status=422, problem=_refusal(parts)
        )
    before = sessions.session_token(request, parts)
    if before:
        parts.sign_in.end(before)
    response = RedirectResponse(safe_next(next), status_code=303)
    sessions.set_cookie(response, parts, sessions.SESSION_COOKIE, begun.token)
    sessions.forget_cookie(response, parts, sessions.VISITOR_COOKIE)
    return response


@router.post("/sign-out", dependencies=[Depends(sessions.signed_in_by_form)])
def sign_out(request: Request, parts: Parts) -> Response:
    """End the session."""
    parts.sign_in.end(sessions.session_token(request, parts))
    request.state.signed_in = None
    response = page(request, "signed_out.html")
    sessions.forget_cookie(response, parts, sessions.SESSION_COOKIE)
    return response


def _is_our_form(request: Request, parts: WebParts, token: str) -> bool:
    visitor = request.cookies.get(sessions.cookie_name(parts, sessions.VISITOR_COOKIE), "")
    expected = sessions.visitor_form_token(parts, visitor)
    return bool(visitor) and hmac.compare_digest(token.encode(), expected.encode())


def _refusal(parts: WebParts) -> str:
    http = parts.settings.http
    return (
        f"Check your email address and password. After {http.sign_in_attempts} wrong passwords "
        f"an account is locked for {http.lock_minutes} minutes."
    )


def _form(
    request: Request,
    parts: WebParts,
    *,
    return_to: str,
    has_ended: bool = False,
    email: str = "",
    status: int = 200,
    problem: str = "",
) -> Response:
    visitor = sessions.visitor_token(request, parts)
    response = page(
        request,
        "sign_in.html",
        status=status,
        csrf_token=sessions.visitor_form_token(parts, visitor),
        return_to=return_to,
        has_ended=has_ended,
        email=email,
        problem=problem,
        session_idle_minutes=parts.settings.http.session_idle_minutes,
    )
    sessions.set_cookie(response, parts, sessions.VISITOR_COOKIE, visitor)
    return response
