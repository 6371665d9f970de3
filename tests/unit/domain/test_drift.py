"""When an alarm is raised, against figures worked by hand."""

import pytest

from intake.domain.agreement import Agreement
from intake.domain.categories import Category
from intake.domain.drift import (
    DriftRules,
    agreement_finding,
    chance_of_so_few,
    divergence,
    mix_finding,
)

RULES = DriftRules(promised_precision=0.97, alarm_chance=0.01, mix_bound=0.02, mix_fewest_cases=300)


def read(agreed: int, count: int) -> Agreement:
    return Agreement(agreed=agreed, count=count, kappa=None)


def mix(complaints: int, comments: int) -> dict[Category, int]:
    return {Category.COMPLAINT: complaints, Category.COMMENT: comments}


@pytest.mark.parametrize(
    ("agreed", "count", "chance"),
    [(0, 1, 0.03), (0, 2, 0.0009), (1, 2, 0.0591), (2, 2, 1), (9, 10, 1 - 0.97**10)],
)
def test_the_chance_of_so_few_agreements_is_exact(agreed, count, chance):
    assert chance_of_so_few(agreed, count, 0.97) == pytest.approx(chance)


def test_the_chance_of_so_few_is_found_for_a_year_of_readings():
    assert chance_of_so_few(50_000, 50_000, 0.97) == pytest.approx(1)


def test_too_few_agreements_for_chance_are_an_alarm_that_says_what_to_do():
    found = agreement_finding(read(90, 100), RULES)
    assert found.is_alarm
    assert found.figure == 0.9
    assert "90 of 100 blind readings" in found.text
    assert "intake retrain" in found.text


def test_fewer_agreements_than_promised_may_be_said_to_be_chance():
    assert "may be chance" in agreement_finding(read(96, 100), RULES).text
    assert "may be chance" not in agreement_finding(read(98, 100), RULES).text


@pytest.mark.parametrize(("agreed", "count"), [(96, 100), (9, 10), (0, 1), (100, 100)])
def test_agreements_that_chance_explains_are_no_alarm(agreed, count):
    assert not agreement_finding(read(agreed, count), RULES).is_alarm


def test_two_readings_that_both_differ_beat_chance():
    assert agreement_finding(read(0, 2), RULES).is_alarm


def test_no_reading_is_no_alarm():
    found = agreement_finding(read(0, 0), RULES)
    assert (found.is_alarm, found.figure) == (False, None)


def test_divergence_is_nothing_for_one_mix_and_a_whole_bit_for_nothing_in_common():
    assert divergence(mix(1, 4), mix(20, 80)) == pytest.approx(0)
    assert divergence(mix(7, 0), mix(0, 5)) == pytest.approx(1)


def test_divergence_is_that_worked_by_hand():
    """From (1, 0) and (0.5, 0.5) the middle is (0.75, 0.25): (0.41504 + 0.20752) / 2."""
    assert divergence(mix(8, 0), mix(3, 3)) == pytest.approx(0.31128, abs=1e-5)


def test_another_mix_is_an_alarm_that_names_what_moved():
    found = mix_finding(mix(120, 180), mix(200, 800), RULES)
    assert found.is_alarm
    assert "comment 60% instead of 80%, complaint 40% instead of 20%" in found.text


def test_a_mix_that_moved_little_is_no_alarm():
    assert not mix_finding(mix(75, 225), mix(200, 800), RULES).is_alarm


@pytest.mark.parametrize(
    ("recent", "before"),
    [(mix(299, 0), mix(0, 900)), (mix(300, 0), mix(0, 299)), (mix(0, 0), mix(0, 0))],
)
def test_too_few_cases_are_no_alarm_however_they_moved(recent, before):
    found = mix_finding(recent, before, RULES)
    assert not found.is_alarm
    assert "Too few cases" in found.text
