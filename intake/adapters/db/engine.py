"""Connections to the database: SQLite tuned for durability, PostgreSQL as it comes.

Driver errors are translated here, once: whatever the database cannot do at the moment becomes
``StoreUnavailable``; a broken constraint stays what it is, for the caller's rule or a bug.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from intake.errors import ConfigurationError, StoreUnavailable

# A writer waits this long for the one write lock of SQLite before it gives up.
BUSY_TIMEOUT_SECONDS = 30
WRITES = "intake_writes"


def connect(url: str) -> Engine:
    """An engine for this address; nothing is opened yet.

    Raises ``ConfigurationError`` when the address is not one or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(
                parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": None}
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        elif parsed.get_backend_name() == "postgresql":
            engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        else:
            raise ConfigurationError("database.url: use an SQLite or a PostgreSQL address")
    except (ArgumentError, ImportError) as exc:
        raise ConfigurationError(f"database.url: {exc}") from exc
    event.listen(engine, "handle_error", _translate)
    return engine


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
    error = context.sqlalchemy_exception
    if isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and context.is_disconnect
    ):
        reason = str(context.original_exception).splitlines()[0] if error.orig else "no answer"
        context.chained_exception = StoreUnavailable(f"The database failed: {reason}")
