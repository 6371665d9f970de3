"""What the classifier is made of and how well it does, in the record's fields that say so."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.categories import Category
from intake.services.transparency_facts import (
    ModelFacts,
    RecordFacts,
    Value,
    inbox,
    missed_complaints,
    thresholds,
)


def tool(facts: RecordFacts) -> dict[str, Value]:
    """The program around the model (2.4.1)."""
    return {
        "System architecture": (
            f"The intake program, version {facts.program_version}, on the council's own machine or "
            "a machine it hires: it receives mail, stores each message in a database, reads and "
            "classifies it, and shows cases on officers' pages. No message is sent to any other "
            "service to be classified."
        ),
        "System-level input": (
            f"Messages sent to {inbox(facts)}: subject and text as the person wrote them now, "
            "without what they quote, and the channel. Not used: name, address, earlier cases, or "
            "anything else known of the person."
        ),
        "System-level output": (
            'For each message: a category with its probability, "auto" or "review" with the '
            "reason, service area, landlord yes or no, danger yes or no with its kind, language, "
            "and one to three sentences of the message that decided."
        ),
        "Maintenance": (
            (
                f"{facts.blind_reading_share:.0%} of the cases filed automatically are read by an "
                "officer who is not told the program's answer, and "
                f"{facts.second_reading_share:.0%} of these by a second officer."
            ),
            (
                "Once a day an alarm is raised when the answers no longer fit the promised "
                f"{facts.promised_precision:.0%} right, or when the mix of messages has changed."
            ),
            (
                "Officers' corrections are redacted and can be used to train the next version, "
                "which is taken only if it is not worse on the same test messages."
            ),
        ),
        "Models": f"One model: {facts.model.version}.",
    }


def model(facts: RecordFacts) -> dict[str, Value]:
    """The model in use (2.4.2)."""
    used = facts.model
    return {
        "Model name": used.name,
        "Model version": (
            used.version,
            (
                "The model that came with the program."
                if used.is_shipped
                else "Trained by this installation."
            ),
            *(f"SHA-256 of {name}: {digest}" for name, digest in sorted(used.files.items())),
        ),
        "Model task": "To tell the category, service area and dangers of one message.",
        "Model input": "The subject and text of one message and its channel.",
        "Model output": (
            "A calibrated probability for each of the six categories and for each other question."
        ),
        "Model architecture": (
            f"A spaCy pipeline: {', '.join(used.parts) or 'its parts are not named'}. "
            f"Made with {_libraries(used)}. Its thresholds: {thresholds(used)}"
        ),
        "Model performance": tuple(_performance(used.figures)),
        "Datasets": _dataset(used),
        "Dataset purposes": (
            "Training and calibration. A part by writers of its own is kept for testing and is "
            "never learnt from."
        ),
    }


def development_data(facts: RecordFacts) -> dict[str, Value]:
    """What the model learnt from (2.4.3)."""
    return {
        "Development data description": _dataset(facts.model),
        "Data modality": "Text.",
        "Data quantities": _learnt(facts.model),
        "Sensitive attributes": (
            "None of real people: the people in the corpus are invented. Some messages tell of "
            "health, disability or abuse, as residents' messages do. Officers' corrections come "
            "from real messages, redacted."
        ),
        "Data completeness and representativeness": (
            "Written for this purpose rather than collected, so figures measured on it promise "
            "less for real mail. Messages near a boundary, dangers and rare services are commoner "
            "in it than in a council's inbox. It is in English but for a few messages. How well "
            "the model does for groups of people was not measured: neither the corpus nor the "
            "program knows who belongs to one."
        ),
        "Data cleaning": (
            "A check finds messages that repeat each other. From officers' corrections email "
            "addresses, telephone numbers, postcodes, long numbers, references, links and the "
            "writer's name are taken out."
        ),
        "Data collection": (
            "Each message was written by the labelling guide and carries the reason for its label."
        ),
        "Data access and storage": (
            "The corpus is part of the program and open to everybody who has it. Officers' "
            "corrections stay in the council's installation."
        ),
        "Data sharing agreements": "None are needed for the corpus.",
    }


def _dataset(model: ModelFacts) -> str:
    officers = "" if model.is_shipped else ", and what this council's officers said of real ones"
    stamp = f" SHA-256 of the data: {model.data_sha256}." if model.data_sha256 else ""
    return (
        "The program's corpus of messages to a council, written for it one by one by a "
        f"labelling guide, with invented people and places{officers}.{stamp}"
    )


def _learnt(model: ModelFacts) -> str:
    tested = model.figures.get("messages")
    return (
        f"Learnt from: {_number(model.messages)} messages. Tested on: {_number(tested)} messages."
    )


def _libraries(model: ModelFacts) -> str:
    named = [f"{name} {version}" for name, version in model.libraries.items()]
    return ", ".join(named) or "libraries it does not name"


def _performance(figures: Mapping[str, Any]) -> Iterator[str]:
    if not figures:
        yield "The model's folder holds no measured figures."
        return
    auto, urgent = figures["auto"], figures["urgent"]
    yield f"Measured on {figures['messages']} test messages it had not learnt from."
    yield f"Category right: {figures['accuracy']:.1%}; macro F1 {figures['macro_f1']:.3f}."
    yield (
        f"Decided automatically: {auto['coverage']:.1%} of messages, of these "
        f"{auto['precision']:.1%} right."
    )
    yield missed_complaints(figures)
    yield f"Calibration error (ECE, ten bins): {figures['calibration_error']:.3f}."
    yield f"Danger: finds {urgent['recall']:.1%}, and {urgent['precision']:.1%} of its alarms hold."
    yield f"Service area right: {figures['area_accuracy']:.1%}."
    yield f"Landlord right: {figures['landlord']['accuracy']:.1%}."
    for each in Category:
        found = figures["categories"][each.value]
        yield (
            f"{each.label}: precision {found['precision']:.3f}, recall {found['recall']:.3f}, "
            f"{found['count']} messages."
        )


def _number(count: int | None) -> str:
    return "not stated" if count is None else str(count)
