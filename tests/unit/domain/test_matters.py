import pytest

from intake.domain.matters import matters


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (
            (
                "Thank you for clearing the alley so quickly.\n"
                "On another matter, the street light outside number 9 is out."
            ),
            2,
        ),
        (
            (
                "1. The lift at Ferrier House is out again.\n"
                "2. Please send us a bigger recycling bin.\n"
                "3. The new playground is lovely, well done."
            ),
            3,
        ),
        (
            (
                "Three things from the ward walk:\n- fly-tipping behind the shops again\n"
                "- a bench would be welcome by the pond\n- parents praise the lollipop lady"
            ),
            4,
        ),
        (
            (
                "The pool was cold on Sunday and nobody said why. P.S. please tell the desk staff "
                "that they were kind to my mother."
            ),
            2,
        ),
        (
            (
                "Could someone look at the drain by the school? Separately, I would like to say "
                "that the library is a joy."
            ),
            2,
        ),
    ],
)
def test_marked_matters_are_told_apart(text, count):
    assert len(matters(text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "The bin was missed on Monday.\n\nI rang and was told Thursday.\n\nNobody came.",
        "Second time this month that the bin was missed, and I am fed up with it now.",
        "PS thanks",
        "We live at 9-11 Mill Lane - the one with the blue door - and the gate will not shut.",
    ],
)
def test_one_story_is_one_matter(text):
    assert matters(text) == []


def test_no_more_than_eight_matters_are_given_when_a_list_is_long():
    text = "\n".join(f"{number}. the lamp at number {number} is broken" for number in range(1, 30))
    assert len(matters(text)) == 8
