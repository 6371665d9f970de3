"""Passwords are kept so that a stolen database opens no account."""

import pytest
from argon2 import PasswordHasher

from intake.adapters.passwords import Argon2Passwords


@pytest.fixture(scope="module")
def passwords():
    return Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_a_password_fits_its_own_hash_only(passwords):
    stored = passwords.hash("tea at four")
    assert passwords.verify("tea at four", stored)
    assert not passwords.verify("tea at five", stored)


def test_the_same_password_is_never_stored_the_same_way_twice(passwords):
    assert passwords.hash("tea at four") != passwords.hash("tea at four")


@pytest.mark.parametrize("damaged", ["", "x", "$argon2id$v=19$m=8", "plain text"])
def test_nothing_fits_a_damaged_hash(passwords, damaged):
    assert not passwords.verify("tea at four", damaged)


def test_the_programs_own_parameters_are_argon2id_with_at_least_19_mebibytes():
    """OWASP's floor for Argon2id."""
    stored = Argon2Passwords().hash("tea at four")
    assert stored.startswith("$argon2id$")
    memory = int(stored.split("$")[3].split(",")[0].removeprefix("m="))
    assert memory >= 19 * 1024
