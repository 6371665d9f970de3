"""Letters: written once for a purpose, due in order, counted by address."""

from datetime import timedelta

from intake.domain.cases import LetterState
from tests.support.stored import MONDAY, new_letter, open_case


def add(store, *letters):
    with store.writing() as work:
        added = [work.outbox.add(letter) for letter in letters]
        work.commit()
    return added


def due(store, at=MONDAY, limit=10):
    with store.reading() as work:
        return work.outbox.due(now=at, limit=limit)


def record(store, letter_id, state, **how):
    values = {"tries": 1, "error": "", "next_try_at": None, "sent_at": None, **how}
    with store.writing() as work:
        work.outbox.record_attempt(letter_id, state=state, **values)
        work.commit()


def test_a_letter_is_kept_as_it_was_written(store):
    case = open_case(store)
    letter = new_letter(case.id, raw=bytes(range(256)), to_addr="Alex.Example@Example.org")
    assert add(store, letter) == [True]
    (found,) = due(store)
    assert (found.raw, found.purpose, found.case_id) == (letter.raw, letter.purpose, case.id)
    assert (found.state, found.tries, found.created_at) == (LetterState.QUEUED, 0, MONDAY)
    with store.reading() as work:
        assert work.outbox.by_id(found.id) == found
        assert work.outbox.by_id(found.id + 1) is None


def test_a_second_letter_of_the_same_purpose_is_not_written(store):
    letter = new_letter(None)
    assert add(store, letter, letter) == [True, False]
    assert add(store, letter) == [False]
    assert len(due(store)) == 1


def test_letters_are_due_when_their_time_has_come_oldest_first(store):
    add(
        store,
        *(
            new_letter(None, text=str(hours), next_try_at=MONDAY + timedelta(hours=hours))
            for hours in (2, 0, 1, 3)
        ),
    )
    assert [letter.text for letter in due(store, MONDAY + timedelta(hours=2))] == ["0", "1", "2"]
    assert [letter.text for letter in due(store, MONDAY + timedelta(hours=2), 1)] == ["0"]


def test_a_letter_that_was_put_off_is_due_later(store):
    add(store, new_letter(None))
    (letter,) = due(store)
    later = MONDAY + timedelta(minutes=5)
    record(store, letter.id, LetterState.QUEUED, error="busy", next_try_at=later)
    assert due(store) == []
    (again,) = due(store, later)
    assert (again.tries, again.last_error) == (1, "busy")


def test_a_letter_that_left_is_due_no_more(store):
    add(store, new_letter(None))
    (letter,) = due(store)
    record(store, letter.id, LetterState.SENT, sent_at=MONDAY)
    assert due(store, MONDAY + timedelta(days=1)) == []
    with store.reading() as work:
        assert work.outbox.by_id(letter.id).sent_at == MONDAY
        assert work.outbox.count_by_state() == {LetterState.QUEUED: 0, LetterState.FAILED: 0}


def test_a_failed_letter_is_listed_with_its_case_until_it_is_tried_again(store):
    case = open_case(store)
    add(store, new_letter(case.id), new_letter(None))
    for letter in due(store):
        record(store, letter.id, LetterState.FAILED, tries=8, error="550 unknown")
    with store.reading() as work:
        assert work.outbox.count_by_state() == {LetterState.QUEUED: 0, LetterState.FAILED: 2}
        (newest, without), (older, reference) = work.outbox.list_failed(limit=10)
    assert (without, reference) == ("", case.reference)
    assert newest.id > older.id
    with store.writing() as work:
        assert work.outbox.retry(older.id, now=MONDAY)
        assert not work.outbox.retry(older.id, now=MONDAY)
        assert not work.outbox.retry(10_000, now=MONDAY)
        work.commit()
    (again,) = due(store)
    assert (again.id, again.tries) == (older.id, 0)


def test_receipts_to_an_address_are_counted_whatever_its_case(store):
    case, other = open_case(store), open_case(store)
    hours = [MONDAY + timedelta(hours=hours) for hours in range(4)]
    add(
        store,
        new_letter(case.id, created_at=hours[0]),
        new_letter(case.id, created_at=hours[2], to_addr="ALEX.example@example.org"),
        new_letter(other.id, created_at=hours[1]),
        new_letter(other.id, created_at=hours[3], kind="receiptXletter"),
        new_letter(other.id, created_at=hours[3], to_addr="sam@example.org"),
    )
    with store.reading() as work:
        since = work.outbox.receipts_since
        assert since(since=MONDAY, to_addr="Alex.Example@example.org") == hours[:3]
        assert since(since=hours[1], to_addr="alex.example@example.org") == hours[1:3]
        assert since(since=MONDAY, to_addr="alex.example@example.org", case_id=case.id) == [
            hours[0],
            hours[2],
        ]
