"""The transparency record says what is known, and which setting is to say what is not."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from intake.domain import classification
from intake.domain.agreement import Agreement
from intake.domain.categories import Category
from intake.domain.classification import Thresholds
from intake.services.count_decisions import DecisionCounts
from intake.services.describe_use import NEVER_AUTOMATIC
from intake.services.transparency_facts import ModelFacts, RecordFacts
from intake.services.write_transparency_record import (
    record_as_json,
    record_as_markdown,
    transparency_record,
)
from intake.settings import TransparencySettings

EACH = {"precision": 0.9, "recall": 0.8, "f1": 0.85, "count": 40}
FIGURES: dict[str, Any] = {
    "messages": 600,
    "accuracy": 0.864,
    "macro_f1": 0.851,
    "calibration_error": 0.028,
    "categories": {category.value: EACH for category in Category},
    "auto": {
        "coverage": 0.49,
        "precision": 0.976,
        "missed_complaints": 0.05,
        "missed_complaint_count": 2,
    },
    "urgent": EACH | {"recall": 0.833},
    "landlord": EACH | {"accuracy": 0.92},
    "area_accuracy": 0.738,
}
MODEL = ModelFacts(
    name="told",
    version="told-1.0.0-abcdef01",
    is_shipped=True,
    parts=("sentences", "heads"),
    messages=3901,
    data_sha256="d" * 64,
    libraries={"spacy": "3.8"},
    files={"heads.json": "a" * 64},
    figures=FIGURES,
    thresholds=Thresholds(confidence=dict.fromkeys(Category, 0.9), complaint_ceiling=0.03),
)
COUNTS = DecisionCounts(
    first_on=date(2026, 4, 1),
    last_on=date(2026, 5, 1),
    cases=40,
    automatic=10,
    by_rule=2,
    by_officer=28,
    urgent=4,
    by_channel=Counter(email=40),
    by_language=Counter(en=38, cy=2),
    queue=Agreement(count=20, agreed=15, kappa=None),
    blind=Agreement(count=0, agreed=0, kappa=None),
)


def facts(**fields: Any) -> RecordFacts:
    statements = dict.fromkeys(TransparencySettings.model_fields, "")
    whole = RecordFacts(
        at=datetime(2026, 5, 2, 10, tzinfo=UTC),
        program_version="0.1.0",
        council_name="Exampleton Council",
        addresses=("feedback@council.example",),
        statements=statements,
        model=MODEL,
        counts=COUNTS,
        blind_reading_share=0.05,
        second_reading_share=0.2,
        promised_precision=0.97,
    )
    return replace(whole, **fields)


def test_the_fields_have_the_numbers_and_names_of_the_standard() -> None:
    named = {
        field.number: field.name
        for section in transparency_record(facts())
        for field in section.fields
    }
    assert named["0.5"] == "One sentence description"
    assert named["1.4"] == "Contact email"
    assert named["2.1.3"] == "Senior responsible owner"
    assert named["2.2.1"] == "Detailed description"
    assert named["2.3.2"] == "Human review"
    assert named["2.4.1.5"] == "Models"
    assert named["2.4.2.2"] == "Model version"
    assert named["2.4.3.1"] == "Development data description"
    assert named["2.4.3.4"] == "Sensitive attributes"
    assert named["2.4.4.2"] == "Sensitive attributes"
    assert named["2.5.2"] == "Risks and mitigations"


def test_every_statement_the_council_owes_is_asked_for_by_its_setting() -> None:
    page = record_as_markdown(facts())
    for name in TransparencySettings.model_fields:
        assert f"Not filled in yet: set transparency.{name}" in page
        assert f"transparency.{name}" in record_as_json(facts())["not_filled_in"]


def test_the_councils_own_words_stand_where_they_are_written() -> None:
    statements = dict.fromkeys(TransparencySettings.model_fields, "Said by us.")
    page = record_as_markdown(facts(statements=statements))
    assert "Not filled in yet" not in page
    assert page.count("Said by us.") == len(statements)
    assert record_as_json(facts(statements=statements))["not_filled_in"] == []


@pytest.mark.parametrize(
    "reason",
    [
        name
        for name in vars(classification)
        if name.startswith("REASON_") and name not in {"REASON_SURE", "REASON_UNSURE"}
    ],
)
def test_every_rule_that_brings_an_officer_in_is_told(reason: str) -> None:
    assert getattr(classification, reason) in record_as_markdown(facts())


def test_what_is_never_done_automatically_is_told() -> None:
    review = record_as_json(facts())["tier_2"]["deployment_context"]["human_review"]
    assert set(NEVER_AUTOMATIC) <= set(review)


def test_shares_come_with_their_counts() -> None:
    page = record_as_markdown(facts())
    assert "Decided automatically: 10 of 40 (25.0%)." in page
    assert "Decided by an officer first: 28 of 40 (70.0%)." in page
    assert "20, of which they gave another category to 5 of 20 (25.0%)." in page
    assert "Read by officers who did not see it: none yet." in page
    assert "By language of the first message: en 38, cy 2." in page


def test_the_raw_counts_are_there_for_scripts() -> None:
    usage = record_as_json(facts())["usage"]
    assert usage["share_decided_automatically"] == 0.25
    assert usage["reviewed_with_the_suggestion"] == {
        "count": 20,
        "corrected": 5,
        "share_corrected": 0.25,
    }
    assert usage["read_blind"]["share_corrected"] is None


def test_an_installation_without_cases_says_so() -> None:
    page = record_as_markdown(facts(counts=DecisionCounts()))
    assert "No case has been opened yet" in page


def test_a_model_that_states_little_is_not_made_up_for() -> None:
    model = replace(MODEL, figures={}, thresholds=None, messages=None, libraries={}, parts=())
    page = record_as_markdown(facts(model=model))
    assert "The model's folder holds no measured figures." in page
    assert "below the threshold of its category: not stated by the model." in page
    assert "Learnt from: not stated messages." in page


def test_the_model_is_named_with_its_hashes_and_figures() -> None:
    page = record_as_markdown(facts())
    assert "told-1.0.0-abcdef01" in page
    assert f"SHA-256 of heads.json: {'a' * 64}" in page
    assert "filed automatically as something else: 2 of 40." in page
    assert "complaint 90.0%" in page


def test_chat_is_named_once_it_was_used() -> None:
    assert "chat on the council's website" not in record_as_markdown(facts())
    counts = replace(COUNTS, by_channel=Counter(email=1, chat=1))
    assert "chat on the council's website" in record_as_markdown(facts(counts=counts))
