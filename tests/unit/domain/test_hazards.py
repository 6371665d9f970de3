"""Signs of hazards in plain words."""

import pytest

from intake.domain.hazards import Hazard, dangers_by_signs, hazard_signs, interrupts


def test_kinds_are_those_of_the_guide() -> None:
    assert {each.value for each in Hazard} == {
        "gas",
        "fire",
        "electrical",
        "no_heating",
        "damp_mould",
        "structural",
        "self_harm",
        "abuse",
        "threat",
        "other",
    }
    assert all(each.label for each in Hazard)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("theres a smell of gas on our stairs", Hazard.GAS),
        ("the bin store is on fire", Hazard.FIRE),
        ("wires hanging out of the lamp post", Hazard.ELECTRICAL),
        ("No heating and no hot water since Monday", Hazard.NO_HEATING),
        ("black mould behind the cot", Hazard.DAMP_MOULD),
        ("the ceiling has come down in the back room", Hazard.STRUCTURAL),
        ("I don't want to be here anymore", Hazard.SELF_HARM),
        ("you gave my address to my ex, he is outside", Hazard.ABUSE),
        ("he came to the door with a knife", Hazard.THREAT),
        ("needles under the slide", Hazard.OTHER),
    ],
)
def test_a_plain_report_of_danger_shows_its_sign(text: str, sign: Hazard) -> None:
    assert sign in hazard_signs(text)


def test_an_everyday_message_shows_no_sign() -> None:
    assert hazard_signs("Could we have an extra recycling box, please?") == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("there is a smell of gas", ("gas",)),
        ("i dont want to be here any more, thanks for nothing", ("self_harm",)),
        ("no heating and i have a newborn baby", ("no_heating",)),
        ("wires hanging out of the lamp post right now", ("electrical",)),
        ("the neighbour is smoking on the stairs", ()),
        ("there was a fire last year, all sorted", ()),
        ("the bins were missed", ()),
    ],
)
def test_signs_alone_err_towards_danger(text: str, kinds: tuple[str, ...]) -> None:
    assert dangers_by_signs(text) == kinds


def test_a_conversation_is_interrupted_for_a_likely_danger_or_one_with_a_sign_in_its_words() -> (
    None
):
    assert interrupts(0.9, "she has not come out of her flat since Tuesday")
    assert interrupts(0.15, "there is a smell of gas in the hall")
    assert not interrupts(0.2, "a street light is broken on Castle Road")


@pytest.mark.parametrize(
    "text",
    [
        "could somebody please mend it",
        "needless to say nobody rang",
        "an established tree, quite stable",
        "my permit is not valid, the date is off",
    ],
)
def test_a_sign_is_a_word_and_no_part_of_one(text: str) -> None:
    assert hazard_signs(text) == ()
