"""A post room: the real services and worker on a real store, with a classifier told what to say.

The worker runs in the test's own thread until nothing waits; the clock stands until it is moved.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from intake.bootstrap import Application
from intake.domain.cases import Case, Channel, Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.inbound import ClaimedInbound, NewInbound
from intake.entrypoints.worker import Worker
from intake.errors import ClassifierUnavailable
from intake.mime import message_identity
from intake.services.ports import CaseQuery
from intake.settings import load_settings
from tests.support.desk import StandingClock

NOW = datetime(2026, 12, 24, 10, 0, tzinfo=UTC)
POISON = "poison"
GRAVE = "grave"
THANKS = "thanks"


class WordClassifier:
    """Answers by one word of the text; fails on some as a faulty model would."""

    model_version = "words-1"

    def __init__(self) -> None:
        self.is_available = True
        self.fails_on = {POISON}

    def classify(self, message: MessageText) -> Classification:
        if not self.is_available:
            raise ClassifierUnavailable
        if any(word in message.text for word in self.fails_on):
            raise ZeroDivisionError
        category = Category.COMMENT
        if GRAVE in message.text:
            category = Category.COMPLAINT
        if THANKS in message.text:
            category = Category.COMPLIMENT
        return Classification(
            category=category,
            confidence=0.9,
            probabilities={each: 0.9 if each is category else 0.02 for each in Category},
            area=ServiceArea.STREET_SCENE,
            landlord=False,
            urgent="gas" in message.text,
            hazards=("gas",) if "gas" in message.text else (),
            language="en",
            evidence=(),
            decision=Decision.AUTO,
            reason="by its word",
            model=self.model_version,
        )

    def classify_many(self, messages: Iterable[MessageText]) -> Iterator[Classification]:
        return map(self.classify, messages)


class PostRoom:
    """An application on a store of its own, and a worker that runs until nothing waits."""

    def __init__(self, database_url: str, folder: Path) -> None:
        settings = load_settings(
            None,
            {
                "INTAKE_DATA_DIR": str(folder),
                "INTAKE_DATABASE_URL": database_url,
                "INTAKE_LEARNING_BLIND_READING_SHARE": "0",
            },
        )
        self.clock = StandingClock(NOW)
        self.classifier = WordClassifier()
        self.application = Application(settings, clock=self.clock, classifier=self.classifier)

    def receive(self, message: EmailMessage) -> None:
        raw = message.as_bytes()
        new = NewInbound(
            identity=message_identity(raw),
            channel=Channel.EMAIL,
            source="smtp",
            envelope_from=str(message["From"]),
            recipients=("feedback@council.example",),
            raw=raw,
            received_at=self.clock.now(),
        )
        with self.application.store.writing() as work:
            work.inbound.add_many([new])
            work.commit()

    def work_off(self) -> None:
        """Run the worker until the queue is empty."""
        stop = threading.Event()
        worker = Worker(self.application, stop)
        process = self.application.process_message

        class UntilEmpty:
            def claim(self, name: str) -> ClaimedInbound | None:
                claimed = process.claim(name)
                if claimed is None:
                    stop.set()
                return claimed

            def __getattr__(self, name: str) -> object:
                return getattr(process, name)

        worker._process = UntilEmpty()  # type: ignore[assignment]
        worker.run()

    def cases(self) -> list[Case]:
        with self.application.store.reading() as work:
            return [row.case for row in work.cases.iterate(CaseQuery())]

    def kinds(self, case: Case) -> list[str]:
        with self.application.store.reading() as work:
            file = work.cases.file(case.reference)
        assert file is not None
        return [event.kind.value for event in file.timeline]

    def close_case(self, case: Case) -> None:
        with self.application.store.writing() as work:
            work.cases.save(replace(case, status=Status.CLOSED))
            work.commit()
