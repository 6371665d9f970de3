"""Send the letters that are due, and keep what became of each.

A letter leaves at least once: a crash after the relay took it and before that was stored sends it
again. Its Message-ID stays the same, so most mail programs show it once and everyone can tell. How
a letter travels is left to the mailer, what it says to those who wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.domain.cases import Letter, LetterState, TimelineEntry, TimelineKind
from intake.errors import LetterDelayed, RelayRefused, RelayUnavailable
from intake.services.ports import Clock, Mailer, MailerSession, Store, UnitOfWork

PROGRAM = "intake"
LEASE = "outbox"
# Longer than a letter takes unless the relay is late with every answer; then two nodes may send the
# same one. Another node waits so long after this one has died; this one, started again, does not.
LEASE_SECONDS = 300.0
# So many letters put off in a row: the relay takes none now, so ask it again after a pause.
MOST_DELAYS_IN_A_ROW = 5
# Pauses double between these while nothing leaves. Short: letters soon follow a relay's return.
PAUSE_FIRST_SECONDS = 1.0
PAUSE_MOST_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class DeliveryPolicy:
    """How many letters a run takes, and how often and how long one letter is tried."""

    batch: int
    retry_first_seconds: float
    retry_most_seconds: float
    max_tries: int

    def wait_after(self, tries: int) -> timedelta:
        """The wait after so many tries of one letter: doubled each time, up to the longest."""
        doublings = min(tries - 1, 32)
        seconds = min(self.retry_first_seconds * 2**doublings, self.retry_most_seconds)
        return timedelta(seconds=seconds)


@dataclass(kw_only=True)
class DeliveryReport:
    """What one run did; ``stopped`` says why it ended before its letters did."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    stopped: str = ""


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What became of one try; ``told`` is for the case's history."""

    state: LetterState
    at: datetime
    told: str
    error: str = ""
    next_try_at: datetime | None = None


