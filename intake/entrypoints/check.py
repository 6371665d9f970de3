"""`intake check`: try everything the program depends on and say how it went."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from intake.adapters.bot_health import BotHealth
from intake.adapters.mailbox import check_mailbox
from intake.bootstrap import Application
from intake.errors import BotUnavailable, IntakeError


def run_checks(application: Application) -> Iterator[tuple[str, bool, str]]:
    """Each part by name, whether it works, and what there is to say. Nothing is changed or sent."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("settings", lambda: f"mail for {', '.join(application.settings.addresses)}"),
        ("database", lambda: _database(application)),
        ("letters", lambda: _letters(application)),
        ("relay", lambda: _relay(application)),
        ("model", lambda: application.classifier.model_version),
        ("bot", lambda: _bot(application)),
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
    _ = application.letter_writer, application.chat_words
    return "all texts are there and fit"


def _relay(application: Application) -> str:
    relay = application.settings.relay
    with application.mailer.session():
        if relay.host:
            return f"{relay.host}:{relay.port} takes mail"
    return f"none set; letters go to {application.settings.data_dir / 'outbox'}"


def _bot(application: Application) -> str:
    """What there is of the bot. None at all is no failure: the chat has its guided form."""
    if not application.settings.bot.enabled:
        return "switched off; the chat is on its guided form"
    try:
        found = application.bot_project.check()
        is_trained = application.bot_project.model().is_file()
    except BotUnavailable as exc:
        return f"{exc}; the chat is on its guided form"
    model = "its model is up to date" if is_trained else "its model is trained at the next start"
    return f"{found}; {model}; {asyncio.run(_bot_answers(application))}"


async def _bot_answers(application: Application) -> str:
    health = BotHealth(application.bot_places)
    try:
        rasa, actions = await asyncio.gather(health.rasa(), health.actions())
    finally:
        await health.close()
    where = application.bot_places.url
    if rasa and actions:
        return f"it answers at {where}"
    if rasa:
        return f"Rasa answers at {where}, its action server does not"
    return f"it does not answer at {where}, so the chat is on its guided form"
