"""The chat as the council's websites use it: messages in, answers out, as JSON.

Whoever knows a conversation's id holds the conversation; there are no accounts and no cookies.
"""

import asyncio
import time
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Path, Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, Field
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from intake.entrypoints.web.parts import Parts, WebParts
from intake.errors import InvalidSubmission, MessageTooLarge, TooManyMessages
from intake.services.chat_ports import Reply, Turn
from intake.services.hold_conversation import ChatMessage
from intake.settings import ChatSettings

PATHS = ("/chat/messages", "/chat/conversations/", "/chat/greeting")
PREFLIGHT_SECONDS = 600
LOOK_AFTER_SECONDS = 30.0
EMPTY = "Write something first, then send it."

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/chat", include_in_schema=False)


class SentMessage(BaseModel):
    """A message as a website sends it."""

    conversation: str | None = Field(default=None, max_length=100)
    id: UUID
    text: str
    engine: Literal["form"] | None = None


class ChatLimits:
    """Counts messages by client and by conversation, in this process."""

    def __init__(self, settings: ChatSettings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_client = _limit(settings.per_client)
        self._per_conversation = _limit(settings.per_conversation)

    def count(self, *, client: str, conversation: str) -> None:
        """Count a message. Raises ``TooManyMessages``; then it is not counted."""
        limits = (
            (self._per_client, f"client {client}"),
            (self._per_conversation, f"conversation {conversation}"),
        )
        for limit, name in limits:
            if limit is not None and not self._limiter.hit(limit, name):
                ends_at = self._limiter.get_window_stats(limit, name).reset_time
                raise TooManyMessages(retry_after=max(1, round(ends_at - time.time() + 0.5)))


class ChatOrigins:
    """Lets the websites of the settings, and no others, use the chat from a browser (CORS)."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        self._app = app
        self._opened = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
            expose_headers=["Retry-After"],
            max_age=PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only the chat's own paths are opened."""
        is_chat = scope["type"] == "http" and scope["path"].startswith(PATHS)
        await (self._opened if is_chat else self._app)(scope, receive, send)


async def look_after(parts: WebParts) -> None:
    """Answer from time to time what a death of the program left behind, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_AFTER_SECONDS)
        try:
            found, failed = await parts.hold_conversation.answer_left_behind()
        except Exception as exc:  # noqa: BLE001 - whatever it was, the next look may go well.
            log.warning("chat_not_looked_after", reason=type(exc).__name__)
        else:
            if found:
                log.warning("chat_answered_left_behind", messages=found, failed=failed)


@router.post("/messages")
async def send_message(request: Request, parts: Parts, sent: SentMessage) -> dict[str, Any]:
    """Take a message in and answer it; the same id twice gets the same answer."""
    message = ChatMessage(
        conversation=sent.conversation,
        message_id=str(sent.id),
        text=sent.text,
        by_form=sent.engine is not None,
    )
    check_message(request, parts, message)
    answer = await parts.hold_conversation.answer(message)
    return {
        "conversation": answer.conversation,
        "replies": replies_as_json(answer.replies),
        "case": answer.case,
        "engine": answer.engine.value,
    }


def check_message(request: Request, parts: WebParts, message: ChatMessage) -> None:
    """Refuse a message that is empty, too long or one too many, before anything is kept of it.

    Raises ``InvalidSubmission``, ``MessageTooLarge`` and ``TooManyMessages``.
    """
    most = parts.settings.chat.most_characters
    if len(message.text) > most:
        raise MessageTooLarge(
            f"Your message is too long. Make it shorter than {most:,} characters, or send it in "
            "parts."
        )
    if not message.text.strip():
        raise InvalidSubmission(EMPTY)
    count_message(request, message)


def count_message(request: Request, message: ChatMessage) -> None:
    """Count a message by its sender and its conversation. Raises ``TooManyMessages``."""
    limits: ChatLimits = request.app.state.chat_limits
    client = request.client.host if request.client else ""
    limits.count(client=client, conversation=message.conversation or message.message_id)


@router.get("/conversations/{conversation}")
def show_conversation(
    parts: Parts, conversation: Annotated[str, Path(max_length=100)]
) -> dict[str, Any]:
    """A conversation, to whoever holds its id."""
    shown = parts.read_conversation(conversation)
    return {
        "conversation": conversation,
        "state": shown.conversation.state.value,
        "engine": shown.conversation.engine.value,
        "case": shown.case,
        "greeting": replies_as_json(parts.interview.greeting()),
        "turns": [_turn_as_json(turn) for turn in shown.turns],
        "expires_at": shown.expires_at.isoformat(),
        "warn_at": shown.warn_at.isoformat(),
    }


@router.get("/greeting")
def greet(parts: Parts) -> dict[str, Any]:
    """What a conversation begins with."""
    return {
        "replies": replies_as_json(parts.interview.greeting()),
        "most_characters": parts.settings.chat.most_characters,
        "engine": parts.hold_conversation.first_engine.value,
    }


def replies_as_json(replies: tuple[Reply, ...]) -> list[dict[str, Any]]:
    """Replies as the contract has them."""
    return [
        {
            "text": reply.text,
            "choices": [{"title": each.title, "value": each.value} for each in reply.choices],
        }
        for reply in replies
    ]


def _turn_as_json(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.message_id,
        "text": turn.text,
        "at": turn.received_at.isoformat(),
        "replies": replies_as_json(turn.replies or ()),
    }


def _limit(text: str) -> RateLimitItem | None:
    return parse(text) if text else None
