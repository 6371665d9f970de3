"""Mail in by SMTP: who may send what to whom, and 250 only for what is on disk.

Every fault of ours is answered with 451 and no detail, so that the sender keeps the mail and tries
again; what went wrong is in our log. The protocol itself is in ``smtp_protocol``.
"""

import asyncio
import ipaddress
import logging
import ssl
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from intake.bootstrap import Application
from intake.domain.cases import Channel
from intake.domain.inbound import NewInbound
from intake.entrypoints.smtp_protocol import Memory, Protocol
from intake.errors import ConfigurationError, StoreUnavailable
from intake.mime import message_identity
from intake.services.operations_ports import JobRecord
from intake.services.ports import Clock, InboundStore, Store
from intake.settings import SmtpSettings

log = structlog.get_logger()

NOT_OURS = "550 5.1.1 No such address here"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
TOO_FAST = "451 4.7.1 Too many messages from your address; try again later"
TOO_BUSY = b"421 4.3.2 Too many connections; try again later\r\n"
OUR_FAULT = "451 4.3.0 Cannot store the message at the moment; try again later"
STORED = "250 2.0.0 Message stored"
# RFC 5321 section 4.5.3.1.8: at least so many must be taken.
MOST_RECIPIENTS = 100
HEARTBEAT_SECONDS = 10.0
# Messages being received and stored are in memory: so many of the largest size, all together.
LARGEST_MESSAGES_AT_ONCE = 4
# How aiosmtpd gives the empty sender of bounces.
NULL_SENDER = "<>"
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, kw_only=True)
class SmtpParts:
    """What the SMTP server is made of."""

    settings: SmtpSettings
    hostname: str
    addresses: Collection[str]
    inbound: InboundStore
    clock: Clock


