"""What names a person is taken out of a text before the training sees it."""

import pytest

from intake.domain.redaction import redacted


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("write to jo.marsh@example.org please", "write to [email] please"),
        ("ring 07700 900123 or (01632) 960 001", "ring [telephone] or [telephone]"),
        ("+44 7700 900 123 after six", "[telephone] after six"),
        ("at 4 Larch Road, AB12 3CD, since May", "at 4 Larch Road, [postcode], since May"),
        ("my account 4021 3377 8890 is wrong", "my account [number] is wrong"),
        ("about FB-7K3M-Q2 again", "about [reference] again"),
        ("see https://example.org/a?b=c for it", "see [link] for it"),
    ],
)
def test_what_names_somebody_is_replaced_by_a_mark(text: str, kept: str) -> None:
    assert redacted(text) == kept
    assert redacted(redacted(text)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "it cost £1200 and took 14 days, from 3 to 17 March 2026",
        "bin day was missed 3 times in 2026, house 112b",
        "I paid £45.50 on the 12th",
    ],
)
def test_days_prices_and_house_numbers_stay(text: str) -> None:
    assert redacted(text) == text


def test_the_writer_s_names_go_and_common_short_words_stay() -> None:
    assert redacted("Jo Marsh here. I am so cross. Marsh Lane!", ["Jo Marsh", "Al"]) == (
        "Jo [name] here. I am so cross. [name] Lane!"
    )
