"""What a transparency record is written from, and words that several of its parts need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.categories import Category
from intake.domain.classification import Thresholds
from intake.services.count_decisions import DecisionCounts

NOT_FILLED_IN = "Not filled in yet: set transparency."

Value = str | tuple[str, ...]
"""What a field says: a text, or the points of a list."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What the model in use says of itself. ``figures`` are those measured on its test messages."""

    name: str
    version: str
    is_shipped: bool
    parts: tuple[str, ...]
    messages: int | None
    data_sha256: str
    libraries: Mapping[str, str]
    files: Mapping[str, str]
    figures: Mapping[str, Any]
    thresholds: Thresholds | None


@dataclass(frozen=True, kw_only=True)
class RecordFacts:
    """What the record is written from.

    ``statements`` are the council's own words by the name of their setting, empty where it has
    written none.
    """

    at: datetime
    program_version: str
    council_name: str
    addresses: Sequence[str]
    statements: Mapping[str, str]
    model: ModelFacts
    counts: DecisionCounts
    blind_reading_share: float
    second_reading_share: float
    promised_precision: float


def stated(facts: RecordFacts, name: str) -> str:
    """The council's own words, or which setting is to hold them."""
    return facts.statements[name].strip() or f"{NOT_FILLED_IN}{name}"


def inbox(facts: RecordFacts) -> str:
    """Where people write to; the chat is named once it was used."""
    chat = ["the chat on the council's website"] if facts.counts.by_channel["chat"] else []
    return " or ".join([*facts.addresses, *chat])


def ceiling(model: ModelFacts) -> str:
    """When a message may be a complaint although another kind is likelier."""
    if model.thresholds is None:
        return "the probability of a complaint is above the model's ceiling"
    return f"the probability of a complaint is above {model.thresholds.complaint_ceiling:.0%}"


def thresholds(model: ModelFacts) -> str:
    """From which probability each kind may stand without an officer."""
    if model.thresholds is None:
        return "not stated by the model."
    confidence = model.thresholds.confidence
    named = [each for each in Category if each in confidence]
    return ", ".join(f"{each.label.lower()} {confidence[each]:.1%}" for each in named) + "."


def missed_complaints(figures: Mapping[str, Any]) -> str:
    """The gravest error, as measured; empty when nothing was."""
    if not figures:
        return ""
    return (
        "Of the complaints among the test messages, filed automatically as something else: "
        f"{figures['auto']['missed_complaint_count']} of "
        f"{figures['categories']['complaint']['count']}."
    )