class Handler:
    """Decides on each step of a session; aiosmtpd calls the methods by their names.

    ``accepted`` and ``refused`` count messages since the start.
    """

    def __init__(self, parts: SmtpParts) -> None:
        self.accepted = 0
        self.refused = 0
        self._parts = parts
        self._addresses = frozenset(address.lower() for address in parts.addresses)
        self._limit = _limit(parts.settings.limit_per_peer)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def __dir__(self) -> list[str]:
        # See ``Protocol.__dir__``.
        return _HOOKS

    async def handle_EHLO(  # noqa: N802 - aiosmtpd names the hook and gives its arguments
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Offer what there is, in one piece: no sign-in, and commands without waiting between."""
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH")]
        offered.insert(1, "250-PIPELINING")
        return ["\r\n".join(offered)]

    async def handle_MAIL(  # noqa: N802 - as above
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a message, unless its peer sent too many of late."""
        if self._limit is not None and not self._limiter.hit(self._limit, _peer_host(session)):
            self.refused += 1
            return TOO_FAST
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for the council's addresses only: this is no relay."""
        if address.lower() not in self._addresses:
            self.refused += 1
            return NOT_OURS
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(  # noqa: N802 - as above
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Answer 250 once the message is on disk, 451 when it is not."""
        raw = envelope.original_content or b""
        now = self._parts.clock.now()
        message = NewInbound(
            identity=message_identity(raw, nonce=_nonce(session, now)),
            channel=Channel.EMAIL,
            source="smtp",
            envelope_from=_sender(envelope),
            recipients=tuple(dict.fromkeys(map(str.lower, envelope.rcpt_tos))),
            raw=raw,
            received_at=now,
        )
        try:
            await asyncio.wrap_future(self._parts.inbound.submit(message))
        except StoreUnavailable as exc:
            log.warning("smtp_store_unavailable", reason=str(exc))
            self.refused += 1
            return OUR_FAULT
        self.accepted += 1
        return STORED

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of ours so that the sender keeps the mail.

        The log names the fault's kind and place; its text could quote the mail.
        """
        if isinstance(error, TLSSetupException):
            log.info("smtp_tls_not_agreed", error=repr(error.__cause__))
        else:
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("smtp_session_failed", error=type(error).__name__, place=place)
        return OUR_FAULT


_HOOKS = [name for name in vars(Handler) if name.startswith("handle_")]


class Server:
    """Listens for connections until it is closed."""

    def __init__(self, parts: SmtpParts) -> None:
        self.handler = Handler(parts)
        self._parts = parts
        self._tls = _tls_context(parts.settings)
        self._connections: set[Protocol] = set()
        self._memory = Memory(LARGEST_MESSAGES_AT_ONCE * parts.settings.max_size_bytes)
        # Even its warnings quote what a peer sent.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._server: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; gives the address and port. Raises ``ConfigurationError`` when that fails."""
        settings = self._parts.settings
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._protocol, settings.host, settings.port)
        except OSError as exc:
            raise ConfigurationError(
                f"smtp.port: cannot listen on {settings.host}:{settings.port}: {exc.strerror}"
            ) from exc
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def close(self) -> None:
        """Stop listening. Sessions under way end when their connection does."""
        if self._server is not None:
            self._server.close()

    def _protocol(self) -> asyncio.Protocol:
        settings = self._parts.settings
        if len(self._connections) >= settings.max_connections:
            return _Busy()
        return Protocol(
            self.handler,
            self._connections,
            self._memory,
            data_size_limit=settings.max_size_bytes,
            enable_SMTPUTF8=True,
            hostname=self._parts.hostname,
            ident="ESMTP",
            tls_context=self._tls,
            require_starttls=settings.tls_required,
            timeout=settings.timeout_seconds,
        )


async def heartbeat(handler: Handler, application: Application) -> None:
    """Note now and then that mail is being accepted, and how much was."""
    started_at = application.clock.now()
    while True:
        record = JobRecord(
            name="smtp",
            node=application.settings.node_name,
            last_started_at=started_at,
            last_finished_at=application.clock.now(),
            last_result=f"{handler.accepted} messages accepted since the start",
            runs=handler.accepted,
            failures=handler.refused,
        )
        try:
            await asyncio.to_thread(_record, application.store, record)
        except StoreUnavailable as exc:
            log.warning("smtp_heartbeat_not_noted", reason=str(exc))
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _record(store: Store, record: JobRecord) -> None:
    with store.writing() as work:
        work.operations.record_job(record)
        work.commit()


class _Busy(asyncio.Protocol):
    """Turns a connection away when too many are open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and hang up."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(TOO_BUSY)
        transport.close()


def _limit(text: str) -> RateLimitItem | None:
    return parse(text) if text else None


def _peer_host(session: Session) -> str:
    """Who counts as one peer: an IPv4 address, or the network one IPv6 host has (RFC 6177)."""
    # A pair of host and port, or more for IPv6, whatever aiosmtpd's annotation says.
    peer: object = session.peer
    host = str(peer[0]) if isinstance(peer, tuple) else str(peer)
    if ":" not in host:
        return host
    return str(ipaddress.IPv6Network((host.partition("%")[0], 64), strict=False))


def _sender(envelope: Envelope) -> str:
    """The envelope sender as text that any database takes; the empty one of bounces as nothing."""
    sender = envelope.mail_from or ""
    if sender == NULL_SENDER:
        return ""
    if sender.isascii() and sender.isprintable():
        return sender
    # aiosmtpd leaves control characters, and gives bytes that are not UTF-8 as surrogates.
    text = sender.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(each if each.isprintable() else UNPRINTABLE for each in text)


def _nonce(session: Session, now: datetime) -> str:
    return f"{session.peer}{now.isoformat()}"


def _tls_context(settings: SmtpSettings) -> ssl.SSLContext | None:
    if not settings.tls_certificate and not settings.tls_key:
        if settings.tls_required:
            raise ConfigurationError("smtp.tls_required: needs smtp.tls_certificate and tls_key")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key or None)
    except OSError as exc:
        raise ConfigurationError(
            f"smtp.tls_certificate: cannot load {settings.tls_certificate} with "
            f"{settings.tls_key}: {exc}"
        ) from exc
    return context
