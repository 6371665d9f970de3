"""What becomes of messages that make trouble, with a mail server that misbehaves as told."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from intake.adapters.clock import SystemClock
from intake.adapters.db.store import SqlStore
from intake.errors import MailboxRefused, MailboxUnavailable
from intake.services.collect_mailbox import (
    BATCH_BYTES,
    BATCH_MESSAGES,
    MOST_TRIES,
    Collected,
    CollectMailbox,
    MailboxRules,
)
from intake.services.mailbox_ports import FetchedMail, FolderView
from intake.services.operations_ports import MailboxPosition

RULES = MailboxRules(
    name="post",
    address="Complaints@Council.example",
    addresses=("complaints@council.example",),
    processed_folder="Processed",
    failed_folder="Failed",
    max_size_bytes=3 * BATCH_BYTES,
)


def a_mail(uid: int, size: int = 0) -> bytes:
    return f"Message-ID: <{uid}@example.org>\r\n\r\n".encode() + b"x" * size


class Server:
    """A mailbox that refuses and breaks as told; moved messages are known by their folder."""

    can_idle = False

    def __init__(self, *uids: int) -> None:
        self.uid_validity = 1
        self.can_move = True
        self.inbox = {uid: a_mail(uid) for uid in uids}
        self.folders: dict[str, list[int]] = {"Processed": [], "Failed": []}
        self.unreadable: dict[int, type[MailboxUnavailable]] = {}
        self.refuses_sizes = False
        self.locked: set[int] = set()
        self.gone: set[int] = set()
        self.arrived_at: datetime | None = None
        self.asked: Counter[int] = Counter()
        self.moves = 0

    def look(self) -> FolderView:
        return FolderView(
            uid_validity=self.uid_validity, can_move=self.can_move, uids=sorted(self.inbox)
        )

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        if self.refuses_sizes and len(uids) > 1:
            raise MailboxRefused
        return {uid: len(self.inbox[uid]) for uid in uids if uid not in self.gone}

    def fetch(self, uid: int) -> FetchedMail | None:
        self.asked[uid] += 1
        if uid in self.unreadable:
            raise self.unreadable[uid]
        return FetchedMail(raw=self.inbox[uid], arrived_at=self.arrived_at)

    def move(self, uids: Sequence[int], folder: str) -> None:
        self.moves += 1
        if self.locked.intersection(uids):
            raise MailboxRefused
        for uid in uids:
            del self.inbox[uid]
            self.folders[folder].append(uid)

    def wait(self, *_: object) -> None:
        raise AssertionError("nobody waits here")


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[SqlStore]:
    file = tmp_path / "intake.db"
    shutil.copyfile(sqlite_template, file)
    opened = SqlStore(f"sqlite:///{file}")
    yield opened
    opened.close()


@pytest.fixture
def collect(store: SqlStore) -> CollectMailbox:
    return CollectMailbox(store=store, clock=SystemClock(), rules=RULES)


def run(collect: CollectMailbox, server: Server) -> Collected:
    report = Collected()
    collect.collect(server, report, lambda: False)
    return report


def last_uid(store: SqlStore) -> int:
    with store.reading() as work:
        position = work.operations.mailbox_position("post")
    assert position is not None
    return position.last_uid


def test_a_message_is_given_up_when_it_was_refused_three_times(collect):
    server = Server(1, 2, 3)
    server.unreadable[2] = MailboxRefused
    assert run(collect, server).in_words() == "2 taken, 1 to be tried again"
    assert run(collect, server).in_words() == "1 to be tried again"
    assert run(collect, server).failed == ["could not be read"]
    assert server.folders == {"Processed": [1, 3], "Failed": [2]}
    assert server.asked[2] == MOST_TRIES


def test_other_messages_come_first_when_one_breaks_the_connection(collect):
    server = Server(1, 2, 3)
    server.unreadable[1] = MailboxUnavailable
    with pytest.raises(MailboxUnavailable):
        run(collect, server)
    with pytest.raises(MailboxUnavailable):
        run(collect, server)
    assert server.folders["Processed"] == [2, 3]
    with pytest.raises(MailboxUnavailable):
        run(collect, server)
    run(collect, server)
    assert server.folders["Failed"] == [1]
    assert not collect.has_suspects


def test_a_message_is_taken_when_it_can_be_read_after_all(collect):
    server = Server(1)
    server.unreadable[1] = MailboxRefused
    run(collect, server)
    server.unreadable.clear()
    assert run(collect, server).in_words() == "1 taken"
    assert not collect.has_suspects


def test_sizes_are_asked_one_by_one_when_they_are_refused_together(collect):
    server = Server(1, 2)
    server.refuses_sizes = True
    assert run(collect, server).taken == 2


def test_a_message_that_is_gone_meanwhile_is_no_failure(collect):
    server = Server(1, 2)
    server.gone = {1}
    assert run(collect, server).in_words() == "1 taken"


def test_a_message_is_too_large_when_the_server_stated_less(store):
    rules = MailboxRules(**{**vars(RULES), "max_size_bytes": 100})
    server = Server(1)
    server.sizes = lambda uids: dict.fromkeys(uids, 50)
    server.inbox[1] = a_mail(1, 200)
    report = run(CollectMailbox(store=store, clock=SystemClock(), rules=rules), server)
    assert report.failed == ["too large"]
    assert server.folders["Failed"] == [1]


def test_a_message_is_stored_once_and_moved_later_when_its_move_is_refused(collect):
    server = Server(1, 2, 3)
    server.locked = {2}
    assert run(collect, server).in_words() == "3 taken, 1 stored but not moved"
    assert server.folders["Processed"] == [1, 3]
    assert run(collect, server).in_words() == "1 stored but not moved"
    server.locked.clear()
    assert run(collect, server).in_words() == ""
    assert server.folders["Processed"] == [1, 3, 2]
    assert server.asked[2] == 1


def test_a_message_given_up_stays_out_of_the_processed_folder_when_its_move_is_refused(store):
    rules = MailboxRules(**{**vars(RULES), "max_size_bytes": 100})
    collect = CollectMailbox(store=store, clock=SystemClock(), rules=rules)
    server = Server(1)
    server.inbox[1] = a_mail(1, 200)
    server.locked = {1}
    assert run(collect, server).in_words() == "1 failed, 1 stored but not moved"
    server.locked.clear()
    run(collect, server)
    assert server.folders == {"Processed": [], "Failed": [1]}


def test_what_waits_below_is_not_passed_over_when_the_folder_is_read_only(collect, store):
    server = Server(1, 2, 3)
    server.can_move = False
    server.unreadable[2] = MailboxRefused
    run(collect, server)
    assert last_uid(store) == 1
    server.unreadable.clear()
    assert run(collect, server).in_words() == "1 taken, 1 known already"
    assert last_uid(store) == 3
    assert run(collect, server).in_words() == ""
    assert server.folders["Processed"] == []


def test_a_wrong_position_loses_nothing_when_messages_can_be_moved(collect, store):
    with store.writing() as work:
        work.operations.save_mailbox_position(
            MailboxPosition(name="post", uid_validity=1, last_uid=99)
        )
        work.commit()
    assert run(collect, Server(1, 2)).taken == 2


def test_troubles_are_forgotten_when_the_folder_was_made_anew(collect, store):
    server = Server(1)
    server.locked = {1}
    run(collect, server)
    server.locked.clear()
    server.uid_validity = 2
    server.inbox[1] = a_mail(7)
    report = run(collect, server)
    assert report.is_read_anew
    assert report.taken == 1
    assert not run(collect, server).is_read_anew


def test_messages_travel_in_batches_that_bound_the_memory(collect):
    server = Server(*range(1, BATCH_MESSAGES + 2))
    assert run(collect, server).taken == BATCH_MESSAGES + 1
    assert server.moves == 2
    large = Server(1, 2, 3)
    for uid in large.inbox:
        large.inbox[uid] = a_mail(100 + uid, BATCH_BYTES // 2)
    assert run(collect, large).taken == 3
    assert large.moves == 3


def test_others_are_taken_before_a_fault_of_the_store_is_raised(collect, store):
    refusal = """CREATE TRIGGER refuse BEFORE INSERT ON inbound_message
        WHEN NEW.size = 35 BEGIN SELECT RAISE(ABORT, 'refused'); END"""
    with store.engine.begin() as connection:
        connection.execute(text(refusal))
    server = Server(1, 2, 3)
    server.inbox[2] = b"Message-ID: <2@example.org>\r\n\r\nabcd"
    assert len(server.inbox[2]) == 35
    report = Collected()
    with pytest.raises(IntegrityError):
        collect.collect(server, report, lambda: False)
    assert report.in_words() == "2 taken, 1 to be tried again"
    assert list(server.inbox) == [2]
    assert last_uid(store) == 1


def test_a_message_too_large_stays_when_the_folder_is_read_only(store):
    rules = MailboxRules(**{**vars(RULES), "max_size_bytes": 100})
    collect = CollectMailbox(store=store, clock=SystemClock(), rules=rules)
    server = Server(1)
    server.can_move = False
    server.inbox[1] = a_mail(1, 200)
    assert run(collect, server).in_words() == "1 failed"
    assert run(collect, server).in_words() == ""
    assert last_uid(store) == 1


def test_nothing_more_is_taken_when_the_pass_is_over(collect):
    server = Server(1, 2, 3)
    report = Collected()
    collect.collect(server, report, lambda: bool(server.asked))
    assert report.taken == 1
    assert sorted(server.inbox) == [2, 3]


def test_the_clock_starts_when_the_mail_server_received_the_message(collect, store):
    server = Server(1)
    server.arrived_at = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
    run(collect, server)
    with store.writing() as work:
        claimed = work.inbound.claim_next(worker="w", now=SystemClock().now(), claim_seconds=60)
    assert claimed is not None
    assert claimed.received_at == server.arrived_at
    assert claimed.recipients == ("complaints@council.example",)
