"""Mail in by IMAP, from a real Dovecot: taken once, moved when it is safe, never lost."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from intake.adapters.db.tables import InboundMessageRow, RawMessageRow
from intake.adapters.mailbox import ImapMailbox, check_mailbox
from intake.bootstrap import Application
from intake.entrypoints.imap import LEASE_SECONDS, poll_mailbox, run_imap
from intake.errors import ConfigurationError, MailboxUnavailable, StoreUnavailable
from intake.services.collect_mailbox import Collected, CollectMailbox, MailboxRules
from intake.services.operations_ports import JobRecord
from intake.settings import load_settings
from tests.support.certificate import Certificate, make_certificate
from tests.support.dovecot import Dovecot, MailUser, find_dovecot
from tests.support.ports import free_port
from tests.support.requirement import missing
from tests.support.waiting import poll_until

pytestmark = pytest.mark.dovecot

HOUR = 3600.0
Build = Callable[..., Application]


def a_mail(number: int, words: str = "The bins were missed again.") -> bytes:
    return (
        f"Return-Path: <alex.{number}@example.org>\r\n"
        f"From: alex.{number}@example.org\r\nTo: feedback@council.example\r\n"
        f"Subject: Bins\r\nMessage-ID: <{number}@example.org>\r\n"
        f"Date: Mon, 3 Mar 2025 09:00:00 +0000\r\n\r\n{words}\r\n"
    ).encode()


@dataclass(frozen=True)
class Stored:
    source: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes


def stored(application: Application) -> list[Stored]:
    with application.store.engine.connect() as connection:
        rows = connection.execute(
            select(InboundMessageRow.__table__, RawMessageRow.content)
            .join(RawMessageRow, RawMessageRow.identity == InboundMessageRow.identity)
            .order_by(InboundMessageRow.id)
        )
        return [
            Stored(row.source, row.envelope_from, tuple(row.recipients), bytes(row.content))
            for row in rows
        ]


def record(application: Application, name: str = "post") -> JobRecord | None:
    with application.store.reading() as work:
        return next((job for job in work.operations.jobs() if job.name == f"imap:{name}"), None)


def has_looked(application: Application) -> bool:
    job = record(application)
    return bool(job and job.runs > job.failures)


def has_failed(application: Application) -> str:
    job = record(application)
    return job.last_error if job else ""


@contextmanager
def reading(application: Application) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run_imap, args=(application, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[structlog.typing.EventDict]]:
    """What was logged."""
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
def build(sqlite_template: Path, tmp_path: Path) -> Iterator[Build]:
    """Makes installations that read mailboxes: each a server, a user and further settings."""
    built: list[Application] = []

    def make(
        *mailboxes: tuple[Dovecot, MailUser, dict[str, str]],
        database_url: str = "",
        poll_seconds: float = HOUR,
        **settings: str,
    ) -> Application:
        file = tmp_path / f"settings{len(built)}.toml"
        lines = [
            "[imap]",
            f"poll_seconds = {poll_seconds}",
            "retry_first_seconds = 0.02",
            "retry_most_seconds = 0.1",
            "timeout_seconds = 10",
        ]
        for index, (server, user, more) in enumerate(mailboxes):
            table = {
                "name": "post" if not index else f"post{index + 1}",
                "host": server.host,
                "port": str(server.port),
                "username": user.username,
                "password": user.password,
                "security": "none",
                **more,
            }
            lines += ["[[imap.mailboxes]]"]
            lines += [
                f"{key} = {value}" if key == "port" else f'{key} = "{value}"'
                for key, value in table.items()
            ]
        file.write_text("\n".join(lines))
        if not database_url:
            database = tmp_path / "intake.db"
            if not database.exists():
                shutil.copyfile(sqlite_template, database)
            database_url = f"sqlite:///{database}"
        environment = {"INTAKE_DATABASE_URL": database_url, "INTAKE_DATA_DIR": str(tmp_path)}
        environment |= {f"INTAKE_{key}": value for key, value in settings.items()}
        application = Application(load_settings(file, environment))
        built.append(application)
        return application

    yield make
    for application in built:
        application.store.close()


@contextmanager
def a_server(*settings: str, tls_port: int = 0) -> Iterator[Dovecot]:
    """A Dovecot of the test's own, with these settings on top."""
    program = find_dovecot()
    if program is None:
        missing("dovecot", "install dovecot-imapd")
    server = Dovecot(program)
    try:
        with server._settings.open("a") as file:
            file.write("\n".join(settings) + "\n")
            if tls_port:
                file.write(_tls_settings(server, make_certificate(server._folder), tls_port))
        server.start()
        yield server
    finally:
        server.remove()


