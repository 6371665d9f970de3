"""Signs officers in and out, and recognises them on every page.

Who may sign in and for how long is ruled by ``intake.domain.officers``. Cookies, forms and limits
per client are left to the web pages.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.domain.officers import (
    Officer,
    Session,
    SignInRules,
    after_failure,
    after_success,
    has_ended,
    is_locked,
)
from intake.errors import SignInRefused
from intake.services.officer_ports import Passwords
from intake.services.ports import Clock, Store

# The time of use is written at most this often: a page view must not cost a write each.
TOUCH_AFTER = timedelta(minutes=1)
# Argon2 reads a password of any length; nobody's is longer than this, and an attacker's may be.
LONGEST_PASSWORD = 1024


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """An officer at a browser. ``token`` is given out once, at sign-in, and never stored."""

    officer: Officer
    csrf_token: str
    token: str = ""


class SignIn:
    """Sessions of officers: begun with a password, continued with a token, ended."""

    def __init__(
        self, *, store: Store, clock: Clock, passwords: Passwords, rules: SignInRules
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._rules = rules

    def begin(self, email: str, password: str) -> SignedIn:
        """Start a session.

        Raises ``SignInRefused``, the same and after the same work, whether the account is unknown,
        disabled or locked or the password is wrong.
        """
        with self._store.reading() as work:
            officer = work.officers.by_email(email.strip())
        if officer is None or len(password) > LONGEST_PASSWORD:
            self._passwords.verify_nobody(password[:LONGEST_PASSWORD])
            raise SignInRefused
        # The password is checked outside any transaction: it takes long on purpose, and the
        # database's one writer must not wait for it.
        is_right = self._passwords.verify(password, officer.password_hash)
        hash_now = officer.password_hash
        if is_right and self._passwords.is_outdated(hash_now):
            hash_now = self._passwords.hash(password)
        return self._settle(officer, is_right=is_right, hash_now=hash_now)

    def resume(self, token: str) -> SignedIn | None:
        """Who this token belongs to; None when its session is over or was never begun."""
        now = self._clock.now()
        token_hash = _hash(token)
        with self._store.reading() as work:
            session = work.officers.session(token_hash)
            officer = work.officers.by_id(session.officer_id) if session else None
        if session is None:
            return None
        if officer is None or not officer.active or has_ended(session, now, self._rules):
            self.end(token)
            return None
        self._touch(session, now)
        return SignedIn(officer=officer, csrf_token=session.csrf_token)

    def end(self, token: str) -> None:
        """End the session of this token; one that is over stays over."""
        with self._store.writing() as work:
            work.officers.end_session(_hash(token))
            work.commit()

    def _settle(self, checked: Officer, *, is_right: bool, hash_now: str) -> SignedIn:
        """Count the attempt on the account as it is now, and begin a session if all is well."""
        now = self._clock.now()
        with self._store.writing() as work:
            officer = work.officers.by_email(checked.email, lock=True)
            # Attempts made side by side must not outrun the lock, nor a password changed meanwhile
            # be opened by the old one.
            refused = (
                officer is None
                or not officer.active
                or is_locked(officer, now)
                or officer.password_hash != checked.password_hash
            )
            if officer is None or refused:
                raise SignInRefused
            if not is_right:
                work.officers.save(after_failure(officer, now, self._rules))
                work.commit()
                raise SignInRefused
            officer = replace(after_success(officer), password_hash=hash_now)
            work.officers.save(officer)
            signed_in = _new_session(officer)
            work.officers.add_session(_stored(signed_in, now))
            work.commit()
        return signed_in

    def _touch(self, session: Session, now: datetime) -> None:
        if now - session.seen_at >= TOUCH_AFTER:
            with self._store.writing() as work:
                work.officers.touch_session(session.token_hash, seen_at=now)
                work.commit()


def _new_session(officer: Officer) -> SignedIn:
    return SignedIn(
        officer=officer, csrf_token=secrets.token_urlsafe(32), token=secrets.token_urlsafe(32)
    )


def _stored(signed_in: SignedIn, now: datetime) -> Session:
    assert signed_in.officer.id is not None
    return Session(
        token_hash=_hash(signed_in.token),
        officer_id=signed_in.officer.id,
        csrf_token=signed_in.csrf_token,
        created_at=now,
        seen_at=now,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
