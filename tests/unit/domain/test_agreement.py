"""Agreement of two readers, against figures worked by hand."""

import pytest

from intake.domain.agreement import agreement, agreement_on, differences
from intake.domain.categories import Category

COMMENT, COMPLAINT, OTHER = Category.COMMENT, Category.COMPLAINT, Category.OTHER
# 35 of 50 agreed. By chance: (25 * 30 + 25 * 20) / 50**2 = 0.5, so kappa is 0.2 / 0.5.
FIFTY = {
    (COMMENT, COMMENT): 20,
    (COMMENT, COMPLAINT): 5,
    (COMPLAINT, COMMENT): 10,
    (COMPLAINT, COMPLAINT): 15,
}


def test_share_count_and_kappa_are_those_worked_by_hand():
    found = agreement(FIFTY)
    assert (found.count, found.agreed, found.share) == (50, 35, 0.7)
    assert found.kappa == pytest.approx(0.4)


def test_one_category_counts_the_messages_the_first_reader_gave_it():
    found = agreement_on(FIFTY, COMMENT)
    assert (found.count, found.agreed, found.share) == (25, 20, 0.8)
    assert found.kappa == pytest.approx(0.4)


def test_one_category_of_three_is_taken_against_the_rest():
    """Other against the rest: 8 of 10 agreed, by chance 0.68, so kappa is 0.12 / 0.32."""
    pairs = {
        (COMMENT, COMMENT): 4,
        (COMMENT, COMPLAINT): 1,
        (COMPLAINT, COMPLAINT): 2,
        (OTHER, OTHER): 1,
        (COMMENT, OTHER): 1,
        (OTHER, COMMENT): 1,
    }
    found = agreement_on(pairs, OTHER)
    assert (found.count, found.agreed) == (2, 1)
    assert found.kappa == pytest.approx(0.375)


def test_full_agreement_on_two_categories_is_a_kappa_of_one():
    assert agreement({(COMMENT, COMMENT): 3, (OTHER, OTHER): 1}).kappa == 1


def test_kappa_is_undefined_when_both_always_said_the_same_one_thing():
    found = agreement({(COMMENT, COMMENT): 9})
    assert (found.share, found.kappa) == (1, None)


def test_nothing_read_has_neither_share_nor_kappa():
    found = agreement({})
    assert (found.count, found.share, found.kappa) == (0, None, None)


def test_never_agreeing_is_worse_than_chance():
    assert agreement({(COMMENT, COMPLAINT): 1, (COMPLAINT, COMMENT): 1}).kappa == -1


def test_differences_come_the_most_frequent_first():
    assert differences(FIFTY) == [(COMPLAINT, COMMENT, 10), (COMMENT, COMPLAINT, 5)]
