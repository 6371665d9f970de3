"""What the program notes about its own running: jobs, mailboxes, leases."""

import threading
from dataclasses import replace
from datetime import timedelta

from intake.services.operations_ports import JobRecord, MailboxPosition
from tests.support.stored import MONDAY


def take(store, holder, *, at=MONDAY, seconds=30):
    with store.writing() as work:
        taken = work.operations.take_lease("outbox", holder=holder, now=at, seconds=seconds)
        work.commit()
    return taken


def test_a_lease_has_one_holder_at_a_time(store):
    assert take(store, "one")
    assert take(store, "one")
    assert not take(store, "two")


def test_a_lease_passes_on_when_it_ran_out(store):
    take(store, "one", seconds=30)
    later = MONDAY + timedelta(seconds=31)
    assert take(store, "two", at=later)
    assert not take(store, "one", at=later)


def test_a_lease_lasts_from_its_renewal(store):
    take(store, "one", seconds=30)
    take(store, "one", at=MONDAY + timedelta(seconds=20))
    assert not take(store, "two", at=MONDAY + timedelta(seconds=45))


def test_a_lease_given_back_is_free_at_once_and_only_its_holder_gives_it_back(store):
    take(store, "one")
    for holder, is_free in (("two", False), ("one", True)):
        with store.writing() as work:
            work.operations.release_lease("outbox", holder=holder)
            work.commit()
        assert take(store, "three") is is_free


def test_one_of_many_gets_a_lease_when_all_ask_at_once(store):
    taken: list[str] = []
    together = threading.Barrier(6)

    def ask(holder):
        together.wait()
        if take(store, holder):
            taken.append(holder)

    asking = [threading.Thread(target=ask, args=(f"node {number}",)) for number in range(6)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert len(taken) == 1


def test_a_job_is_kept_by_its_name_and_node(store):
    first = JobRecord(name="outbox", node="b", last_started_at=MONDAY, last_result="ok", runs=1)
    other = replace(first, node="a", failures=2, last_error="RelayUnavailable")
    again = replace(first, runs=2, next_run_at=MONDAY + timedelta(minutes=1), last_result="")
    with store.writing() as work:
        for record in (first, other, again):
            work.operations.record_job(record)
        work.commit()
    with store.reading() as work:
        assert work.operations.jobs() == [other, again]


def test_a_mailboxs_position_is_kept_and_replaced(store):
    before = MailboxPosition(name="feedback", uid_validity=2**32 - 1, last_uid=2**32 - 1)
    after = MailboxPosition(name="feedback", uid_validity=7, last_uid=1)
    for position in (before, after):
        with store.writing() as work:
            work.operations.save_mailbox_position(position)
            work.commit()
        with store.reading() as work:
            assert work.operations.mailbox_position("feedback") == position
            assert work.operations.mailbox_position("other") is None
