"""Writes the record that tells the public how the classifier is used.

The structure, the numbers and the names of the fields are those of the Algorithmic Transparency
Recording Standard, template 4.0 (UK government; councils publish such records voluntarily). What is
said comes from the facts handed in, or is true of this program in any council; what only the
council knows stands in its settings, and where it is missing the record says which setting that is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.deadlines import local_date
from intake.services import describe_classifier, describe_use
from intake.services.transparency_facts import RecordFacts, Value, inbox, stated

STANDARD = "Algorithmic Transparency Recording Standard"
TEMPLATE_VERSION = "4.0"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the standard: a text, or points of a list."""

    number: str
    name: str
    value: Value

    @property
    def key(self) -> str:
        """Its name for scripts."""
        return "".join(c if c.isalnum() else "_" for c in self.name.lower())


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the record, by its number and title in the standard."""

    number: str
    title: str
    fields: tuple[Field, ...]


def transparency_record(facts: RecordFacts) -> list[Section]:
    """The whole record, in the standard's order."""
    parts = {
        ("0", "Metadata and title information"): _metadata(facts),
        ("1", "Tier 1: Overview"): _overview(facts),
        ("2.1", "Tier 2: Owner and responsibility"): _owner(facts),
        ("2.2", "Tier 2: Description and rationale"): describe_use.rationale(facts),
        ("2.3", "Tier 2: Deployment context"): describe_use.deployment(facts),
        ("2.4.1", "Tier 2: Tool specification"): describe_classifier.tool(facts),
        ("2.4.2", "Tier 2: Model specification"): describe_classifier.model(facts),
        ("2.4.3", "Tier 2: Development data specification"): describe_classifier.development_data(
            facts
        ),
        ("2.4.4", "Tier 2: Operational data specification"): describe_use.operational_data(facts),
        ("2.5", "Tier 2: Risks, mitigations and impact assessments"): describe_use.risks(facts),
    }
    return [
        Section(
            number=number,
            title=title,
            fields=tuple(
                Field(number=f"{number}.{place}", name=name, value=value)
                for place, (name, value) in enumerate(fields.items(), start=1)
            ),
        )
        for (number, title), fields in parts.items()
    ]


def record_as_markdown(facts: RecordFacts) -> str:
    """The record as a page."""
    lines = [
        f"# {STANDARD}: {_name(facts)}",
        (
            f"Template {TEMPLATE_VERSION}. Written by the program on {_day(facts.at)} from the "
            "installation it describes."
        ),
    ]
    for section in transparency_record(facts):
        lines.append(f"## {section.title}")
        for field in section.fields:
            lines += [f"### {field.number} {field.name}", _as_text(field.value)]
    return "\n\n".join(lines) + "\n"


def record_as_json(facts: RecordFacts) -> dict[str, Any]:
    """The record for scripts: the same words, the raw counts, and what is not filled in yet."""
    by_number = {
        section.number: {field.key: field.value for field in section.fields}
        for section in transparency_record(facts)
    }
    return {
        "standard": STANDARD,
        "template_version": TEMPLATE_VERSION,
        "written_at": facts.at.isoformat(),
        "metadata": by_number["0"],
        "tier_1": by_number["1"],
        "tier_2": {
            "owner_and_responsibility": by_number["2.1"],
            "description_and_rationale": by_number["2.2"],
            "deployment_context": by_number["2.3"],
            "tool_specification": by_number["2.4.1"],
            "model_specification": by_number["2.4.2"],
            "development_data_specification": by_number["2.4.3"],
            "operational_data_specification": by_number["2.4.4"],
            "risks_mitigations_and_impact_assessments": by_number["2.5"],
        },
        "usage": facts.counts.as_json(),
        "measured": dict(facts.model.figures),
        "not_filled_in": [
            f"transparency.{name}" for name, text in facts.statements.items() if not text.strip()
        ],
    }


def _metadata(facts: RecordFacts) -> dict[str, Value]:
    return {
        "Title": _name(facts),
        "Organisation name": facts.council_name,
        "Phase": stated(facts, "phase"),
        "Region": "England",
        "One sentence description": (
            "Reads each message that residents send as feedback, says what kind of message it is "
            "and how sure it is, and leaves what it is not sure of to an officer."
        ),
    }


def _overview(facts: RecordFacts) -> dict[str, Value]:
    return {
        "Name": _name(facts),
        "Description": (
            f"When somebody writes to {inbox(facts)}, a program reads the message first. It sorts "
            "it into one of six kinds: compliment, comment, expression of dissatisfaction, "
            "complaint, service request, or not feedback. It names the service it seems to be "
            "about and looks for signs that somebody may be in danger. A receipt goes out at once. "
            "It is used so that nobody waits to hear that their message came, and so that messages "
            "that tell of a danger are seen first. It gives officers a suggestion with the "
            "sentences behind it. Officers can overrule it, and so can the person who wrote."
        ),
        "Website URL": stated(facts, "website"),
        "Contact email": stated(facts, "contact"),
    }


def _owner(facts: RecordFacts) -> dict[str, Value]:
    return {
        "Organisation or department": facts.council_name,
        "Team": stated(facts, "team"),
        "Senior responsible owner": stated(facts, "senior_responsible_owner"),
        "Third party involvement": stated(facts, "third_parties"),
    }


def _name(facts: RecordFacts) -> str:
    return f"Sorting residents' feedback: {facts.council_name}"


def _day(moment: datetime) -> str:
    return local_date(moment).isoformat()


def _as_text(value: Value) -> str:
    return value if isinstance(value, str) else "\n".join(f"- {point}" for point in value)
