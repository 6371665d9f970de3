"""An office of the council: the real services on a real database, with mail coming in and officers.

Only the classifier is a stand-in: it says what a test wants said, so that pages can be tested
without the model. The clock stands still until a test moves it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from intake.adapters.passwords import Argon2Passwords
from intake.bootstrap import Application
from intake.domain.cases import Channel
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.inbound import NewInbound
from intake.domain.officers import Officer, Role
from intake.entrypoints.web.app import create_app
from intake.mime import message_identity
from intake.settings import load_settings

PASSWORD = "correct horse battery staple"
EMAIL = "robin.reader@council.example"
MONDAY = datetime(2025, 3, 3, 9, 5, tzinfo=UTC)
MAIL = """From: Alex Example <alex.example@example.org>
To: feedback@council.example
Subject: Bins in Elm Row
Message-ID: <first@example.org>
Date: Mon, 3 Mar 2025 09:00:00 +0000

The bins in Elm Row were missed again.
Nobody came on Friday either, though I was promised it.
"""


# As real as the program's, and a thousand times cheaper.
CHEAP_PASSWORDS = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class StandingClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **length: float) -> None:
        self.at += timedelta(**length)


class ToldClassifier:
    """Says what it was told to say of every message."""

    model_version = "told-1"

    def __init__(self) -> None:
        self.answer = classification()

    def classify(self, message: MessageText) -> Classification:  # noqa: ARG002 - a port.
        return self.answer


def classification(
    category: Category = Category.COMPLAINT,
    confidence: float = 0.82,
    *,
    probabilities: Mapping[Category, float] | None = None,
    **fields: object,
) -> Classification:
    rest = (1 - confidence) / 5
    said = Classification(
        category=category,
        confidence=confidence,
        probabilities=probabilities
        or {each: confidence if each is category else rest for each in Category},
        area=ServiceArea.WASTE_RECYCLING,
        landlord=False,
        urgent=False,
        hazards=(),
        language="en",
        evidence=("The bins in Elm Row were missed again.",),
        decision=Decision.REVIEW,
        reason="The message could be a complaint, so an officer decides.",
        model="told-1",
    )
    return replace(said, **fields)


class Desk:
    """One installation, with `mail` coming in and `officer`s signing in."""

    def __init__(self, database_url: str, folder: Path, **variables: str) -> None:
        environment = {
            "INTAKE_DATABASE_URL": database_url,
            "INTAKE_DATA_DIR": str(folder),
            "INTAKE_SECRET_KEY": "k" * 40,
            # Blind readings are drawn where a test is about them.
            "INTAKE_LEARNING_BLIND_READING_SHARE": "0",
            **{f"INTAKE_{name}": value for name, value in variables.items()},
        }
        self.clock = StandingClock()
        self.classifier = ToldClassifier()
        self.application = Application(
            load_settings(environment=environment), clock=self.clock, classifier=self.classifier
        )
        self.application.passwords = CHEAP_PASSWORDS
        self.app = create_app(self.application)
        self._received = 0

    def close(self) -> None:
        self.application.store.close()

    def officer(
        self, email: str = EMAIL, *, role: Role = Role.OFFICER, name: str = "Robin Reader"
    ) -> Officer:
        """An account with `PASSWORD`."""
        account = Officer(
            email=email,
            name=name,
            role=role,
            password_hash=CHEAP_PASSWORDS.hash(PASSWORD),
            created_at=self.clock.now(),
        )
        with self.application.store.writing() as work:
            stored = work.officers.add(account)
            work.commit()
        return stored

    def mail(self, text: str = MAIL, **said: object) -> str:
        """Receives and processes one mail; the reference of its case."""
        if said:
            self.classifier.answer = classification(**said)
        self.receive(text)
        process = self.application.process_message
        claimed = process.claim("test")
        assert claimed
        return process.process(claimed)

    def receive(self, text: str) -> None:
        """Stores one mail as it comes, and no more."""
        self._received += 1
        raw = text.replace("\n", "\r\n").encode()
        message = NewInbound(
            identity=message_identity(raw, nonce=str(self._received)),
            channel=Channel.EMAIL,
            source="smtp",
            envelope_from="alex.example@example.org",
            recipients=("feedback@council.example",),
            raw=raw,
            received_at=self.clock.now(),
        )
        with self.application.store.writing() as work:
            assert work.inbound.add_many([message]) == [True]
            work.commit()

    def client(self, **options: object) -> TestClient:
        """A browser at which nobody has signed in; it does not follow where it is sent."""
        return TestClient(self.app, follow_redirects=False, **options)

    def signed_in(self, email: str = EMAIL) -> TestClient:
        """A browser at which this officer has signed in."""
        browser = self.client()
        assert sign_in(browser, email).status_code == 303
        return browser


def sign_in(
    browser: TestClient, email: str = EMAIL, password: str = PASSWORD, *, to: str = ""
) -> httpx.Response:
    """Fills in the sign-in form and sends it."""
    form = browser.get("/sign-in", params={"next": to})
    fields = {"csrf_token": hidden(form.text, "csrf_token"), "email": email, "password": password}
    return browser.post("/sign-in", data=fields | {"next": to})


def hidden(html: str, name: str) -> str:
    """The value of a page's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"the page has no hidden field {name}"
    return found[1]
