"""Mails as residents' programs send them, and a council to send them to."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from functools import cached_property
from itertools import count
from typing import Any

from intake.bootstrap import Application
from intake.services.ports import CaseQuery, Store
from intake.services.read_cases import case_as_json, case_file_as_json
from intake.settings import load_settings
from tests.support.program import FEEDBACK_ADDRESS, Intake
from tests.support.relay import Letter, Relay
from tests.support.waiting import poll_until

_people = count(1)

COMPLAINT = (
    "Second complaint about missed bin collections",
    (
        "I reported on 2 March and again on 9 March that our brown bin is never emptied. Both "
        "times I was promised a call back and nobody rang. It is now the fourth week. I want "
        "this treated as a formal complaint and a written answer from a manager about why "
        "nothing was done."
    ),
)
COMPLIMENT = (
    "Thank you to the library staff",
    (
        "I just wanted to say how wonderful the ladies at the library were with my mother "
        "last week. They were so kind and patient showing her the computers. Please pass on "
        "our thanks, a lovely service."
    ),
)
COMMENT = (
    "An idea for the park",
    (
        "Have you thought about putting a few benches along the path by the pond? I think a "
        "lot of older people would use that path more if there was somewhere to sit half way "
        "round. It is only a suggestion for when you next plan the park."
    ),
)
GRUMBLE = (
    "Grass cutting",
    (
        "Not very impressed with the grass cutting on our verge this morning. They left "
        "clippings all over the pavement and it looks a right mess. A bit disappointing, "
        "usually they do it better than that."
    ),
)
REQUEST = (
    "Street light out",
    (
        "Please could you repair the street light outside number 14 Larch Road? It has gone "
        "out and the corner is dark. The number on the column is 27. Thank you."
    ),
)


def as_json(value: dict[str, Any]) -> dict[str, Any]:
    """A value as it looks once it was printed and read again."""
    printed: dict[str, Any] = json.loads(json.dumps(value, default=str))
    return printed


def new_address() -> str:
    """An address no other test has used, so that limits per address do not meet."""
    return f"resident{next(_people)}@example.org"


def mail(
    subject: str,
    text: str,
    *,
    sender: str,
    name: str = "",
    to: str = FEEDBACK_ADDRESS,
    **headers: str,
) -> EmailMessage:
    """A plain mail with the headers every program writes; more by keyword, with underscores."""
    message = EmailMessage()
    message["From"] = f"{name} <{sender}>" if name else sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain="example.org")
    for header, value in headers.items():
        message[header.replace("_", "-")] = value
    message.set_content(text)
    return message


def reply(letter: EmailMessage, text: str, *, sender: str, subject: str = "") -> EmailMessage:
    """A reply to a letter of the council's, as a mail program writes it."""
    return mail(
        subject or f"Re: {letter['Subject']}",
        text,
        sender=sender,
        In_Reply_To=letter["Message-ID"],
        References=f"{letter['References'] or ''} {letter['Message-ID']}".strip(),
    )


@dataclass
class Council:
    """A running installation and the relay its letters go to.

    Cases are read as `intake cases` reads them, but without starting a process for each look.
    """

    intake: Intake
    relay: Relay

    @cached_property
    def _application(self) -> Application:
        return Application(load_settings(None, self.intake.environment))

    @property
    def store(self) -> Store:
        """The installation's database."""
        return self._application.store

    def cases(self) -> list[dict[str, Any]]:
        """What `intake cases list --json` prints."""
        with self.store.reading() as work:
            return [as_json(case_as_json(row)) for row in work.cases.iterate(CaseQuery())]

    def case(self, reference: str) -> dict[str, Any]:
        """What `intake cases show REFERENCE --json` prints."""
        return as_json(case_file_as_json(self._application.read_cases.file(reference)))

    def close(self) -> None:
        """Let go of the database."""
        self._application.store.close()

    def receive(self, message: EmailMessage) -> None:
        """Hand a resident's mail over by SMTP."""
        sender = message["From"].addresses[0].addr_spec
        self.intake.send(message.as_bytes(), sender=sender)

    def case_of(self, message: EmailMessage, *, timeout_seconds: float = 30) -> dict[str, Any]:
        """The case that holds this mail, once there is one."""

        def holding() -> dict[str, Any] | None:
            wanted = message["Message-ID"]
            return next((c for c in self.cases() if wanted in c["message_ids"]), None)

        found = poll_until(holding, timeout_seconds, every_seconds=0.1)
        assert found is not None
        return found

    def letters_to(self, address: str) -> list[Letter]:
        """What the relay took for this address so far."""
        return [letter for letter in list(self.relay.letters) if address in letter.recipients]

    def letter_to(self, address: str, *, number: int = 1) -> EmailMessage:
        """The letter with this number to an address, once it came."""
        poll_until(lambda: len(self.letters_to(address)) >= number, 30)
        return self.letters_to(address)[number - 1].message
