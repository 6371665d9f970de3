"""The servers that acceptance is measured on, each run as a process of its own.

`python -m tests.benchmarks.mail_servers KIND FOLDER` prints its port and serves until it is ended.
"""

import argparse
import asyncio
import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

from intake.adapters.clock import SystemClock
from intake.adapters.db import schema
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.domain.inbound import NewInbound
from intake.entrypoints.smtp import Server, SmtpParts
from intake.settings import load_settings
from tests.benchmarks.load import RECIPIENT

MAILBOX, SINGLE, GROUP = "mailbox", "one commit each", "shared commits"


class OneCommitEach:
    """Stores each message in a transaction of its own, on the caller's thread."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def submit(self, message: NewInbound) -> "Future[bool]":
        done: Future[bool] = Future()
        with self._store.writing() as work:
            (new,) = work.inbound.add_many([message])
            work.commit()
        done.set_result(new)
        return done


async def _serve_mailbox(folder: Path) -> int:
    handler = Mailbox(str(folder / "maildir"))
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0
    )
    return int(server.sockets[0].getsockname()[1])


async def _serve_ours(folder: Path, kind: str) -> int:
    settings = load_settings(environment={"INTAKE_SMTP_PORT": "0"})
    store = SqlStore(f"sqlite:///{folder / 'intake.db'}")
    schema.migrate(store.engine)
    inbound = OneCommitEach(store) if kind == SINGLE else GroupCommitInbound(store)
    server = Server(
        SmtpParts(
            settings=settings.smtp,
            hostname="localhost",
            addresses=(RECIPIENT,),
            inbound=inbound,
            clock=SystemClock(),
        )
    )
    return (await server.start())[1]


async def _serve(kind: str, folder: Path) -> None:
    port = await (_serve_mailbox(folder) if kind == MAILBOX else _serve_ours(folder, kind))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[int]:
    """The port of such a server in a process of its own, ended on leaving."""
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.mail_servers", kind, folder],
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve mail for the acceptance benchmark.")
    parser.add_argument("kind", choices=(MAILBOX, SINGLE, GROUP))
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_serve(given.kind, given.folder))


if __name__ == "__main__":
    main()
