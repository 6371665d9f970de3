"""The chat as a page of ours: a plain form that needs no script, in whose place the widget comes
where scripts run.

The conversation's key lies in a cookie that only the chat is sent. What a resident wrote is shown
again whenever it could not be taken.
"""

import hmac
import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from intake.entrypoints.web import sessions
from intake.entrypoints.web.chat import EMPTY, count_message
from intake.entrypoints.web.chat_shown import empty_page, page_of, too_long
from intake.entrypoints.web.parts import Parts, WebParts
from intake.entrypoints.web.rendering import page
from intake.errors import (
    ConversationGone,
    ConversationNotFound,
    DependencyError,
    InputError,
    IntakeError,
    InvalidSubmission,
    MessageTooLarge,
    StaleConversation,
)
from intake.services.hold_conversation import ChatMessage

COOKIE = "intake_chat"
PATH = "/chat"
NEWEST = f"{PATH}#newest"
FORGED = (
    "Your message was not sent, because this page was too old or your browser does not keep our "
    "cookies. Send it again."
)
ENDED = "This chat has ended, so your message was not sent. Send it again to start a new chat."
NOT_TAKEN = "Your message was not sent. Wait a minute, then send it again."

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a message was not taken, and what it said; its form's id where it is to be kept."""

    why: str
    status: int
    text: str
    form_id: str = ""


@router.get(PATH)
def show_chat(request: Request, parts: Parts) -> Response:
    """The conversation so far and the form to go on with it."""
    return _page(request, parts)


@router.post(PATH)
async def send(
    *,
    request: Request,
    parts: Parts,
    text: Annotated[str, Form()] = "",
    id: Annotated[str, Form(max_length=100)] = "",  # noqa: A002 - the word in the form.
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take a message in and go on to its answer."""
    if not _is_our_form(request, parts, csrf_token):
        forged = Refused(why=FORGED, status=403, text=text, form_id=id)
        return await run_in_threadpool(_page, request, parts, forged)
    text = text.replace("\r\n", "\n")
    message = ChatMessage(
        conversation=_key(request, parts) or None, message_id=message_id(id, text), text=text
    )
    try:
        _admit(request, parts, message)
        answer = await parts.hold_conversation.answer(message)
    except IntakeError as error:
        return await run_in_threadpool(_page, request, parts, _refused(error, text, id))
    response = RedirectResponse(NEWEST, status_code=303)
    _keep(response, parts, answer.conversation)
    return response


@router.post("/chat/new")
def start_again(
    request: Request, parts: Parts, csrf_token: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Leave a conversation that has its case, to tell of something else."""
    response = RedirectResponse(PATH, status_code=303)
    if _is_our_form(request, parts, csrf_token):
        _forget(response, parts)
    return response


@router.post("/chat/conversations/{conversation}/keep")
def keep_open(parts: Parts, conversation: str) -> dict[str, str]:
    """Keep a conversation open whose end the widget has warned of."""
    expires_at = parts.keep_conversation(conversation)
    warn_at = expires_at - parts.read_conversation.rules.warn_before
    return {"expires_at": expires_at.isoformat(), "warn_at": warn_at.isoformat()}


def message_id(form_id: str, text: str) -> str:
    """The message's id: the same for a form sent twice, another one when it says something else.

    A browser that goes back to a form already sent may send it again with other words.
    """
    try:
        form = uuid.UUID(form_id)
    except ValueError:
        form = uuid.uuid4()
    return str(uuid.uuid5(form, text))


def _admit(request: Request, parts: WebParts, message: ChatMessage) -> None:
    most = parts.settings.chat.most_characters
    if len(message.text) > most:
        raise MessageTooLarge(too_long(len(message.text) - most, most))
    if not message.text.strip():
        raise InvalidSubmission(EMPTY)
    count_message(request, message)


def _refused(error: IntakeError, text: str, form_id: str) -> Refused:
    if isinstance(error, ConversationGone | ConversationNotFound):
        return Refused(why=ENDED, status=410, text=text)
    if isinstance(error, DependencyError | StaleConversation):
        return Refused(why=NOT_TAKEN, status=503, text=text, form_id=form_id)
    if isinstance(error, InputError):
        return Refused(why=str(error), status=422, text=text, form_id=form_id)
    raise error


def _page(request: Request, parts: WebParts, refused: Refused | None = None) -> Response:
    key = _key(request, parts)
    try:
        shown = page_of(parts, key) if key else empty_page(parts)
        is_over = False
    except (ConversationGone, ConversationNotFound):
        shown, is_over = empty_page(parts), True
    visitor = sessions.visitor_token(request, parts)
    response: Response = page(
        request,
        "chat.html",
        status=refused.status if refused else 200,
        chat=shown,
        csrf_token=sessions.visitor_form_token(parts, visitor),
        form_id=(refused and refused.form_id) or str(uuid.uuid4()),
        is_over=is_over,
        most_characters=parts.settings.chat.most_characters,
        receipts=parts.settings.receipts,
        address=parts.settings.addresses[0],
        problem=refused.why if refused else "",
        text=refused.text if refused else "",
    )
    sessions.set_cookie(response, parts, sessions.VISITOR_COOKIE, visitor)
    if is_over:
        _forget(response, parts)
    return response


def _is_our_form(request: Request, parts: WebParts, token: str) -> bool:
    """Whether the form stood on a page of ours in this browser.

    Another site could otherwise put a resident into a conversation that it can read.
    """
    comes_from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") == "cross-site"
    visitor = request.cookies.get(sessions.cookie_name(parts, sessions.VISITOR_COOKIE), "")
    expected = sessions.visitor_form_token(parts, visitor)
    is_token_right = bool(visitor) and hmac.compare_digest(token.encode(), expected.encode())
    return is_token_right and not comes_from_elsewhere


def _cookie_name(parts: WebParts) -> str:
    return f"__Secure-{COOKIE}" if parts.settings.http.secure_cookies else COOKIE


def _key(request: Request, parts: WebParts) -> str:
    return request.cookies.get(_cookie_name(parts), "")[:100]


def _keep(response: Response, parts: WebParts, conversation: str) -> None:
    response.set_cookie(
        _cookie_name(parts),
        conversation,
        max_age=parts.settings.chat.resume_minutes * 60,
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=parts.settings.http.secure_cookies,
    )


def _forget(response: Response, parts: WebParts) -> None:
    response.delete_cookie(
        _cookie_name(parts),
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=parts.settings.http.secure_cookies,
    )
