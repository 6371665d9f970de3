"""What copies of chats and alerts say, and what they leave out."""

from datetime import UTC, date, datetime

import pytest

from intake.domain.cases import Case, Channel, Speaker, SpokenLine, Status
from intake.domain.classification import Decision
from intake.domain.letter_kinds import LEFT_OUT, LONGEST_TRANSCRIPT, alert_facts, transcript_facts

NOW = datetime(2026, 8, 7, 10, 0, tzinfo=UTC)


def line(text: str, by: Speaker = Speaker.RESIDENT) -> SpokenLine:
    return SpokenLine(at=NOW, by=by, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "see https://shop.example.org/a?b=c",
        "see www.shop.example.org",
        "see HTTP://SHOP.EXAMPLE.ORG",
        "see someone@shop.example.org",
        "see shop.example.org",
        "see Shop.CO.UK.",
        "see shop-24.com/a?b=c",
        "see shop.dev/offers",
    ],
)
@pytest.mark.parametrize("by", list(Speaker))
def test_a_copy_of_a_chat_holds_no_link_whoever_wrote_it(text, by):
    facts = transcript_facts([line(text, by)], reference="")
    assert facts["lines"][0]["text"] == f"see {LEFT_OUT}"
    assert facts["has_gaps"] is True


def test_a_copy_of_a_chat_keeps_the_words_and_who_said_them():
    said = [line("The bin was missed."), line("Where was that?", Speaker.ASSISTANT), line("  ")]
    facts = transcript_facts(said, reference="FB-7K3M-Q2")
    assert [(each["is_resident"], each["text"]) for each in facts["lines"]] == [
        (True, "The bin was missed."),
        (False, "Where was that?"),
    ]
    assert (facts["has_gaps"], facts["is_cut"]) == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        "It was missed.Nobody came. See 12.30pm or 7.8.2026, e.g. Elm Row/Oak Row.",
        "They come.and go, at no.7, flat 2.top floor, flat.It leaks.",
    ],
)
def test_a_copy_of_a_chat_keeps_words_that_only_lack_a_space(text):
    facts = transcript_facts([line(text)], reference="")
    assert (facts["lines"][0]["text"], facts["has_gaps"]) == (text, False)


def test_a_copy_of_a_chat_of_endless_words_takes_no_time():
    facts = transcript_facts([line("x." * 1_000_000)], reference="")
    assert facts["is_cut"] is True


def test_of_a_very_long_chat_the_last_part_is_copied():
    many = [line(str(number).rjust(1000, "x")) for number in range(200)]
    facts = transcript_facts(many, reference="")
    assert facts["is_cut"] is True
    assert facts["lines"][-1]["text"].endswith("199")
    assert sum(len(each["text"]) for each in facts["lines"]) <= LONGEST_TRANSCRIPT


def a_case(**changes: object) -> Case:
    values: dict[str, object] = {
        "reference": "FB-7K3M-Q2",
        "channel": Channel.CHAT,
        "status": Status.TO_REVIEW,
        "category": None,
        "decision": Decision.REVIEW,
        "decision_reason": "",
        "confidence": None,
        "hazards": ("gas", "a kind of another version"),
        "subject": "",
        "from_addr": "",
        "from_name": "",
        "received_at": NOW,
        "respond_by": date(2026, 8, 21),
    }
    return Case(**(values | changes))  # type: ignore[arg-type]


def test_an_alert_names_the_dangers_in_plain_words_and_quotes_in_one_line():
    facts = alert_facts(a_case(), words="I smell\n gas " + "now " * 400, received_at=NOW, link="x")
    assert facts["dangers"] == ("Gas or carbon monoxide",)
    assert facts["words"].startswith("I smell gas now")
    assert facts["words"].endswith(" ...")
    assert len(facts["words"]) <= 610
    assert facts["by_chat"] is True
