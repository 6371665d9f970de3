"""The real bot, trained once a run and started once for all that do not stop it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bot import ActionServer, Bot, Resident
from tests.support.private_api import PrivateApi

# Rasa takes its time to train and to start, on a busy machine minutes; no test asserts on it.
LONGEST = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives every test of the bot the time that Rasa takes."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.fixture
def private_api() -> Iterator[PrivateApi]:
    """A private API of the test's own."""
    api = PrivateApi()
    yield api
    api.stop()


@pytest.fixture
def action_server(
    bot_environment: None, private_api: PrivateApi, tmp_path: Path
) -> Iterator[ActionServer]:
    """The actions, asking the test's private API."""
    server = ActionServer(tmp_path, private_api.url)
    server.launch()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def running_bot(bot_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The run's bot. A test that stops a part of it starts it again."""
    api = PrivateApi()
    bot = Bot(tmp_path_factory.mktemp("bot"), bot_model, api)
    try:
        bot.start()
        yield bot
    finally:
        bot.stop()
        api.stop()


@pytest.fixture
def resident(running_bot: Bot) -> Resident:
    """Somebody who has not written anything yet."""
    return Resident(running_bot)
