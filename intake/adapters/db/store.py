"""Units of work over SQLAlchemy: one session, one transaction, the repositories in it."""

from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from intake.adapters.db.case_repository import SqlCaseRepository
from intake.adapters.db.conversation_repository import SqlConversationRepository
from intake.adapters.db.engine import WRITES, connect
from intake.adapters.db.inbound_repository import SqlInboundRepository
from intake.adapters.db.learning_repository import SqlLearningRepository
from intake.adapters.db.officer_repository import SqlOfficerRepository
from intake.adapters.db.operations_repository import SqlOperationsRepository
from intake.adapters.db.outbox_repository import SqlOutboxRepository
from intake.adapters.db.status_repository import SqlStatusRepository
from intake.errors import StoreUnavailable

# What SQLite does by itself: all that one transaction reads is of one moment.
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class SqlStore:
    """Begins transactions on one database; safe to share between threads, not across a fork."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = connect(url)
        self._writer = self.engine.execution_options(**{WRITES: True})
        is_postgresql = self.engine.dialect.name == "postgresql"
        self._reader = self.engine.execution_options(**(SNAPSHOT if is_postgresql else {}))

    def reading(self) -> "SqlUnitOfWork":
        """A transaction that only looks, and sees the database as of one moment."""
        return SqlUnitOfWork(self._reader)

    def writing(self) -> "SqlUnitOfWork":
        """A transaction that changes something."""
        return SqlUnitOfWork(self._writer)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class SqlUnitOfWork:
    """One transaction, begun on entering; leaving it without ``commit`` undoes everything.

    Entering raises ``StoreUnavailable`` when the database does not answer, when all connections
    stay taken, or when SQLite's one write lock does.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        self._session = Session(self._engine, expire_on_commit=False, autoflush=False)
        self.inbound = SqlInboundRepository(self._session)
        self.cases = SqlCaseRepository(self._session)
        self.outbox = SqlOutboxRepository(self._session)
        self.officers = SqlOfficerRepository(self._session)
        self.learning = SqlLearningRepository(self._session)
        self.operations = SqlOperationsRepository(self._session)
        self.conversations = SqlConversationRepository(self._session)
        self.status = SqlStatusRepository(self._session)
        try:
            self._session.connection()
        except BaseException as exc:
            self._session.close()
            if isinstance(exc, PoolTimeoutError):
                raise StoreUnavailable("All connections to the database stayed in use.") from exc
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._session.close()

    def commit(self) -> None:
        """Make everything done so far lasting."""
        self._session.commit()
