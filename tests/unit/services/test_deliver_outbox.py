"""What becomes of letters: told on their case, tried again, given up, not sent by two nodes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intake.adapters.db.store import SqlStore
from intake.domain.cases import Case, CaseFile, Channel, Letter, LetterState, Status, TimelineKind
from intake.domain.categories import Category
from intake.domain.classification import Decision
from intake.errors import LetterDelayed, RelayRefused, RelayUnavailable, StoreUnavailable
from intake.services.deliver_outbox import (
    MOST_DELAYS_IN_A_ROW,
    PAUSE_MOST_SECONDS,
    DeliverOutbox,
    DeliveryPolicy,
)
from intake.services.ports import MailerSession

START = datetime(2026, 8, 7, 9, 30, tzinfo=UTC)
POLICY = DeliveryPolicy(batch=50, retry_first_seconds=60, retry_most_seconds=3600, max_tries=4)


class SetClock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def forward(self, **duration: float) -> None:
        self.time += timedelta(**duration)


class Postbox:
    """A mailer that takes letters or fails as told, by letter number or as a whole."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.offered: list[int] = []
        self.away: str = ""
        self.failures: dict[int, Exception] = {}
        self.meanwhile: Callable[[], object] = lambda: None

    @contextmanager
    def session(self) -> Iterator[MailerSession]:
        if self.away:
            raise RelayUnavailable(self.away)
        yield self

    def send(self, letter: Letter) -> str:
        assert letter.id is not None
        self.offered.append(letter.id)
        if letter.id in self.failures:
            raise self.failures[letter.id]
        self.sent.append(letter.id)
        self.meanwhile()
        return "relay.example.org:25"


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[SqlStore]:
    file = tmp_path / "intake.db"
    shutil.copyfile(sqlite_template, file)
    opened = SqlStore(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def outbox(store: SqlStore, postbox: Postbox, clock: SetClock) -> DeliverOutbox:
    return DeliverOutbox(store, postbox, clock, POLICY, node="one")


@pytest.fixture
def queue(store: SqlStore) -> Callable[..., list[str]]:
    """Opens cases with a letter each; gives their references."""

    def queue(count: int = 1, *, kind: str = "receipt_comment") -> list[str]:
        references = []
        with store.writing() as work:
            for number in range(count):
                case = work.cases.open(a_case())
                references.append(case.reference)
                work.outbox.add(a_letter(case, f"{kind}:{number}", kind))
            work.commit()
        return references

    return queue


def a_case() -> Case:
    return Case(
        channel=Channel.EMAIL,
        status=Status.OPEN,
        category=Category.COMMENT,
        decision=Decision.AUTO,
        decision_reason="",
        confidence=0.97,
        subject="Swings",
        from_addr="jo@example.org",
        from_name="Jo Marsh",
        received_at=START,
    )


def a_letter(case: Case, purpose: str, kind: str) -> Letter:
    return Letter(
        case_id=case.id,
        purpose=f"{purpose}:{case.reference}",
        kind=kind,
        to_addr="jo@example.org",
        subject=f"We have your message - {case.reference}: Swings",
        text="Dear Jo,\n",
        message_id=f"<fb.{case.reference}.{purpose}@council.example>",
        raw=b"Subject: hello\r\n\r\nDear Jo,\r\n",
        created_at=START,
        next_try_at=START,
    )


@pytest.fixture
def file_of(store: SqlStore) -> Callable[[str], CaseFile]:
    def file_of(reference: str) -> CaseFile:
        with store.reading() as work:
            found = work.cases.file(reference)
        assert found is not None
        return found

    return file_of


def events(file: CaseFile) -> list[TimelineKind]:
    return [entry.kind for entry in file.timeline]


def test_a_letter_that_leaves_is_told_on_its_case(outbox, postbox, queue, file_of):
    (reference,) = queue()
    report = outbox.run()
    assert (report.sent, report.delayed, report.failed, report.stopped) == (1, 0, 0, "")
    file = file_of(reference)
    assert file.letters[0].state is LetterState.SENT
    assert file.letters[0].sent_at == START
    assert file.case.receipt_sent_at == START
    assert events(file) == [TimelineKind.LETTER_SENT]
    assert "relay.example.org:25" in file.timeline[0].text


def test_a_letter_that_left_does_not_leave_again(outbox, postbox, queue, clock):
    queue()
    outbox.run()
    clock.forward(days=1)
    assert outbox.run().sent == 0
    assert len(postbox.sent) == 1


def test_a_receipt_is_never_an_acknowledgement(outbox, queue, file_of):
    """Only an officer's letter that defines the complaint is (Housing Ombudsman Code 6.2)."""
    (reference,) = queue()
    outbox.run()
    assert file_of(reference).case.acknowledged_at is None


def test_the_first_receipt_is_the_one_whose_time_is_kept(outbox, store, queue, clock, file_of):
    (reference,) = queue()
    outbox.run()
    clock.forward(minutes=5)
    with store.writing() as work:
        case = work.cases.by_reference(reference)
        work.outbox.add(a_letter(case, "receipt:2", "receipt_added"))
        work.commit()
    assert outbox.run().sent == 1
    assert file_of(reference).case.receipt_sent_at == START


def test_another_letter_is_not_kept_as_the_receipt(outbox, queue, file_of):
    (reference,) = queue(kind="stage_1_response")
    outbox.run()
    assert file_of(reference).case.receipt_sent_at is None


def test_a_letter_refused_for_good_waits_for_an_officer(outbox, postbox, queue, clock, file_of):
    first, second = queue(2)
    postbox.failures[1] = RelayRefused("The relay refused the letter for good (550 5.1.1).")
    report = outbox.run()
    assert (report.sent, report.failed) == (1, 1)
    file = file_of(first)
    assert file.letters[0].state is LetterState.FAILED
    assert "550 5.1.1" in file.letters[0].last_error
    assert events(file) == [TimelineKind.LETTER_FAILED]
    assert file.case.receipt_sent_at is None
    assert file_of(second).letters[0].state is LetterState.SENT
    clock.forward(days=1)
    outbox.run()
    assert postbox.offered == [1, 2]


def test_a_failed_letter_leaves_when_an_officer_has_it_tried_again(
    outbox, postbox, store, queue, file_of
):
    (reference,) = queue()
    postbox.failures[1] = RelayRefused()
    outbox.run()
    postbox.failures.clear()
    with store.writing() as work:
        assert work.outbox.retry(1, now=START)
        work.commit()
    assert outbox.run().sent == 1
    assert file_of(reference).letters[0].last_error == ""


def test_a_letter_put_off_is_tried_after_longer_and_longer_waits(
    outbox, postbox, queue, clock, file_of
):
    (reference,) = queue()
    postbox.failures[1] = LetterDelayed()
    waits = []
    for _ in range(POLICY.max_tries - 1):
        tried_at = clock.now()
        assert outbox.run().delayed == 1
        next_try_at = file_of(reference).letters[0].next_try_at
        waits.append((next_try_at - tried_at).total_seconds())
        clock.time = next_try_at - timedelta(seconds=1)
        assert outbox.run().delayed == 0
        clock.forward(seconds=1)
    assert waits == [60, 120, 240]


def test_the_wait_between_tries_has_an_end():
    assert POLICY.wait_after(1) == timedelta(seconds=60)
    assert POLICY.wait_after(10_000) == timedelta(seconds=3600)


def test_a_letter_put_off_too_often_waits_for_an_officer(outbox, postbox, queue, clock, file_of):
    (reference,) = queue()
    postbox.failures[1] = LetterDelayed()
    for _ in range(POLICY.max_tries):
        outbox.run()
        clock.forward(hours=2)
    letter = file_of(reference).letters[0]
    assert letter.state is LetterState.FAILED
    assert letter.tries == POLICY.max_tries
    assert events(file_of(reference))[-1] is TimelineKind.LETTER_FAILED
    outbox.run()
    assert len(postbox.offered) == POLICY.max_tries


def test_a_letter_put_off_many_times_a_day_is_told_once_that_day(
    store, postbox, queue, clock, file_of
):
    patient = DeliveryPolicy(
        batch=50, retry_first_seconds=60, retry_most_seconds=3600, max_tries=1000
    )
    outbox = DeliverOutbox(store, postbox, clock, patient, node="one")
    (reference,) = queue()
    postbox.failures[1] = LetterDelayed()
    for _ in range(25):
        outbox.run()
        clock.forward(hours=2)
    assert events(file_of(reference)) == [TimelineKind.LETTER_DELAYED] * 3
    assert len(postbox.offered) == 25


def test_a_relay_away_for_a_day_uses_up_no_tries_and_tells_one_case_once(
    outbox, postbox, queue, clock, file_of
):
    references = queue(20)
    postbox.away = "The relay cannot be reached: Connection refused."
    for _ in range(14 * 3):
        outbox.run()
        clock.forward(minutes=20)
    files = [file_of(reference) for reference in references]
    assert [len(file.timeline) for file in files] == [1] + [0] * 19
    assert {file.letters[0].tries for file in files} == {0}
    assert "cannot be reached" in files[0].letters[0].last_error
    postbox.away = ""
    assert outbox.run().sent == 20


def test_a_relay_that_goes_away_in_a_run_stops_it_there(outbox, postbox, queue, file_of):
    references = queue(3)
    postbox.failures[2] = RelayUnavailable("The relay cannot be reached: Connection refused.")
    report = outbox.run()
    assert report.sent == 1
    assert "cannot be reached" in report.stopped
    assert postbox.offered == [1, 2]
    assert [len(file_of(reference).timeline) for reference in references] == [1, 1, 0]


def test_letters_follow_a_relays_return_within_a_quarter_of_a_minute(outbox, postbox, queue, clock):
    queue()
    postbox.away = "The relay cannot be reached."
    for _ in range(100):
        outbox.run()
        clock.forward(seconds=1)
    postbox.away = ""
    clock.forward(seconds=PAUSE_MOST_SECONDS)
    assert outbox.run().sent == 1


def test_a_clock_put_back_does_not_hold_the_letters(outbox, postbox, queue, clock):
    clock.forward(days=2)
    queue()
    postbox.away = "The relay cannot be reached."
    outbox.run()
    postbox.away = ""
    clock.forward(days=-1)
    assert outbox.run().sent == 1


def test_letters_that_are_put_off_do_not_keep_others_back(outbox, postbox, queue, clock):
    queue(MOST_DELAYS_IN_A_ROW + 3)
    for number in range(1, MOST_DELAYS_IN_A_ROW + 1):
        postbox.failures[number] = LetterDelayed()
    report = outbox.run()
    assert report.delayed == MOST_DELAYS_IN_A_ROW
    assert report.stopped
    clock.forward(seconds=PAUSE_MOST_SECONDS)
    assert outbox.run().sent == 3


def test_a_run_takes_no_more_than_a_batch(store, postbox, queue, clock):
    policy = DeliveryPolicy(batch=2, retry_first_seconds=1, retry_most_seconds=1, max_tries=1)
    outbox = DeliverOutbox(store, postbox, clock, policy, node="one")
    queue(3)
    assert [outbox.run().sent for _ in range(3)] == [2, 1, 0]


def test_two_nodes_do_not_send_the_same_letter(store, outbox, postbox, queue, clock):
    """The second node runs in the middle of the first one's letters."""
    other_postbox = Postbox()
    other = DeliverOutbox(store, other_postbox, clock, POLICY, node="two")
    queue(5)
    postbox.meanwhile = other.run
    assert outbox.run().sent == 5
    assert other_postbox.sent == []
    assert other.run().sent == 0


def test_a_node_that_lost_its_turn_stops_but_keeps_what_it_sent(
    store, outbox, postbox, queue, clock
):
    """A letter so slow that the other node took over: the rest are the other's."""
    other = DeliverOutbox(store, Postbox(), clock, POLICY, node="two")

    def take_over() -> None:
        clock.forward(minutes=10)
        with store.writing() as work:
            assert work.operations.take_lease("outbox", holder="two", now=clock.now(), seconds=300)
            work.commit()

    queue(3)
    postbox.meanwhile = take_over
    report = outbox.run()
    assert report.sent == 1
    assert "Another node" in report.stopped
    assert other.run().sent == 2


def test_a_node_that_died_is_followed_by_itself_at_once_and_by_others_later(
    store, outbox, queue, clock
):
    with store.writing() as work:
        assert work.operations.take_lease("outbox", holder="one", now=clock.now(), seconds=300)
        work.commit()
    queue()
    other = DeliverOutbox(store, Postbox(), clock, POLICY, node="two")
    assert other.run().sent == 0
    assert outbox.run().sent == 1


class FullDisk(SqlStore):
    """A store whose disk is full from one moment on, until it is not."""

    full = False

    def writing(self):
        if self.full:
            raise StoreUnavailable
        return super().writing()


def test_a_letter_that_left_is_not_sent_again_when_that_could_not_be_stored(
    sqlite_template, tmp_path, postbox, clock
):
    """A full disk must not make us send the same letter every second."""
    file = tmp_path / "full.db"
    shutil.copyfile(sqlite_template, file)
    store = FullDisk(f"sqlite:///{file}")
    with store.writing() as work:
        case = work.cases.open(a_case())
        work.outbox.add(a_letter(case, "receipt:1", "receipt_comment"))
        work.commit()
    outbox = DeliverOutbox(store, postbox, clock, POLICY, node="one")

    def fill() -> None:
        store.full = True

    postbox.meanwhile = fill
    with pytest.raises(StoreUnavailable):
        outbox.run()
    store.full = False
    clock.forward(minutes=1)
    assert outbox.run().sent == 1
    assert postbox.sent == [1]
    store.close()


def test_a_letter_may_leave_twice_when_the_program_dies_in_between(
    store, postbox, queue, clock, file_of
):
    """At least once: the twin has the same Message-ID, so it is known for one."""
    (reference,) = queue()

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    postbox.meanwhile = die
    with pytest.raises(Killed):
        DeliverOutbox(store, postbox, clock, POLICY, node="one").run()
    postbox.meanwhile = lambda: None
    assert DeliverOutbox(store, postbox, clock, POLICY, node="one").run().sent == 1
    assert postbox.sent == [1, 1]
    assert events(file_of(reference)) == [TimelineKind.LETTER_SENT]


def test_a_letter_that_belongs_to_no_case_leaves_too(outbox, postbox, store):
    with store.writing() as work:
        case = replace(a_case(), reference="", id=None)
        work.outbox.add(a_letter(case, "digest:1", "digest"))
        work.commit()
    assert outbox.run().sent == 1
    assert postbox.sent == [1]


def test_an_empty_outbox_opens_no_connection(outbox, postbox):
    postbox.away = "Nobody may call."
    assert outbox.run().stopped == ""
