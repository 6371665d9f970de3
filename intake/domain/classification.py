"""What the classifier says about one message, and when the program may act on it alone.

The probabilities come from the classifier and are taken as calibrated; this module turns them
into `auto` or `review` and writes the reason. What an officer does with either is left to the
services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from intake.domain.categories import Category, ServiceArea
from intake.domain.text import addresses_classifier, is_unreadable, normalise, words


class Decision(StrEnum):
    """Whether the category stands at once or waits for an officer."""

    AUTO = "auto"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True)
class MessageText:
    """What there is to classify: only what the sender wrote now.

    `channel` is `email` or `chat`; `subject` is empty for chat.
    """

    channel: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Classification:
    """The classifier's answer about one message.

    `probabilities` holds all six categories and sums to one; `confidence` is that of `category`.
    `hazards` names the kinds of `intake.domain.hazards`. `language` is an ISO 639-1 code.
    `evidence` holds the one to three sentences that carried the category, strongest first.
    `model` is the version that answered.
    `hazard_sentence` is the sentence that raised the alarm, quoted as written; empty when not
    urgent. `danger` is the probability that somebody is at risk now; it is not kept with a case.
    """

    category: Category
    confidence: float
    probabilities: Mapping[Category, float]
    area: ServiceArea
    landlord: bool
    urgent: bool
    hazards: tuple[str, ...]
    language: str
    evidence: tuple[str, ...]
    decision: Decision
    reason: str
    model: str
    hazard_sentence: str = ""
    danger: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From which calibrated probability a category may stand without an officer.

    `confidence` gives each category's own threshold. `complaint_ceiling` is the highest
    probability of a complaint with which a message may be filed automatically as anything else:
    a complaint filed as something lesser is the gravest error.
    """

    confidence: Mapping[Category, float]
    complaint_ceiling: float


REASON_URGENT = "Somebody may be at risk, so an officer must read this message first."
REASON_LANGUAGE = "The message does not seem to be in English, which the classifier was made for."
REASON_EMPTY = "The message has too few words to judge."
REASON_UNREADABLE = "Much of the message is no readable text."
REASON_ADDRESSES_CLASSIFIER = "The message speaks to the software that sorts messages."
REASON_SEVERAL_MATTERS = (
    "The message raises several matters of different kinds, so an officer must separate them."
)
REASON_MAY_BE_COMPLAINT = "The message could be a complaint, so an officer decides."
REASON_UNSURE = "The classifier is not sure enough of this category."
REASON_SURE = "The classifier is sure enough of this category."

FEWEST_WORDS = 4
"""Below this many words in subject and text together a message is nearly empty."""


def decide(
    probabilities: Mapping[Category, float],
    thresholds: Thresholds,
    *,
    message: MessageText,
    language: str,
    urgent: bool,
) -> tuple[Decision, str]:
    """Whether the most probable category may stand at once, and why, in words for an officer.

    Review, in this order, whenever

    - somebody may be at risk now;
    - the language is not English;
    - subject and text have fewer than `FEWEST_WORDS` words between them;
    - much of the text is no readable words;
    - the text addresses the classifier;
    - the category is not complaint and a complaint is likelier than the ceiling;
    - the probability is below the category's threshold.
    """
    both = f"{message.subject}\n{message.text}"
    category = max(probabilities, key=lambda each: probabilities[each])
    complaint = probabilities[Category.COMPLAINT]
    rules = (
        (urgent, REASON_URGENT),
        (language != "en", REASON_LANGUAGE),
        (len(words(normalise(both))) < FEWEST_WORDS, REASON_EMPTY),
        (is_unreadable(normalise(both)), REASON_UNREADABLE),
        (addresses_classifier(normalise(both)), REASON_ADDRESSES_CLASSIFIER),
        (
            category is not Category.COMPLAINT and complaint > thresholds.complaint_ceiling,
            REASON_MAY_BE_COMPLAINT,
        ),
        (probabilities[category] < thresholds.confidence[category], REASON_UNSURE),
    )
    for applies, reason in rules:
        if applies:
            return Decision.REVIEW, reason
    return Decision.AUTO, REASON_SURE


def classification_as_json(classification: Classification) -> dict[str, Any]:
    """The fields of a line of `intake classify --jsonl`, in the contract's order, without the id.

    Probabilities are rounded to four places, and `confidence` is the same number as its category's.
    """
    return {
        "category": classification.category.value,
        "confidence": round(classification.confidence, 4),
        "probabilities": {
            category.value: round(classification.probabilities[category], 4)
            for category in Category
        },
        "decision": classification.decision.value,
        "reason": classification.reason,
        "urgent": classification.urgent,
        "hazards": list(classification.hazards),
        "area": classification.area.value,
        "landlord": classification.landlord,
        "language": classification.language,
        "evidence": list(classification.evidence),
        "model": classification.model,
    }
