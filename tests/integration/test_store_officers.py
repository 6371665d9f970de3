"""Accounts and sessions of the council's people."""

from dataclasses import replace
from datetime import timedelta

from intake.domain.officers import Role, Session
from tests.support.stored import MONDAY, new_officer


def add(store, **fields):
    with store.writing() as work:
        officer = work.officers.add(new_officer(**fields))
        work.commit()
    return officer


def add_session(store, officer, token_hash, **times):
    values = {"created_at": MONDAY, "seen_at": MONDAY, **times}
    session = Session(token_hash=token_hash, officer_id=officer.id, csrf_token="c" * 43, **values)
    with store.writing() as work:
        work.officers.add_session(session)
        work.commit()
    return session


def sessions(store, *token_hashes):
    with store.reading() as work:
        return [token for token in token_hashes if work.officers.session(token)]


def test_an_account_is_found_by_its_address_whatever_the_case(store):
    officer = add(store, email="Robin.Reader@Council.example", role=Role.MANAGER)
    with store.reading() as work:
        assert work.officers.by_email("ROBIN.reader@council.example") == officer
        assert work.officers.by_id(officer.id) == officer
        assert work.officers.by_email("robin") is None
        assert work.officers.by_email("robin\x00\udcff" * 100) is None
        assert work.officers.by_id(officer.id + 1) is None


def test_an_account_with_the_same_address_is_replaced_and_keeps_its_number(store):
    before = add(store, failed_attempts=3, locked_until=MONDAY)
    after = add(store, email="ROBIN.READER@council.example", name="R. Reader")
    assert (after.id, after.name, after.failed_attempts) == (before.id, "R. Reader", 0)
    assert after.locked_until is None


def test_a_changed_account_is_saved(store):
    officer = add(store)
    changed = replace(officer, failed_attempts=2, locked_until=MONDAY, active=False)
    with store.writing() as work:
        assert work.officers.by_email(officer.email, lock=True) == officer
        work.officers.save(changed)
        work.commit()
    with store.reading() as work:
        assert work.officers.by_id(officer.id) == changed


def test_a_session_is_kept_until_it_is_ended(store):
    officer = add(store)
    session = add_session(store, officer, "one")
    later = MONDAY + timedelta(minutes=3)
    with store.writing() as work:
        assert work.officers.session("one") == session
        work.officers.touch_session("one", seen_at=later)
        work.commit()
    with store.reading() as work:
        assert work.officers.session("one").seen_at == later
        assert work.officers.session("two") is None
    with store.writing() as work:
        work.officers.end_session("one")
        work.commit()
    assert sessions(store, "one") == []


def test_all_sessions_of_an_officer_end_and_nobody_elses(store):
    officer, other = add(store), add(store, email="sam@council.example")
    for token, owner in (("one", officer), ("two", officer), ("three", other)):
        add_session(store, owner, token)
    with store.writing() as work:
        work.officers.end_sessions_of(officer.id)
        work.commit()
    assert sessions(store, "one", "two", "three") == ["three"]


def test_sessions_out_of_time_are_forgotten(store):
    officer = add(store)
    hour = timedelta(hours=1)
    add_session(store, officer, "idle", created_at=MONDAY, seen_at=MONDAY)
    add_session(store, officer, "old", created_at=MONDAY - 9 * hour, seen_at=MONDAY + hour)
    add_session(store, officer, "fresh", created_at=MONDAY, seen_at=MONDAY + hour)
    with store.writing() as work:
        ended = work.officers.end_sessions_before(
            seen_before=MONDAY + hour / 2, expired_at=MONDAY - 8 * hour
        )
        work.commit()
    assert ended == 2
    assert sessions(store, "idle", "old", "fresh") == ["fresh"]
