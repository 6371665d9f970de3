"""One running council a session and database; tests keep apart by their residents' addresses."""

from collections.abc import Iterator

import pytest

from tests.conftest import DATABASES
from tests.support.program import Intake
from tests.support.relay import Relay
from tests.support.residents import Council


@pytest.fixture(scope="session", params=DATABASES)
def council(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Council]:
    """The whole program on one kind of database, sending its letters to a relay."""
    relay = Relay()
    relay.start()
    settings = {"RELAY_HOST": relay.host, "RELAY_PORT": str(relay.port)}
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        settings["DATABASE_URL"] = server.url(server.create_database())
    intake = Intake(tmp_path_factory.mktemp("council"), settings=settings)
    try:
        intake.start()
        council = Council(intake, relay)
        yield council
        council.close()
    finally:
        intake.stop()
        relay.stop()
