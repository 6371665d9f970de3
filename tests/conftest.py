"""Fixtures that every test may ask for: databases, real servers, the running program.

Servers start once a run, when the first test asks; what a test gets from them is its own.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.bot import PYTHON, run_in_project
from tests.support.certificate import Certificate, make_certificate
from tests.support.dovecot import Dovecot, MailUser, find_dovecot
from tests.support.postgres import PostgresServer, find_programs
from tests.support.program import Intake
from tests.support.relay import Relay
from tests.support.requirement import NOT_RUN, missing

UNIT = Path(__file__).parent / "unit"
DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Takes the network from unit tests; event loops keep their pair of Unix sockets."""
    for item in items:
        if item.path.is_relative_to(UNIT):
            item.add_marker(pytest.mark.disable_socket)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Ends the run by naming what could not run on this machine."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        if isinstance(report.longrepr, tuple):
            reasons[report.longrepr[2].removeprefix("Skipped: ").removeprefix(NOT_RUN)] += 1
    for reason, count in sorted(reasons.items()):
        tests = "test" if count == 1 else "tests"
        terminalreporter.write_line(f"{NOT_RUN}{reason} ({count} {tests})", yellow=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The run's own PostgreSQL. A test that stops it starts it again."""
    programs = find_programs()
    if programs is None:
        missing("postgres", "install PostgreSQL, or run make setup-test")
    server = PostgresServer(programs)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each kind of database."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; the test runs on SQLite and on PostgreSQL."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'intake.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], None]:
    """Brings the database at an address to the newest schema, and lets go of it."""
    # Imported here, so that tests of pure rules start without the database's libraries.
    from intake.adapters.db import schema
    from intake.adapters.db.engine import connect

    def bring_up_to_date(url: str) -> None:
        engine = connect(url)
        schema.migrate(engine)
        engine.dispose()

    return bring_up_to_date


@pytest.fixture(scope="session")
def sqlite_template(
    migrate: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A migrated database file that nobody has open, to be copied."""
    file = tmp_path_factory.mktemp("template") / "intake.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer, migrate: Callable[[str], None]) -> str:
    """The name of a migrated database that nobody has open, to be copied."""
    name = postgres_server.create_database()
    migrate(postgres_server.url(name))
    return name


@pytest.fixture
def migrated_database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """As `database_url`, with the newest schema and no rows."""
    if database_kind == "sqlite":
        file = tmp_path / "intake.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(template=request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """The run's own IMAP server. A test that stops it starts it again."""
    program = find_dovecot()
    if program is None:
        missing("dovecot", "install dovecot-imapd")
    server = Dovecot(program)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def mail_user(dovecot: Dovecot) -> MailUser:
    """A user of the IMAP server with an empty mailbox of the test's own."""
    return dovecot.new_user()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody trusts unless told to."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay that accepts letters without TLS or sign-in."""
    server = Relay()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start_intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Intake]]:
    """Starts installations: `start_intake("--only", "smtp,worker", DATABASE_URL=...)`.

    A keyword is a setting's variable without its prefix. All are ended with the test.
    """
    started: list[Intake] = []

    def start(*arguments: str, **settings: str) -> Intake:
        folder = tmp_path_factory.mktemp("installation")
        program = Intake(folder, settings=settings, arguments=arguments)
        started.append(program)
        program.start()
        return program

    yield start
    for program in started:
        program.stop()


@pytest.fixture
def running_intake(start_intake: Callable[..., Intake], relay: Relay) -> Intake:
    """The whole program on the embedded database, sending its letters to `relay`."""
    return start_intake(RELAY_HOST=relay.host, RELAY_PORT=str(relay.port))


@pytest.fixture
def running_intake_on_each_database(
    start_intake: Callable[..., Intake], relay: Relay, database_url: str
) -> Intake:
    """As `running_intake`, once on SQLite and once on PostgreSQL."""
    return start_intake(
        RELAY_HOST=relay.host, RELAY_PORT=str(relay.port), DATABASE_URL=database_url
    )


@pytest.fixture(scope="session")
def bot_environment() -> None:
    """The bot's own environment."""
    if not PYTHON.exists():
        missing("bot", "make setup-bot makes it; it needs a Python 3.10")


@pytest.fixture(scope="session")
def bot_model(bot_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's model of the bot, trained when the first test asks, which takes a minute."""
    folder = tmp_path_factory.mktemp("model")
    run_in_project("start.py", "train", folder)
    return folder / "intake.tar.gz"


@pytest.fixture(scope="session")
def swaks() -> str:
    """The path of swaks, the mail client of the README's tour."""
    program = shutil.which("swaks")
    if program is None:
        missing("swaks", "install swaks")
    return program
