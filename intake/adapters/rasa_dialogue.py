"""The bot as a dialogue engine: Rasa, asked over HTTP.

Whatever keeps it from answering well and in time is ``DialogueUnavailable``; the guided form then
answers. Nothing of a message stands in an error.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from intake.errors import DialogueUnavailable
from intake.services.chat_ports import Reply, ShownChoice

WEBHOOK = "/webhooks/rest/webhook"
# Who finds the bot away is answered by the form at once, without trying it again, for so long.
REST_SECONDS = 5.0
# One slow answer says nothing of the next resident's; so many in a row do.
SLOW_IN_A_ROW = 2
# Rasa hangs up on a connection that was idle for a little longer.
IDLE_SECONDS = 2.0
CONNECTIONS = 50


@dataclass(frozen=True, kw_only=True)
class RasaServer:
    """Where the bot is asked, the token it asks for, and how long an answer may take."""

    url: str
    token: str
    reply_seconds: float


class RasaDialogue:
    """Asks Rasa what to answer; implements ``chat_ports.DialogueEngine``."""

    def __init__(
        self, server: RasaServer, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        """``elapsed`` counts seconds and never goes back."""
        self._server = server
        self._rest = _Rest(elapsed)
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def reply(
        self, *, conversation: str, turn: str, text: str, act: str | None
    ) -> Sequence[Reply]:
        """What Rasa says to a message, or to a pressed button (``act``)."""
        self._rest.check()
        message = {
            "sender": conversation,
            "message": f"/{act}" if act else _plain(text),
            "metadata": {"turn": turn},
        }
        try:
            async with asyncio.timeout(self._server.reply_seconds):
                answer = await self._connected().post(
                    WEBHOOK, params={"token": self._server.token}, json=message
                )
        except TimeoutError as exc:
            self._rest.was_slow()
            raise DialogueUnavailable("The bot did not answer in time.") from exc
        except httpx.HTTPError as exc:
            self._rest.was_away()
            raise DialogueUnavailable("The bot cannot be reached.") from exc
        self._rest.answered()
        return _replies(answer)

    async def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.aclose()
        self._client = self._loop = None

    def _connected(self) -> httpx.AsyncClient:
        """The client of this event loop, which its connections do not outlive."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._client = httpx.AsyncClient(
                base_url=self._server.url,
                # One limit holds for the whole of an answer.
                timeout=None,
                limits=httpx.Limits(
                    max_connections=CONNECTIONS,
                    max_keepalive_connections=CONNECTIONS,
                    keepalive_expiry=IDLE_SECONDS,
                ),
                # A proxy of the environment is for the world outside.
                trust_env=False,
            )
        return self._client


class _Rest:
    """Leaves a bot alone that is away, so that residents are not kept waiting for nothing.

    When the time is over one resident's message tries it; the others wait for how that goes.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._ends_at: float | None = None
        self._slow = 0

    def check(self) -> None:
        """Raises ``DialogueUnavailable`` while the bot is left alone."""
        if self._ends_at is None:
            return
        if self._elapsed() < self._ends_at:
            raise DialogueUnavailable("The bot was away a moment ago.")
        self._begin()

    def answered(self) -> None:
        self._ends_at, self._slow = None, 0

    def was_slow(self) -> None:
        self._slow += 1
        if self._slow >= SLOW_IN_A_ROW:
            self._begin()

    def was_away(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._ends_at = self._elapsed() + REST_SECONDS


def _plain(text: str) -> str:
    """A resident's words; to Rasa a slash in front would make them a command."""
    return re.sub(r"^[\s/]+", "", text)


def _replies(answer: httpx.Response) -> tuple[Reply, ...]:
    if answer.status_code != httpx.codes.OK:
        raise DialogueUnavailable(f"The bot answered with status {answer.status_code}.")
    try:
        said = answer.json()
        replies = tuple(_reply(each) for each in said)
    except (ValueError, LookupError, TypeError, AttributeError) as exc:
        raise DialogueUnavailable("The bot's answer is not as agreed.") from exc
    if not replies:
        raise DialogueUnavailable("The bot had nothing to say.")
    return replies


def _reply(said: dict[str, Any]) -> Reply:
    choices = tuple(
        ShownChoice(title=_words(button["title"]), value=_words(button["payload"]))
        for button in said.get("buttons") or ()
    )
    return Reply(text=_words(said["text"]), choices=choices)


def _words(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value
