"""A new model takes the old one's place only when it is not worse where it counts."""

from typing import Any

from intake.services.compare_models import reasons_against


def figures(*, recall: float = 0.9, macro_f1: float = 0.85, missed: float = 0.01) -> dict[str, Any]:
    return {
        "macro_f1": macro_f1,
        "categories": {"complaint": {"recall": recall}},
        "auto": {"missed_complaints": missed},
    }


def test_nothing_speaks_against_a_better_or_an_equal_model() -> None:
    assert reasons_against(figures(), figures()) == []
    assert reasons_against(figures(), figures(recall=0.95, macro_f1=0.9, missed=0)) == []


def test_each_figure_that_falls_is_named_with_both_values() -> None:
    reasons = reasons_against(figures(), figures(recall=0.8, macro_f1=0.8, missed=0.05))
    assert len(reasons) == 3
    assert reasons[0] == "complaint recall falls from 0.900 to 0.800"


def test_a_gain_elsewhere_does_not_make_up_for_missed_complaints() -> None:
    assert reasons_against(figures(), figures(macro_f1=0.99, missed=0.02)) != []