def _tls_settings(server: Dovecot, made: Certificate, port: int) -> str:
    if server._version() >= (2, 4):
        files = f"ssl_server_cert_file = {made.certificate}\nssl_server_key_file = {made.key}\n"
    else:
        files = f"ssl_cert = <{made.certificate}\nssl_key = <{made.key}\n"
    listener = f"  inet_listener imaps {{\n    port = {port}\n    ssl = yes\n  }}\n"
    return f"ssl = yes\n{files}service imap-login {{\n{listener}}}\n"


@pytest.fixture(scope="module")
def plain_dovecot() -> Iterator[Dovecot]:
    """A server without IDLE and MOVE, whose folders lie below INBOX."""
    with a_server(
        "imap_capability = IMAP4rev1 UIDPLUS NAMESPACE LITERAL+",
        "namespace inbox {\n  inbox = yes\n  prefix = INBOX.\n  separator = .\n}",
    ) as server:
        yield server


@pytest.fixture(scope="module")
def bare_dovecot() -> Iterator[Dovecot]:
    """A server that offers nothing but what it has to, and answers a wrong password at once."""
    with a_server(
        "imap_capability = IMAP4rev1",
        "auth_failure_delay = 0",
        "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}",
    ) as server:
        yield server


def maildir(server: Dovecot, user: MailUser) -> Path:
    return server._folder / "users" / user.username / "Maildir"


def test_mail_is_stored_once_and_moved_when_it_arrives(
    dovecot, mail_user, build, migrated_database_url
):
    """The second one is told by IDLE: the next look would be in an hour."""
    application = build((dovecot, mail_user, {}), database_url=migrated_database_url)
    dovecot.deliver(mail_user, a_mail(1))
    with reading(application):
        poll_until(lambda: has_looked(application))
        dovecot.deliver(mail_user, a_mail(2))
        poll_until(lambda: dovecot.folders(mail_user).get("Processed") == 2)
    assert [each.raw for each in stored(application)] == [a_mail(1), a_mail(2)]
    assert dovecot.folders(mail_user) == {"INBOX": 0, "Processed": 2}
    assert record(application).last_result == "1 taken"
    assert record(application).failures == 0


def test_a_message_tells_where_it_came_from_and_for_whom(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    dovecot.deliver(mail_user, b"Delivered-To: Complaints@Council.Example\r\n" + a_mail(1))
    dovecot.deliver(mail_user, b"Delivered-To: somebody@example.org\r\n" + a_mail(2))
    poll_mailbox(application, "post")
    first, second = stored(application)
    assert first.source == "imap:post"
    assert first.envelope_from == "alex.1@example.org"
    assert first.recipients == ("complaints@council.example",)
    assert second.recipients == ()


def test_mail_waits_for_nobody_when_it_comes_in_a_burst(dovecot, mail_user, build):
    """A server tells of some of it while other mail is taken, before it is asked to tell."""
    application = build((dovecot, mail_user, {}))
    with reading(application):
        for number in range(25):
            dovecot.deliver(mail_user, a_mail(number))
        poll_until(lambda: dovecot.folders(mail_user).get("Processed") == 25)
    assert len(stored(application)) == 25


def test_a_mailbox_is_looked_into_now_and_then_when_the_server_has_no_idle(plain_dovecot, build):
    """The server has no MOVE either, and keeps its folders below INBOX."""
    user = plain_dovecot.new_user()
    application = build((plain_dovecot, user, {}), poll_seconds=0.1)
    with reading(application):
        poll_until(lambda: has_looked(application))
        plain_dovecot.deliver(user, a_mail(1))
        poll_until(lambda: plain_dovecot.folders(user).get("INBOX.Processed") == 1)
    assert len(stored(application)) == 1
    assert plain_dovecot.folders(user)["INBOX"] == 0


def test_what_other_people_deleted_is_kept_when_the_server_cannot_remove_single_messages(
    bare_dovecot, build
):
    user = bare_dovecot.new_user()
    application = build((bare_dovecot, user, {}))
    for number in range(2):
        bare_dovecot.deliver(user, a_mail(number))
    with bare_dovecot.signed_in(user) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Deleted)")
    poll_mailbox(application, "post")
    poll_mailbox(application, "post")
    assert [each.raw for each in stored(application)] == [a_mail(1)]
    assert bare_dovecot.folders(user) == {"INBOX": 2, "Processed": 1}


