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


def migrate(engine: Engine, *, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema up to date; does nothing to one that is. Other nodes wait meanwhile.

    Raises ``StoreUnavailable`` when the database was made by a newer version of this program.
    """
    with engine.execution_options(**{WRITES: True}).connect() as connection:
        _switch_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                _migrate(connection, migrations)
        finally:
            _switch_foreign_keys(connection, "ON")


def _migrate(connection: Connection, migrations: Path) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    found, known = _version_of(connection), versions(migrations)
    if found and found not in known:
        raise StoreUnavailable(
            f"The database has schema {found}, which this version of the program does not "
            "know: install the newer version, or go back to a database of this one."
        )
    if found != known[-1]:
        _upgrade(connection, migrations)
        _check_foreign_keys(connection)


def _switch_foreign_keys(connection: Connection, state: str) -> None:
    # SQLite changes a table by making it anew and dropping the old one, which rows that refer to it
    # would forbid. It can be told to let that pass only outside a transaction.
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"PRAGMA foreign_keys = {state}")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        assert broken is None, f"a migration left a row of {broken[0]} without its parent"


def versions(migrations: Path = MIGRATIONS) -> list[str]:
    """The versions this program knows, oldest first: what its migrations' files begin with."""
    return sorted(file.name.partition("_")[0] for file in migrations.glob("versions/[0-9]*_*.py"))


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


def _upgrade(connection: Connection, migrations: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
