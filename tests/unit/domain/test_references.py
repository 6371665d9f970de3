"""References: unlike each other, found however they are written, and hardly ever another case's."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.references import ALPHABET, reference_from_number, references_in

NUMBERS = st.integers(0, 30**5 - 1)


def found(text):
    return list(references_in(text))


def mistyped(reference, place, character):
    characters = list(reference.removeprefix("FB-").replace("-", ""))
    characters[place] = character
    return "".join(characters)


def is_taken(characters):
    return bool(found(f"FB-{characters[:4]}-{characters[4:]}"))


@given(NUMBERS)
def test_a_reference_is_found_in_a_text_that_holds_it(number):
    reference = reference_from_number(number)
    assert found(f"Re: your message [{reference}], again") == [reference]


@pytest.mark.parametrize("number", [-1, 30**5])
def test_a_number_outside_the_range_has_no_reference(number):
    with pytest.raises(ValueError, match="outside the range"):
        reference_from_number(number)


def test_references_of_cases_in_a_row_are_distinct_and_look_unrelated():
    references = [reference_from_number(number) for number in range(100_000)]
    assert len(set(references)) == len(references)
    pairs = itertools.pairwise(references)
    assert sum(one[3:6] == other[3:6] for one, other in pairs) < 100


def test_no_reference_holds_a_character_that_looks_like_another():
    assert set("01ILOU").isdisjoint(ALPHABET)
    written = "".join(reference_from_number(number) for number in range(0, 30**5, 9973))
    assert set(written.replace("FB-", "").replace("-", "")) <= set(ALPHABET)


def test_every_single_wrong_character_is_noticed():
    chance = random.Random(1)
    for _ in range(300):
        reference = reference_from_number(chance.randrange(30**5))
        right = reference.removeprefix("FB-").replace("-", "")
        for place in range(6):
            for character in ALPHABET:
                wrong = mistyped(reference, place, character)
                assert is_taken(wrong) is (wrong == right)


def test_nearly_every_swap_of_neighbours_is_noticed():
    chance = random.Random(2)
    swaps = missed = 0
    for _ in range(4000):
        right = reference_from_number(chance.randrange(30**5)).removeprefix("FB-").replace("-", "")
        for place in range(5):
            one, other = right[place], right[place + 1]
            if one != other:
                swaps += 1
                missed += is_taken(right[:place] + other + one + right[place + 2 :])
    assert missed / swaps < 0.004


@pytest.mark.parametrize(
    "written",
    ["{0}", "{1}", "{2}", "({0})", "ref:{0}.", "{0}\n", "fb {3} {4}", "FB–{3}–{4}", "#{0}#"],
)
def test_a_reference_is_found_however_it_is_written(written):
    reference = reference_from_number(4711)
    short = reference.replace("-", "")
    text = written.format(reference, reference.lower(), short, reference[3:7], reference[8:])
    assert found(text) == [reference]


@pytest.mark.parametrize("written", ["X{0}", "{0}X", "{0}2", "FB--{1}"])
def test_a_reference_is_not_found_inside_another_word(written):
    reference = reference_from_number(4711)
    assert found(written.format(reference, reference[3:])) == []


def test_references_are_given_once_each_in_their_order():
    first, second = reference_from_number(2), reference_from_number(1)
    assert found(f"{first} {second.lower()} {first}") == [first, second]


def test_a_letter_that_only_looks_like_one_of_ours_is_passed_over():
    """The Kelvin sign and the long s are a K and an S to a search that ignores case."""
    assert found("FB-\u212a\u017f22-22 FB-22\u212a2-2\u017f") == []


def test_a_text_of_nothing_but_references_gives_the_first_ones():
    references = [reference_from_number(number) for number in range(5000)]
    assert found(" ".join(references)) == references[:20]


@given(st.text())
def test_any_text_can_be_searched(text):
    assert all(reference.startswith("FB-") for reference in found(text))
