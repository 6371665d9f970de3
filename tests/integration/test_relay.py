"""Letters over real SMTP: how they leave, what a relay's answers mean, and that nothing leaks."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.adapters.mailer import SmtpMailer
from intake.domain.cases import Letter
from intake.errors import LetterDelayed, RelayRefused, RelayUnavailable
from intake.settings import RelaySettings
from tests.support.certificate import Certificate
from tests.support.ports import free_port
from tests.support.relay import Behaviour, Relay

LETTER = Letter(
    id=1,
    case_id=1,
    purpose="receipt:1",
    kind="receipt_comment",
    to_addr="jo.marsh@example.org",
    subject="We have your message",
    text="Dear Jo,\n",
    message_id="<fb.1@council.example>",
    raw=(
        b"From: The council <feedback@council.example>\r\nTo: jo.marsh@example.org\r\n"
        b"Auto-Submitted: auto-replied\r\n\r\nDear Jo,\r\n.a line that starts with a dot\r\n"
    ),
    created_at=datetime(2026, 8, 7, 9, 30, tzinfo=UTC),
    next_try_at=None,
)


def mailer(relay: Any, **changes: Any) -> SmtpMailer:
    values = {
        "host": "127.0.0.1",
        "port": relay.port,
        "security": "auto",
        "timeout_seconds": 10,
    }
    return SmtpMailer(RelaySettings(**(values | changes)), "intake.council.example")


def send(to: SmtpMailer, *letters: Letter) -> list[str]:
    with to.session() as session:
        return [session.send(letter) for letter in letters]


def test_a_letter_arrives_as_it_was_written(relay: Relay):
    send(mailer(relay), LETTER)
    assert relay.letters[0].content == LETTER.raw
    assert relay.letters[0].recipients == ("jo.marsh@example.org",)


def test_an_automatic_letter_leaves_with_an_empty_envelope_sender(relay: Relay):
    send(mailer(relay), LETTER)
    assert relay.letters[0].sender == "<>"


def test_a_letter_of_an_officer_leaves_with_its_senders_address(relay: Relay):
    """Its bounce must come back: somebody has to know that the resident never got it."""
    raw = LETTER.raw.replace(b"Auto-Submitted: auto-replied\r\n", b"")
    send(mailer(relay), replace(LETTER, raw=raw))
    assert relay.letters[0].sender == "feedback@council.example"


def test_many_letters_leave_over_one_connection(scripted: "Scripted"):
    send(mailer(scripted), *[LETTER] * 20)
    assert len(scripted.taken) == 20
    assert scripted.connections == 1


def test_letters_are_encrypted_where_the_relay_offers_it(certificate: Certificate):
    """With nothing said of certificates, an unknown one still beats letters in the clear."""
    with running(Relay(certificate)) as relay:
        send(mailer(relay), LETTER)
        assert relay.letters[0].tls


def test_no_letter_is_encrypted_when_encryption_is_off(certificate: Certificate):
    with running(Relay(certificate)) as relay:
        send(mailer(relay, security="none"), LETTER)
        assert not relay.letters[0].tls


@pytest.mark.parametrize("security", ["starttls", "tls", "auto"])
def test_a_trusted_certificate_is_accepted(certificate: Certificate, security: str):
    with running(Relay(certificate), from_the_start=security == "tls") as relay:
        ca_file = str(certificate.certificate)
        send(mailer(relay, security=security, ca_file=ca_file), LETTER)
        assert len(relay.letters) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_letter_leaves_when_the_certificate_is_not_trusted(
    certificate: Certificate, security: str
):
    with running(Relay(certificate), from_the_start=security == "tls") as relay:
        with pytest.raises(RelayUnavailable, match="certificate is not trusted"):
            send(mailer(relay, security=security), LETTER)
        assert relay.letters == []


def test_no_letter_leaves_in_the_clear_when_encryption_is_required(relay: Relay):
    with pytest.raises(RelayUnavailable, match="does not offer the protection"):
        send(mailer(relay, security="starttls"), LETTER)
    assert relay.letters == []


def test_a_relay_that_asks_for_a_sign_in_gets_it(certificate: Certificate):
    with running(Relay(certificate, ("council", "s3cret"))) as relay:
        signing_in = mailer(
            relay,
            username="council",
            password="s3cret",
            ca_file=str(certificate.certificate),
        )
        send(signing_in, LETTER)
        assert relay.letters[0].signed_in_as == "council"


def test_a_refused_sign_in_concerns_the_relay_and_no_letter(certificate: Certificate):
    with running(Relay(certificate, ("council", "s3cret"))) as relay:
        wrong = mailer(
            relay, username="council", password="wr0ng", ca_file=str(certificate.certificate)
        )
        with pytest.raises(RelayUnavailable, match=r"sign-in \(535") as caught:
            send(wrong, LETTER)
        assert type(caught.value) is RelayUnavailable
        assert "wr0ng" not in str(caught.value)


def test_a_password_never_goes_to_a_relay_that_has_not_proved_who_it_is(
    certificate: Certificate, relay: Relay
):
    unproved = {"username": "council", "password": "s3cret"}
    with (
        running(Relay(certificate, ("council", "s3cret"))) as pretender,
        pytest.raises(RelayUnavailable, match="certificate is not trusted"),
    ):
        send(mailer(pretender, **unproved), LETTER)
    with pytest.raises(RelayUnavailable, match="does not offer the protection"):
        send(mailer(relay, **unproved), LETTER)


def test_a_forgotten_sign_in_loses_no_letter(certificate: Certificate):
    """The relay answers 530 to each letter; the council's setting is wrong, not the letters."""
    with (
        running(Relay(certificate, ("council", "s3cret"))) as relay,
        pytest.raises(LetterDelayed, match="530"),
    ):
        send(mailer(relay, security="none"), LETTER)


