"""Mail in by SMTP, over real sockets and on both databases.

Each test talks to the server as senders do: smtplib where a well-behaved one is meant, a bare
socket where the bytes matter, swaks as in the README. It asserts on the reply and the database.
"""

import asyncio
import contextlib
import resource
import shutil
import smtplib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Self

import psutil
import pytest
from sqlalchemy import create_engine, event, select, text

from intake.adapters.clock import SystemClock
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.adapters.db.tables import InboundMessageRow, RawMessageRow
from intake.domain.cases import Channel
from intake.domain.inbound import NewInbound
from intake.entrypoints.smtp import Server, SmtpParts
from intake.errors import ConfigurationError, StoreUnavailable
from intake.services.ports import InboundStore
from intake.settings import load_settings
from tests.support.certificate import Certificate
from tests.support.postgres import PostgresServer
from tests.support.program import Intake
from tests.support.waiting import poll_until

FEEDBACK = "feedback@council.example"
COMPLAINTS = "complaints@council.example"
RESIDENT = "alex.reader@example.org"
ADDRESSES = (FEEDBACK, COMPLAINTS)
MAXIMUM = 100_000


def mail(number: int = 1, body: str = "The lamp outside number 4 is out.") -> bytes:
    return (
        f"From: Alex Reader <{RESIDENT}>\r\nTo: {FEEDBACK}\r\nSubject: Lamp {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\n\r\n{body}\r\n"
    ).encode()


class Receiver:
    """The server in a thread of its own, storing into one database."""

    def __init__(self, inbound: InboundStore, **smtp: str) -> None:
        variables = {f"INTAKE_SMTP_{name}": value for name, value in smtp.items()}
        settings = load_settings(
            environment={
                "INTAKE_SMTP_PORT": "0",
                "INTAKE_SMTP_MAX_SIZE_BYTES": str(MAXIMUM),
                **variables,
            }
        )
        self._server = Server(
            SmtpParts(
                settings=settings.smtp,
                hostname="intake.council.example",
                addresses=ADDRESSES,
                inbound=inbound,
                clock=SystemClock(),
            )
        )

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.port = self._do(self._server.start())[1]

    def stop(self) -> None:
        self._do(self._server.close())
        self._do(self._end_sessions())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def listen_once(self) -> None:
        """Starts as a program does that ends when that fails."""
        # On a thread of its own: a browser of another test may keep a loop on this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(self._server.start())).result(30)

    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server._connections)

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=30)

    def send(self, content: bytes, recipients: tuple[str, ...] = (FEEDBACK,)) -> None:
        with self.client() as client:
            client.sendmail(RESIDENT, recipients, content)

    def _do(self, step):
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(30)

    async def _end_sessions(self) -> None:
        own = asyncio.current_task()
        sessions = [task for task in asyncio.all_tasks() if task is not own]
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


class Line:
    """A bare connection: what is written is what goes over the wire."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._replies = self._socket.makefile("rb")
        self.greeting = self.reply()

    def reply(self) -> str:
        while True:
            line = self._replies.readline()
            if line[3:4] != b"-":
                return line.decode().rstrip("\r\n")

    def say(self, *commands: bytes) -> str:
        """Writes the lines at once; gives the reply to the last."""
        self._socket.sendall(b"".join(command + b"\r\n" for command in commands))
        return [self.reply() for _ in commands][-1]

    def write(self, content: bytes) -> None:
        self._socket.sendall(content)

    def begin(self, recipient: str = FEEDBACK) -> str:
        """Comes as far as the reply to DATA."""
        self.say(b"EHLO client.example.org")
        self.say(f"MAIL FROM:<{RESIDENT}>".encode())
        self.say(f"RCPT TO:<{recipient}>".encode())
        return self.say(b"DATA")

    def hang_up(self) -> None:
        self._replies.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()


class FailingStore:
    """A store with a fault nobody thought of."""

    def submit(self, message: NewInbound) -> "Future[bool]":
        raise RuntimeError(f"the secret text of {message.envelope_from}")


@pytest.fixture
def store(migrated_database_url: str) -> Iterator[SqlStore]:
    store = SqlStore(migrated_database_url)
    if store.engine.dialect.name == "sqlite":
        # Shorter than in service, so that a test of a locked database does not take half a minute.
        event.listen(store.engine, "connect", _wait_shortly)
    yield store
    store.close()


def _wait_shortly(connection, _record) -> None:
    connection.execute("PRAGMA busy_timeout=300")


@pytest.fixture
def inbound(store: SqlStore) -> Iterator[GroupCommitInbound]:
    inbound = GroupCommitInbound(store)
    yield inbound
    inbound.close()


@pytest.fixture
def start_receiver(inbound: GroupCommitInbound) -> Iterator[Callable[..., Receiver]]:
    """Starts servers with settings of `[smtp]`: `start_receiver(LIMIT_PER_PEER="2/minute")`."""
    started: list[Receiver] = []

    def start(store: InboundStore = inbound, **smtp: str) -> Receiver:
        receiver = Receiver(store, **smtp)
        started.append(receiver)
        receiver.start()
        return receiver

    yield start
    for receiver in started:
        receiver.stop()


@pytest.fixture
def receiver(start_receiver: Callable[..., Receiver]) -> Receiver:
    return start_receiver()


@contextlib.contextmanager
def held_up(url: str) -> Iterator[None]:
    """Keeps every other writer of this database waiting."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("LOCK TABLE raw_message IN ACCESS EXCLUSIVE MODE"))
            yield
            connection.rollback()
    finally:
        engine.dispose()


