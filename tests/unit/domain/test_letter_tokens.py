"""Message-IDs that find their case, and those that only look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.letter_tokens import message_id_for, references_from_tokens
from intake.domain.references import reference_from_number

KEY = b"a secret of this installation"
REFERENCE = reference_from_number(4711)
TOKEN = message_id_for(REFERENCE, "receipt:12", KEY, "council.example")


@given(number=st.integers(0, 24_299_999), purpose=st.text(max_size=40))
def test_a_letters_id_names_its_case(number, purpose):
    reference = reference_from_number(number)
    token = message_id_for(reference, purpose, KEY, "council.example")
    assert references_from_tokens([token], KEY) == [reference]


def test_the_same_letter_has_the_same_id_each_time():
    assert message_id_for(REFERENCE, "receipt:12", KEY, "council.example") == TOKEN


def test_letters_of_one_case_have_different_ids():
    other = message_id_for(REFERENCE, "receipt:13", KEY, "council.example")
    assert other != TOKEN
    assert references_from_tokens([TOKEN, other], KEY) == [REFERENCE]


@pytest.mark.parametrize(
    "mangled",
    [
        TOKEN.strip("<>"),
        TOKEN.upper(),
        f"  {TOKEN}\r\n",
        TOKEN.replace("@council.example", "@gateway.example.org"),
        f"Your letter of today {TOKEN}",
        f"<first@example.org>\r\n {TOKEN}",
    ],
)
def test_an_id_changed_on_its_way_still_names_its_case(mangled):
    assert references_from_tokens([mangled], KEY) == [REFERENCE]


def altered(position: int) -> str:
    digit = TOKEN[position]
    return TOKEN[:position] + ("0" if digit != "0" else "1") + TOKEN[position + 1 :]


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "<plain@example.org>",
        TOKEN[:-20],
        TOKEN.replace("<fb.", "<fb"),
        *(altered(TOKEN.index("@") - back) for back in (1, 16, 32, 34, 49)),
    ],
)
def test_an_id_that_is_not_ours_names_no_case(forged):
    assert references_from_tokens([forged], KEY) == []


def test_an_id_signed_by_another_installation_names_no_case():
    assert references_from_tokens([TOKEN], b"another secret") == []


def test_a_signature_does_not_serve_another_case():
    """Whoever has a letter of his own must not make an id for his neighbour's case."""
    other = reference_from_number(4712)
    swapped = TOKEN.replace(code(REFERENCE), code(other))
    assert swapped != TOKEN
    assert references_from_tokens([swapped], KEY) == []


def code(reference: str) -> str:
    return reference.lower().removeprefix("fb-").replace("-", "")


def test_cases_are_named_in_order_and_once():
    other_reference = reference_from_number(9)
    other = message_id_for(other_reference, "receipt:1", KEY, "council.example")
    assert references_from_tokens([other, TOKEN, other], KEY) == [other_reference, REFERENCE]
