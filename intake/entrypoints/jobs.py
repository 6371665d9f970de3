"""The schedule: what is done by the clock. APScheduler says when, the services say what.

State lives in our tables. One node runs the schedule: whoever holds its lease; the others stand by
and take over when it runs out.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from intake.bootstrap import Application
from intake.entrypoints.imap import poll_mailbox
from intake.errors import IntakeError
from intake.services.operations_ports import JobRecord

log = structlog.get_logger()

LEASE = "schedule"
LEASE_SECONDS = 60.0
LEASE_RENEWED_SECONDS = 20.0
# A job that did nothing is noted this often, not each second.
IDLE_NOTED_SECONDS = 30.0
TIDY_SECONDS = 3600.0
DRIFT_SECONDS = 24 * 3600.0
CONVERSATIONS_SECONDS = 60.0
# Whoever asks for a link waits for its mail.
STATUS_LINKS_SECONDS = 1.0


class Schedule:
    """The jobs of one process."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._node = application.settings.node_name
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._records: dict[str, JobRecord] = {}
        self._noted: dict[str, float] = {}
        self._lease_lock = threading.Lock()
        self._leased_until = 0.0
        settings = application.settings
        self._add("outbox", settings.outbox.every_seconds, self._deliver)
        self._add("deadlines", settings.deadlines.check_every_seconds, self._deadlines)
        self._add("drift", DRIFT_SECONDS, self._drift)
        self._add("sessions", TIDY_SECONDS, self._sessions)
        self._add("conversations", CONVERSATIONS_SECONDS, self._conversations)
        self._add("status links", STATUS_LINKS_SECONDS, self._status_links)
        for mailbox in settings.imap.mailboxes:
            self._add(
                f"poll {mailbox.name}",
                settings.imap.poll_seconds,
                partial(poll_mailbox, application, mailbox.name),
            )

    def run(self, stop: threading.Event) -> None:
        """Run the jobs until stopped; one under way is finished first."""
        self._scheduler.start()
        stop.wait()
        self._scheduler.shutdown(wait=True)
        self._release_lease()

    def _add(self, name: str, seconds: float, work: Callable[[], str]) -> None:
        self._records[name] = JobRecord(name=name, node=self._node)
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=seconds,
            args=(name, timedelta(seconds=seconds), work),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=self._application.clock.now(),
        )

    def _run(self, name: str, every: timedelta, work: Callable[[], str]) -> None:
        """Run one job, if this node has the schedule, and note how it went."""
        record = self._records[name]
        started_at = self._application.clock.now()
        try:
            if not self._holds_lease():
                return
            result, error = work(), ""
        except IntakeError as exc:
            result, error = "", str(exc)
        except Exception as exc:
            log.exception("job_failed", job=name)
            result, error = "", f"{type(exc).__name__} (see the log)"
        self._records[name] = record = replace(
            record,
            last_started_at=started_at,
            last_finished_at=self._application.clock.now(),
            # Not asked of the scheduler: while it shuts down it holds the lock that answers, and
            # waits for this job.
            next_run_at=started_at + every,
            last_result=result or record.last_result,
            last_error=error,
            runs=record.runs + 1,
            failures=record.failures + bool(error),
        )
        self._note(record, changed=bool(result) or bool(error))

    def _note(self, record: JobRecord, *, changed: bool) -> None:
        now = time.monotonic()
        if not changed and now - self._noted.get(record.name, -IDLE_NOTED_SECONDS) < (
            IDLE_NOTED_SECONDS
        ):
            return
        self._noted[record.name] = now
        try:
            with self._application.store.writing() as unit:
                unit.operations.record_job(record)
                unit.commit()
        except IntakeError as exc:
            log.warning("job_not_noted", job=record.name, reason=str(exc))

    def _holds_lease(self) -> bool:
        with self._lease_lock:
            if time.monotonic() < self._leased_until:
                return True
            with self._application.store.writing() as unit:
                held = unit.operations.take_lease(
                    LEASE,
                    holder=self._node,
                    now=self._application.clock.now(),
                    seconds=LEASE_SECONDS,
                )
                unit.commit()
            if held:
                self._leased_until = time.monotonic() + LEASE_RENEWED_SECONDS
            return held

    def _release_lease(self) -> None:
        try:
            with self._application.store.writing() as unit:
                unit.operations.release_lease(LEASE, holder=self._node)
                unit.commit()
        except IntakeError as exc:
            log.warning("lease_not_released", reason=str(exc))

    def _deliver(self) -> str:
        report = self._application.deliver_outbox.run()
        if report.stopped:
            raise IntakeError(report.stopped)
        parts = (
            (report.sent, "sent"),
            (report.delayed, "delayed"),
            (report.failed, "failed"),
        )
        return ", ".join(f"{count} {word}" for count, word in parts if count)

    def _deadlines(self) -> str:
        return self._application.check_deadlines.run()

    def _drift(self) -> str:
        alarms = [check for check in self._application.watch_drift.run() if check.alarm_since]
        for check in alarms:
            log.warning("drift_alarm", measure=check.measure.value, figure=check.figure)
        named = ", ".join(check.measure.value for check in alarms)
        return f"alarm: {named}" if named else "no alarm"

    def _sessions(self) -> str:
        rules, now = self._application.sign_in_rules, self._application.clock.now()
        with self._application.store.writing() as unit:
            ended = unit.officers.end_sessions_before(
                seen_before=now - rules.idle_for, expired_at=now - rules.lasts_for
            )
            unit.commit()
        removed = self._application.send_status_link.tidy()
        parts = ((ended, "sessions ended"), (removed, "links to a status removed"))
        return ", ".join(f"{count} {word}" for count, word in parts if count)

    def _conversations(self) -> str:
        return self._application.leave_conversations.run()

    def _status_links(self) -> str:
        return self._application.send_status_link.run()
