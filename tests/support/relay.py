"""A real SMTP server that takes our letters in the tests, keeps them, and misbehaves when told."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificate import Certificate
from tests.support.ports import free_port
from tests.support.waiting import poll_until


class Behaviour(Enum):
    """What the relay does with a letter."""

    ACCEPT = "250 OK"
    DEFER = "451 4.3.0 Try again later"
    REFUSE = "550 5.7.1 Not taken"
    REFUSE_RECIPIENT = "550 5.1.1 No such person"
    DROP = "the connection is cut without an answer"


@dataclass(frozen=True)
class Letter:
    """A letter as the relay received it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    tls: bool
    signed_in_as: str | None

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


class Relay:
    """A relay on a port of its own, which stays the same over `stop` and `start`.

    With a `certificate` it offers STARTTLS; with `credentials` it takes letters only after
    STARTTLS and a sign-in as that user with that password.
    """

    def __init__(
        self,
        certificate: Certificate | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = free_port()
        self.behaviour = Behaviour.ACCEPT
        self.letters: list[Letter] = []
        self.attempts = 0
        self._credentials = credentials
        self._options: dict[str, Any] = {}
        if certificate:
            self._options |= {"tls_context": certificate.server_context()}
        if credentials:
            self._options |= {
                "require_starttls": True,
                "auth_required": True,
                "authenticator": self._authenticate,
            }
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(
            self, hostname=self.host, port=self.port, ready_timeout=10, **self._options
        )
        self._controller.start()

    def stop(self) -> None:
        """Goes away, as a relay does that is down. A second call does nothing."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    def wait_for(self, count: int, timeout_seconds: float = 15.0) -> list[Letter]:
        """The letters received, once there are at least `count`."""
        poll_until(lambda: len(self.letters) >= count, timeout_seconds)
        return list(self.letters)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        if not isinstance(data, LoginPassword) or self._credentials is None:
            return AuthResult(success=False, handled=False)
        given = (data.login.decode(), data.password.decode())
        if given != self._credentials:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=given[0])

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds hooks by name.
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.behaviour is Behaviour.REFUSE_RECIPIENT:
            return self.behaviour.value
        envelope.rcpt_tos.append(address)
        return Behaviour.ACCEPT.value

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds hooks by name.
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.attempts += 1
        if self.behaviour is Behaviour.DROP:
            assert server.transport
            server.transport.abort()
            return Behaviour.DEFER.value
        if self.behaviour is not Behaviour.ACCEPT:
            return self.behaviour.value
        assert isinstance(envelope.content, bytes)
        self.letters.append(
            Letter(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=envelope.content,
                tls=session.ssl is not None,
                signed_in_as=session.auth_data,
            )
        )
        return Behaviour.ACCEPT.value
