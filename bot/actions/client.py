"""Intake's private API, as the actions see it.

Whatever keeps an answer away is an `IntakeError`; none of them holds a resident's words. To report
a turn twice is safe, intake answers the same, so a connection that fails is tried once more.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Iterator

# The gateway gives the whole of an answer 4 seconds, then answers by the guided form.
_TOTAL_SECONDS = 3.0
_CONNECT_SECONDS = 1.0


class IntakeError(Exception):
    """Intake gave no answer that can be used."""


class IntakeUnreachable(IntakeError):
    """Intake cannot be reached, is too slow or has trouble of its own."""


class IntakeRefused(IntakeError):
    """Intake does not accept the service token."""


class TurnNotFound(IntakeError):
    """Intake knows no such conversation or turn."""


class AnsweredOtherwise(IntakeError):
    """The turn has been answered already, by the guided form."""


class ActNotKnown(IntakeError):
    """Intake knows no such act."""


class NotAsAgreed(IntakeError):
    """Intake answered something else than the private API says."""


_REFUSALS: dict[int, type[IntakeError]] = {
    401: IntakeRefused,
    404: TurnNotFound,
    409: AnsweredOtherwise,
    422: ActNotKnown,
}


@dataclass(frozen=True)
class Reply:
    """One passage to be shown, and its buttons as (title, value)."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a conversation stands, and what intake says to the turn just reported."""

    phase: str
    asked: str | None
    missing: tuple[str, ...]
    replies: tuple[Reply, ...] = ()

    @property
    def awaited(self) -> str | None:
        """The slot that the next message fills, if no command; before there is a story, that."""
        return self.asked or ("story" if self.phase == "opening" else None)


class IntakeClient:
    """Asks intake where conversations stand and reports what residents mean."""

    def __init__(self, address: str, token: str) -> None:
        """`address` is intake's own, without the API's path."""
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = aiohttp.ClientTimeout(total=_TOTAL_SECONDS, connect=_CONNECT_SECONDS)

    @classmethod
    def of_environment(cls) -> IntakeClient:
        """The intake that this program was told of when it was started."""
        return cls(os.environ["INTAKE_BOT_API"], os.environ["INTAKE_BOT_SERVICE_TOKEN"])

    async def standing(self, conversation: str) -> Standing:
        """Where the conversation stands. Raises `IntakeError`."""
        return await self._ask("GET", f"/private/chat/{quote(conversation, safe='')}")

    async def report(self, conversation: str, turn: str, act: str) -> Standing:
        """Tell intake what the turn means; what it says to that. Raises `IntakeError`."""
        path = f"/private/chat/{quote(conversation, safe='')}/turns/{quote(turn, safe='')}"
        return await self._ask("POST", path, {"act": act})

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Standing:
        with _translated():
            try:
                return await self._ask_once(method, path, body)
            except aiohttp.ServerTimeoutError:
                raise
            except aiohttp.ClientConnectionError:
                return await self._ask_once(method, path, body)

    async def _ask_once(self, method: str, path: str, body: dict[str, str] | None) -> Standing:
        # A connection for each call: it costs a millisecond here, and none is ever found stale.
        async with (
            aiohttp.ClientSession(timeout=self._timeout, headers=self._headers) as session,
            session.request(method, self._address + path, json=body) as answer,
        ):
            if answer.status in _REFUSALS:
                raise _REFUSALS[answer.status](f"status {answer.status}")
            if answer.status != 200:
                raise IntakeUnreachable(f"status {answer.status}")
            try:
                return _standing(await answer.json())
            except (ValueError, LookupError, TypeError, AttributeError) as exc:
                raise NotAsAgreed(type(exc).__name__) from exc


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (asyncio.TimeoutError, aiohttp.ClientError) as exc:
        raise IntakeUnreachable(type(exc).__name__) from exc


def _standing(said: dict[str, Any]) -> Standing:
    return Standing(
        phase=str(said["phase"]),
        asked=said["asked"] or None,
        missing=tuple(str(each) for each in said["missing"]),
        replies=tuple(_reply(each) for each in said.get("replies", ())),
    )


def _reply(said: dict[str, Any]) -> Reply:
    choices = said.get("choices") or ()
    return Reply(
        text=str(said["text"]),
        choices=tuple((str(each["title"]), str(each["value"])) for each in choices),
    )
