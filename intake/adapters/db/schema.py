"""The schema: which version a database has, and bringing it up to date by the migrations.

Alembic is loaded only when there is something to migrate: a start with the right schema, the usual
one, must accept mail within seconds.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from intake.adapters.db.engine import WRITES
from intake.errors import StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do as long as no other program locks the same one in this database.
ADVISORY_LOCK = 7_120_411


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; does nothing to one that is. Other nodes wait meanwhile.

    Raises ``StoreUnavailable`` when the database was made by a newer version of this program.
    """
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        found = _version_of(connection)
        if found and found not in versions():
            raise StoreUnavailable(
                f"The database has schema {found}, which this version of the program does not "
                "know: install the newer version, or go back to a database of this one."
            )
        if found != head():
            _upgrade(connection)


def versions() -> list[str]:
    """The versions this program knows, oldest first: the numbers its migration files begin with."""
    return sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*_*.py"))


def head() -> str:
    """The newest version of the schema."""
    return versions()[-1]


def current(engine: Engine) -> str:
    """The version of the schema a database has; empty when it has none yet."""
    with engine.connect() as connection:
        return _version_of(connection)


def _version_of(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
