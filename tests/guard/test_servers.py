"""The servers that other tests rely on behave as those tests assume."""

import smtplib
import ssl

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.support.relay import Behaviour, Relay

MAIL = b"Subject: The lamp in Elm Row is out\r\n\r\nIt has been dark for a week.\r\n"
SENDER, RECIPIENT = "feedback@council.example", "alex.reader@example.org"


def send(client: smtplib.SMTP) -> None:
    client.sendmail(SENDER, [RECIPIENT], MAIL)


def test_a_database_is_empty_when_a_test_begins(database_url):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
        assert connection.execute(text("SELECT count(*) FROM only_here")).scalar() == 0
    engine.dispose()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_migrated_database_has_the_tables_and_no_rows(migrated_database_url, turn):
    engine = create_engine(migrated_database_url)
    with engine.begin() as connection:
        tables = inspect(connection).get_table_names()
        assert "alembic_version" in tables
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    assert "left_behind" not in tables
    engine.dispose()


@pytest.mark.postgres
def test_rows_survive_when_the_database_is_restarted(postgres_server, postgres_url):
    engine = create_engine(postgres_url, pool_pre_ping=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 7 AS number"))
    postgres_server.stop()
    postgres_server.start()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT number FROM kept")).scalar() == 7
    engine.dispose()


@pytest.mark.dovecot
def test_an_idle_mailbox_is_told_when_a_mail_is_delivered(dovecot, mail_user):
    with dovecot.signed_in(mail_user) as client:
        assert "IDLE" in client.capabilities
        client.select("INBOX")
        client.send(b"A1 IDLE\r\n")
        assert client.readline().startswith(b"+")
        dovecot.deliver(mail_user, MAIL)
        assert client.readline() == b"* 1 EXISTS\r\n"
        # The answers that end IDLE are read, so that signing out finds none of them.
        client.send(b"DONE\r\n")
        while not client.readline().startswith(b"A1 OK"):
            pass
    assert dovecot.folders(mail_user) == {"INBOX": 1}
    assert dovecot.mails(mail_user) == [MAIL]


@pytest.mark.dovecot
def test_a_mailbox_has_a_new_validity_when_it_was_lost(dovecot, mail_user):
    def validity() -> bytes:
        with dovecot.signed_in(mail_user) as client:
            return client.status("INBOX", "(UIDVALIDITY)")[1][0]

    dovecot.deliver(mail_user, MAIL)
    before = validity()
    dovecot.lose_mailbox(mail_user)
    assert validity() != before


def test_the_relay_keeps_what_it_accepts(relay):
    with smtplib.SMTP(relay.host, relay.port) as client:
        send(client)
    [letter] = relay.wait_for(1)
    assert (letter.sender, letter.recipients) == (SENDER, (RECIPIENT,))
    assert letter.message["Subject"] == "The lamp in Elm Row is out"


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour.DEFER, smtplib.SMTPDataError),
        (Behaviour.REFUSE, smtplib.SMTPDataError),
        (Behaviour.REFUSE_RECIPIENT, smtplib.SMTPRecipientsRefused),
        (Behaviour.DROP, smtplib.SMTPServerDisconnected),
    ],
)
def test_the_relay_fails_as_told(relay, behaviour, error):
    relay.behaviour = behaviour
    with smtplib.SMTP(relay.host, relay.port) as client, pytest.raises(error):
        send(client)
    assert relay.letters == []
    relay.behaviour = Behaviour.ACCEPT
    with smtplib.SMTP(relay.host, relay.port) as client:
        send(client)
    assert len(relay.letters) == 1


def test_the_relay_asks_for_encryption_and_a_sign_in_when_it_has_credentials(certificate):
    relay = Relay(certificate, credentials=("intake", "horse"))
    relay.start()
    try:
        with smtplib.SMTP(relay.host, relay.port) as client:
            with pytest.raises(smtplib.SMTPSenderRefused):
                send(client)
            client.starttls(context=certificate.client_context())
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("intake", "donkey")
            client.login("intake", "horse")
            send(client)
    finally:
        relay.stop()
    assert [(letter.tls, letter.signed_in_as) for letter in relay.letters] == [(True, "intake")]


def test_nobody_trusts_the_certificate_unless_told_to(certificate):
    relay = Relay(certificate)
    relay.start()
    try:
        with smtplib.SMTP(relay.host, relay.port) as client, pytest.raises(ssl.SSLError):
            client.starttls(context=ssl.create_default_context())
    finally:
        relay.stop()
