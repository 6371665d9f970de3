"""Look whether the classifier still keeps its promise and still reads the mail it was made for."""

from collections.abc import Sequence
from datetime import datetime

from intake.domain.agreement import agreement
from intake.domain.cases import ReviewKind
from intake.domain.drift import (
    BEFORE,
    RECENT,
    DriftRules,
    Finding,
    agreement_finding,
    mix_finding,
)
from intake.services.learning_ports import DriftCheck
from intake.services.ports import Clock, Store, UnitOfWork


class WatchDrift:
    """Looks, and keeps what it finds. A repeat keeps since when an alarm has stood."""

    def __init__(self, store: Store, clock: Clock, rules: DriftRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules

    def run(self) -> Sequence[DriftCheck]:
        """Every measure, in alarm or not. Raises ``StoreUnavailable``."""
        now = self._clock.now()
        # Looked at apart from the writing, which on SQLite keeps every other writer waiting.
        with self._store.reading() as work:
            before = work.learning.checks()
            findings = self._findings(work, now)
        checks = []
        for finding in findings:
            last = before.get(finding.measure)
            checks.append(_check(finding, last.alarm_since if last else None, now))
        with self._store.writing() as work:
            for check in checks:
                work.learning.keep_check(check)
            work.commit()
        return checks

    def _findings(self, work: UnitOfWork, now: datetime) -> tuple[Finding, ...]:
        since = now - RECENT
        read = work.learning.model_pairs(ReviewKind.BLIND, since=since, until=now)
        recent = work.learning.categories(since=since, until=now)
        earlier = work.learning.categories(since=since - BEFORE, until=since)
        return (
            agreement_finding(agreement(read), self._rules),
            mix_finding(recent, earlier, self._rules),
        )


def _check(finding: Finding, alarm_since: datetime | None, now: datetime) -> DriftCheck:
    return DriftCheck(
        measure=finding.measure,
        checked_at=now,
        alarm_since=(alarm_since or now) if finding.is_alarm else None,
        figure=finding.figure,
        text=finding.text,
    )
