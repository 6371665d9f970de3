"""What the integration tests share: an office on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk


@pytest.fixture
def desk(migrated_database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """An installation with an empty database, once on SQLite and once on PostgreSQL."""
    opened = Desk(migrated_database_url, tmp_path)
    yield opened
    opened.close()
