"""Connections to the database: SQLite tuned for durability, PostgreSQL with limits on waiting.

Driver errors are translated here, once. What the database cannot do at the moment becomes
``StoreUnavailable``, which the program waits out; what it refuses because of the data or the
statement stays what it is, for the caller's rule or as a bug: trying that again would never end.
"""

import sqlite3
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError

from intake.errors import ConfigurationError, StoreUnavailable

# A writer waits this long for the one write lock of SQLite before it gives up.
BUSY_TIMEOUT_SECONDS = 30
# A server that went away without a word is noticed in half a minute; an address may say otherwise.
POSTGRESQL = {
    "application_name": "intake",
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
POOL_SIZE = 10
# SQLite's primary result codes for damage and for a file that is no database.
SQLITE_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
# SQLSTATE classes that pass or that an operator heals: connections, rolled back by the server,
# resources, operator's intervention, the server's files and insides; and a server that only reads.
POSTGRESQL_AWAY = ("08", "40", "53", "55", "57", "58", "XX", "25006")
WRITES = "intake_writes"


def connect(url: str) -> Engine:
    """An engine for this address; nothing is opened yet.

    Raises ``ConfigurationError`` when the address is not one or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite(parsed)
        elif parsed.get_backend_name() == "postgresql":
            engine = _postgresql(parsed)
        else:
            raise ConfigurationError("database.url: use an SQLite or a PostgreSQL address")
    except (ArgumentError, ImportError) as exc:
        raise ConfigurationError(f"database.url: {exc}") from exc
    event.listen(engine, "handle_error", _translate)
    return engine


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": None},
        # Connections are cheap here, and there are never more of them than threads.
        max_overflow=-1,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    arguments = {name: value for name, value in POSTGRESQL.items() if name not in url.query}
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        # Plans are made with the values at hand: a search for a rare word and one for a common
        # word, or a condition that fits a partial index, need plans of their own.
        connect_args={"prepare_threshold": None, **arguments},
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        # The errors of the database go to logs, where what residents write has no place.
        hide_parameters=True,
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    # Readers never wait for the writer; a commit is on disk before it returns (250 depends on it).
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # Fewer checkpoints while mail pours in; 16 MiB of log is re-read in well under a second.
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the write lock at once: upgrading later can fail in the middle of the work.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _translate(context: ExceptionContext) -> None:
    # A connection found dead before it is used is replaced, and nobody needs to know.
    error = context.original_exception
    if not context.is_pre_ping and (context.is_disconnect or _is_passing(error)):
        reason = next(iter(str(error).splitlines()), "no answer")
        raise StoreUnavailable(f"The database failed: {reason}") from error


def _is_passing(error: BaseException) -> bool:
    """Whether the database, rather than what it was asked, is at fault."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return isinstance(error, sqlite3.OperationalError)
        # The extended code holds the primary one in its lowest byte.
        return code & 0xFF in SQLITE_BROKEN or (
            isinstance(error, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR
        )
    if isinstance(error, psycopg.Error):
        if error.sqlstate is None:
            return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return error.sqlstate.startswith(POSTGRESQL_AWAY)
    return False
