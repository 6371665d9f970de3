"""Which cases are drawn for a blind reading."""

import pytest

from intake.domain.blind_reading import Place, drawn_places
from intake.domain.references import reference_from_number

KEY = b"k" * 40
REFERENCES = [reference_from_number(number) for number in range(1, 4001)]


def drawn(share: float, second_share: float = 0, key: bytes = KEY) -> dict[str, tuple[Place, ...]]:
    return {
        each: places
        for each in REFERENCES
        if (places := drawn_places(key, each, share=share, second_share=second_share))
    }


def test_all_are_drawn_or_none():
    assert len(drawn(1)) == len(REFERENCES)
    assert drawn(0) == {}


def test_about_the_share_asked_for_is_drawn():
    """4,000 draws at 5 %: 200, with a standard deviation of 14."""
    assert 145 < len(drawn(0.05)) < 255


def test_the_same_are_drawn_again():
    assert drawn(0.05) == drawn(0.05)


def test_another_installation_draws_others():
    here, there = drawn(0.05), drawn(0.05, key=b"j" * 40)
    assert len(here.keys() & there.keys()) < len(here) / 2


def test_a_larger_share_keeps_those_drawn_before():
    assert drawn(0.05).keys() < drawn(0.2).keys()


def test_a_share_of_the_first_readings_gets_a_second_one():
    places = list(drawn(0.5, 0.2).values())
    second = [each for each in places if each == (Place.FIRST, Place.SECOND)]
    assert 0.15 < len(second) / len(places) < 0.25


@pytest.mark.parametrize(
    ("second_share", "places"), [(0, (Place.FIRST,)), (1, (Place.FIRST, Place.SECOND))]
)
def test_all_get_a_second_reading_or_none(second_share, places):
    assert set(drawn(1, second_share).values()) == {places}