def test_a_relay_that_is_away_is_told_so():
    nobody = free_port()
    relay = RelaySettings(host="127.0.0.1", port=nobody, security="auto", timeout_seconds=5)
    with pytest.raises(RelayUnavailable, match="cannot be reached") as caught:
        send(SmtpMailer(relay, "intake.council.example"), LETTER)
    assert type(caught.value) is RelayUnavailable


def test_a_refusal_for_good_is_told_by_its_codes_without_the_address(relay: Relay):
    relay.behaviour = Behaviour.REFUSE_RECIPIENT
    with pytest.raises(RelayRefused, match=r"550 5\.1\.1: there is no such mailbox") as caught:
        send(mailer(relay), LETTER)
    assert "jo.marsh" not in str(caught.value)


def test_a_letter_put_off_is_told_from_a_relay_that_is_away(relay: Relay):
    relay.behaviour = Behaviour.DEFER
    with pytest.raises(LetterDelayed, match=r"451 4\.3\.0"):
        send(mailer(relay), LETTER)


@pytest.mark.parametrize("behaviour", [each for each in Behaviour if each is not Behaviour.ACCEPT])
def test_a_letter_that_goes_wrong_does_not_harm_the_next(relay: Relay, behaviour: Behaviour):
    with mailer(relay).session() as session:
        relay.behaviour = behaviour
        with pytest.raises((LetterDelayed, RelayRefused)):
            session.send(LETTER)
        relay.behaviour = Behaviour.ACCEPT
        session.send(LETTER)
    assert len(relay.letters) == 1
    assert relay.letters[0].content == LETTER.raw


def test_a_letter_is_not_offered_again_at_once_when_the_relay_may_have_taken_it(relay: Relay):
    relay.behaviour = Behaviour.DROP
    with pytest.raises(LetterDelayed):
        send(mailer(relay), LETTER)
    assert relay.attempts == 1


def test_a_relay_that_went_away_and_came_back_between_letters_gets_the_next(relay: Relay):
    with mailer(relay).session() as session:
        session.send(LETTER)
        relay.stop()
        relay.start()
        session.send(LETTER)
    assert len(relay.letters) == 2


def test_a_relay_that_went_away_between_letters_is_told_so(relay: Relay):
    with mailer(relay).session() as session:
        session.send(LETTER)
        relay.stop()
        with pytest.raises(RelayUnavailable) as caught:
            session.send(LETTER)
    assert type(caught.value) is RelayUnavailable


@pytest.mark.parametrize(
    ("step", "reply", "error"),
    [
        ("greeting", "554 5.3.2 closed for today", RelayUnavailable),
        ("EHLO HELO", "550 5.7.1 not you", RelayUnavailable),
        ("MAIL", "451 4.7.1 later", LetterDelayed),
        ("MAIL", "550 5.7.1 no null senders here", LetterDelayed),
        ("MAIL", "552 5.3.4 too large", RelayRefused),
        ("RCPT", "450 4.2.1 greylisted", LetterDelayed),
        ("RCPT", "550-5.1.1 no <jo.marsh@example.org>\r\n550 5.1.1 here", RelayRefused),
        ("RCPT", "530 5.7.0 sign in first", LetterDelayed),
        ("RCPT", "421 4.3.2 closing", LetterDelayed),
        ("DATA", "451 4.3.1 disk full", LetterDelayed),
        ("DATA", "554 5.6.0 no", RelayRefused),
        ("DATA", "421 4.3.2 closing", LetterDelayed),
        (".", "552 5.3.4 too large", RelayRefused),
        (".", "452 4.3.1 disk full", LetterDelayed),
        (".", "421 4.3.2 closing", LetterDelayed),
        (".", "gibberish", LetterDelayed),
    ],
)
def test_an_answer_of_the_relay_means_what_the_rules_say(
    scripted: "Scripted", step: str, reply: str, error: type[RelayUnavailable]
):
    scripted.replies |= dict.fromkeys(step.split(), reply)
    with pytest.raises(error) as caught:
        send(mailer(scripted), LETTER)
    assert type(caught.value) is error
    assert "jo.marsh" not in str(caught.value)


