"""Agreement and drift: what officers and monitoring see of them, and when an alarm is noted."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from intake.domain.blind_reading import Place
from intake.domain.cases import Review, ReviewKind
from intake.domain.categories import Category
from intake.domain.classification import Decision
from intake.domain.drift import Measure
from intake.entrypoints.jobs import Schedule
from intake.services.ports import CaseQuery
from tests.support.desk import EMAIL, Desk
from tests.support.stored import open_case

KIT = "kit.keeper@council.example"
COMMENT, COMPLAINT = Category.COMMENT, Category.COMPLAINT


@pytest.fixture
def desk(migrated_database_url, tmp_path):
    opened = Desk(migrated_database_url, tmp_path, LEARNING_MIX_FEWEST_CASES="4")
    opened.officer()
    yield opened
    opened.close()


@pytest.fixture
def browser(desk):
    return desk.signed_in()


def said(
    desk: Desk,
    officer_said: Category,
    model_said: Category = COMMENT,
    *,
    kind: ReviewKind = ReviewKind.BLIND,
    case_id: int | None = None,
    officer: str = EMAIL,
    at: datetime | None = None,
) -> int:
    """An officer said something of a case, new or this one, a minute ago; gives its number."""
    now = at or desk.clock.now() - timedelta(minutes=1)
    number = case_id or open_case(desk.application.store, received_at=now, category=model_said).id
    review = Review(
        at=now,
        officer=officer,
        model_category=model_said,
        officer_category=officer_said,
        reason="",
        seconds_taken=3,
        model="told-1",
        kind=kind,
    )
    with desk.application.store.writing() as work:
        work.cases.add_review(number, review)
        work.commit()
    return number


def received(desk: Desk, category: Category, count: int) -> None:
    at = desk.clock.now() - timedelta(minutes=1)
    for _ in range(count):
        open_case(desk.application.store, received_at=at, category=category)


def section(page: str, name: str) -> str:
    """The words of one part of the page."""
    found = re.search(f'<section aria-labelledby="{name}">(.*?)</section>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_the_page_says_so_when_nothing_has_been_read(browser):
    page = browser.get("/learning").text
    assert section(page, "blind").endswith("None in the last 12 months.")
    assert "Nobody has looked yet" in section(page, "drift")
    assert 'href="/learning"' in browser.get("/cases").text


def test_blind_readings_and_the_review_queue_are_counted_apart(desk, browser):
    for category in (COMMENT, COMMENT, COMMENT, COMPLAINT):
        said(desk, category)
    said(desk, COMPLAINT, COMPLAINT)
    said(desk, COMMENT, kind=ReviewKind.QUEUE)
    page = browser.get("/learning").text
    blind = section(page, "blind")
    # All: 4 of 5; by chance (3 * 4 + 2 * 1) / 25 = 0.56, so kappa is 0.24 / 0.44.
    assert "March 2025 80% 4 of 5 kappa 0.55" in blind
    assert "75% 3 of 4" in blind
    assert "1 time the classifier said comment and the officer complaint" in blind
    assert "March 2025 100% 1 of 1" in section(page, "queue")
    assert "None in the last 12 months." in section(page, "officers")


def test_each_month_has_its_line_in_the_councils_time_and_all_have_one(desk, browser):
    """Half past eleven at night in UTC on 30 June is July in London."""
    desk.clock.at = datetime(2025, 7, 10, 9, 0, tzinfo=UTC)
    said(desk, COMMENT, at=datetime(2025, 6, 30, 23, 30, tzinfo=UTC))
    said(desk, COMPLAINT, at=datetime(2025, 6, 30, 22, 30, tzinfo=UTC))
    said(desk, COMPLAINT, at=datetime(2024, 7, 31, 22, 30, tzinfo=UTC))
    blind = section(desk.signed_in().get("/learning").text, "blind")
    assert "July 2025 100% 1 of 1" in blind
    assert "June 2025 0% 0 of 1" in blind
    assert "All these months 50% 1 of 2" in blind
    assert "2024" not in blind


def test_two_officers_are_compared_on_the_cases_both_read_blind(desk, browser):
    case_id = said(desk, COMPLAINT)
    said(desk, COMPLAINT, case_id=case_id, officer=KIT)
    case_id = said(desk, COMPLAINT)
    said(desk, COMMENT, case_id=case_id, officer=KIT)
    page = browser.get("/learning").text
    assert "March 2025 50% 1 of 2" in section(page, "officers")
    assert "1 time the first officer said complaint and the second officer comment" in section(
        page, "officers"
    )
    # The second readings measure the officers, not the classifier.
    assert "March 2025 0% 0 of 2" in section(page, "blind")


def test_a_correction_after_a_blind_reading_is_counted_once(desk, browser):
    case_id = said(desk, COMPLAINT)
    said(desk, COMPLAINT, kind=ReviewKind.SETTLED, case_id=case_id)
    page = browser.get("/learning").text
    assert "0 of 1" in section(page, "blind")
    assert "None in the last 12 months." in section(page, "queue")


def test_a_case_reviewed_again_is_counted_by_its_first_review(desk, browser):
    case_id = said(desk, COMMENT, kind=ReviewKind.QUEUE)
    said(desk, COMPLAINT, kind=ReviewKind.QUEUE, case_id=case_id)
    assert "100% 1 of 1" in section(browser.get("/learning").text, "queue")


def test_what_the_model_could_not_read_is_not_counted(desk, browser):
    said(desk, COMMENT, None, kind=ReviewKind.QUEUE)
    assert "None in the last 12 months." in section(browser.get("/learning").text, "queue")


def test_agreement_of_the_last_30_days_is_in_the_metrics(desk, browser):
    said(desk, COMMENT)
    said(desk, COMPLAINT)
    desk.clock.move(days=29)
    case_id = said(desk, COMPLAINT, COMPLAINT)
    with desk.application.store.writing() as work:
        work.learning.draw(case_id, [Place.FIRST], at=desk.clock.now())
        work.commit()
    lines = desk.client().get("/metrics").text.splitlines()
    for line in (
        'intake_agreement_answers{category="all",comparison="blind"} 3.0',
        'intake_agreement_answers{category="comment",comparison="blind"} 2.0',
        'intake_agreement_share{category="comment",comparison="blind"} 0.5',
        'intake_agreement_answers{category="all",comparison="queue"} 0.0',
        'intake_agreement_answers{category="all",comparison="officers"} 0.0',
        'intake_blind_readings{state="waiting"} 1.0',
    ):
        assert line in lines, line
    assert not any("intake_agreement_share" in line and "queue" in line for line in lines)
    assert any(line.startswith('intake_agreement_kappa{category="all"') for line in lines)
    desk.clock.move(days=2)
    lines = desk.client().get("/metrics").text.splitlines()
    assert 'intake_agreement_answers{category="all",comparison="blind"} 1.0' in lines


def test_too_little_agreement_is_an_alarm_wherever_officers_and_monitoring_look(desk, browser):
    for _ in range(3):
        said(desk, COMPLAINT)
    desk.application.watch_drift.run()
    for address in ("/operations", "/learning"):
        page = browser.get(address).text
        assert "In 0 of 3 blind readings of the last 30 days (0%)" in page
        assert "intake retrain" in page
        assert "Since Monday 3 March 2025 at 9:05am." in page
    lines = desk.client().get("/metrics").text.splitlines()
    assert 'intake_drift_alarm{measure="agreement"} 1.0' in lines
    assert 'intake_drift_figure{measure="agreement"} 0.0' in lines
    assert 'intake_drift_alarm{measure="mix"} 0.0' in lines


def test_an_alarm_keeps_its_beginning_while_it_stands_and_ends_by_itself(desk, browser):
    for _ in range(3):
        said(desk, COMPLAINT)
    desk.application.watch_drift.run()
    began_at = desk.clock.now()
    desk.clock.move(days=1)
    desk.application.watch_drift.run()
    (alarm,) = desk.application.report_agreement.alarms()
    assert (alarm.measure, alarm.alarm_since) == (Measure.AGREEMENT, began_at)
    assert alarm.checked_at == desk.clock.now()
    desk.clock.move(days=30)
    desk.application.watch_drift.run()
    assert desk.application.report_agreement.alarms() == []
    assert "intake retrain" not in desk.signed_in().get("/operations").text


def test_another_mix_of_categories_is_an_alarm_and_the_same_mix_is_none(desk, browser):
    received(desk, COMMENT, 4)
    received(desk, COMPLAINT, 1)
    desk.clock.move(days=60)
    received(desk, COMMENT, 4)
    received(desk, COMPLAINT, 1)
    checks = {each.measure: each for each in desk.application.watch_drift.run()}
    assert checks[Measure.MIX].alarm_since is None
    received(desk, COMPLAINT, 9)
    checks = {each.measure: each for each in desk.application.watch_drift.run()}
    assert checks[Measure.MIX].alarm_since == desk.clock.now()
    page = desk.signed_in().get("/learning").text
    assert "complaint 71% instead of 20%" in page


def test_the_schedule_watches_for_drift_and_logs_an_alarm(desk):
    for _ in range(3):
        said(desk, COMPLAINT)
    schedule = Schedule(desk.application)
    with capture_logs() as logged:
        assert schedule._drift() == "alarm: agreement"
    (line,) = logged
    assert (line["event"], line["log_level"], line["measure"]) == (
        "drift_alarm",
        "warning",
        "agreement",
    )
    assert {"drift", "deadlines"} <= set(schedule._records)


def test_the_share_drawn_is_settable_and_said_on_the_page(migrated_database_url, tmp_path):
    desk = Desk(migrated_database_url, tmp_path, LEARNING_BLIND_READING_SHARE="0.1")
    desk.officer()
    desk.classifier.answer = replace(desk.classifier.answer, decision=Decision.AUTO)
    assert (
        "10% of the cases filed without an officer are drawn"
        in desk.signed_in().get("/learning").text
    )
    for number in range(40):
        desk.mail(f"Message-ID: <{number}@example.org>\nFrom: a@example.org\n\nThe bin.\n")
    with desk.application.store.reading() as work:
        drawn = sum(work.learning.count_by_state().values())
        assert len(work.cases.list(CaseQuery())) == 40
    assert 0 < drawn < 20
    desk.close()
