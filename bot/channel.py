"""The channel by which intake's gateway speaks to Rasa.

As Rasa's REST channel, but it asks for the token, says so when something failed, and writes none
of a resident's words to the log.
"""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING, Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sanic.request import Request
    from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)


class Collected(CollectingOutputChannel):
    """What is said to one message. A reply stays one, where Rasa would part it at empty lines."""

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        """Keep a reply."""
        await self._persist_message(self._message(recipient_id, text=text))


class GatewayChannel(InputChannel):
    """Answers `POST /webhooks/rest/webhook` of those who have the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """The channel's part of the path."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayChannel:
        """Make one with the token of `credentials.yml`."""
        token = (credentials or {}).get("token")
        if not token:
            cls.raise_missing_credentials_exception()
        return cls(str(token))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's one route."""
        webhook = Blueprint("gateway_channel", __name__)

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._is_allowed(request):
                return response.json({"error": "not allowed"}, status=401)
            collector = Collected()
            try:
                await on_new_message(self._message(request.json or {}, collector))
            except Exception as exc:  # noqa: BLE001 - whatever it is, the gateway must know.
                # Its text may hold what the resident wrote; its kind does not.
                logger.error(  # noqa: TRY400
                    "A message could not be answered: %s", type(exc).__name__
                )
                return response.json({"error": "failed"}, status=500)
            return response.json(collector.messages)

        return webhook

    def _message(self, body: dict[str, Any], collector: Collected) -> UserMessage:
        return UserMessage(
            str(body["message"]),
            collector,
            str(body["sender"]),
            input_channel=self.name(),
            metadata=body.get("metadata"),
        )

    def _is_allowed(self, request: Request) -> bool:
        shown = request.args.get("token") or request.token or ""
        return hmac.compare_digest(shown.encode(), self._token.encode())
