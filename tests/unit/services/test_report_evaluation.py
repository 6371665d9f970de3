"""The page of an evaluation, as somebody reads it."""

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision, MessageText
from intake.services.evaluate_classifier import Answered, Expected, full_report
from intake.services.report_evaluation import PICTURES, evaluation_as_markdown
from tests.support.desk import classification


def page(text: str = "Bins | again [see](https://example.org)", **expected: object) -> str:
    said = classification(Category.COMMENT, 0.9, decision=Decision.AUTO)
    fields = {"urgent": False, "area": ServiceArea.WASTE_RECYCLING, "landlord": False, **expected}
    message = Answered(
        id="t-1",
        message=MessageText(channel="chat", subject="", text=text),
        expected=Expected(category=Category.COMPLAINT, **fields),
        said=said,
    )
    return evaluation_as_markdown(full_report([message]), files=["sample.jsonl"])


def test_the_page_names_model_messages_and_pictures() -> None:
    written = page()
    assert "Model told-1, measured on sample.jsonl." in written
    assert "| Messages | 1 |" in written
    assert all(f"({name})" in written for name in PICTURES)


def test_a_missed_complaint_stands_on_the_page_with_its_words() -> None:
    row = "| t-1 | Complaint | Comment | 90.0% | auto | The lorry came late |"
    assert page("The lorry came late").count(row) == 2


def test_a_residents_words_make_no_link_and_no_column() -> None:
    assert r"Bins \| again \[see\](https://example.org)" in page()


def test_the_categorys_other_and_the_hazards_other_keep_their_names() -> None:
    written = page(hazards=())
    assert "| Not feedback | – | – | – | 0 |" in written
    assert "| Another danger | – | – | – | 0 |" in written


def test_messages_without_named_dangers_are_said_to_be_so() -> None:
    assert "do not say which kinds of danger" in page()
    assert "do not say which kinds of danger" not in page(hazards=("gas",))