@pytest.mark.parametrize(
    ("step", "error"), [("greeting", RelayUnavailable), ("RCPT", LetterDelayed)]
)
def test_a_relay_that_falls_silent_is_left_after_the_time_allowed(
    scripted: "Scripted", step: str, error: type[RelayUnavailable]
):
    scripted.replies[step] = SILENCE
    with pytest.raises(error):
        send(mailer(scripted, timeout_seconds=0.2), LETTER)


def test_a_relay_that_takes_few_letters_a_connection_gets_them_all(scripted: "Scripted"):
    scripted.letters_a_connection = 3
    send(mailer(scripted), *[LETTER] * 10)
    assert len(scripted.taken) == 10
    assert scripted.connections == 4


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "500 5.5.1 what is RSET?", "gibberish", ""])
def test_a_connection_that_cannot_be_cleared_is_made_anew_for_the_next_letter(
    scripted: "Scripted", reply: str
):
    scripted.replies |= {"RCPT": "550 5.1.1 no", "RSET": reply}
    with mailer(scripted).session() as session:
        with pytest.raises(RelayRefused):
            session.send(LETTER)
        scripted.replies.clear()
        session.send(LETTER)
    assert len(scripted.taken) == 1
    assert scripted.connections == 2


def test_the_relays_queue_number_is_told(scripted: "Scripted"):
    scripted.replies["."] = "250 2.0.0 Ok: queued as 4XyZ12"
    assert send(mailer(scripted), LETTER) == [f"127.0.0.1:{scripted.port} as 4XyZ12"]


def test_an_address_in_another_script_reaches_a_relay_that_can(relay: Relay):
    raw = LETTER.raw.replace(b"jo.marsh@", "zoë@".encode())
    send(mailer(relay), replace(LETTER, to_addr="zoë@bücher.example", raw=raw))
    assert relay.letters[0].recipients == ("zoë@xn--bcher-kva.example",)


def test_an_address_in_another_script_is_refused_when_the_relay_cannot(scripted: "Scripted"):
    with mailer(scripted).session() as session:
        with pytest.raises(RelayRefused, match="letters beyond a to z"):
            session.send(replace(LETTER, to_addr="zoë@example.org"))
        session.send(LETTER)
    assert len(scripted.taken) == 1


@pytest.mark.parametrize("address", ["", "jo@example.org>\r\nRCPT TO:<kim@example.org"])
def test_an_address_that_could_do_harm_never_reaches_the_relay(scripted: "Scripted", address: str):
    with pytest.raises(RelayRefused, match="cannot be written to"):
        send(mailer(scripted), replace(LETTER, to_addr=address))
    assert scripted.taken == []


SILENCE = "silence"


class Scripted:
    """A relay that says exactly what it is told to at each step, and hangs up when told nothing.

    `letters_a_connection` is how many it takes before it ends a connection with 421.
    """

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.letters_a_connection = 1000
        self.connections = 0
        self.taken: list[bytes] = []
        self.ending = threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.converse(self.rfile, self.wfile)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def converse(self, lines: Any, out: Any) -> None:
        self.connections += 1
        taken = 0
        if not self._say(out, "greeting", "220 relay.example.org"):
            return
        for line in lines:
            verb = line[:4].strip().upper().decode("ascii", "replace")
            if verb == "QUIT":
                self._say(out, verb, "221 bye")
                return
            if verb == "MAIL" and taken >= self.letters_a_connection:
                out.write(b"421 4.7.0 enough for one connection\r\n")
                return
            usual = "354 go on" if verb == "DATA" else "250 OK"
            if not self._say(out, verb, usual):
                return
            if verb == "DATA" and "DATA" not in self.replies:
                content = b"".join(iter(lines.readline, b".\r\n"))
                if self._say(out, ".", "250 OK") and "." not in self.replies:
                    self.taken.append(content)
                taken += 1

    def _say(self, out: Any, step: str, usual: str) -> bool:
        reply = self.replies.get(step, usual)
        if reply == SILENCE:
            self.ending.wait()
            return False
        if not reply:
            return False
        out.write(f"{reply}\r\n".encode())
        return not reply.startswith("421")


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    relay = Scripted()
    thread = threading.Thread(target=relay.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield relay
    relay.ending.set()
    relay.server.shutdown()
    relay.server.server_close()
    thread.join()


@contextmanager
def running(relay: Relay, *, from_the_start: bool = False) -> Iterator[Relay]:
    """Runs a relay for a block, with TLS from the first byte where told."""
    if from_the_start:
        relay._options["ssl_context"] = relay._options.pop("tls_context")
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()
