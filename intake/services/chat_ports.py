"""What the chat needs from the outside beside ``ports``: conversations, words, an engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from intake.domain.interview.held import Held, Phase, Question, Say


class Engine(StrEnum):
    """Who answers: Rasa, or the guided form of our own."""

    RASA = "rasa"
    FORM = "form"


class ConversationState(StrEnum):
    """Whether a conversation goes on.

    `FILED` conversations have a case and may add to it. `LEFT` ones ended without the resident:
    with a case when there was something in them. Of `DELETED` ones no word is kept.
    """

    OPEN = "open"
    FILED = "filed"
    LEFT = "left"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class ShownChoice:
    """A button as it is shown; `value` is the text that choosing it sends."""

    title: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One sentence or passage shown to the resident."""

    text: str
    choices: tuple[ShownChoice, ...] = ()


@dataclass(kw_only=True)
class Conversation:
    """One conversation. `key_hash` is the hash of the id its holder knows.

    `submissions` is 0 until its account was sent. What is being sent is known by it: 0 is the
    account, whatever is added has the number of its turn, so that sending it again after a crash
    is the same inbound message.
    """

    id: int | None = None
    key_hash: str
    started_at: datetime
    last_at: datetime
    state: ConversationState = ConversationState.OPEN
    engine: Engine
    held: Held = field(default_factory=Held)
    submissions: int = 0
    case_id: int | None = None
    version: int = 0

    @property
    def name(self) -> str:
        """What the dialogue engine knows it by; opens nothing."""
        return self.key_hash[:32]


@dataclass(frozen=True, kw_only=True)
class StoredStep:
    """What the interview did for one message, kept with it so that it is done once.

    Of what was held afterwards only what an engine is told of, or every message would keep the
    whole story again.
    """

    replies: tuple[Reply, ...]
    phase: Phase
    asked: Question | None
    missing: tuple[Question, ...]


@dataclass(kw_only=True)
class Turn:
    """One message of a resident and its answer.

    `message_id` is the client's; `replies` is None until answered. `emergency` comes before what
    the engine says.
    """

    id: int | None = None
    conversation_id: int
    message_id: str
    text: str
    received_at: datetime
    emergency: tuple[Reply, ...] = ()
    hazards: tuple[str, ...] = ()
    step: StoredStep | None = None
    replies: tuple[Reply, ...] | None = None
    engine: Engine | None = None
    answered_at: datetime | None = None

    @property
    def name(self) -> str:
        """What the dialogue engine knows it by; a first message's id opens its conversation."""
        return str(self.id)


class ConversationRepository(Protocol):
    """Conversations and their turns."""

    def add(self, conversation: Conversation) -> Conversation:
        """Store a new conversation; one with this key hash stored before is given back instead."""

    def by_key_hash(self, key_hash: str, *, lock: bool = False) -> Conversation | None:
        """The conversation; ``lock`` keeps others from changing it until commit."""

    def by_id(self, conversation_id: int, *, lock: bool = False) -> Conversation | None:
        """The conversation with this number; ``lock`` as above."""

    def by_name(self, name: str, *, lock: bool = False) -> Conversation | None:
        """The conversation the dialogue engine knows by this name; ``lock`` as above."""

    def save(self, conversation: Conversation) -> None:
        """Store a changed conversation. Raises ``StaleConversation`` when another did first."""

    def add_turn(self, turn: Turn) -> Turn:
        """Store a message; one with this id in this conversation stored before is given back."""

    def save_turn(self, turn: Turn) -> None:
        """Store what became of a message."""

    def turn(self, conversation_id: int, message_id: str) -> Turn | None:
        """The turn of this message."""

    def turn_numbered(self, conversation_id: int, number: int) -> Turn | None:
        """The turn with this number, if it is one of this conversation."""

    def turns(self, conversation_id: int) -> Sequence[Turn]:
        """All turns, oldest first."""

    def unanswered(self, conversation_id: int, *, upto: int) -> Sequence[Turn]:
        """Turns without an answer up to the one with this number, oldest first."""

    def left_behind(self, *, before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any conversation that came before then and have no answer, newest first."""

    def count_turns(self, conversation_id: int) -> int:
        """How many turns there are."""

    def left_since(self, *, before: datetime, limit: int) -> Sequence[Conversation]:
        """Open conversations whose last message is older, oldest first."""

    def without_case(self, *, before: datetime, limit: int) -> Sequence[Conversation]:
        """Conversations with words and no case whose last message is older, oldest first."""

    def forget_words(self, conversation_id: int) -> None:
        """Remove every word of a conversation: turns' texts, answers, what is held.

        Its state becomes `DELETED`. That there were turns stays, so that none is taken for new.
        """


class ChatWords(Protocol):
    """The council's words for what the interview says."""

    def write(self, say: Say) -> Reply:
        """The passage with its choices."""


class DialogueEngine(Protocol):
    """Understands residents' words and leads them through the interview by the private API."""

    async def reply(
        self, *, conversation: str, turn: str, text: str, act: str | None
    ) -> Sequence[Reply]:
        """What to answer to the ``turn`` of this name in the conversation of that name.

        ``act`` is set when a button was pressed and needs no understanding.

        Raises ``DialogueUnavailable`` when there is no answer in time.
        """

    async def close(self) -> None:
        """Let go of its connections."""


class Filing(Protocol):
    """Sends what a conversation holds to the council, as an inbound message that is worked off.

    What is sent is known by its conversation and ``Conversation.submissions``, which the caller
    sets: sent again after a crash, it is the same inbound message. Both methods run transactions
    of their own.
    """

    def file(
        self, conversation: Conversation, turns: Sequence[Turn], *, left: bool = False
    ) -> str | None:
        """Send the account; the case's reference, or None when it is stored but has no case yet.

        Raises ``StoreUnavailable``, after which nothing is stored.
        """

    def add(self, conversation: Conversation, text: str, *, complain: bool) -> None:
        """Send more to the conversation's case; ``complain`` makes it a formal complaint."""


class StatusLinks(Protocol):
    """Mails one-time links to whoever asks how a case is doing."""

    def __call__(self, reference: str, email: str) -> None:
        """Mail a link when the case was filed with this address; never tells whether it was."""


class Transcripts(Protocol):
    """Mails a conversation to the resident who had it."""

    def __call__(self, conversation: Conversation, to: str) -> None:
        """Mail the conversation as it stands, once an address."""


@dataclass(frozen=True, kw_only=True)
class ChatSubmission:
    """What a conversation sends, as the JSON document that is stored as an inbound message.

    ``account`` is what is classified and what officers read; ``transcript`` the whole conversation.
    ``conversation`` is the conversation's key hash, ``number`` what it has sent before.
    ``joins`` is the reference of the conversation's case when it has one already. ``in_danger``
    says that the resident was told of a danger, ``hazards`` names the dangers seen in single
    messages, and ``danger_words`` is the message that raised the alarm.
    """

    conversation: str
    account: str
    subject: str
    name: str = ""
    email: str = ""
    telephone: str = ""
    complain: bool = False
    left: bool = False
    joins: str = ""
    number: int = 0
    in_danger: bool = False
    hazards: tuple[str, ...] = ()
    danger_words: str = ""
    transcript: tuple[dict[str, Any], ...] = ()
