"""The categories and areas are those of the labelling guide."""

import pytest

from intake.domain.categories import SEVERITY, Category, ServiceArea


def test_categories_are_the_six_of_the_guide() -> None:
    assert {each.value for each in Category} == {
        "compliment",
        "comment",
        "dissatisfaction",
        "complaint",
        "service_request",
        "other",
    }


def test_a_complaint_is_most_serious_and_every_category_has_a_rank() -> None:
    assert SEVERITY[0] is Category.COMPLAINT
    assert sorted(SEVERITY) == sorted(Category)


@pytest.mark.parametrize("each", [*Category, *ServiceArea])
def test_every_category_and_area_explains_itself_to_officers(each: Category | ServiceArea) -> None:
    assert each.label
    assert "_" not in each.label
    assert each.rule.endswith(".")
