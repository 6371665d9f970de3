"""Make accounts for the council's people."""

import secrets

from intake.domain.officers import Officer, Role
from intake.errors import InvalidSubmission
from intake.services.officer_ports import Passwords
from intake.services.ports import Clock, Store

# Long enough beside the lock-out; no rule on kinds of characters, which only makes worse ones.
FEWEST_CHARACTERS = 12
# RFC 5321 section 4.5.3.1: 64 before the @, 255 after it.
LONGEST_EMAIL = 320
DEMO_EMAIL = "demo@council.example"
DEMO_NAME = "Demo Officer"


def add_officer(
    store: Store,
    passwords: Passwords,
    clock: Clock,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
) -> Officer:
    """Make an account; one with this address gets the new name, role and password and is unlocked.

    Its sessions end, so that whoever knew the old password is out. Raises ``InvalidSubmission``.
    """
    local, at, domain = email.strip().rpartition("@")
    if not (local and at and "." in domain) or any(each.isspace() for each in email.strip()):
        raise InvalidSubmission(f"{email!r} is not an email address.")
    if len(email) > LONGEST_EMAIL:
        raise InvalidSubmission(f"An email address has at most {LONGEST_EMAIL} characters.")
    if not name.strip():
        raise InvalidSubmission("The officer needs a name.")
    if len(password) < FEWEST_CHARACTERS:
        raise InvalidSubmission(f"A password needs at least {FEWEST_CHARACTERS} characters.")
    officer = Officer(
        email=email.strip().lower(),
        name=name.strip(),
        role=role,
        password_hash=passwords.hash(password),
        created_at=clock.now(),
    )
    with store.writing() as work:
        added = work.officers.add(officer)
        assert added.id is not None
        work.officers.end_sessions_of(added.id)
        work.commit()
    return added


def add_demo_officer(store: Store, passwords: Passwords, clock: Clock) -> tuple[str, str]:
    """Make the demo officer anew, with a password nobody knows but who reads the screen."""
    password = secrets.token_urlsafe(12)
    add_officer(
        store,
        passwords,
        clock,
        email=DEMO_EMAIL,
        name=DEMO_NAME,
        role=Role.ADMINISTRATOR,
        password=password,
    )
    return DEMO_EMAIL, password