class DeliverOutbox:
    """Sends due letters; ``node`` holds the lease that keeps other nodes from sending them too.

    One object serves a node for as long as it runs, one run at a time: it remembers letters that
    left but could not be recorded, and how long to leave a relay alone that takes none.
    """

    def __init__(
        self, store: Store, mailer: Mailer, clock: Clock, policy: DeliveryPolicy, *, node: str
    ) -> None:
        self._store = store
        self._mailer = mailer
        self._clock = clock
        self._policy = policy
        self._node = node
        self._sent_unrecorded: dict[int, _Outcome] = {}
        self._renew_lease_at: datetime | None = None
        self._delays_in_a_row = 0
        self._pause_seconds = 0.0
        self._not_before: datetime | None = None

    def run(self) -> DeliveryReport:
        """Try each letter that is due, once, oldest first.

        - Another node is at it, or the relay is being left alone: nothing happens.
        - The relay cannot be reached: the run stops and no letter counts as tried. Only the first
          carries a note, one a day: a relay away for a day must not use up letters' tries.
        - A letter is put off: tried again after a wait that doubles; failed after the last try.
        - A letter is refused for good: failed, for officers to see and to try again.
        - Several put off in a row: the run stops, the next one goes on with the others.

        Raises ``StoreUnavailable``; a letter that left by then is not sent again by this object.
        """
        report = DeliveryReport()
        if self._is_pausing() or not self._due(1) or not self._take_lease():
            return report
        self._pause_longer()
        self._delays_in_a_row = 0
        self._deliver(self._due(self._policy.batch), report)
        if not report.stopped:
            self._pause_seconds, self._not_before = 0.0, None
        self._release_lease()
        return report

    def _deliver(self, letters: Sequence[Letter], report: DeliveryReport) -> None:
        tried = 0
        try:
            with self._mailer.session() as session:
                while tried < len(letters) and not report.stopped:
                    self._deliver_one(session, letters[tried], report)
                    tried += 1
        except RelayUnavailable as exc:
            report.stopped = str(exc)
            for waiting in letters[tried : tried + 1]:
                self._note_unreachable(waiting, report.stopped)

    def _deliver_one(self, session: MailerSession, letter: Letter, report: DeliveryReport) -> None:
        assert letter.id is not None
        outcome = self._sent_unrecorded.get(letter.id) or self._try(session, letter)
        if outcome.state is LetterState.SENT:
            self._sent_unrecorded[letter.id] = outcome
        is_still_ours = self._record(letter, outcome)
        self._sent_unrecorded.pop(letter.id, None)
        self._count(outcome.state, report)
        if not is_still_ours:
            report.stopped = "Another node sends the letters now."

    def _count(self, state: LetterState, report: DeliveryReport) -> None:
        if state is LetterState.QUEUED:
            report.delayed += 1
            self._delays_in_a_row += 1
            if self._delays_in_a_row >= MOST_DELAYS_IN_A_ROW:
                report.stopped = "The relay put off several letters in a row."
            return
        self._delays_in_a_row = 0
        if state is LetterState.SENT:
            report.sent += 1
        else:
            report.failed += 1

    def _try(self, session: MailerSession, letter: Letter) -> _Outcome:
        try:
            where = session.send(letter)
        except RelayRefused as exc:
            return self._failed(str(exc))
        except LetterDelayed as exc:
            if letter.tries + 1 >= self._policy.max_tries:
                return self._failed(f"{exc} It was tried {letter.tries + 1} times.")
            return self._delayed(letter, str(exc))
        return _Outcome(
            state=LetterState.SENT,
            at=self._clock.now(),
            told=f"Sent to {where}: {letter.subject}",
        )

    def _failed(self, error: str) -> _Outcome:
        return _Outcome(
            state=LetterState.FAILED,
            at=self._clock.now(),
            told=f"{error} It is not tried again unless an officer asks for it.",
            error=error,
        )

    def _delayed(self, letter: Letter, error: str) -> _Outcome:
        now = self._clock.now()
        return _Outcome(
            state=LetterState.QUEUED,
            at=now,
            told=_delay_of_the_day(error, now),
            error=error,
            next_try_at=now + self._policy.wait_after(letter.tries + 1),
        )

    def _record(self, letter: Letter, outcome: _Outcome) -> bool:
        """Store what became of a try; gives whether the letters are still this node's to send."""
        assert letter.id is not None
        with self._store.writing() as work:
            is_still_ours = self._renew_lease(work)
            work.outbox.record_attempt(
                letter.id,
                state=outcome.state,
                tries=letter.tries + 1,
                error=outcome.error,
                next_try_at=outcome.next_try_at,
                sent_at=outcome.at if outcome.state is LetterState.SENT else None,
            )
            self._tell_case(work, letter, outcome)
            work.commit()
        return is_still_ours

    def _tell_case(self, work: UnitOfWork, letter: Letter, outcome: _Outcome) -> None:
        case = work.cases.by_id(letter.case_id, lock=True) if letter.case_id else None
        if case is None or case.id is None:
            return
        is_receipt = letter.kind.startswith("receipt_")
        if outcome.state is LetterState.SENT and is_receipt and case.receipt_sent_at is None:
            case.receipt_sent_at = outcome.at
            work.cases.save(case)
        kind = _EVENTS[outcome.state]
        if kind is TimelineKind.LETTER_DELAYED and work.cases.has_timeline(
            case.id, kind, outcome.told
        ):
            return
        work.cases.add_timeline(
            case.id, TimelineEntry(at=outcome.at, kind=kind, by=PROGRAM, text=outcome.told)
        )

    def _note_unreachable(self, letter: Letter, error: str) -> None:
        """Say on the first letter that waits why it does, without counting that as a try."""
        assert letter.id is not None
        now = self._clock.now()
        with self._store.writing() as work:
            work.outbox.record_attempt(
                letter.id,
                state=LetterState.QUEUED,
                tries=letter.tries,
                error=error,
                next_try_at=letter.next_try_at,
                sent_at=None,
            )
            told = _delay_of_the_day(error, now)
            outcome = _Outcome(state=LetterState.QUEUED, at=now, told=told, error=error)
            self._tell_case(work, letter, outcome)
            work.commit()

    def _due(self, limit: int) -> Sequence[Letter]:
        with self._store.reading() as work:
            return work.outbox.due(now=self._clock.now(), limit=limit)

    def _take_lease(self) -> bool:
        self._renew_lease_at = None
        with self._store.writing() as work:
            taken = self._renew_lease(work)
            work.commit()
            return taken

    def _renew_lease(self, work: UnitOfWork) -> bool:
        """Hold the lease for its full time again, once a part of it is over; False when lost."""
        now = self._clock.now()
        if self._renew_lease_at is not None and now < self._renew_lease_at:
            return True
        self._renew_lease_at = now + timedelta(seconds=LEASE_SECONDS / 10)
        return work.operations.take_lease(LEASE, holder=self._node, now=now, seconds=LEASE_SECONDS)

    def _release_lease(self) -> None:
        with self._store.writing() as work:
            work.operations.release_lease(LEASE, holder=self._node)
            work.commit()

    def _is_pausing(self) -> bool:
        if self._not_before is None:
            return False
        # A clock put back must not hold the letters for longer than a pause can be.
        left = (self._not_before - self._clock.now()).total_seconds()
        return 0 < left <= PAUSE_MOST_SECONDS

    def _pause_longer(self) -> None:
        """Ask for a pause before the next run; taken back when this run ends well."""
        doubled = max(self._pause_seconds * 2, PAUSE_FIRST_SECONDS)
        self._pause_seconds = min(doubled, PAUSE_MOST_SECONDS)
        self._not_before = self._clock.now() + timedelta(seconds=self._pause_seconds)


_EVENTS = {
    LetterState.SENT: TimelineKind.LETTER_SENT,
    LetterState.QUEUED: TimelineKind.LETTER_DELAYED,
    LetterState.FAILED: TimelineKind.LETTER_FAILED,
}


def _delay_of_the_day(error: str, now: datetime) -> str:
    """The line of a delay: the same all day for the same reason, so that it is written once."""
    return f"{error} Still waiting on {now.day} {now:%B %Y}; it is tried again by itself."
