"""Received messages: stored once, claimed by one worker at a time, never forgotten."""

import threading
from datetime import timedelta

import pytest

from intake.domain.inbound import InboundState
from intake.errors import ClaimLost
from tests.support.stored import MONDAY, claim, new_case, new_inbound, open_case, receive


def counts(store):
    with store.reading() as work:
        return {state: number for state, number in work.inbound.count_by_state().items() if number}


def test_a_message_is_claimed_as_it_came(store):
    sent = new_inbound(recipients=("feedback@council.example", "complaints@council.example"))
    assert receive(store, sent) == [True]
    claimed = claim(store, "worker of node a")
    assert claimed
    assert (claimed.raw, claimed.recipients, claimed.source) == (sent.raw, sent.recipients, "smtp")
    assert (claimed.received_at, claimed.channel, claimed.tries) == (MONDAY, "email", 1)
    assert claimed.worker == "worker of node a"


def test_the_same_message_is_stored_once_when_it_comes_again(store):
    message = new_inbound()
    assert receive(store, message) == [True]
    assert receive(store, message, new_inbound()) == [False, True]
    assert counts(store) == {InboundState.RECEIVED: 2}


def test_the_same_message_is_stored_once_when_it_comes_twice_in_one_batch(store):
    message = new_inbound()
    assert receive(store, message, message) == [True, False]
    assert counts(store) == {InboundState.RECEIVED: 1}


def test_an_empty_batch_stores_nothing(store):
    with store.writing() as work:
        assert work.inbound.add_many([]) == []


def test_messages_are_claimed_in_the_order_they_came(store):
    first, second = new_inbound(raw=b"first"), new_inbound(raw=b"second")
    receive(store, first, second)
    assert [claim(store).raw, claim(store).raw] == [b"first", b"second"]


def test_a_message_under_work_is_not_claimed_by_another(store):
    receive(store)
    assert claim(store, "one")
    assert claim(store, "two") is None


def claim_this(store, identity, *, worker="web", now=MONDAY):
    with store.writing() as work:
        claimed = work.inbound.claim(identity=identity, worker=worker, now=now, claim_seconds=60)
        work.commit()
    return claimed


def test_one_message_can_be_claimed_before_those_that_came_earlier(store):
    first, second = new_inbound(raw=b"first"), new_inbound(raw=b"second")
    receive(store, first, second)
    claimed = claim_this(store, second.identity)
    assert claimed
    assert (claimed.raw, claimed.worker, claimed.tries) == (b"second", "web", 1)
    assert claim(store).raw == b"first"
    assert claim(store) is None


def test_a_message_that_does_not_wait_cannot_be_claimed_by_its_identity(store):
    message = new_inbound()
    receive(store, message)
    assert claim_this(store, "f" * 64) is None
    claimed = claim_this(store, message.identity)
    assert claim_this(store, message.identity) is None
    later = MONDAY + timedelta(seconds=61)
    assert claim_this(store, message.identity, worker="other", now=later).tries == 2
    with store.writing() as work, pytest.raises(ClaimLost):
        work.inbound.fail(claimed, error="too late")


def test_the_case_of_a_message_is_known_once_it_has_one(store):
    message = new_inbound()
    receive(store, message)
    claimed = claim_this(store, message.identity)
    with store.writing() as work:
        assert work.inbound.case_of(message.identity) is None
        case = work.cases.open(new_case())
        work.inbound.finish(claimed, at=MONDAY, case_id=case.id)
        work.commit()
    with store.reading() as work:
        assert work.inbound.case_of(message.identity) == case.id
        assert work.inbound.case_of("f" * 64) is None
        assert work.inbound.origin(claimed.id) == ("email", case.id)
        assert work.inbound.origin(claimed.id + 1) is None


def test_a_message_is_claimed_anew_when_its_claim_ran_out(store):
    receive(store)
    claim(store, "one", seconds=60)
    later = MONDAY + timedelta(seconds=61)
    again = claim(store, "two", now=later)
    assert again
    assert (again.worker, again.tries) == ("two", 2)


def test_a_worker_that_lost_its_claim_cannot_finish_the_message(store):
    receive(store)
    lost = claim(store, "one")
    assert claim(store, "two", now=MONDAY + timedelta(seconds=61))
    with store.writing() as work, pytest.raises(ClaimLost):
        work.inbound.fail(lost, error="too late")
    case = None
    with store.writing() as work:
        case = work.cases.open(new_case())
        with pytest.raises(ClaimLost):
            work.inbound.finish(lost, at=MONDAY, case_id=case.id)


