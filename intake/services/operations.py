"""How the program itself is doing: for the operations page, the health checks and the metrics.

Reads only. What is alarming is decided here; how it is shown is left to the web pages. A part that
cannot be asked counts as failing; asking never raises.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Letter, LetterState, Status
from intake.domain.inbound import InboundState, SetAside
from intake.errors import DependencyError, IntakeError
from intake.services.bot_report import BotReport, report_of
from intake.services.operations_ports import JobRecord, MailboxPosition
from intake.services.ports import Clock, Store

# A message waits seconds when all is well; after this long somebody has to look.
OLDEST_WAITING = timedelta(minutes=15)
# The worker notes that it lives far more often than this.
WORKER_SILENT = timedelta(minutes=2)
WORKER = "worker"
FAILED_LETTERS_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class PartHealth:
    """Whether one part works, in words an operator can act on.

    Without a part that is not needed the program does all it promises in another way.
    """

    name: str
    is_well: bool
    detail: str
    is_needed: bool = True


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts for the metrics, all of one moment."""

    messages: Mapping[InboundState, int]
    letters: Mapping[LetterState, int]
    cases: Mapping[Status, int]
    oldest_waiting_seconds: float
    jobs: Sequence[JobRecord]
    bot: BotReport


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the operations page shows."""

    jobs: Sequence[JobRecord]
    mailboxes: Sequence[tuple[str, MailboxPosition | None]]
    messages: Mapping[InboundState, int]
    letters: Mapping[LetterState, int]
    oldest_waiting_at: datetime | None
    set_aside: Sequence[SetAside]
    failed_letters: Sequence[tuple[Letter, str]]


class Operations:
    """Tells how the program is doing.

    ``checks`` are further parts by name, each a function that gives a detail when the part is well
    and raises ``IntakeError`` when it is not (the schema, the classifier's model).
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        mailboxes: Sequence[str] = (),
        checks: Mapping[str, Callable[[], str]] | None = None,
        is_bot_enabled: bool = True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mailboxes = tuple(mailboxes)
        self._is_bot_enabled = is_bot_enabled
        self._checks = {
            "database": self._database,
            **(checks or {}),
            "worker": self._worker,
            "queue": self._queue,
        }

    def health(self) -> tuple[PartHealth, ...]:
        """Every part, working or not."""
        return (*(_asked(name, check) for name, check in self._checks.items()), self._chat())

    def overview(self) -> Overview:
        """All there is to see. Raises ``StoreUnavailable``."""
        with self._store.reading() as work:
            return Overview(
                jobs=work.operations.jobs(),
                mailboxes=[
                    (name, work.operations.mailbox_position(name)) for name in self._mailboxes
                ],
                messages=work.inbound.count_by_state(),
                letters=work.outbox.count_by_state(),
                oldest_waiting_at=work.inbound.oldest_waiting_at(),
                set_aside=work.inbound.list_set_aside(),
                failed_letters=work.outbox.list_failed(limit=FAILED_LETTERS_SHOWN),
            )

    def figures(self) -> Figures:
        """The counts of this moment. Raises ``StoreUnavailable``."""
        with self._store.reading() as work:
            jobs = work.operations.jobs()
            return Figures(
                messages=work.inbound.count_by_state(),
                letters=work.outbox.count_by_state(),
                cases=work.cases.count_by_status(),
                oldest_waiting_seconds=self._waiting(
                    work.inbound.oldest_waiting_at()
                ).total_seconds(),
                jobs=jobs,
                bot=self._bot(jobs),
            )

    def _database(self) -> str:
        with self._store.reading() as work:
            work.inbound.oldest_waiting_at()
        return "answers"

    def _worker(self) -> str:
        with self._store.reading() as work:
            seen = [_last_sign(job) for job in work.operations.jobs() if job.name == WORKER]
        latest = max((at for at in seen if at), default=None)
        if latest is None:
            raise DependencyError("no worker has reported yet")
        silent = self._clock.now() - latest
        if silent > WORKER_SILENT:
            raise DependencyError(f"no worker has reported for {_words(silent)}")
        return f"reported {_words(silent)} ago"

    def _queue(self) -> str:
        with self._store.reading() as work:
            waiting = self._waiting(work.inbound.oldest_waiting_at())
        if waiting > OLDEST_WAITING:
            raise DependencyError(f"the oldest message has waited for {_words(waiting)}")
        return (
            f"the oldest message has waited for {_words(waiting)}" if waiting else "nothing waits"
        )

    def _chat(self) -> PartHealth:
        """Who answers the chat: it works without the bot too."""
        try:
            with self._store.reading() as work:
                bot = self._bot(work.operations.jobs())
        except IntakeError as exc:
            return PartHealth(name="chat", is_well=False, detail=str(exc))
        return PartHealth(name="chat", is_well=bot.is_well, detail=bot.in_words, is_needed=False)

    def _bot(self, jobs: Sequence[JobRecord]) -> BotReport:
        return report_of(jobs, is_enabled=self._is_bot_enabled, now=self._clock.now())

    def _waiting(self, since: datetime | None) -> timedelta:
        return max(self._clock.now() - since, timedelta()) if since else timedelta()


def _asked(name: str, check: Callable[[], str]) -> PartHealth:
    try:
        return PartHealth(name=name, is_well=True, detail=check())
    except IntakeError as exc:
        return PartHealth(name=name, is_well=False, detail=str(exc))


def _last_sign(job: JobRecord) -> datetime | None:
    return max((at for at in (job.last_started_at, job.last_finished_at) if at), default=None)


def _words(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if seconds < 120:
        return f"{seconds} seconds"
    minutes = seconds // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
