"""How the bot is doing: noted by whoever runs it, told to officers, monitoring and `intake check`.

The chat works without it, on its guided form; so a bot that is away is told, and alarms nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from intake.services.operations_ports import JobRecord

BOT = "bot"
# Whoever runs the bot notes its state far more often than this.
SILENT = timedelta(minutes=2)


class BotState(StrEnum):
    """How far the bot is. Only a `READY` one answers residents."""

    OFF = "off"
    PREPARING = "preparing"
    TRAINING = "training"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    UNAVAILABLE = "unavailable"
    STOPPED = "stopped"


WORDS = {
    BotState.OFF: "the bot is switched off in the settings",
    BotState.PREPARING: "the bot is being prepared",
    BotState.TRAINING: "the bot's model is being trained",
    BotState.STARTING: "the bot is starting",
    BotState.RESTARTING: "the bot is being restarted",
    BotState.UNAVAILABLE: "the bot cannot be started",
    BotState.STOPPED: "the bot has been stopped",
}

_FAILED = (BotState.RESTARTING, BotState.UNAVAILABLE)


@dataclass(frozen=True, kw_only=True)
class BotReport:
    """The bot's state, and why it is not ready when it is not."""

    state: BotState
    detail: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it answers, or is not meant to."""
        return self.state in (BotState.READY, BotState.OFF)

    @property
    def in_words(self) -> str:
        """Who answers the chat, and why."""
        if self.state is BotState.READY:
            return "answered by the bot"
        why = WORDS[self.state] + (f": {self.detail}" if self.detail else "")
        return f"answered by the guided form because {why}"


def noted(record: JobRecord, report: BotReport, now: datetime) -> JobRecord:
    """The record with this state, which may be the one it has."""
    is_news = record.last_result != report.state.value
    failed = report.state in _FAILED
    return replace(
        record,
        last_started_at=now if is_news else record.last_started_at,
        last_finished_at=now,
        last_result=report.state.value,
        last_error=report.detail if failed else "",
        runs=record.runs + (is_news and report.state is BotState.STARTING),
        failures=record.failures + (is_news and failed),
    )


def report_of(jobs: Iterable[JobRecord], *, is_enabled: bool, now: datetime) -> BotReport:
    """How the bot is doing by what was noted of it; of several nodes the one that is best off."""
    if not is_enabled:
        return BotReport(state=BotState.OFF)
    reports = [_told(job, now) for job in jobs if job.name == BOT]
    if not reports:
        return BotReport(state=BotState.UNAVAILABLE, detail="no bot has reported yet")
    return min(reports, key=lambda each: (each.state is not BotState.READY, each.state in _FAILED))


def _told(job: JobRecord, now: datetime) -> BotReport:
    state = BotState(job.last_result)
    at = job.last_finished_at
    if state is not BotState.STOPPED and (at is None or now - at > SILENT):
        return BotReport(state=BotState.UNAVAILABLE, detail="it has not reported for minutes")
    return BotReport(state=state, detail=job.last_error)
