"""The pictures of an evaluation are drawn for any figures there can be."""

from pathlib import Path

import pytest

from intake.adapters.report_figures import draw_figures
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision, MessageText
from intake.services.evaluate_classifier import Answered, Expected, full_report
from intake.services.report_evaluation import PICTURES
from tests.support.desk import classification


def answered(said: Category, confidence: float, decision: Decision) -> Answered:
    return Answered(
        id="t-1",
        message=MessageText(channel="chat", subject="", text="The bin again."),
        expected=Expected(
            category=Category.COMPLAINT,
            urgent=False,
            area=ServiceArea.WASTE_RECYCLING,
            landlord=False,
        ),
        said=classification(said, confidence, decision=decision),
    )


@pytest.mark.parametrize(
    "messages",
    [
        [answered(Category.COMPLAINT, 1.0, Decision.AUTO)],
        [answered(Category.COMMENT, 0.4, Decision.REVIEW)],
        [
            answered(Category.COMPLAINT, 0.3 + number / 60, Decision.AUTO)
            if number % 3
            else answered(Category.OTHER, 0.2 + number / 60, Decision.REVIEW)
            for number in range(40)
        ],
    ],
    ids=["one right", "one wrong", "many"],
)
def test_each_picture_is_a_png_that_is_there(messages: list[Answered], tmp_path: Path) -> None:
    draw_figures(full_report(messages), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(PICTURES)
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(b"\x89PNG\r\n")
