"""How Alembic runs our migrations: always on a connection the program hands over.

``intake.adapters.db.schema`` is the way in; ``render_as_batch`` lets later migrations change tables
on SQLite, which cannot alter a column in place.
"""

from alembic import context

from intake.adapters.db.tables import Base


def run() -> None:
    """Run the migrations in the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
    )
    context.run_migrations()


run()
