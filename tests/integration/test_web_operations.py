"""The page that shows how the program is doing."""

from datetime import timedelta

import pytest

from intake.domain.cases import LetterState, TimelineKind
from intake.domain.inbound import InboundState
from intake.domain.officers import Role
from intake.services.bot_report import BOT, BotReport, BotState, noted
from intake.services.operations_ports import JobRecord
from tests.support.desk import EMAIL, MAIL, hidden


@pytest.fixture
def browser(desk):
    desk.officer()
    return desk.signed_in()


@pytest.fixture
def set_aside(desk):
    """The reference of the case of a message that the program gave up on."""
    desk.receive(MAIL)
    process = desk.application.process_message
    for _ in range(desk.application.settings.worker.max_tries):
        process.failed(process.claim("test"), "RecursionError in bodies.py:88")
    return desk.application.operations.overview().set_aside[0]


def press(browser, address: str):
    token = hidden(browser.get("/operations").text, "csrf_token")
    return browser.post(address, data={"csrf_token": token})


def test_an_idle_program_shows_that_nothing_waits(browser):
    page = browser.get("/operations").text
    assert "Nothing waits." in page
    assert "No job has run yet." in page
    assert "No mailbox is read" in page


def test_jobs_show_their_last_and_next_run_and_their_error(desk, browser):
    now = desk.clock.now()
    record = JobRecord(
        name="outbox",
        node="node-1",
        last_started_at=now,
        last_finished_at=now,
        next_run_at=now + timedelta(minutes=5),
        last_result="2 sent",
        last_error="The mail relay cannot be reached.",
        runs=7,
        failures=3,
    )
    with desk.application.store.writing() as work:
        work.operations.record_job(record)
        work.commit()
    page = browser.get("/operations").text
    for words in (
        "3 March 2025 at 9:05am",
        "3 March 2025 at 9:10am",
        "2 sent",
        "The mail relay cannot be reached.",
    ):
        assert words in page


def test_officers_see_who_answers_the_chat_and_why(desk, browser):
    report = BotReport(state=BotState.TRAINING)
    with desk.application.store.writing() as work:
        now = desk.clock.now()
        work.operations.record_job(noted(JobRecord(name=BOT, node="node-1"), report, now))
        work.commit()
    page = browser.get("/operations").text
    assert "answered by the guided form because the bot&#39;s model is being trained" in page
    assert "Limited" in page


def test_a_message_set_aside_is_shown_with_its_error_and_its_original(desk, browser, set_aside):
    page = browser.get("/operations").text
    assert "RecursionError in bodies.py:88" in page
    assert f'href="/cases/{set_aside.case_reference}"' in page
    answer = browser.get(f"/operations/messages/{set_aside.id}/original")
    assert answer.content == MAIL.replace("\n", "\r\n").encode()
    assert answer.headers["content-type"] == "application/octet-stream"


def test_a_message_set_aside_is_tried_again_at_the_press_of_a_button(desk, browser, set_aside):
    address = f"/operations/messages/{set_aside.id}/retry"
    assert press(browser, address).headers["location"] == "/operations?done=message"
    assert desk.application.operations.overview().messages[InboundState.SET_ASIDE] == 0
    file = desk.application.read_cases.file(set_aside.case_reference)
    assert (file.timeline[-1].kind, file.timeline[-1].by) == (TimelineKind.MESSAGE_RETRIED, EMAIL)
    assert press(browser, address).status_code == 409
    process = desk.application.process_message
    assert process.process(process.claim("test")) == set_aside.case_reference


def test_a_letter_not_delivered_is_sent_again_at_the_press_of_a_button(desk, browser):
    desk.mail()
    with desk.application.store.writing() as work:
        letter = work.outbox.due(now=desk.clock.now(), limit=1)[0]
        work.outbox.record_attempt(
            letter.id,
            state=LetterState.FAILED,
            tries=4,
            error="550 no such mailbox",
            next_try_at=None,
            sent_at=None,
        )
        work.commit()
    page = browser.get("/operations").text
    assert "550 no such mailbox" in page
    assert "4 tries" in page
    address = f"/operations/letters/{letter.id}/retry"
    assert press(browser, address).headers["location"] == "/operations?done=letter"
    assert desk.application.operations.overview().letters[LetterState.QUEUED] == 1
    assert press(browser, address).status_code == 409
    assert press(browser, "/operations/letters/999/retry").status_code == 404


def test_an_auditor_sees_it_all_and_has_nothing_tried_again(desk, set_aside):
    desk.officer("ada.auditor@council.example", role=Role.AUDITOR)
    auditor = desk.signed_in("ada.auditor@council.example")
    page = auditor.get("/operations").text
    assert "RecursionError in bodies.py:88" in page
    assert "Try again" not in page
    assert press(auditor, f"/operations/messages/{set_aside.id}/retry").status_code == 403
