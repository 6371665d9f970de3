"""What the interview holds of one conversation, and what a step of it says and wants done.

The nouns of the interview; the rules that make one from another are in the modules beside it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Question(StrEnum):
    """What may be asked, in the order it is asked."""

    STORY = "story"
    PLACE = "place"
    WHEN = "when"
    TOLD_BEFORE = "told_before"
    OUTCOME = "outcome"
    NAME = "name"
    CONTACT = "contact"
    ADJUSTMENTS = "adjustments"
    ON_BEHALF = "on_behalf"


class Phase(StrEnum):
    """How far a conversation has come.

    `OPENING`: no story yet. `ASKING`: something is missing. `SUMMARY`: the resident looks at what
    will be sent. `FILED`: it has a case. `STOPPED`: the resident ended it and its words are gone.
    """

    OPENING = "opening"
    ASKING = "asking"
    SUMMARY = "summary"
    FILED = "filed"
    STOPPED = "stopped"


class Detour(StrEnum):
    """A matter beside the interview that waits for an answer of its own.

    `MORE`: more of the story. `CHANGE`: which part. `STORY_AGAIN`: the story that takes the place
    of the one held.
    """

    STATUS_REFERENCE = "status_reference"
    STATUS_EMAIL = "status_email"
    MORE = "more"
    CHANGE = "change"
    STORY_AGAIN = "story_again"
    STOP = "stop"
    TRANSCRIPT_EMAIL = "transcript_email"


class Act(StrEnum):
    """What a resident means by a message. `ANSWER` is the story, or an answer to what was asked."""

    ANSWER = "answer"
    GREET = "greet"
    YES = "yes"
    NO = "no"
    SKIP = "skip"
    FILE = "file"
    COMPLAIN = "complain"
    CHANGE = "change"
    STOP = "stop"
    STATUS = "status"
    STAGES = "stages"
    OMBUDSMAN = "ombudsman"
    ADD = "add"
    PERSON = "person"
    LANGUAGE = "language"
    HELP = "help"
    THANKS = "thanks"
    TRANSCRIPT = "transcript"
    FORM = "form"
    OUT_OF_SCOPE = "out_of_scope"
    UNCLEAR = "unclear"


class Effect(StrEnum):
    """What a step wants done outside the interview.

    `SUMMARISE`: classify the account and call `summarise`. `FILE`: file the account and call
    `filed`. `ADD`: send `Step.added` to the conversation's case. `DELETE`: remove the
    conversation's words. `STATUS_LINK`: mail a one-time link for `Step.status`. `TRANSCRIPT`: mail
    the transcript to `Step.transcript_to`. `USE_FORM`: go on without the bot.
    """

    SUMMARISE = "summarise"
    FILE = "file"
    ADD = "add"
    DELETE = "delete"
    STATUS_LINK = "status_link"
    TRANSCRIPT = "transcript"
    USE_FORM = "use_form"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button: `title` names an entry of the words, `value` is what choosing it sends.

    `value` is plain words that `acts.act_of` understands too when they are typed.
    """

    title: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Say:
    """One thing to say: `key` names an entry of `config/chat/words.toml`, `facts` fill it in."""

    key: str
    facts: dict[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StatusWanted:
    """A case somebody asks the status of, and the address they say it was filed with."""

    reference: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """All the interview knows of a conversation; changed by making another.

    `story` holds what the resident told in their own words, a passage for each message.
    `answers` holds what they answered, by question, as they wrote it; `found` what their story
    already told, so that it is not asked. `skipped` are questions they would rather not answer.
    `asked` is the question waiting for an answer, `tries` how often it was asked. `category` is
    what the classifier said at the last summary, empty when it had no answer; `complain` that the
    resident chose a complaint. `email`, `telephone` and `name` are read from their answers.
    """

    phase: Phase = Phase.OPENING
    story: tuple[str, ...] = ()
    answers: dict[Question, str] = field(default_factory=dict)
    found: frozenset[Question] = frozenset()
    skipped: frozenset[Question] = frozenset()
    asked: Question | None = None
    tries: int = 0
    detour: Detour | None = None
    category: str = ""
    complain: bool = False
    in_danger: bool = False
    name: str = ""
    email: str = ""
    telephone: str = ""
    language: str = ""
    reference: str = ""
    status_reference: str = ""
    unclear: int = 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one message did: the new state, what is said, and what is to be done."""

    held: Held
    says: tuple[Say, ...]
    effects: tuple[Effect, ...] = ()
    added: str = ""
    status: StatusWanted | None = None
    transcript_to: str = ""
