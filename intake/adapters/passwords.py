"""Passwords hashed with Argon2id (RFC 9106).

The parameters are those of argon2-cffi's own recommendation; when they change, ``is_outdated`` says
so and the next sign-in makes the hash again. Attempts and locking are left to
``intake.domain.officers``.
"""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# One hash takes 64 MiB and a core for some 50 ms: a crowd at the sign-in page must take neither the
# memory nor the processors that accepting mail needs.
MOST_AT_ONCE = 2


class Argon2Passwords:
    """Implements ``officer_ports.Passwords``."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(MOST_AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """A salted hash of a new password."""
        with self._turns:
            return self._hasher.hash(password)

    def verify(self, password: str, stored: str) -> bool:
        """Whether this is the password the hash was made of; a damaged hash fits none."""
        try:
            with self._turns:
                return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def verify_nobody(self, password: str) -> None:
        """Spend as long as ``verify`` does: time must not tell whether an account exists."""
        self.verify(password, self._nobody)

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(stored)
