"""How the classifier is used, in the fields of the transparency record that say so.

What is said holds for this program in any council, or is counted in this one's database.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.agreement import Agreement
from intake.domain.classification import (
    FEWEST_WORDS,
    REASON_ADDRESSES_CLASSIFIER,
    REASON_EMPTY,
    REASON_LANGUAGE,
    REASON_MAY_BE_COMPLAINT,
    REASON_SEVERAL_MATTERS,
    REASON_UNREADABLE,
    REASON_URGENT,
)
from intake.services.count_decisions import DecisionCounts
from intake.services.transparency_facts import (
    ModelFacts,
    RecordFacts,
    Value,
    ceiling,
    inbox,
    missed_complaints,
    stated,
    thresholds,
)

NEVER_AUTOMATIC = (
    "No case is closed, refused or downgraded by the program.",
    (
        "No letter that defines or answers a complaint is sent by the program: officers write "
        "these. What it sends alone is a receipt, which says that a message has come."
    ),
    "No remedy, restriction or decision about a person is proposed or made by the program.",
)


def rationale(facts: RecordFacts) -> dict[str, Value]:
    """Why there is a classifier, and what it does (2.2)."""
    return {
        "Detailed description": (
            "Each message is stored before anything else happens. A classifier gives it a "
            "probability for each of the six categories, a service area, whether the council is "
            "concerned as a landlord, whether somebody may be at risk and by what. The "
            "probabilities are calibrated: of the messages it calls 90% sure, about nine in ten "
            "should be right. Where the probability passes the category's threshold, the category "
            'stands at once ("auto"); everywhere else an officer decides first ("review"). '
            "Earlier messages quoted in a mail and footers are left out, and words that instruct "
            "the software are taken out before it reads."
        ),
        "Benefits": (
            "A receipt at any hour; the same rules for every message; dangers put before "
            "everything else; officers' time for the messages that need judgement. How often the "
            "suggestion was right is counted and stands in this record."
        ),
        "Previous process": stated(facts, "previous_process"),
        "Alternatives considered": stated(facts, "alternatives"),
    }


def deployment(facts: RecordFacts) -> dict[str, Value]:
    """How people and the program work together (2.3)."""
    return {
        "Integration into broader operational process": (
            "The suggested category decides which receipt goes out, which dates are set and in "
            "which list of the officers' pages the case stands. Everything after that is done by "
            "officers under the council's two-stage feedback policy. Cases in which somebody may "
            "be at risk stand first in the officers' list."
        ),
        "Human review": (*_decided_by(facts), *_always_reviewed(facts.model), *NEVER_AUTOMATIC),
        "Frequency and scale of usage": _usage(facts.counts),
        "Required training": stated(facts, "training"),
        "Appeals and review": (
            (
                "Every receipt for anything but a complaint says how to make the matter a formal "
                "complaint: a reply of YES does it at once, without anybody judging the request."
            ),
            (
                "A reply in any words brings the case before an officer, who can change what the "
                "program chose."
            ),
            (
                "A complaint has two stages and then the ombudsman, whether or not a program read "
                "it first."
            ),
        ),
    }


def operational_data(facts: RecordFacts) -> dict[str, Value]:
    """What is read day by day (2.4.4)."""
    return {
        "Data sources": f"Messages that people send to {inbox(facts)}.",
        "Sensitive attributes": (
            "Not asked for and not sought, but messages may tell of them: health, disability, "
            "family, money, religion, ethnicity, sexual life, offences."
        ),
        "Data processing methods": (
            "The message is read once when it comes. What the model said is kept beside what "
            "officers said and is never changed afterwards."
        ),
        "Data access and storage": (
            (
                "In the council's own database, for officers who sign in. The program deletes "
                "nothing by itself."
            ),
            f"How long it is kept: {stated(facts, 'retention')}",
        ),
        "Data sharing agreements": stated(facts, "data_sharing"),
    }


def risks(facts: RecordFacts) -> dict[str, Value]:
    """What can go wrong and what is done about it (2.5)."""
    return {
        "Impact assessments": stated(facts, "impact_assessments"),
        "Risks and mitigations": (
            (
                "A complaint is filed as something lesser. Nothing is filed automatically as "
                f"anything but a complaint where {ceiling(facts.model)}; the receipt says how to "
                "make it a complaint; blind readings look for it. "
                f"{missed_complaints(facts.model.figures)}"
            ),
            (
                "A danger is missed. It is looked for in every message, whatever its category, and "
                f"an officer reads such a message first. {_found(facts.model.figures)} Nobody may "
                "rely on the program alone."
            ),
            (
                "Officers follow the suggestion without thinking. A share of cases is read without "
                "it, and how often officers then say something else is counted."
            ),
            (
                "People who write in another language, or in few words, are read less well. Such "
                "messages always go to an officer."
            ),
            (
                "Somebody writes to steer the software. Words that do so are left out, and the "
                "message goes to an officer."
            ),
            (
                "Real messages differ from those it learnt from, or change. The blind readings "
                "measure it on real messages; the watch over the mix of messages raises an alarm."
            ),
            (
                "Some people's way of writing is read less well than others'. Not measured by "
                "protected characteristic, which the program does not know; figures by length, "
                "channel and service area come with each evaluation."
            ),
            (
                "The model is altered or damaged. Each of its files is checked by its hash when it "
                "is loaded."
            ),
        ),
    }


def _decided_by(facts: RecordFacts) -> Iterator[str]:
    counts = facts.counts
    if not counts.cases:
        yield "No case has been opened yet, so there is nothing to count."
        return
    yield f"Decided automatically: {_share(counts.automatic, counts.cases)}."
    yield f"Decided by an officer first: {_share(counts.by_officer, counts.cases)}."
    if counts.by_rule:
        yield (
            "Filed as not feedback by rule, because a machine sent them (bounces, automatic "
            f"replies, mailing lists) and nothing in them told of a danger: {counts.by_rule}."
        )
    yield "Reviewed by officers who saw the suggestion: " + _corrected(counts.queue)
    yield "Read by officers who did not see it: " + _corrected(counts.blind)


def _corrected(answers: Agreement) -> str:
    if not answers.count:
        return "none yet."
    return (
        f"{answers.count}, of which they gave another category to "
        f"{_share(answers.count - answers.agreed, answers.count)}."
    )


def _always_reviewed(model: ModelFacts) -> Iterator[str]:
    """The rules of ``domain.classification.decide``, in its order."""
    yield f"An officer always decides first when: {REASON_URGENT}"
    yield f"Or: {REASON_LANGUAGE}"
    yield f"Or: {REASON_EMPTY} (Fewer than {FEWEST_WORDS}.)"
    yield f"Or: {REASON_UNREADABLE}"
    yield f"Or: {REASON_ADDRESSES_CLASSIFIER}"
    yield f"Or: {REASON_MAY_BE_COMPLAINT} (Another category is likelier, but {ceiling(model)}.)"
    yield f"Or the probability is below the threshold of its category: {thresholds(model)}"
    yield f"Or: {REASON_SEVERAL_MATTERS}"


def _usage(counts: DecisionCounts) -> Value:
    if not counts.cases:
        return "No case has been opened yet."
    return (
        (
            f"{counts.cases} cases, received from {counts.first_on} to {counts.last_on}. Every "
            "message is read by the program."
        ),
        f"By channel: {_listed(counts.by_channel)}.",
        (
            f"By language of the first message: {_listed(counts.by_language) or 'not known'}. The "
            "model was made for English; others go to an officer."
        ),
        f"In which somebody may have been at risk: {_share(counts.urgent, counts.cases)}.",
    )


def _listed(counted: Mapping[str, int]) -> str:
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name} {count}" for name, count in ordered)


def _found(figures: Mapping[str, Any]) -> str:
    return (
        f"On its test messages it found {figures['urgent']['recall']:.0%} of them."
        if figures
        else ""
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})"
