"""What monitoring is told, and what anybody is told when something is broken."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from intake.bootstrap import Application
from intake.entrypoints.web.app import create_app
from intake.services.bot_report import BOT, BotReport, BotState, noted
from intake.services.operations import WORKER
from intake.services.operations_ports import JobRecord
from intake.settings import load_settings
from tests.support.desk import MAIL, Desk


def report_bot(desk: Desk, state: BotState, detail: str = "") -> None:
    report = BotReport(state=state, detail=detail)
    with desk.application.store.writing() as work:
        record = noted(JobRecord(name=BOT, node="node-1"), report, desk.clock.now())
        work.operations.record_job(record)
        work.commit()


def report_worker(desk: Desk) -> None:
    with desk.application.store.writing() as work:
        now = desk.clock.now()
        work.operations.record_job(
            JobRecord(name=WORKER, node="node-1", last_started_at=now, last_finished_at=now, runs=3)
        )
        work.commit()


@pytest.fixture
def broken(tmp_path):
    """A desk whose database cannot be opened."""
    (tmp_path / "not-a-database").mkdir()
    desk = Desk(f"sqlite:///{tmp_path / 'not-a-database'}", tmp_path)
    yield desk
    desk.close()


def parts(answer) -> dict[str, str]:
    return {name: part["status"] for name, part in answer.json()["parts"].items()}


def test_the_web_process_lives_whatever_else_is_broken(broken):
    assert broken.client().get("/health/live").json() == {"status": "ok"}


def test_the_program_is_ready_when_every_part_works(desk):
    report_worker(desk)
    answer = desk.client().get("/health/ready")
    assert answer.json() == desk.client().get("/health").json()
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert (
        parts(answer).items()
        >= {
            "database": "ok",
            "schema": "ok",
            "worker": "ok",
            "queue": "ok",
        }.items()
    )


def test_the_program_is_ready_without_its_bot_and_tells_why_the_form_answers(desk):
    report_worker(desk)
    report_bot(desk, BotState.UNAVAILABLE, "it is not installed; make setup-bot installs it")
    answer = desk.client().get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["parts"]["chat"] == {
        "status": "away",
        "detail": "answered by the guided form because the bot cannot be started: "
        "it is not installed; make setup-bot installs it",
    }


def test_the_program_tells_that_the_bot_answers_and_when_it_has_gone_silent(desk):
    report_bot(desk, BotState.READY)
    assert parts(desk.client().get("/health"))["chat"] == "ok"
    desk.clock.move(minutes=3)
    assert parts(desk.client().get("/health"))["chat"] == "away"


@pytest.mark.parametrize("state", BotState)
def test_the_metrics_show_the_one_state_the_bot_is_in(desk, state):
    report_bot(desk, state)
    text = desk.client().get("/metrics").text
    [bot] = [each for each in text_string_to_metric_families(text) if each.name == "intake_bot"]
    assert [s.labels["state"] for s in bot.samples if s.value] == [state.value]
    assert {sample.labels["state"] for sample in bot.samples} == set(BotState)


def test_the_program_is_not_ready_when_no_worker_has_reported(desk):
    answer = desk.client().get("/health/ready")
    assert answer.status_code == 503
    assert parts(answer)["worker"] == "failing"
    assert parts(answer)["database"] == "ok"


def test_the_program_is_not_ready_when_the_worker_has_gone_silent(desk):
    report_worker(desk)
    desk.clock.move(minutes=3)
    assert parts(desk.client().get("/health/ready"))["worker"] == "failing"


def test_the_program_is_not_ready_when_a_message_has_waited_too_long(desk):
    desk.receive(MAIL)
    desk.clock.move(minutes=16)
    report_worker(desk)
    answer = desk.client().get("/health/ready")
    assert (answer.status_code, parts(answer)["queue"]) == (503, "failing")


def test_every_part_is_named_when_the_database_cannot_be_reached(broken):
    answer = broken.client().get("/health/ready")
    assert answer.status_code == 503
    assert set(parts(answer).values()) == {"failing"}


def test_the_metrics_count_what_is_there(desk):
    report_worker(desk)
    desk.mail()
    desk.receive(MAIL.replace("<first@", "<second@"))
    desk.clock.move(seconds=90)
    text = desk.client().get("/metrics").text
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["intake_messages", ("state", "received")] == 1
    assert samples["intake_letters", ("state", "queued")] == 1
    assert samples["intake_cases", ("state", "to_review")] == 1
    assert samples[("intake_oldest_waiting_seconds",)] == 90
    assert samples["intake_job_runs_total", ("job", "worker"), ("node", "node-1")] == 3


def test_checks_and_metrics_tell_nothing_of_a_case(desk):
    reference = desk.mail()
    browser = desk.client()
    for address in ("/health", "/health/ready", "/metrics"):
        text = browser.get(address).text
        for word in (reference, "alex.example", "Elm Row"):
            assert word not in text


def test_pages_ask_to_come_back_when_the_database_cannot_be_reached(broken):
    answer = broken.client(cookies={"intake_session": "some"}).get("/cases")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "the service is not available at the moment" in answer.text
    answer = broken.client(cookies={"intake_session": "some"}).get("/api/v1/cases")
    assert answer.status_code == 503
    assert answer.json()["error"]


def test_an_unexpected_error_shows_and_logs_an_id_and_no_word_of_the_message(desk, tmp_path):
    """The error's own text may hold a resident's words: a database driver puts them there."""
    secret = "my landlord is Mr Example"

    class Broken(Application):
        @property
        def read_cases(self):
            raise RuntimeError(secret)

    desk.officer()
    application = Broken(
        load_settings(
            environment={
                "INTAKE_DATABASE_URL": desk.application.settings.database_url,
                "INTAKE_DATA_DIR": str(tmp_path),
                "INTAKE_SECRET_KEY": "k" * 40,
            }
        ),
        clock=desk.clock,
    )
    signed_in = desk.signed_in()
    desk.app = create_app(application)
    with capture_logs() as logs:
        answer = desk.client(cookies=dict(signed_in.cookies)).get("/cases")
    application.store.close()
    assert answer.status_code == 500
    logged = next(line for line in logs if line["event"] == "web_failed")
    assert logged["error_id"] in answer.text
    assert secret not in answer.text
    assert secret not in str(logs)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_unknown_address_gets_a_page(desk):
    for address in ("/nowhere", "/cases/a/b/c", "/static/nowhere.css"):
        answer = desk.client().get(address)
        assert answer.status_code == 404
        assert "Page not found" in answer.text


def test_a_long_wait_is_told_in_words(desk):
    report_worker(desk)
    desk.clock.move(hours=5)
    details = desk.client().get("/health").json()["parts"]
    assert details["worker"]["detail"] == "no worker has reported for 5 hours"
