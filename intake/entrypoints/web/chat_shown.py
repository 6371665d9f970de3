"""What the chat's page shows of a conversation, in the page's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.domain.interview.choices import buttons
from intake.entrypoints.web.parts import WebParts
from intake.services.chat_ports import Engine, Reply, ShownChoice, Turn

OPTIONS = {
    "form": "Answer step by step, without the assistant",
    "person": "Talk to a person",
    "transcript": "Email me a copy of this chat",
    "stop": "Stop and delete this chat",
}


@dataclass(frozen=True)
class ShownTurn:
    """A message and its answer."""

    text: str
    replies: Sequence[Reply]


@dataclass(frozen=True, kw_only=True)
class ChatPage:
    """The page of one conversation, or of none yet. ``touched`` is in milliseconds, as scripts
    count.
    """

    greeting: Sequence[Reply]
    options: Sequence[ShownChoice]
    turns: Sequence[ShownTurn] = ()
    conversation: str = ""
    reference: str = ""
    touched: int = 0
    ends_at: datetime | None = None

    @property
    def choices(self) -> Sequence[ShownChoice]:
        """The choices that may be made now: those of the newest answer."""
        return _choices(self.turns[-1].replies if self.turns else self.greeting)


def empty_page(parts: WebParts) -> ChatPage:
    """The page before anything was written."""
    names = ("form", "person")
    return ChatPage(
        greeting=parts.interview.greeting(),
        options=_options(names, parts.hold_conversation.first_engine),
    )


def page_of(parts: WebParts, conversation: str) -> ChatPage:
    """A conversation's page. Raises ``ConversationNotFound``, ``ConversationGone``."""
    shown = parts.read_conversation(conversation)
    greeting = parts.interview.greeting()
    names = [name for name in OPTIONS if name != "stop" or not shown.case]
    return ChatPage(
        greeting=greeting,
        options=_options(names, shown.conversation.engine),
        turns=_turns(greeting, shown.turns),
        conversation=conversation,
        reference=shown.case or "",
        touched=round(shown.conversation.last_at.timestamp() * 1000),
        ends_at=shown.expires_at,
    )


def too_long(many: int, most: int) -> str:
    """What is said of a message with too many characters."""
    return (
        f"Your message is {many:,} characters too long. Make it {most:,} characters or fewer, "
        "or send it in parts."
    )


def _turns(greeting: Sequence[Reply], turns: Sequence[Turn]) -> Sequence[ShownTurn]:
    """Messages as they were written, or as the button read that sent them."""
    shown = []
    before = greeting
    for turn in turns:
        pressed = (*_choices(before), *_options(tuple(OPTIONS)))
        titles = {choice.value: choice.title for choice in reversed(pressed)}
        shown.append(ShownTurn(titles.get(turn.text, turn.text), turn.replies or ()))
        before = turn.replies or ()
    return shown


def _choices(replies: Sequence[Reply]) -> Sequence[ShownChoice]:
    return [choice for reply in replies for choice in reply.choices]


def _options(names: Sequence[str], engine: Engine | None = None) -> Sequence[ShownChoice]:
    """What can be asked for at any time; the form only by whom it does not answer already."""
    wanted = [name for name in names if name != "form" or engine is not Engine.FORM]
    return [
        ShownChoice(title=OPTIONS[name], value=button.value)
        for name, button in zip(wanted, buttons(*wanted), strict=True)
    ]
