"""Officers' sessions: how they begin, how long they last, and what locks an account."""

import shutil
from dataclasses import replace

import pytest
from argon2 import PasswordHasher

from intake.adapters.passwords import Argon2Passwords
from intake.errors import SignInRefused
from intake.services.sign_in import LONGEST_PASSWORD, SignIn
from tests.support.desk import EMAIL, PASSWORD, Desk

WRONG = "wrong horse"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


class CountedPasswords(Argon2Passwords):
    """Counts how often a hash was computed, whoever it was for."""

    def __init__(self) -> None:
        super().__init__(PasswordHasher(**CHEAP))
        self.checks = 0

    def verify(self, password: str, stored: str) -> bool:
        self.checks += 1
        return super().verify(password, stored)


@pytest.fixture
def desk(sqlite_template, tmp_path):
    shutil.copyfile(sqlite_template, tmp_path / "intake.db")
    opened = Desk(f"sqlite:///{tmp_path / 'intake.db'}", tmp_path)
    opened.officer()
    yield opened
    opened.close()


@pytest.fixture
def sign_in(desk):
    return desk.application.sign_in


def with_passwords(desk: Desk, passwords: Argon2Passwords) -> SignIn:
    return SignIn(
        store=desk.application.store,
        clock=desk.clock,
        passwords=passwords,
        rules=desk.application.sign_in_rules,
    )


def account(desk: Desk):
    with desk.application.store.reading() as work:
        return work.officers.by_email(EMAIL)


def change(desk: Desk, **fields: object) -> None:
    officer = replace(account(desk), **fields)
    with desk.application.store.writing() as work:
        work.officers.save(officer)
        work.commit()


def fail(sign_in: SignIn, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in.begin(EMAIL, WRONG)


def test_a_session_begins_with_the_right_password_and_is_known_by_its_token(sign_in):
    begun = sign_in.begin("  Robin.Reader@Council.example ", PASSWORD)
    known = sign_in.resume(begun.token)
    assert known.officer.email == EMAIL
    assert known.csrf_token == begun.csrf_token


def test_the_token_is_not_in_the_database(sign_in, desk, tmp_path):
    begun = sign_in.begin(EMAIL, PASSWORD)
    desk.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("intake.db*"))
    assert begun.csrf_token.encode() in stored
    assert begun.token.encode() not in stored


def test_two_sessions_share_neither_token(sign_in):
    first, second = sign_in.begin(EMAIL, PASSWORD), sign_in.begin(EMAIL, PASSWORD)
    assert first.token != second.token
    assert first.csrf_token != second.csrf_token


def test_every_refusal_reads_the_same_and_costs_one_hash(desk):
    passwords = CountedPasswords()
    sign_in = with_passwords(desk, passwords)
    desk.officer("gone.guest@council.example")
    with desk.application.store.writing() as work:
        gone = work.officers.by_email("gone.guest@council.example")
        work.officers.save(replace(gone, active=False))
        work.commit()
    messages = set()
    for email, password in [
        (EMAIL, WRONG),
        ("nobody@council.example", PASSWORD),
        ("gone.guest@council.example", PASSWORD),
        (EMAIL, "x" * (LONGEST_PASSWORD + 1)),
    ]:
        before = passwords.checks
        with pytest.raises(SignInRefused) as refused:
            sign_in.begin(email, password)
        messages.add(str(refused.value))
        assert passwords.checks == before + 1
    assert len(messages) == 1


def test_an_account_is_locked_after_five_wrong_passwords_and_opens_again(sign_in, desk):
    fail(sign_in, 5)
    with pytest.raises(SignInRefused):
        sign_in.begin(EMAIL, PASSWORD)
    desk.clock.move(minutes=15)
    assert sign_in.begin(EMAIL, PASSWORD)


def test_wrong_passwords_are_forgotten_after_the_right_one(sign_in):
    fail(sign_in, 4)
    sign_in.begin(EMAIL, PASSWORD)
    fail(sign_in, 4)
    assert sign_in.begin(EMAIL, PASSWORD)


def test_a_session_ends_when_it_is_not_used_for_half_an_hour(sign_in, desk):
    token = sign_in.begin(EMAIL, PASSWORD).token
    desk.clock.move(minutes=29)
    assert sign_in.resume(token)
    desk.clock.move(minutes=29)
    assert sign_in.resume(token)
    desk.clock.move(minutes=30)
    assert sign_in.resume(token) is None
    desk.clock.move(minutes=-30)
    assert sign_in.resume(token) is None, "a session that ended came back"


def test_a_session_ends_after_ten_hours_however_much_it_is_used(sign_in, desk):
    token = sign_in.begin(EMAIL, PASSWORD).token
    for _ in range(29):
        desk.clock.move(minutes=20)
        assert sign_in.resume(token)
    desk.clock.move(minutes=20)
    assert sign_in.resume(token) is None


def test_a_session_ends_when_the_account_is_disabled(sign_in, desk):
    token = sign_in.begin(EMAIL, PASSWORD).token
    change(desk, active=False)
    assert sign_in.resume(token) is None


def test_a_session_is_over_after_signing_out(sign_in):
    token = sign_in.begin(EMAIL, PASSWORD).token
    sign_in.end(token)
    sign_in.end(token)
    assert sign_in.resume(token) is None


def test_a_made_up_token_opens_nothing(sign_in):
    sign_in.begin(EMAIL, PASSWORD)
    assert sign_in.resume("made-up") is None


def test_the_hash_is_made_again_when_the_parameters_have_changed(desk):
    before = account(desk).password_hash
    stronger = Argon2Passwords(PasswordHasher(**CHEAP | {"time_cost": 2}))
    sign_in = with_passwords(desk, stronger)
    assert sign_in.begin(EMAIL, PASSWORD)
    after = account(desk).password_hash
    assert after != before
    assert not stronger.is_outdated(after)
    assert sign_in.begin(EMAIL, PASSWORD)


class PasswordChangedMeanwhile(Argon2Passwords):
    """While a password is being checked, the officer changes it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(PasswordHasher(**CHEAP))
        self._desk = desk

    def verify(self, password: str, stored: str) -> bool:
        is_right = super().verify(password, stored)
        change(self._desk, password_hash=self.hash("a new password"))
        return is_right


def test_an_old_password_opens_nothing_when_it_was_changed_while_it_was_checked(desk):
    with pytest.raises(SignInRefused):
        with_passwords(desk, PasswordChangedMeanwhile(desk)).begin(EMAIL, PASSWORD)
