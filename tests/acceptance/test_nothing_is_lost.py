"""Accepted is kept: over killed processes, a relay that is away and a database that restarts."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Self

import pytest

from tests.support.postgres import PostgresServer
from tests.support.program import FEEDBACK_ADDRESS, Intake
from tests.support.relay import Relay
from tests.support.residents import COMMENT, REQUEST, Council, mail, new_address
from tests.support.waiting import poll_until

KILLS = 4
MAILS_BETWEEN_KILLS = 25


class Sender:
    """Sends mail after mail over SMTP from a thread and keeps those that were answered with 250.

    It sends no more than it is allowed, so that the worker has an end in sight.
    """

    def __init__(self, intake: Intake) -> None:
        self.accepted: list[str] = []
        self.allowed = 0
        self._intake = intake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self._intake.smtp_port, timeout=10) as client:
                    while not self._stop.is_set() and len(self.accepted) < self.allowed:
                        self._send(client, mail(*COMMENT, sender=new_address()))
            except (OSError, smtplib.SMTPException):
                # The program is away: try again, as a mail gateway does.
                pass
            self._stop.wait(0.02)

    def _send(self, client: smtplib.SMTP, message: EmailMessage) -> None:
        refused = client.send_message(message, to_addrs=[FEEDBACK_ADDRESS])
        assert not refused
        self.accepted.append(message["Message-ID"])


@pytest.fixture
def own_council(
    start_intake: Callable[..., Intake], relay: Relay, database_url: str
) -> Iterator[Council]:
    """A council of the test's own, to be killed and started again."""
    intake = start_intake(
        RELAY_HOST=relay.host, RELAY_PORT=str(relay.port), DATABASE_URL=database_url
    )
    council = Council(intake, relay)
    yield council
    council.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_accepted_is_lost_or_doubled_when_the_program_is_killed_under_load(
    own_council: Council,
) -> None:
    intake = own_council.intake
    with Sender(intake) as sender:
        for _ in range(KILLS):
            enough = sender.allowed + MAILS_BETWEEN_KILLS
            sender.allowed = enough + MAILS_BETWEEN_KILLS
            poll_until(lambda least=enough: len(sender.accepted) >= least, 60)
            intake.kill()
            intake.start()
    poll_until(lambda: not waiting(own_council), 100, every_seconds=0.5)
    held = [each for case in own_council.cases() for each in case["message_ids"]]
    assert set(sender.accepted) <= set(held)
    assert len(held) == len(set(held))


def waiting(council: Council) -> int:
    with council.store.reading() as work:
        return sum(work.inbound.count_by_state().values())


def test_letters_wait_for_a_relay_that_is_away_and_leave_when_it_is_back(
    own_council: Council,
) -> None:
    own_council.relay.stop()
    resident = new_address()
    message = mail(*REQUEST, sender=resident)
    own_council.receive(message)
    case = own_council.case_of(message)
    poll_until(
        lambda: (
            "letter_delayed" in [e["kind"] for e in own_council.case(case["reference"])["timeline"]]
        ),
        30,
    )
    own_council.relay.start()
    letter = own_council.letter_to(resident)
    assert case["reference"] in letter["Subject"]
    assert len(own_council.letters_to(resident)) == 1


@pytest.mark.postgres
def test_mail_is_put_off_while_the_database_is_away_and_taken_again_when_it_is_back(
    start_intake: Callable[..., Intake],
    relay: Relay,
    postgres_server: PostgresServer,
    postgres_url: str,
) -> None:
    intake = start_intake(
        RELAY_HOST=relay.host, RELAY_PORT=str(relay.port), DATABASE_URL=postgres_url
    )
    council = Council(intake, relay)
    before = mail(*REQUEST, sender=new_address())
    council.receive(before)
    council.case_of(before)
    council.close()
    postgres_server.stop()
    try:
        meanwhile = mail(*COMMENT, sender=new_address())
        with pytest.raises(smtplib.SMTPDataError) as put_off:
            council.receive(meanwhile)
    finally:
        postgres_server.start()
    assert put_off.value.smtp_code == 451
    poll_until(lambda: _accepts(council, meanwhile), 60, every_seconds=0.2)
    assert council.case_of(meanwhile, timeout_seconds=60)["message_ids"] == [
        meanwhile["Message-ID"]
    ]
    council.close()


def _accepts(council: Council, message: EmailMessage) -> bool:
    try:
        council.receive(message)
    except smtplib.SMTPException:
        return False
    return True
