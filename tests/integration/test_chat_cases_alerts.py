"""Whoever is on duty is written to at once when a message tells of danger, never in a loop."""

import email
import email.policy

import pytest

from intake.domain.cases import TimelineKind
from intake.errors import ConfigurationError
from intake.services.raise_alert import ALERTED_BEFORE
from intake.services.raise_alert import MACHINE_WRITTEN as NO_ALERT_TO_A_MACHINE
from intake.settings import load_settings
from tests.support.chat import ChatDesk
from tests.support.conversations import STORY, begin, held, turns_of
from tests.support.residents import mail

DUTY = "duty.rota@example.org"
SECOND = "on.call@example.org"
RESIDENT = "alex.example@example.org"
DANGER = "There is a strong smell of gas in our hall in Elm Row."


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path, HAZARDS_DUTY_ADDRESSES=f"{DUTY},{SECOND}")
    yield desk
    desk.close()


def come(chat, text, **headers):
    """Receives a mail and works it off; the reference of its case."""
    sender = headers.pop("sender", RESIDENT)
    chat.receive(mail("Help", text, sender=sender, **headers).as_bytes().decode())
    process = chat.application.process_message
    return process.process(process.claim("worker"))


def filed(chat, *turns, **known):
    conversation = begin(chat, held(**known), *turns)
    return chat.application.file_conversation.file(conversation, turns_of(chat, conversation))


def alerts(chat, reference):
    letters = chat.application.read_cases.file(reference).letters
    return [letter for letter in letters if letter.kind == "alert_duty"]


def told(chat, reference):
    return [
        (entry.kind, entry.text) for entry in chat.application.read_cases.file(reference).timeline
    ]


def test_a_danger_in_a_mail_is_told_to_all_who_are_on_duty_with_what_they_need(chat):
    reference = come(chat, DANGER)
    first, second = alerts(chat, reference)
    assert (first.to_addr, second.to_addr) == (DUTY, SECOND)
    assert reference in first.subject
    for needed in (
        "Gas or carbon monoxide",
        f"http://127.0.0.1:8000/cases/{reference}",
        "by email: Monday 3 March 2025 at 9:05am",
    ):
        assert needed in first.text
    kinds = [kind for kind, _ in told(chat, reference)]
    assert kinds.count(TimelineKind.ALERTED) == 1


def test_a_danger_in_a_chat_is_told_with_the_words_that_raised_it(chat):
    reference = filed(chat, (STORY, "Where?"), (DANGER, "Call 999."), in_danger=True)
    letter = alerts(chat, reference)[0]
    assert f'They wrote: "{DANGER}"' in letter.text
    assert "by chat" in letter.text


def test_a_message_without_danger_alerts_nobody(chat):
    assert alerts(chat, come(chat, "The bins were missed.")) == []
    assert alerts(chat, filed(chat)) == []


def test_without_duty_addresses_nobody_is_written_to(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path)
    reference = come(desk, DANGER)
    found = desk.application.read_cases.file(reference)
    assert found.case.urgent
    assert [letter.kind for letter in found.letters] == ["receipt_comment"]
    desk.close()


def test_the_same_danger_told_again_shortly_after_is_noted_and_not_sent(chat):
    reference = come(chat, DANGER)
    chat.clock.move(minutes=5)
    come(chat, f"Hello? {DANGER}", References=first_id(chat, reference))
    assert len(alerts(chat, reference)) == 2
    assert (TimelineKind.ALERT_WITHHELD, ALERTED_BEFORE) in told(chat, reference)
    chat.clock.move(minutes=31)
    come(chat, f"Still: {DANGER}", References=first_id(chat, reference))
    assert len(alerts(chat, reference)) == 4


def first_id(chat, reference):
    return chat.application.read_cases.file(reference).messages[0].message_id


def test_an_alert_is_marked_so_that_programs_do_not_answer_it(chat):
    letter = alerts(chat, come(chat, DANGER))[0]
    sent = email.message_from_bytes(letter.raw, policy=email.policy.default)
    assert sent["Auto-Submitted"] == "auto-replied"
    assert sent["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize("marked", [True, False])
def test_an_answer_of_a_duty_address_raises_no_alert_and_gets_no_receipt(chat, marked):
    """An out-of-office notice that quotes the alert, from a program that marks it and one not."""
    reference = come(chat, DANGER)
    letter = alerts(chat, reference)[0]
    sent = email.message_from_bytes(letter.raw, policy=email.policy.default)
    headers = {"Auto_Submitted": "auto-replied"} if marked else {}
    chat.clock.move(hours=1)
    come(
        chat,
        f"YES I am away. You wrote: {DANGER}",
        sender=DUTY,
        In_Reply_To=sent["Message-ID"],
        **headers,
    )
    found = chat.application.read_cases.file(reference)
    assert len(found.messages) == 2
    assert len(alerts(chat, reference)) == 2
    assert [letter.kind for letter in found.letters if letter.to_addr == DUTY] == ["alert_duty"]
    assert found.case.stage is None


def test_a_machine_that_quotes_a_danger_raises_no_alert_but_stands_first(chat):
    reference = come(chat, DANGER, Auto_Submitted="auto-replied")
    assert chat.application.read_cases.file(reference).case.urgent
    assert alerts(chat, reference) == []
    assert (TimelineKind.ALERT_WITHHELD, NO_ALERT_TO_A_MACHINE) in told(chat, reference)


def test_a_message_processed_again_is_told_once(chat):
    chat.words.fails_on = {"gas"}
    chat.receive(mail("Help", DANGER, sender=RESIDENT).as_bytes().decode())
    process = chat.application.process_message
    for _ in range(3):
        process.failed(process.claim("worker"), "ZeroDivisionError")
    chat.words.fails_on = set()
    with chat.application.store.writing() as work:
        work.inbound.retry(work.inbound.list_set_aside()[0].id)
        work.commit()
    reference = process.process(process.claim("worker"))
    assert len(alerts(chat, reference)) == 2


@pytest.mark.parametrize(
    "address",
    ["feedback@council.example", "Complaints@Council.example", "feedback+duty@council.example"],
)
def test_an_address_that_messages_come_in_by_cannot_be_on_duty(address):
    variables = {"INTAKE_HAZARDS_DUTY_ADDRESSES": f"{DUTY},{address}"}
    with pytest.raises(ConfigurationError, match=r"INTAKE_HAZARDS_DUTY_ADDRESSES: hazards\.duty"):
        load_settings(None, variables)


def test_what_is_no_address_cannot_be_on_duty():
    with pytest.raises(ConfigurationError, match="'the duty desk' is not an email address"):
        load_settings(None, {"INTAKE_HAZARDS_DUTY_ADDRESSES": "the duty desk"})
