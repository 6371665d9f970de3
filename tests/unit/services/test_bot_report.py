"""What is told of the bot from what was noted of it."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.services.bot_report import BOT, WORDS, BotReport, BotState, noted, report_of
from intake.services.operations_ports import JobRecord

NOW = datetime(2025, 3, 3, 9, 5, tzinfo=UTC)


def record(state: BotState, detail: str = "", *, node: str = "node-1", ago: float = 0) -> JobRecord:
    report = BotReport(state=state, detail=detail)
    return noted(JobRecord(name=BOT, node=node), report, NOW - timedelta(seconds=ago))


def told(*records: JobRecord, is_enabled: bool = True) -> BotReport:
    return report_of(records, is_enabled=is_enabled, now=NOW)


def test_a_ready_bot_answers_the_chat():
    report = told(record(BotState.READY))
    assert report.is_well
    assert report.in_words == "answered by the bot"


@pytest.mark.parametrize("state", [state for state in BotState if state is not BotState.READY])
def test_whatever_keeps_the_bot_away_the_form_answers_and_says_why(state):
    words = told(record(state)).in_words
    assert words == f"answered by the guided form because {WORDS[state]}"


def test_what_went_wrong_is_told_with_it():
    report = told(record(BotState.UNAVAILABLE, "it is not installed"))
    assert not report.is_well
    assert report.in_words.endswith("the bot cannot be started: it is not installed")


def test_a_bot_that_is_switched_off_is_no_trouble_whatever_was_noted_once():
    report = told(record(BotState.UNAVAILABLE, "it is not installed"), is_enabled=False)
    assert report.is_well
    assert "switched off" in report.in_words


def test_a_bot_nobody_has_heard_of_is_away():
    assert not told(JobRecord(name="worker", node="node-1")).is_well


def test_a_bot_that_has_gone_silent_is_away_though_it_was_ready():
    assert told(record(BotState.READY, ago=119)).is_well
    assert not told(record(BotState.READY, ago=121)).is_well


def test_a_bot_that_was_stopped_stays_stopped():
    assert told(record(BotState.STOPPED, ago=9999)).state is BotState.STOPPED


def test_of_several_nodes_the_one_with_a_bot_counts():
    gone, training = record(BotState.READY, ago=9999), record(BotState.TRAINING, node="node-2")
    assert told(gone, training).state is BotState.TRAINING
    assert told(gone, training, record(BotState.READY, node="node-3")).is_well


def test_starts_and_failures_are_counted_once_each():
    kept = JobRecord(name=BOT, node="node-1")
    for state in (
        *(BotState.STARTING, BotState.STARTING, BotState.READY, BotState.READY),
        *(BotState.RESTARTING, BotState.RESTARTING, BotState.STARTING, BotState.READY),
    ):
        kept = noted(kept, BotReport(state=state, detail="why"), NOW)
    assert (kept.runs, kept.failures, kept.last_error) == (2, 1, "")
