"""Turns what went wrong into a page a person can act on, or into JSON for a script.

Every expected error has its status here. What nobody expected is logged with an id and without a
word of what was being handled, and answered with that id alone.
"""

import secrets
import traceback
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake.entrypoints.web.chat import PATHS as CHAT_PATHS
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import SignInNeeded
from intake.errors import (
    CaseNotFound,
    ConversationGone,
    ConversationNotFound,
    DependencyError,
    IllegalTransition,
    InputError,
    IntakeError,
    MessageTooLarge,
    NotPermitted,
    SignInRefused,
    StaleCase,
    StaleConversation,
    TooManyMessages,
    TurnAnswered,
)

API = "/api/"
# Scripts ask here: the council's, the chat's widget and the bot.
ANSWERED_IN_JSON = (API, "/private/", *CHAT_PATHS)
RETRY_AFTER_SECONDS = 10
# The longest field of a form is a reason of some thousand characters.
MOST_BODY_BYTES = 1_000_000
STATUSES: tuple[tuple[type[IntakeError], int], ...] = (
    (CaseNotFound, 404),
    (NotPermitted, 403),
    (SignInRefused, 403),
    (StaleCase, 409),
    (IllegalTransition, 409),
    (TurnAnswered, 409),
    (ConversationNotFound, 404),
    (ConversationGone, 410),
    (StaleConversation, 503),
    (TooManyMessages, 429),
    (MessageTooLarge, 413),
    (InputError, 422),
    (DependencyError, 503),
)
TITLES = {
    403: "You cannot do this",
    404: "Page not found",
    405: "Page not found",
    409: "This has changed in the meantime",
    410: "This has ended",
    413: "That is too large",
    422: "Something needs to be put right",
    429: "That was too fast",
    500: "Sorry, something went wrong",
    503: "Sorry, the service is not available at the moment",
}
NOTHING_CHANGED = "Nothing was changed. Try again in a minute."
NOTHING_LOST = "Nothing is lost. Send your message again in a moment."
NOT_FOUND = "If you typed the address, check that it is right."
log = structlog.get_logger(__name__)


def add_handlers(app: FastAPI) -> None:
    """Have every error of this application answered here."""
    app.add_exception_handler(SignInNeeded, _sign_in_first)
    app.add_exception_handler(IntakeError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def problem(request: Request, status: int, detail: str) -> Response:
    """The answer for a problem with this status."""
    title = TITLES.get(status, HTTPStatus(status).phrase)
    response: Response
    if request.url.path.startswith(ANSWERED_IN_JSON):
        response = JSONResponse({"error": title, "detail": detail}, status_code=status)
    else:
        response = page(request, "problem.html", status=status, title=title, detail=detail)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


async def _sign_in_first(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, SignInNeeded)
    if request.url.path.startswith(API):
        return problem(request, 401, "Sign in first.")
    query = {"next": exc.return_to} | ({"ended": "true"} if exc.had_session else {})
    return RedirectResponse(f"/sign-in?{urlencode(query)}", status_code=303)


async def _known(request: Request, exc: Exception) -> Response:
    status = next((status for kind, status in STATUSES if isinstance(exc, kind)), 500)
    if isinstance(exc, DependencyError):
        log.warning("web_dependency_failed", error=type(exc).__name__)
        is_chat = request.url.path.startswith(CHAT_PATHS)
        return problem(request, status, NOTHING_LOST if is_chat else NOTHING_CHANGED)
    response = problem(request, status, str(exc))
    if isinstance(exc, TooManyMessages):
        response.headers["Retry-After"] = str(exc.retry_after)
    return response


async def _invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    fields = [".".join(str(part) for part in error["loc"][1:]) for error in exc.errors()]
    if request.url.path.startswith(ANSWERED_IN_JSON):
        errors = [
            {"field": field, "problem": error["msg"]}
            for field, error in zip(fields, exc.errors(), strict=True)
        ]
        body = {"error": TITLES[422], "detail": "Some fields are not right.", "fields": errors}
        return JSONResponse(body, status_code=422)
    if request.method == "GET":
        return problem(request, 404, NOT_FOUND)
    return problem(request, 422, f"These fields are not right: {', '.join(fields)}.")


async def _http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    detail = NOT_FOUND if exc.status_code == HTTPStatus.NOT_FOUND else str(exc.detail)
    response = problem(request, exc.status_code, detail)
    response.headers.update(exc.headers or {})
    return response


class BodyLimit:
    """Refuses what is larger than any form of ours, before it fills the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it says, or turns out, to be too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        said = request.headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > MOST_BODY_BYTES:
            await problem(request, 413, str(MessageTooLarge()))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MOST_BODY_BYTES:
                raise MessageTooLarge
            return message

        await self._app(scope, counted, send)


class UnexpectedErrors:
    """Answers what nobody expected with a page that names an id, and logs where it happened.

    The text of the error is neither shown nor logged: a database driver puts the values it was
    handling into it, which may be a resident's words.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what was not answered when it failed is answered here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as exc:  # noqa: BLE001 - the outermost edge: nothing may pass it.
            error_id = secrets.token_hex(4)
            where = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(exc.__traceback__)[-8:]
            ]
            log.error(  # noqa: TRY400 - the text of the error stays out of the log.
                "web_failed", error_id=error_id, error=type(exc).__name__, where=where
            )
            if not has_begun:
                await _unexpected(Request(scope, receive), error_id)(scope, receive, send)


def _unexpected(request: Request, error_id: str) -> Response:
    detail = (
        f"Nothing is lost. If it happens again, tell your administrator this number: {error_id}"
    )
    return problem(request, 500, detail)
