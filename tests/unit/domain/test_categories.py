"""The categories and areas are those of the labelling guide."""

import tomllib
from pathlib import Path

import pytest

from intake.domain.categories import SEVERITY, Category, ServiceArea

SERVICE_AREAS = Path(__file__).parents[3] / "config" / "service_areas.toml"


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


def test_the_configured_service_areas_are_those_of_the_guide() -> None:
    configured = tomllib.loads(SERVICE_AREAS.read_text(encoding="utf-8"))
    assert set(configured) == {each.value for each in ServiceArea}
    assert len(configured) == 14
    assert all(set(area) == {"name", "team"} for area in configured.values())
