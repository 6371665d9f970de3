"""Sign-in rules: when an account locks and opens again, and when a session is over."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.domain.officers import (
    Officer,
    Role,
    Session,
    SignInRules,
    after_failure,
    after_success,
    has_ended,
    is_locked,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RULES = SignInRules.from_minutes(attempts=3, lock=15, idle=30, lasts=600)
MOMENT = timedelta(microseconds=1)


def officer(**fields):
    values = {"email": "robin@council.example", "name": "Robin", "role": Role.OFFICER}
    return Officer(**values, password_hash="unusable", created_at=NOW, **fields)


def session(*, age=timedelta(), idle=timedelta()):
    return Session(
        token_hash="t", officer_id=1, csrf_token="c", created_at=NOW - age, seen_at=NOW - idle
    )


def test_an_account_locks_with_the_last_of_its_attempts():
    account = officer()
    for attempts in (1, 2):
        account = after_failure(account, NOW, RULES)
        assert (account.failed_attempts, is_locked(account, NOW)) == (attempts, False)
    assert is_locked(after_failure(account, NOW, RULES), NOW)


def test_a_locked_account_opens_when_its_time_is_over_with_all_attempts_again():
    locked = after_failure(officer(failed_attempts=2), NOW, RULES)
    opens_at = NOW + timedelta(minutes=15)
    assert is_locked(locked, opens_at - MOMENT)
    assert not is_locked(locked, opens_at)
    assert not is_locked(after_failure(locked, opens_at, RULES), opens_at)


def test_the_right_password_clears_what_went_before():
    account = after_success(officer(failed_attempts=2, locked_until=NOW))
    assert (account.failed_attempts, account.locked_until) == (0, None)


@pytest.mark.parametrize(
    ("age", "idle", "is_over"),
    [
        (timedelta(), timedelta(), False),
        (timedelta(minutes=30), timedelta(minutes=30) - MOMENT, False),
        (timedelta(minutes=30), timedelta(minutes=30), True),
        (timedelta(minutes=600) - MOMENT, timedelta(), False),
        (timedelta(minutes=600), timedelta(), True),
    ],
)
def test_a_session_is_over_when_unused_for_too_long_or_too_old(age, idle, is_over):
    assert has_ended(session(age=age, idle=idle), NOW, RULES) is is_over


def test_everybody_but_the_auditor_may_change_cases():
    assert {role for role in Role if not role.may_change_cases} == {Role.AUDITOR}
