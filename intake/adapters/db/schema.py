"""The schema: which version a database has, and bringing it up to date by the migrations."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from alembic import command
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
        found = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in _scripts().walk_revisions()}
        if found is not None and found not in known:
            raise StoreUnavailable(
                f"The database has schema {found}, which this version of the program does not "
                "know: install the newer version, or go back to a database of this one."
            )
        if found != head():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def head() -> str:
    """The newest version of the schema."""
    return _scripts().get_current_head() or ""


def current(engine: Engine) -> str:
    """The version of the schema a database has; empty when it has none yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