def stored(url: str) -> list[bytes]:
    """The messages in the database, as somebody sees them who was not there."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            query = (
                select(RawMessageRow.content)
                .join(InboundMessageRow, InboundMessageRow.identity == RawMessageRow.identity)
                .order_by(InboundMessageRow.id)
            )
            return list(connection.execute(query).scalars())
    finally:
        engine.dispose()


def senders(url: str) -> list[tuple[str, list[str]]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            query = select(InboundMessageRow.envelope_from, InboundMessageRow.recipients)
            return [(row.envelope_from, row.recipients) for row in connection.execute(query)]
    finally:
        engine.dispose()


def new_inbound(identity: str, received_at: datetime | None = None) -> NewInbound:
    return NewInbound(
        identity=identity,
        channel=Channel.EMAIL,
        source="smtp",
        envelope_from=RESIDENT,
        recipients=(FEEDBACK,),
        raw=identity.encode(),
        received_at=received_at or SystemClock().now(),
    )


def test_a_mail_is_stored_byte_for_byte_when_it_was_answered_with_250(
    receiver: Receiver, migrated_database_url: str
):
    content = mail(body="Two lines.\r\n.\r\n..dots at the start\r\n\tand \x00\x07 and £ at the end")
    receiver.send(content)
    assert stored(migrated_database_url) == [content]
    assert senders(migrated_database_url) == [(RESIDENT, [FEEDBACK])]


@pytest.mark.slow
def test_an_accepted_mail_is_in_the_database_when_the_program_is_killed_at_once(
    start_intake: Callable[..., Intake], migrated_database_url: str
):
    program = start_intake("--only", "smtp,web", DATABASE_URL=migrated_database_url)
    program.send(mail())
    program.kill()
    assert stored(migrated_database_url) == [mail()]


def test_every_mail_is_stored_once_when_many_connections_bring_some_at_once(
    receiver: Receiver, migrated_database_url: str
):
    def bring(first: int) -> None:
        with receiver.client() as client:
            for number in range(first, first + 10):
                client.sendmail(RESIDENT, [FEEDBACK], mail(number))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(bring, range(0, 200, 10)))
    assert sorted(stored(migrated_database_url)) == sorted(mail(number) for number in range(200))


def test_the_same_mail_is_one_message_when_it_is_brought_twice(
    receiver: Receiver, migrated_database_url: str
):
    receiver.send(mail())
    receiver.send(b"Received: from elsewhere.example.org\r\n" + mail())
    assert len(stored(migrated_database_url)) == 1


@pytest.mark.parametrize("address", ["feedback@council.example", "FeedBack@COUNCIL.example"])
def test_mail_is_taken_for_our_addresses_whatever_their_case(
    receiver: Receiver, migrated_database_url: str, address: str
):
    receiver.send(mail(), (address, COMPLAINTS, address))
    assert senders(migrated_database_url) == [(RESIDENT, [FEEDBACK, COMPLAINTS])]


@pytest.mark.parametrize(
    "address",
    [
        "somebody@council.example",
        "feedback@elsewhere.example.org",
        "feedback+lamps@council.example",
        "feedback%elsewhere.example.org@council.example",
        "postmaster@council.example",
        "feedback",
    ],
)
def test_a_recipient_who_is_not_ours_is_refused_at_rcpt(receiver: Receiver, address: str):
    with receiver.client() as client:
        client.ehlo()
        client.mail(RESIDENT)
        code, _ = client.rcpt(address)
        assert code in (550, 553)
        assert client.docmd("DATA")[0] == 503


def test_our_recipients_get_the_mail_when_another_one_was_refused(
    receiver: Receiver, migrated_database_url: str
):
    with receiver.client() as client:
        refused = client.sendmail(RESIDENT, ["somebody@council.example", FEEDBACK], mail())
    assert refused["somebody@council.example"][0] == 550
    assert senders(migrated_database_url) == [(RESIDENT, [FEEDBACK])]


def test_a_bounce_is_taken_with_an_empty_sender(receiver: Receiver, migrated_database_url: str):
    with receiver.client() as client:
        client.sendmail("", [FEEDBACK], mail())
    assert senders(migrated_database_url) == [("", [FEEDBACK])]


def test_a_sender_address_no_database_takes_is_written_readably(
    receiver: Receiver, migrated_database_url: str
):
    """PostgreSQL refuses NUL in text, and neither database takes what is not Unicode."""
    with Line(receiver.port) as line:
        line.say(b"EHLO client.example.org")
        line.say(b'MAIL FROM:<"a\x00b\xff"@example.org>', b"RCPT TO:<feedback@council.example>")
        line.say(b"DATA")
        assert line.say(mail() + b".").startswith("250")
    ((sender, _),) = senders(migrated_database_url)
    assert sender.endswith("@example.org")
    assert "\x00" not in sender


def test_the_largest_size_is_announced_and_a_larger_mail_refused_before_it_is_sent(
    receiver: Receiver, migrated_database_url: str
):
    with receiver.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == str(MAXIMUM)
        assert client.mail(RESIDENT, [f"SIZE={MAXIMUM + 1}"])[0] == 552
        assert client.mail(RESIDENT, [f"SIZE={MAXIMUM}"])[0] == 250
    assert stored(migrated_database_url) == []


@pytest.mark.parametrize("line_length", [70, 300_000], ids=["in lines", "as one line"])
def test_a_larger_mail_is_refused_and_the_next_one_taken_when_no_size_was_given(
    receiver: Receiver, migrated_database_url: str, line_length: int
):
    with Line(receiver.port) as line:
        line.begin()
        large = mail(body=("x" * (line_length - 2) + "\r\n") * (300_000 // line_length))
        assert line.say(large + b".").startswith("552 5.3.4")
        line.begin()
        assert line.say(mail(2) + b".").startswith("250")
    assert stored(migrated_database_url) == [mail(2)]


def test_a_line_of_any_length_is_taken(receiver: Receiver, migrated_database_url: str):
    content = mail(body="x" * 90_000)
    receiver.send(content)
    assert stored(migrated_database_url) == [content]


@pytest.mark.parametrize(
    "content",
    [b"", b".\r\n", b"\r\n", b"\r\n.\r\n", b".a\r\n", b"a\r\n", b"\r.\r\n\r\n", b"..\r\n\r\n.\r\n"],
)
def test_the_shortest_messages_are_stored_as_they_are(
    receiver: Receiver, migrated_database_url: str, content: bytes
):
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if content.startswith(b".") else stuffed
    with Line(receiver.port) as line:
        line.begin()
        line.write(stuffed + b".\r\n")
        assert line.reply().startswith("250")
    assert stored(migrated_database_url) == [content]


def test_the_end_of_a_mail_is_seen_wherever_the_network_cuts_it(
    start_receiver: Callable[..., Receiver], migrated_database_url: str
):
    receiver = start_receiver(MAX_SIZE_BYTES="1000000")
    short = [mail(number) + b".\r\n" for number in range(8)]
    # The server reads long mails in pieces of 64 KiB; these end around the seam.
    head = len(mail(10, body=""))
    long = [mail(10 + more, body="x" * (65_536 - head - 6 + more)) + b".\r\n" for more in range(12)]
    with Line(receiver.port) as line:
        for cut, wire in enumerate(short):
            line.begin()
            line.write(wire[: len(wire) - cut])
            line.write(wire[len(wire) - cut :])
            assert line.reply().startswith("250")
        for wire in long:
            line.begin()
            line.write(wire)
            assert line.reply().startswith("250")
    assert stored(migrated_database_url) == [wire[:-3] for wire in short + long]


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n\x00.\r\n"]
)
def test_no_second_mail_is_smuggled_in_behind_an_end_that_is_none(
    receiver: Receiver, migrated_database_url: str, end: bytes
):
    inner = b"MAIL FROM:<mayor@council.example>\r\nRCPT TO:<feedback@council.example>\r\nDATA\r\n"
    with Line(receiver.port) as line:
        line.begin()
        line.write(mail() + end + inner + mail(2) + b".\r\n")
        assert line.reply().startswith("250")
        assert line.say(b"NOOP").startswith("250")
    (only,) = stored(migrated_database_url)
    assert only.startswith(mail())
    assert b"mayor@council.example" in only


def test_commands_are_answered_in_order_when_they_come_in_one_piece(
    receiver: Receiver, migrated_database_url: str
):
    with Line(receiver.port) as line:
        line.write(
            b"EHLO client.example.org\r\nMAIL FROM:<alex.reader@example.org>\r\n"
            b"RCPT TO:<nobody@council.example>\r\nRCPT TO:<feedback@council.example>\r\nDATA\r\n"
        )
        assert [line.reply()[:3] for _ in range(5)] == ["250", "250", "550", "250", "354"]
        line.write(mail() + b".\r\nNOOP\r\nQUIT\r\n")
        assert [line.reply()[:3] for _ in range(3)] == ["250", "250", "221"]
    assert stored(migrated_database_url) == [mail()]


def test_what_is_offered_is_what_there_is(receiver: Receiver):
    with receiver.client() as client:
        client.ehlo()
        offered = set(client.esmtp_features)
        assert {"size", "8bitmime", "smtputf8", "pipelining"} <= offered
        assert not offered & {"auth", "chunking", "binarymime", "starttls", "etrn"}
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 500
        assert client.docmd("BDAT", "3 LAST")[0] == 500


def test_no_command_tells_who_has_a_mailbox(receiver: Receiver):
    with receiver.client() as client:
        client.ehlo()
        assert client.verify(FEEDBACK) == client.verify("nobody@council.example")
        assert client.expn("staff")[0] == 502


def test_a_session_outlives_nonsense_and_commands_out_of_order(
    receiver: Receiver, migrated_database_url: str
):
    with Line(receiver.port) as line:
        for nonsense in (b"DATA", b"MAIL FROM:<a@example.org>", b"", b"\xff\xfe", b"x" * 200_000):
            assert line.say(nonsense).startswith("5")
        line.begin()
        assert line.say(mail() + b".").startswith("250")
    assert stored(migrated_database_url) == [mail()]


def test_a_connection_is_closed_when_it_only_talks_nonsense(receiver: Receiver):
    with Line(receiver.port) as line:
        replies = [line.say(b"GET / HTTP/1.1") for _ in range(5)]
        assert replies[-1].startswith("502 5.5.1")
        assert line.reply() == ""


def test_a_connection_is_closed_when_it_says_nothing(start_receiver: Callable[..., Receiver]):
    receiver = start_receiver(TIMEOUT_SECONDS="0.2")
    with Line(receiver.port) as line:
        assert line.reply() == ""


def test_further_connections_are_put_off_when_too_many_are_open(
    start_receiver: Callable[..., Receiver],
):
    receiver = start_receiver(MAX_CONNECTIONS="2")
    with Line(receiver.port), Line(receiver.port) as second:
        with Line(receiver.port) as third:
            assert third.greeting.startswith("421 4.3.2")
        second.say(b"QUIT")
        second.hang_up()
        poll_until(lambda: _greeting(receiver.port).startswith("220"))


def _greeting(port: int) -> str:
    with Line(port) as line:
        return line.greeting


def test_a_peer_is_put_off_when_it_sends_more_than_its_limit(
    start_receiver: Callable[..., Receiver], migrated_database_url: str
):
    receiver = start_receiver(LIMIT_PER_PEER="2/hour")
    receiver.send(mail(1))
    receiver.send(mail(2))
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        receiver.send(mail(3))
    assert refused.value.smtp_code == 451
    assert len(stored(migrated_database_url)) == 2


def test_a_mail_comes_encrypted_when_there_is_a_certificate(
    start_receiver: Callable[..., Receiver], certificate: Certificate, migrated_database_url: str
):
    receiver = start_receiver(
        TLS_CERTIFICATE=str(certificate.certificate), TLS_KEY=str(certificate.key)
    )
    with receiver.client() as client:
        client.starttls(context=certificate.client_context())
        client.ehlo()
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.docmd("STARTTLS")[0] == 503
        client.sendmail(RESIDENT, [FEEDBACK], mail())
    assert stored(migrated_database_url) == [mail()]


def test_only_encrypted_mail_is_taken_when_that_is_required(
    start_receiver: Callable[..., Receiver], certificate: Certificate
):
    receiver = start_receiver(
        TLS_CERTIFICATE=str(certificate.certificate),
        TLS_KEY=str(certificate.key),
        TLS_REQUIRED="true",
    )
    with receiver.client() as client:
        client.ehlo()
        assert client.mail(RESIDENT)[0] == 530
        client.starttls(context=certificate.client_context())
        client.sendmail(RESIDENT, [FEEDBACK], mail())


def test_a_command_said_before_tls_is_forgotten_within_it(
    start_receiver: Callable[..., Receiver], certificate: Certificate
):
    """Somebody in between could otherwise put commands in front of the encrypted ones."""
    receiver = start_receiver(
        TLS_CERTIFICATE=str(certificate.certificate), TLS_KEY=str(certificate.key)
    )
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=30) as plain:
        replies = plain.makefile("rb")
        replies.readline()
        plain.sendall(b"STARTTLS\r\nEHLO intruder.example.org\r\n")
        assert replies.readline().startswith(b"220")
        tls = certificate.client_context().wrap_socket(plain, server_hostname="localhost")
        tls.sendall(b"MAIL FROM:<alex.reader@example.org>\r\n")
        assert tls.recv(1000).startswith(b"503")
        tls.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "alone.db")
    return f"sqlite:///{tmp_path / 'alone.db'}"


@contextlib.contextmanager
def receiving_into(url: str) -> Iterator[Receiver]:
    """A server on a database of this kind alone."""
    store = SqlStore(url)
    if store.engine.dialect.name == "sqlite":
        event.listen(store.engine, "connect", _wait_shortly)
    inbound = GroupCommitInbound(store)
    receiver = Receiver(inbound)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()
        inbound.close()
        store.close()


def refusal(receiver: Receiver, content: bytes) -> str:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        receiver.send(content)
    return f"{refused.value.smtp_code} {refused.value.smtp_error.decode()}"


PUT_OFF = "451 4.3.0 Cannot store the message at the moment; try again later"


def test_the_sender_keeps_the_mail_when_another_program_holds_the_database(sqlite_url: str):
    with receiving_into(sqlite_url) as receiver:
        with held_up(sqlite_url):
            assert refusal(receiver, mail()) == PUT_OFF
        receiver.send(mail())
    assert stored(sqlite_url) == [mail()]


def test_the_sender_keeps_the_mail_when_the_database_server_is_down(
    postgres_server: PostgresServer, postgres_url: str, migrate: Callable[[str], None]
):
    migrate(postgres_url)
    with receiving_into(postgres_url) as receiver:
        receiver.send(mail(1))
        postgres_server.stop()
        try:
            assert refusal(receiver, mail(2)) == PUT_OFF
        finally:
            postgres_server.start()
        receiver.send(mail(2))
    assert stored(postgres_url) == [mail(1), mail(2)]


@pytest.mark.slow
def test_the_sender_keeps_the_mail_when_the_disk_is_full(start_intake: Callable[..., Intake]):
    """A limit on the size of files stands in for the full disk: writing fails in the same way."""
    program = start_intake("--only", "smtp,web")
    program.send(mail(1))
    acceptor = next(process for process in program._children() if _listens(process, program))
    before = resource.prlimit(acceptor.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(acceptor.pid, resource.RLIMIT_FSIZE, (100_000, before[1]))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        program.send(mail(2, body="x" * 5_000_000))
    assert refused.value.smtp_code == 451
    resource.prlimit(acceptor.pid, resource.RLIMIT_FSIZE, before)
    program.send(mail(3))
    url = f"sqlite:///{program.data_folder / 'intake.db'}"
    assert stored(url) == [mail(1), mail(3)]


def _listens(process: psutil.Process, program: Intake) -> bool:
    ports = [connection.laddr.port for connection in process.net_connections("tcp")]
    return program.smtp_port in ports


def test_a_fault_of_ours_is_answered_without_detail_and_the_session_goes_on(
    start_receiver: Callable[..., Receiver], capsys: pytest.CaptureFixture[str]
):
    receiver = start_receiver(FailingStore())
    with receiver.client() as client:
        for _ in range(2):
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail(RESIDENT, [FEEDBACK], mail())
            assert (refused.value.smtp_code, refused.value.smtp_error) == (
                451,
                PUT_OFF.partition(" ")[2].encode(),
            )
    said = "".join(capsys.readouterr())
    assert "RuntimeError" in said
    assert RESIDENT not in said
    assert "The lamp" not in said


def test_mail_is_stored_when_its_sender_hangs_up_before_the_answer(
    receiver: Receiver, migrated_database_url: str
):
    """The sender brings it again, and that is the same message; others must not notice."""
    with held_up(migrated_database_url):
        line = Line(receiver.port)
        line.begin()
        line.write(mail(1) + b".\r\n")
        line.hang_up()
        poll_until(lambda: not receiver.connections())
    receiver.send(mail(2))
    receiver.send(mail(1))
    assert stored(migrated_database_url) == [mail(1), mail(2)]


def test_one_message_the_database_cannot_take_keeps_no_other_out(
    inbound: GroupCommitInbound, migrated_database_url: str
):
    with held_up(migrated_database_url):
        first = inbound.submit(new_inbound("first"))
        # A moment without a zone is refused by the columns themselves.
        bad = inbound.submit(new_inbound("bad", received_at=datetime(2026, 11, 2)))  # noqa: DTZ001
        good = inbound.submit(new_inbound("good"))
    assert first.result(30)
    assert good.result(30)
    with pytest.raises(StoreUnavailable):
        bad.result(30)
    assert stored(migrated_database_url) == [b"first", b"good"]


def test_a_message_twice_in_one_commit_is_new_once(
    inbound: GroupCommitInbound, migrated_database_url: str
):
    with held_up(migrated_database_url):
        answers = [inbound.submit(new_inbound(name)) for name in ("other", "same", "same")]
    assert [answer.result(30) for answer in answers] == [True, True, False]


def test_what_was_handed_over_is_stored_before_the_program_ends(
    inbound: GroupCommitInbound, migrated_database_url: str
):
    answers = [inbound.submit(new_inbound(str(number))) for number in range(300)]
    inbound.close()
    assert all(answer.result(0) for answer in answers)
    assert len(stored(migrated_database_url)) == 300
    with pytest.raises(StoreUnavailable):
        inbound.submit(new_inbound("late")).result(30)


@pytest.mark.swaks
def test_a_mail_sent_as_in_the_tour_is_accepted(
    swaks: str, receiver: Receiver, migrated_database_url: str
):
    sent = subprocess.run(
        [swaks, "--server", f"127.0.0.1:{receiver.port}", "--from", RESIDENT, "--to", FEEDBACK,
         "--header", "Subject: Bins", "--body", "The bins were left again."],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert sent.returncode == 0, sent.stdout
    assert "250 2.0.0 Message stored" in sent.stdout
    (content,) = stored(migrated_database_url)
    assert b"Subject: Bins" in content


def test_the_server_says_which_setting_is_wrong_when_it_cannot_start(
    inbound: GroupCommitInbound, receiver: Receiver, tmp_path: Path
):
    for wrong, key in (
        ({"PORT": str(receiver.port)}, "smtp.port"),
        ({"TLS_REQUIRED": "true"}, "smtp.tls_required"),
        ({"TLS_CERTIFICATE": str(tmp_path / "none.pem")}, "smtp.tls_certificate"),
    ):
        with pytest.raises(ConfigurationError, match=key):
            Receiver(inbound, **wrong).listen_once()
