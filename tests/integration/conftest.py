"""What the integration tests share: an office on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.adapters.db.store import SqlStore
from tests.support.desk import Desk
from tests.support.post_room import PostRoom


@pytest.fixture
def desk(migrated_database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """An installation with an empty database, once on SQLite and once on PostgreSQL."""
    opened = Desk(migrated_database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(migrated_database_url: str) -> Iterator[SqlStore]:
    """An empty database with the newest schema, once on SQLite and once on PostgreSQL."""
    opened = SqlStore(migrated_database_url)
    yield opened
    opened.close()


@pytest.fixture
def room(migrated_database_url: str, tmp_path: Path) -> Iterator[PostRoom]:
    """The services and the worker on each kind of database, with nothing received yet."""
    opened = PostRoom(migrated_database_url, tmp_path)
    yield opened
    opened.application.store.close()
