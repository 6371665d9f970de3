"""Counts what was decided automatically and what officers said of it, over all stored cases.

For the transparency record, which says of the whole time the program has been in use how it is
used. Shares by month and category are ``report_agreement``'s; here everything is one number.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from intake.domain.agreement import Agreement, agreement
from intake.domain.cases import Case, ReviewKind
from intake.domain.classification import Decision
from intake.domain.deadlines import local_date
from intake.services.open_case import MACHINE_WRITTEN
from intake.services.ports import CaseQuery, Clock, Store

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = Agreement(count=0, agreed=0, kappa=None)


@dataclass(kw_only=True)
class DecisionCounts:
    """How the stored cases were decided, as they stand now.

    ``automatic`` are those whose category the classifier settled; ``by_rule`` those of messages a
    machine sent, which are filed as no feedback whatever their words; ``by_officer`` the rest,
    which an officer decides first. ``queue`` is the agreement of officers who saw the suggestion
    with it, ``blind`` that of officers who did not see it. A case that a later message sent back to
    an officer counts there.
    """

    first_on: date | None = None
    last_on: date | None = None
    cases: int = 0
    automatic: int = 0
    by_rule: int = 0
    by_officer: int = 0
    urgent: int = 0
    by_channel: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)
    queue: Agreement = _NOBODY
    blind: Agreement = _NOBODY

    def as_json(self) -> dict[str, Any]:
        """The counts for scripts; shares are between 0 and 1, None where nothing was counted."""
        return {
            "from": self.first_on.isoformat() if self.first_on else None,
            "to": self.last_on.isoformat() if self.last_on else None,
            "cases": self.cases,
            "decided_automatically": self.automatic,
            "share_decided_automatically": self.automatic / self.cases if self.cases else None,
            "filed_by_rule": self.by_rule,
            "decided_by_an_officer_first": self.by_officer,
            "urgent": self.urgent,
            "by_channel": dict(self.by_channel.most_common()),
            "by_language": dict(self.by_language.most_common()),
            "reviewed_with_the_suggestion": _as_json(self.queue),
            "read_blind": _as_json(self.blind),
        }


class CountDecisions:
    """Counts cases and officers' answers; changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def run(self) -> DecisionCounts:
        """The counts of all cases there are. Raises ``StoreUnavailable``."""
        counts = DecisionCounts()
        with self._store.reading() as work:
            for row in work.cases.iterate(CaseQuery()):
                _count(counts, row.case)
            now = self._clock.now()
            counts.queue, counts.blind = (
                agreement(work.learning.model_pairs(kind, since=_BEFORE_ALL, until=now))
                for kind in (ReviewKind.QUEUE, ReviewKind.BLIND)
            )
        return counts


def _count(counts: DecisionCounts, case: Case) -> None:
    day = local_date(case.received_at)
    counts.first_on = min(counts.first_on or day, day)
    counts.last_on = max(counts.last_on or day, day)
    counts.cases += 1
    counts.urgent += case.urgent
    counts.by_channel[case.channel.value] += 1
    if case.language:
        counts.by_language[case.language] += 1
    if case.decision is not Decision.AUTO:
        counts.by_officer += 1
    elif case.decision_reason.startswith(MACHINE_WRITTEN):
        counts.by_rule += 1
    else:
        counts.automatic += 1


def _as_json(answers: Agreement) -> dict[str, Any]:
    return {
        "count": answers.count,
        "corrected": answers.count - answers.agreed,
        "share_corrected": 1 - answers.share if answers.share is not None else None,
    }
