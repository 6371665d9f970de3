"""SMTP itself: aiosmtpd's protocol, narrowed to what a server that only receives needs.

The order of commands, SIZE, 8BITMIME, SMTPUTF8 and STARTTLS are aiosmtpd's. Changed here is what
was unsafe for this use or what measurements found slow, as ``intake/decisions/0008-accepting-mail``
says. Which mail is taken, and from whom, ``smtp`` decides.
"""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP

# RFC 5321 section 4.5.3.1.4 asks for 512 octets and extensions add some; twice that leaves room.
LONGEST_COMMAND = 1024
# How much of a message is taken from the network at once; aiosmtpd's buffers hold twice that.
PIECE_BYTES = 64 * 1024

GO_AHEAD = "354 End data with <CR><LF>.<CR><LF>"
TOO_LARGE = "552 5.3.4 Message is larger than this server takes"
NO_ROOM = "452 4.3.1 Too much mail at once; try again later"
TLS_ALREADY = "503 5.5.1 TLS is in use already"

# Addresses as nearly all are written; others go the slow way through aiosmtpd's full grammar.
_PLAIN_PATH = re.compile(r"<([a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+)>", re.ASCII | re.IGNORECASE)


@dataclass
class Memory:
    """How many bytes of messages all connections hold together, and how many they may."""

    most_bytes: int
    held_bytes: int = 0

    def take(self, size: int) -> bool:
        """Whether there was room for so many bytes more; they are held then."""
        if self.held_bytes + size > self.most_bytes:
            return False
        self.held_bytes += size
        return True

    def give_back(self, size: int) -> None:
        """So many bytes are held no more."""
        self.held_bytes -= size


# There is no sign-in: whoever may send at all may send without.
_COMMANDS = [name for name in dir(SMTP) if name.startswith("smtp_") and name != "smtp_AUTH"]


class Protocol(SMTP):
    """One connection, kept in a set of those that are open."""

    command_size_limit = LONGEST_COMMAND
    # The limit of the reader, which measures commands only: a message's lines may be of any length.
    line_length_limit = PIECE_BYTES

    def __init__(
        self, handler: Any, connections: "set[Protocol]", memory: Memory, **settings: Any
    ) -> None:
        # aiosmtpd keeps these in the class, where each new connection empties them for all others.
        self.command_size_limits = defaultdict(lambda: LONGEST_COMMAND)
        self._connections = connections
        self._memory = memory
        super().__init__(handler, **settings)

    def __dir__(self) -> list[str]:
        # aiosmtpd searches all names of a new connection for commands, and of its handler for
        # hooks. Told these alone, it spends a sixth less on a mail that has its own connection.
        return _COMMANDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session; called a second time when STARTTLS was used."""
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """End a session."""
        self._connections.discard(self)
        super().connection_lost(error)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd finds it by name
        """Begin TLS once, and not again within it (RFC 3207 section 4.2)."""
        if self._tls_protocol:
            await self.push(TLS_ALREADY)
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - as above
        """Read a message and answer what the handler says to it."""
        refusal = self._out_of_order(arg)
        if refusal:
            await self.push(refusal)
            return
        await self.push(GO_AHEAD)
        content = _Content(self._memory, self.data_size_limit)
        try:
            await self._read(content)
            status = content.refusal or await self._hand_over(content)
        finally:
            content.release()
            # After a fault of ours too, the next MAIL begins a message and is not a nested one.
            self.envelope = self._create_envelope()
        await self.push(status)

    def _out_of_order(self, arg: str) -> str:
        assert self.session is not None
        assert self.envelope is not None
        if not self.session.host_name:
            return "503 5.5.1 Send HELO first"
        if not self.envelope.rcpt_tos:
            return "503 5.5.1 Name a recipient first"
        return "501 5.5.4 Syntax: DATA" if arg else ""

    async def _read(self, content: "_Content") -> None:
        """Read up to the line with one dot, which only CRLF can set apart (RFC 5321 4.1.1.4).

        Line ends of any other kind are part of the message: a server that took them for the end
        would let a sender smuggle in a second message behind the first.
        """
        first = await self._reader.readexactly(1)
        content.add(first)
        # Only these can be part of the end, with the line end of the DATA command or by themselves;
        # a message that begins so, as hardly any does, is read line by line.
        end = b"\r\n" if first in b".\r" else b"\r\n.\r\n"
        timed_size = 0
        while not content.ended:
            try:
                piece = await self._reader.readuntil(end)
            except asyncio.LimitOverrunError as overrun:
                piece = await self._reader.readexactly(overrun.consumed)
            content.add(piece)
            if content.size - timed_size >= PIECE_BYTES:
                timed_size = content.size
                self._reset_timeout()

    async def _hand_over(self, content: "_Content") -> str:
        assert self.envelope is not None
        self.envelope.content = self.envelope.original_content = content.message()
        return str(await self._call_handler_hook("DATA"))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = _PLAIN_PATH.match(arg)
        if plain:
            return plain[1], arg[plain.end() :]
        return super()._getaddr(arg)


class _Content:
    """A message while it is read. What is too much is read on, to its end, and forgotten."""

    def __init__(self, memory: Memory, most_bytes: int | None) -> None:
        self.refusal = ""
        self.size = 0
        self._memory = memory
        self._most_bytes = most_bytes
        self._held = 0
        # The line end of the DATA command: a dot in the first line ends the message too.
        self._bytes = bytearray(b"\r\n")

    @property
    def ended(self) -> bool:
        return self._bytes.endswith(b"\r\n.\r\n")

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self._bytes += piece
        if self._most_bytes is not None and self.size - len(b".\r\n") > self._most_bytes:
            self.refusal = TOO_LARGE
        elif not self.refusal and not self._memory.take(len(piece)):
            self.refusal = NO_ROOM
        elif not self.refusal:
            self._held += len(piece)
        if self.refusal:
            self.release()
            # What is left is enough to see the end when it comes.
            del self._bytes[: -len(b"\r\n.\r\n")]

    def message(self) -> bytes:
        """The message as it was before dots were doubled (RFC 5321 section 4.5.2)."""
        text = bytes(memoryview(self._bytes)[: -len(b".\r\n")])
        self._bytes.clear()
        return text.replace(b"\r\n.", b"\r\n")[len(b"\r\n") :]

    def release(self) -> None:
        """Hold nothing any more; a repeat call does nothing."""
        self._memory.give_back(self._held)
        self._held = 0
