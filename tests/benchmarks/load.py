"""Sends many mails over many connections at once, from a process of its own.

`python -m tests.benchmarks.load PORT --connections 20 --messages 2000` prints a JSON object:
`accepted`, and `seconds` from the first connection to the last answer. Each reply is waited for
before the next command, as smtplib does.
"""

import argparse
import asyncio
import email.policy
import email.utils
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

from tests.benchmarks import corpus

RECIPIENT = "feedback@council.example"
LINE = "The bins in our street were left again this week, and nobody told us why.\n"
# What is said once a connection and once a mail, with the reply that must come to it.
HELLO = ((b"", b"220"), (b"EHLO client.example.org\r\n", b"250"))


def sender(number: int) -> str:
    """A resident of this mail's own: nobody gets more than a few receipts an hour."""
    return f"alex.reader.{number}@example.org"


def mails(count: int, size_bytes: int) -> list[bytes]:
    """Mails of about this size, no two the same; with 0, residents' own words from the corpus."""
    if size_bytes:
        text = LINE * (size_bytes // len(LINE))
        return [_mail(number, "Bins left", text) for number in range(count)]
    words = itertools.islice(itertools.cycle(corpus.messages()), count)
    return [_mail(number, each["subject"], each["text"]) for number, each in enumerate(words)]


def _mail(number: int, subject: str, text: str) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = f"Alex Reader <{sender(number)}>"
    message["To"] = RECIPIENT
    message["Subject"] = f"{' '.join(subject.split())} ({number})"
    message["Date"] = email.utils.format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{number}.{time.time_ns()}@example.org>"
    message.set_content(text)
    # No line of the text may look like the end of the mail.
    return message.as_bytes().replace(b"\r\n.", b"\r\n..")


def _delivery(numbered: tuple[int, bytes]) -> tuple[tuple[bytes, bytes], ...]:
    number, content = numbered
    return (
        (f"MAIL FROM:<{sender(number)}> SIZE={len(content)}\r\n".encode(), b"250"),
        (f"RCPT TO:<{RECIPIENT}>\r\n".encode(), b"250"),
        (b"DATA\r\n", b"354"),
        (content + b".\r\n", b"250"),
    )


class Connection(asyncio.Protocol):
    """Says what it is given, line by line; `ended` is done after the last answer."""

    def __init__(self, steps: Iterator[tuple[bytes, bytes]]) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._steps = steps
        self._reply = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say_next()

    def data_received(self, data: bytes) -> None:
        self._reply += data
        last = self._reply[:-2].rpartition(b"\r\n")[2]
        if not self._reply.endswith(b"\r\n") or last[3:4] == b"-":
            return
        if not last.startswith(self._expected):
            self._end(ConnectionError(f"answered with {last!r}"))
            return
        self._reply = b""
        self._say_next()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("the server hung up"))

    def _say_next(self) -> None:
        said, self._expected = next(self._steps, (b"", b""))
        if said:
            self._transport.write(said)
        elif not self._expected:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error) if error else self.ended.set_result(None)
            self._transport.write(b"QUIT\r\n")
            self._transport.close()


async def _lane(port: int, mails: Iterator[tuple[int, bytes]], mails_each: int) -> None:
    """Delivers what is left, so many mails with each connection."""
    for first in mails:
        own = itertools.chain([first], itertools.islice(mails, mails_each - 1))
        steps = itertools.chain(HELLO, itertools.chain.from_iterable(map(_delivery, own)))
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda steps=steps: Connection(steps), "127.0.0.1", port
        )
        await connection.ended


async def _send(port: int, connections: int, mails: list[bytes], mails_each: int) -> float:
    left = iter(list(enumerate(mails)))
    began = time.perf_counter()
    await asyncio.gather(*(_lane(port, left, mails_each) for _ in range(connections)))
    return time.perf_counter() - began


@dataclass(frozen=True)
class Sent:
    """What one load came to."""

    accepted: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.accepted / self.seconds


def send(
    port: int,
    *,
    connections: int,
    messages: int,
    size_bytes: int = 3000,
    mails_each: int = 1_000_000,
) -> Sent:
    """Runs the load in another process. Raises CalledProcessError when a mail was refused."""
    options = {
        "connections": connections,
        "messages": messages,
        "size-bytes": size_bytes,
        "mails-each": mails_each,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load", str(port), *arguments],
        check=True,
        stdout=subprocess.PIPE,
    )
    return Sent(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description="Send mail over many connections.")
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--size-bytes", type=int, default=3000)
    parser.add_argument("--mails-each", type=int, default=1_000_000, help="mails per connection")
    given = parser.parse_args()
    brought = mails(given.messages, given.size_bytes)
    seconds = asyncio.run(_send(given.port, given.connections, brought, given.mails_each))
    sys.stdout.write(json.dumps({"accepted": len(brought), "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
