"""The schema: the migrations make what the models say, up and down, by one node at a time."""

import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from intake.adapters.db import schema
from intake.adapters.db.engine import connect
from intake.adapters.db.store import SqlStore
from intake.adapters.db.tables import Base
from intake.errors import StoreUnavailable
from intake.services.ports import CaseQuery
from tests.support.stored import new_classification, new_letter, open_case

MIGRATE = """
import sys
from intake.adapters.db import schema
from intake.adapters.db.engine import connect
schema.migrate(connect(sys.argv[1]))
"""
LATER = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9000", "{schema.head()}", None, None


def upgrade():
    with op.batch_alter_table("cases") as table:
        table.alter_column("subject", type_=sa.String(2000), existing_type=sa.Text())
"""
# FTS5 keeps its index in tables of its own; the GIN index is no model's.
FULL_TEXT = ("case_words_index", "ix_case_words_full_text")


@pytest.fixture
def engine(database_url):
    opened = connect(database_url)
    yield opened
    opened.dispose()


def to_version(engine: Engine, version: str, how=command.downgrade) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        how(config, version)


def is_modelled(name, kind):
    return not (kind in ("table", "index") and name and name.startswith(FULL_TEXT))


def test_the_migrations_make_what_the_models_say(engine):
    schema.migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: is_modelled(name, kind),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_indexes_hold_the_columns_and_conditions_that_the_models_say(engine):
    """The comparison above does not look into an index's condition."""
    schema.migrate(engine)
    for table in Base.metadata.sorted_tables:
        made = {each["name"]: each for each in inspect(engine).get_indexes(table.name)}
        for index in table.indexes:
            columns = [column.name for column in index.columns]
            assert made[index.name]["column_names"] == columns
            dialect = engine.dialect.name
            said = index.dialect_options[dialect]["where"]
            found = made[index.name].get("dialect_options", {}).get(f"{dialect}_where")
            assert (said is None) == (found is None), index.name


def test_full_text_search_is_made_by_the_migrations(engine):
    schema.migrate(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            names = set(
                connection.scalars(
                    text("SELECT name FROM sqlite_master WHERE name LIKE 'case_words%'")
                )
            )
        assert {"case_words_index", "case_words_added", "case_words_changed"} <= names
        assert "case_words_removed" in names
    else:
        made = {each["name"] for each in inspect(engine).get_indexes("case_words")}
        assert "ix_case_words_full_text" in made


def test_a_database_has_no_version_before_and_the_newest_after(engine):
    assert schema.current(engine) == ""
    schema.migrate(engine)
    assert schema.current(engine) == schema.head()


def test_the_versions_are_those_that_alembic_knows(engine):
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    known = [script.revision for script in scripts.walk_revisions()]
    assert schema.versions() == known[::-1]
    assert scripts.get_heads() == [schema.head()]


def test_migrating_again_changes_nothing_and_keeps_the_rows(database_url, engine):
    schema.migrate(engine)
    with closing(SqlStore(database_url)) as store:
        case = open_case(store)
        schema.migrate(engine)
        with store.reading() as work:
            assert work.cases.file(case.reference).case == case


@pytest.mark.parametrize("has_rows", [False, True], ids=["empty", "with rows"])
def test_migrations_run_down_and_up_again(database_url, engine, has_rows):
    schema.migrate(engine)
    with closing(SqlStore(database_url)) as store:
        if has_rows:
            case = open_case(store)
            with store.writing() as work:
                work.outbox.add(new_letter(case.id))
                work.commit()
        store.engine.dispose()
        to_version(engine, "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
        assert schema.current(engine) == ""
        schema.migrate(engine)
        assert schema.current(engine) == schema.head()
        again = open_case(store)
        with store.reading() as work:
            found = work.cases.list(CaseQuery(words="missed"))
        assert [row.case.reference for row in found] == [again.reference]


def test_a_classification_kept_before_sentences_were_reads_as_one_without(database_url, engine):
    schema.migrate(engine)
    with closing(SqlStore(database_url)) as store:
        case = open_case(store)
        with store.writing() as work:
            message = work.cases.file(case.reference).messages[0]
            said = new_classification(message.id, urgent=True, hazard_sentence="I smell gas.")
            work.cases.add_classification(case.id, said)
            work.commit()
        store.engine.dispose()
        to_version(engine, "0002")
        schema.migrate(engine)
        with store.reading() as work:
            (kept,) = work.cases.file(case.reference).classifications
    assert kept.classification == replace(said.classification, hazard_sentence="")


def test_a_later_migration_may_make_a_table_anew_that_rows_refer_to(database_url, engine, tmp_path):
    """SQLite cannot change a column in place, and would not drop a table that rows refer to."""
    schema.migrate(engine)
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations)
    (migrations / "versions" / "9000_later.py").write_text(LATER)
    with closing(SqlStore(database_url)) as store:
        case = open_case(store)
        schema.migrate(engine, migrations=migrations)
        assert schema.current(engine) == "9000"
        with store.reading() as work:
            assert work.cases.file(case.reference).case == case
        with pytest.raises(IntegrityError), store.engine.begin() as connection:
            connection.execute(text("DELETE FROM cases"))
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text("DELETE FROM cases"))


def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(engine):
    schema.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match=r"schema 9999, which this version .* not know"):
        schema.migrate(engine)
    assert schema.current(engine) == "9999"


def test_nodes_that_start_at_once_migrate_one_after_the_other(database_url, engine):
    nodes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, database_url], stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    errors = [node.communicate(timeout=100)[1] for node in nodes]
    assert [node.returncode for node in nodes] == [0] * 4, errors
    assert schema.current(engine) == schema.head()