def test_each_mailbox_is_read_when_there_are_two(dovecot, build):
    users = dovecot.new_user(), dovecot.new_user()
    application = build((dovecot, users[0], {}), (dovecot, users[1], {}))
    with reading(application):
        dovecot.deliver(users[0], a_mail(1))
        dovecot.deliver(users[1], a_mail(2))
        poll_until(lambda: len(stored(application)) == 2)
    assert {each.source for each in stored(application)} == {"imap:post", "imap:post2"}


def test_a_mail_is_one_message_when_it_lies_in_two_mailboxes(dovecot, build):
    users = dovecot.new_user(), dovecot.new_user()
    application = build((dovecot, users[0], {}), (dovecot, users[1], {}))
    for user in users:
        dovecot.deliver(user, a_mail(1))
    assert poll_mailbox(application, "post") == "1 taken"
    assert poll_mailbox(application, "post2") == "1 known already"
    assert len(stored(application)) == 1
    assert dovecot.folders(users[1]) == {"INBOX": 0, "Processed": 1}


def test_a_mailbox_that_cannot_be_read_does_not_hold_up_another(bare_dovecot, build):
    user = bare_dovecot.new_user()
    locked = MailUser(bare_dovecot.new_user().username, "wrong")
    application = build((bare_dovecot, locked, {}), (bare_dovecot, user, {}))
    bare_dovecot.deliver(user, a_mail(1))
    with reading(application):
        poll_until(lambda: len(stored(application)) == 1)
        poll_until(lambda: has_failed(application))


