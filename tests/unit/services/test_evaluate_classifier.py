"""The figures of an evaluation, each against numbers worked out by hand."""

from dataclasses import replace

import pytest

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision, MessageText
from intake.domain.hazards import Hazard
from intake.services.evaluate_classifier import (
    Answered,
    Expected,
    Pair,
    full_report,
    hazard_figures,
    interval,
    reliability,
    report,
    risk_coverage,
    slices,
)
from tests.support.desk import classification

EXPECTED = Expected(
    category=Category.COMPLAINT,
    urgent=False,
    area=ServiceArea.WASTE_RECYCLING,
    landlord=False,
)
RIGHT, WRONG = Category.COMPLAINT, Category.COMMENT


def pairs(*answers: tuple[float, Category]) -> list[Pair]:
    """Complaints, each with how sure the classifier was and what it said."""
    return [(EXPECTED, classification(said, confidence)) for confidence, said in answers]


def answered(
    name: str = "m-1",
    *,
    words: int = 10,
    expected: Expected = EXPECTED,
    said: Category = RIGHT,
    channel: str = "email",
    confidence: float = 0.82,
    **fields: object,
) -> Answered:
    return Answered(
        id=name,
        message=MessageText(channel=channel, subject="", text="bin " * words),
        expected=expected,
        said=classification(said, confidence, **fields),
    )


def test_each_bin_tells_how_sure_and_how_often_right() -> None:
    bins = reliability(pairs((0.81, RIGHT), (0.89, WRONG), (0.85, RIGHT), (0.35, WRONG)))
    assert [each["count"] for each in bins] == [0, 0, 0, 1, 0, 0, 0, 0, 3, 0]
    assert (bins[8]["from"], bins[8]["to"]) == (0.8, 0.9)
    assert (bins[8]["confidence"], bins[8]["right"]) == (0.85, 0.6667)
    assert (bins[3]["confidence"], bins[3]["right"]) == (0.35, 0.0)
    assert (bins[0]["confidence"], bins[0]["right"], bins[0]["interval"]) == (None, None, None)


def test_an_answer_of_certainty_is_in_the_last_bin() -> None:
    assert reliability(pairs((1.0, RIGHT)))[9]["count"] == 1


def test_a_share_lies_where_wilson_says() -> None:
    """Wilson's published example: 0 of 10 is 0 to 0.2775, and 5 of 10 is 0.2366 to 0.7634."""
    assert interval(0, 10) == [0.0, 0.2775]
    assert interval(5, 10) == [0.2366, 0.7634]
    assert interval(0, 0) is None


def test_the_curve_takes_the_surest_first_and_equals_together() -> None:
    points = risk_coverage(pairs((0.7, WRONG), (0.9, RIGHT), (0.6, RIGHT), (0.7, RIGHT)))
    assert points == [
        {"coverage": 0.25, "risk": 0.0, "confidence": 0.9},
        {"coverage": 0.75, "risk": 0.3333, "confidence": 0.7},
        {"coverage": 1.0, "risk": 0.25, "confidence": 0.6},
    ]


def test_the_curve_of_many_messages_keeps_its_ends_and_two_hundred_points() -> None:
    many = pairs(*((0.5 + number / 4000, RIGHT) for number in range(1001)))
    points = risk_coverage(many)
    assert len(points) <= 201
    assert points[0]["confidence"] == 0.75
    assert points[-1] == {"coverage": 1.0, "risk": 0.0, "confidence": 0.5}


def test_hazards_are_counted_where_a_person_named_them() -> None:
    gas = replace(EXPECTED, hazards=("gas",))
    none = replace(EXPECTED, hazards=())
    figures = hazard_figures(
        [
            (gas, classification(hazards=("gas", "fire"))),
            (gas, classification()),
            (none, classification(hazards=("gas",))),
            # Nobody said whether this one tells of a danger.
            (EXPECTED, classification(hazards=("gas",))),
        ]
    )
    assert set(figures) == set(Hazard)
    assert figures["gas"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "count": 2}
    assert figures["fire"]["precision"] == 0.0
    assert hazard_figures([(EXPECTED, classification(hazards=("gas",)))]) == {}


def test_parts_of_the_messages_are_measured_apart() -> None:
    urgent = replace(EXPECTED, category=Category.COMMENT, urgent=True, hard=True)
    easy = replace(EXPECTED, hard=False)
    parts = slices(
        [
            answered(channel="chat", expected=urgent, said=Category.COMPLIMENT, words=29),
            answered(channel="chat", expected=urgent, said=Category.COMMENT, urgent=True),
            answered(expected=easy, decision=Decision.AUTO, words=30, language="cy"),
            answered(expected=easy, decision=Decision.AUTO, words=150, said=Category.COMMENT),
        ]
    )
    chat, email = parts["channel"]["chat"], parts["channel"]["email"]
    assert (chat["messages"], chat["accuracy"], chat["urgent_recall"]) == (2, 0.5, 0.5)
    assert (chat["complaint_recall"], chat["auto_precision"]) == (None, None)
    assert (email["complaint_recall"], email["auto_coverage"], email["auto_precision"]) == (
        0.5,
        1.0,
        0.5,
    )
    assert email["missed_complaint_count"] == 1
    assert list(parts["words"]) == ["under 30", "30 to 79", "150 or more"]
    assert parts["words"]["under 30"]["messages"] == 2
    assert parts["hard"]["yes"]["messages"] == 2
    assert parts["language"]["cy"]["messages"] == 1
    assert parts["area"]["waste_recycling"]["messages"] == 4


def test_messages_that_nobody_called_hard_or_easy_make_no_such_parts() -> None:
    assert slices([answered()])["hard"] == {}


def test_the_full_report_has_the_figures_of_the_short_one() -> None:
    messages = [answered(), answered(said=WRONG)]
    full = full_report(messages)
    short = report([(one.expected, one.said) for one in messages])
    assert {name: full[name] for name in short} == short


def test_the_surest_mistakes_come_first_and_are_twenty_at_most() -> None:
    messages = [
        answered(f"m-{number}", said=WRONG, confidence=0.3 + number / 100) for number in range(25)
    ]
    listed = full_report([*messages, answered("right", confidence=0.99)])["surest_mistakes"]
    assert [each["id"] for each in listed] == [f"m-{number}" for number in range(24, 4, -1)]


def test_every_complaint_filed_automatically_as_something_else_is_listed() -> None:
    messages = [
        answered("missed", said=WRONG, decision=Decision.AUTO, words=100),
        answered("seen by an officer", said=WRONG),
        answered("found", decision=Decision.AUTO),
    ]
    (listed,) = full_report(messages)["missed_complaints"]
    assert (listed["id"], listed["expected"], listed["said"]) == ("missed", "complaint", "comment")
    assert listed["text"] == ("bin " * 100)[:200]


def test_there_is_no_report_on_nothing() -> None:
    with pytest.raises(ValueError, match="no messages"):
        full_report([])