def test_a_finished_message_is_not_claimed_again(store):
    open_case(store)
    assert claim(store, now=MONDAY + timedelta(days=1)) is None
    assert counts(store) == {}


def test_a_message_that_failed_is_claimed_again_and_its_tries_count(store):
    receive(store)
    for tries in (1, 2, 3):
        claimed = claim(store)
        assert claimed.tries == tries
        with store.writing() as work:
            work.inbound.fail(claimed, error="ValueError")
            work.commit()


def test_a_message_set_aside_is_listed_with_its_case_and_claimed_no_more(store):
    case = open_case(store)
    receive(store)
    claimed = claim(store)
    with store.writing() as work:
        work.inbound.set_aside(claimed, at=MONDAY, case_id=case.id, error="ValueError: odd")
        work.commit()
    assert claim(store, now=MONDAY + timedelta(days=1)) is None
    assert counts(store) == {InboundState.SET_ASIDE: 1}
    with store.reading() as work:
        (listed,) = work.inbound.list_set_aside()
    assert (listed.id, listed.case_reference, listed.tries) == (claimed.id, case.reference, 1)
    assert listed.error == "ValueError: odd"


def test_a_message_set_aside_is_claimed_again_after_an_officers_retry(store):
    case = open_case(store)
    receive(store)
    claimed = claim(store)
    with store.writing() as work:
        work.inbound.set_aside(claimed, at=MONDAY, case_id=case.id, error="ValueError")
        work.inbound.retry(claimed.id)
        work.commit()
    again = claim(store)
    assert (again.id, again.tries, again.case_id) == (claimed.id, 1, case.id)


def test_a_retry_leaves_messages_alone_that_are_not_set_aside(store):
    open_case(store)
    with store.writing() as work:
        work.inbound.retry(1)
        work.commit()
    assert claim(store) is None


def test_a_worker_that_starts_again_gets_back_what_it_held_and_no_more(store):
    receive(store, new_inbound(), new_inbound())
    claim(store, "one")
    claim(store, "two")
    with store.writing() as work:
        assert work.inbound.release_claims(worker="one") == 1
        work.commit()
    assert counts(store) == {InboundState.RECEIVED: 1, InboundState.CLAIMED: 1}


def test_the_oldest_message_waiting_is_known_also_while_it_is_worked_on(store):
    receive(store, new_inbound(), new_inbound(received_at=MONDAY + timedelta(hours=1)))
    claim(store)
    with store.reading() as work:
        assert work.inbound.oldest_waiting_at() == MONDAY


def test_nothing_waits_when_all_is_processed(store):
    open_case(store)
    with store.reading() as work:
        assert work.inbound.oldest_waiting_at() is None


def test_the_bytes_of_a_message_stay_as_they_came(store):
    raw = bytes(range(256)) * 40
    receive(store, new_inbound(raw=raw))
    claimed = claim(store)
    with store.reading() as work:
        assert work.inbound.raw(claimed.id) == raw
        assert work.inbound.raw(claimed.id + 1) is None


def test_nothing_is_stored_without_a_commit(store):
    with store.writing() as work:
        work.inbound.add_many([new_inbound()])
    assert counts(store) == {}


def test_many_workers_claim_each_message_once(store):
    """On PostgreSQL they skip what others hold; on SQLite they take turns."""
    messages = [new_inbound(raw=b"%d" % number) for number in range(40)]
    receive(store, *messages)
    claimed: list[bytes] = []

    def work_off(worker):
        while (message := claim(store, worker)) is not None:
            claimed.append(message.raw)

    workers = [threading.Thread(target=work_off, args=(f"worker {n}",)) for n in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(claimed) == sorted(message.raw for message in messages)


@pytest.mark.postgres
@pytest.mark.parametrize("database_kind", ["postgres"])
def test_a_worker_passes_over_a_message_that_another_has_not_yet_committed(store):
    receive(store, new_inbound(raw=b"first"), new_inbound(raw=b"second"))
    with store.writing() as one, store.writing() as two:
        first = one.inbound.claim_next(worker="one", now=MONDAY, claim_seconds=60)
        second = two.inbound.claim_next(worker="two", now=MONDAY, claim_seconds=60)
        assert (first.raw, second.raw) == (b"first", b"second")