def test_nothing_is_lost_when_the_server_goes_away_and_comes_back(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    with reading(application):
        poll_until(lambda: has_looked(application))
        kill(dovecot)
        try:
            poll_until(lambda: has_failed(application))
        finally:
            dovecot.start()
        dovecot.deliver(mail_user, a_mail(1))
        poll_until(lambda: len(stored(application)) == 1)
        poll_until(lambda: not has_failed(application))
    assert record(application).failures > 0


def kill(server: Dovecot) -> None:
    """Ends the server with its connections at once; told to stop it would keep them for a while."""
    master = psutil.Process(server._process.pid)
    for process in [master, *master.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    server.stop()


class BreaksBeforeMove:
    """An open mailbox whose connection breaks when a message is to be moved."""

    def __init__(self, session) -> None:
        self._session = session

    def __getattr__(self, name: str):
        return getattr(self._session, name)

    def move(self, *_) -> None:
        raise MailboxUnavailable


@pytest.mark.parametrize(
    "mail", [a_mail(1), b"no header at all"], ids=["with a Message-ID", "without headers"]
)
def test_a_message_is_stored_once_when_we_crash_before_it_is_moved(dovecot, mail_user, build, mail):
    application = build((dovecot, mail_user, {}))
    dovecot.deliver(mail_user, mail)
    [mailbox] = application.settings.imap.mailboxes
    collect = CollectMailbox(
        store=application.store,
        clock=application.clock,
        rules=MailboxRules(
            name=mailbox.name,
            address=mailbox.username,
            addresses=(),
            processed_folder="Processed",
            failed_folder="Failed",
            max_size_bytes=1000,
        ),
    )
    report = Collected()
    with (
        ImapMailbox(mailbox, timeout_seconds=10).session() as session,
        pytest.raises(MailboxUnavailable),
    ):
        collect.collect(BreaksBeforeMove(session), report, lambda: False)
    assert (report.taken, dovecot.folders(mail_user)) == (1, {"INBOX": 1})
    assert poll_mailbox(application, "post") == "1 known already"
    assert len(stored(application)) == 1
    assert dovecot.folders(mail_user) == {"INBOX": 0, "Processed": 1}


def test_everything_is_read_again_when_the_folder_was_made_anew(dovecot, mail_user, build):
    """What was stored before is known, also where its UID is now another's."""
    application = build((dovecot, mail_user, {}))
    dovecot.deliver(mail_user, a_mail(1))
    poll_mailbox(application, "post")
    dovecot.lose_mailbox(mail_user)
    dovecot.deliver(mail_user, a_mail(2))
    dovecot.deliver(mail_user, a_mail(1))
    assert poll_mailbox(application, "post") == "1 taken, 1 known already"
    assert [each.raw for each in stored(application)] == [a_mail(1), a_mail(2)]


def read_only(server: Dovecot, user: MailUser, mode: int = 0o555) -> None:
    for name in ("cur", "new"):
        (maildir(server, user) / name).chmod(mode)


def test_each_message_is_taken_once_when_the_folder_is_read_only(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    dovecot.deliver(mail_user, a_mail(1))
    dovecot.deliver(mail_user, a_mail(2, "long " * 200))
    read_only(dovecot, mail_user)
    application = build((dovecot, mail_user, {}), SMTP_MAX_SIZE_BYTES="900")
    assert poll_mailbox(application, "post") == "1 taken, 1 failed"
    assert poll_mailbox(application, "post") == ""
    read_only(dovecot, mail_user, 0o755)
    dovecot.deliver(mail_user, a_mail(3))
    read_only(dovecot, mail_user)
    assert poll_mailbox(application, "post") == "1 taken"
    assert dovecot.folders(mail_user) == {"INBOX": 3}


def test_a_message_goes_to_the_failed_folder_when_it_is_too_large(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}), SMTP_MAX_SIZE_BYTES="900")
    dovecot.deliver(mail_user, a_mail(1, "long " * 200))
    dovecot.deliver(mail_user, a_mail(2))
    assert poll_mailbox(application, "post") == "1 taken, 1 failed"
    assert dovecot.folders(mail_user) == {"INBOX": 0, "Processed": 1, "Failed": 1}
    assert [each.raw for each in stored(application)] == [a_mail(2)]


@pytest.mark.parametrize("way", ["watched", "polled"])
def test_other_messages_are_taken_when_one_breaks_the_connection(dovecot, mail_user, build, way):
    """Dovecot hangs up on whoever asks for a message that it cannot open."""
    application = build((dovecot, mail_user, {}))
    for number in range(3):
        dovecot.deliver(mail_user, a_mail(number))
    with dovecot.signed_in(mail_user) as client:
        client.select("INBOX")
    files = (maildir(dovecot, mail_user) / "cur").iterdir()
    next(file for file in files if b"<1@example.org>" in file.read_bytes()).chmod(0)
    if way == "polled":
        assert poll_mailbox(application, "post") == "2 taken, 1 failed"
    else:
        with reading(application):
            poll_until(lambda: dovecot.folders(mail_user).get("Failed") == 1)
    assert dovecot.folders(mail_user) == {"INBOX": 0, "Processed": 2, "Failed": 1}
    assert [each.raw for each in stored(application)] == [a_mail(0), a_mail(2)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_mail_stays_unread_where_it_is_when_the_store_is_unavailable(
    dovecot, mail_user, build, postgres_server, migrated_database_url
):
    application = build((dovecot, mail_user, {}), database_url=migrated_database_url)
    with reading(application):
        poll_until(lambda: has_looked(application))
        postgres_server.stop()
        try:
            dovecot.deliver(mail_user, a_mail(1))
            with pytest.raises(StoreUnavailable):
                poll_mailbox(application, "post")
            assert dovecot.folders(mail_user) == {"INBOX": 1}
            with dovecot.signed_in(mail_user) as client:
                client.select("INBOX", readonly=True)
                assert client.search(None, "UNSEEN")[1] == [b"1"]
        finally:
            postgres_server.start()
        poll_until(lambda: dovecot.folders(mail_user).get("Processed") == 1)
    assert len(stored(application)) == 1


def test_a_message_stays_and_others_are_taken_when_the_store_refuses_it(
    dovecot, mail_user, build, logs
):
    """A fault of ours is no reason to take mail out of people's sight."""
    application = build((dovecot, mail_user, {}))
    for number in range(3):
        dovecot.deliver(mail_user, a_mail(number))
    refusal = """CREATE TRIGGER refuse BEFORE INSERT ON inbound_message
        WHEN NEW.envelope_from = 'alex.1@example.org' BEGIN SELECT RAISE(ABORT, 'refused'); END"""
    with application.store.engine.begin() as connection:
        connection.execute(text(refusal))
    with pytest.raises(IntegrityError):
        poll_mailbox(application, "post")
    assert dovecot.mails(mail_user) == [a_mail(1)]
    with reading(application):
        poll_until(lambda: has_failed(application))
        with application.store.engine.begin() as connection:
            connection.execute(text("DROP TRIGGER refuse"))
        poll_until(lambda: dovecot.folders(mail_user).get("Processed") == 3)
    assert len(stored(application)) == 3
    assert "imap_failed" in {line["event"] for line in logs}


@pytest.mark.parametrize(
    "mail",
    [
        b"From: a@example.org\r\nMessage-ID: <nul@example.org>\r\n\r\nbefore\x00after\r\n",
        "From: Zoë <zoe@example.org>\r\nSubject: Müll\r\n\r\nnaïve\r\n".encode("latin-1"),
        b"Return-Path: <a\x80\xff@example.org>\r\n\r\nx\r\n",
        b"no header at all",
        b"\r\n\r\n",
        b"Subject: " + b"x" * 300_000 + b"\r\n\r\ny\r\n",
    ],
    ids=["NUL", "8-bit header", "8-bit sender", "no header", "nothing", "long line"],
)
def test_a_message_is_taken_whatever_is_in_it(
    dovecot, mail_user, build, migrated_database_url, mail
):
    application = build((dovecot, mail_user, {}), database_url=migrated_database_url)
    dovecot.deliver(mail_user, mail)
    [on_server] = dovecot.mails(mail_user)
    assert poll_mailbox(application, "post") == "1 taken"
    assert [each.raw for each in stored(application)] == [on_server]
    assert dovecot.folders(mail_user)["Processed"] == 1


def test_two_messages_are_two_when_nothing_tells_them_apart(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    for _ in range(2):
        dovecot.deliver(mail_user, b"Subject: Bins\r\n\r\nAgain!\r\n")
    assert poll_mailbox(application, "post") == "2 taken"


def test_a_wrong_password_is_shown_and_tried_again(bare_dovecot, build, logs):
    user = MailUser(bare_dovecot.new_user().username, "se-cret")
    application = build((bare_dovecot, user, {}))
    with reading(application):
        poll_until(lambda: (job := record(application)) and job.failures > 1)
    error = record(application).last_error
    assert "refused the sign-in" in error
    assert "se-cret" not in error + str(logs)
    assert user.username not in error + str(logs)
    with pytest.raises(MailboxUnavailable, match="refused the sign-in"):
        check_mailbox(application.settings.imap.mailboxes[0])


def test_a_password_may_hold_any_character(bare_dovecot, build):
    user = MailUser(bare_dovecot.new_user().username, "pässwörd")
    [mailbox] = build((bare_dovecot, user, {})).settings.imap.mailboxes
    with pytest.raises(MailboxUnavailable, match="refused the sign-in"):
        check_mailbox(mailbox)


def test_a_mailbox_is_left_alone_while_another_node_reads_it(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    dovecot.deliver(mail_user, a_mail(1))
    with application.store.writing() as work:
        work.operations.take_lease(
            "mailbox:post", holder="other", now=application.clock.now(), seconds=LEASE_SECONDS
        )
        work.commit()
    assert poll_mailbox(application, "post") == ""
    with reading(application):
        poll_until(lambda: record(application))
    assert "another node" in record(application).last_result
    assert dovecot.folders(mail_user) == {"INBOX": 1}


def test_others_may_read_at_once_when_we_stop(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {}))
    with reading(application):
        poll_until(lambda: has_looked(application))
    dovecot.deliver(mail_user, a_mail(1))
    assert poll_mailbox(application, "post") == "1 taken"


def test_folders_may_have_any_name(dovecot, mail_user, build):
    more = {"processed_folder": "Eingang/Erledigt für heute", "failed_folder": "日本"}
    application = build((dovecot, mail_user, more), SMTP_MAX_SIZE_BYTES="900")
    dovecot.deliver(mail_user, a_mail(1))
    dovecot.deliver(mail_user, a_mail(2, "long " * 200))
    assert poll_mailbox(application, "post") == "1 taken, 1 failed"
    assert dovecot.mails(mail_user, "Eingang.Erledigt f&APw-r heute") == [a_mail(1)]
    assert len(dovecot.mails(mail_user, "&ZeVnLA-")) == 1


def test_a_check_says_what_it_found(dovecot, mail_user, plain_dovecot, build):
    dovecot.deliver(mail_user, a_mail(1))
    application = build((dovecot, mail_user, {}), (plain_dovecot, plain_dovecot.new_user(), {}))
    first, second = application.settings.imap.mailboxes
    assert check_mailbox(first).endswith("announces new mail; INBOX holds 1 message")
    assert check_mailbox(second).endswith("is asked for new mail; INBOX holds 0 messages")
    with pytest.raises(MailboxUnavailable, match="refused a request"):
        check_mailbox(first.model_copy(update={"folder": "Nowhere"}))
    read_only(dovecot, mail_user)
    assert "read-only" in check_mailbox(first)


def test_a_server_that_is_not_there_is_named(build, dovecot, mail_user):
    application = build((dovecot, mail_user, {"port": str(free_port())}))
    [mailbox] = application.settings.imap.mailboxes
    with pytest.raises(MailboxUnavailable, match=f"127.0.0.1:{mailbox.port} cannot be reached"):
        check_mailbox(mailbox)


def test_a_name_that_no_mailbox_has_is_refused(build):
    with pytest.raises(ConfigurationError, match="none is named nowhere"):
        poll_mailbox(build(), "nowhere")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_read_over_tls_only_from_a_server_that_is_trusted(build, security):
    port = free_port()
    with a_server(tls_port=port) as server:
        user = server.new_user()
        server.deliver(user, a_mail(1))
        more = {"security": security, "ca_file": str(server._folder / "certificate.pem")}
        if security == "tls":
            more["port"] = str(port)
        application = build((server, user, more))
        [mailbox] = application.settings.imap.mailboxes
        with pytest.raises(MailboxUnavailable, match="certificate that is not accepted"):
            check_mailbox(mailbox.model_copy(update={"ca_file": ""}))
        with reading(application):
            poll_until(lambda: has_looked(application))
            server.deliver(user, a_mail(2))
            poll_until(lambda: len(stored(application)) == 2)


def test_no_password_is_sent_when_the_server_offers_no_starttls(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {"security": "starttls"}))
    with pytest.raises(MailboxUnavailable, match="does not offer"):
        check_mailbox(application.settings.imap.mailboxes[0])


def test_a_wrong_authority_file_is_named(dovecot, mail_user, build):
    application = build((dovecot, mail_user, {"security": "tls", "ca_file": "/nowhere.pem"}))
    with pytest.raises(ConfigurationError, match="post: ca_file"):
        check_mailbox(application.settings.imap.mailboxes[0])
