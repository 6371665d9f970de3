"""`intake check`: try everything the program depends on and say how it went."""

from collections.abc import Callable, Iterator
from functools import partial

from intake.adapters.mailbox import check_mailbox
from intake.bootstrap import Application
from intake.errors import IntakeError


def run_checks(application: Application) -> Iterator[tuple[str, bool, str]]:
    """Each part by name, whether it works, and what there is to say. Nothing is changed or sent."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("settings", lambda: f"mail for {', '.join(application.settings.addresses)}"),
        ("database", lambda: _database(application)),
        ("letters", lambda: _letters(application)),
        ("relay", lambda: _relay(application)),
        ("model", lambda: application.classifier.model_version),
    ]
    checks += [
        (f"mailbox {mailbox.name}", partial(check_mailbox, mailbox))
        for mailbox in application.settings.imap.mailboxes
    ]
    for name, check in checks:
        try:
            yield name, True, check()
        except IntakeError as exc:
            yield name, False, str(exc)


def _database(application: Application) -> str:
    kind = application.store.engine.dialect.name
    return f"{kind}, schema {application.check_schema()}"


def _letters(application: Application) -> str:
    _ = application.letter_writer
    return "all texts are there and fit"


def _relay(application: Application) -> str:
    relay = application.settings.relay
    with application.mailer.session():
        if relay.host:
            return f"{relay.host}:{relay.port} takes mail"
    return f"none set; letters go to {application.settings.data_dir / 'outbox'}"
