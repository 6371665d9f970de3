"""What a story already says, so that it is not asked again."""

import pytest

from intake.domain.interview import reading, who
from intake.domain.interview.held import Question

PLACE, WHEN, TOLD, OUTCOME = (
    Question.PLACE,
    Question.WHEN,
    Question.TOLD_BEFORE,
    Question.OUTCOME,
)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (PLACE, "bins at 14 Elm Close"),
        (PLACE, "pothole on mill lane"),
        (PLACE, "my postcode is AB1 2CD"),
        (PLACE, "flat 3 has no heating"),
        (PLACE, "the staff in the library"),
        (PLACE, "dog mess all over by the park"),
        (PLACE, "the lift at Osprey Tower"),
        (WHEN, "missed on Tuesday"),
        (WHEN, "since March"),
        (WHEN, "last week"),
        (WHEN, "for three weeks now"),
        (WHEN, "on 12/03/2026"),
        (WHEN, "the 4th of May"),
        (WHEN, "it happened three times"),
        (WHEN, "two days ago"),
        (WHEN, "yesterday"),
        (TOLD, "I reported it"),
        (TOLD, "we have rung the council"),
        (TOLD, "this is the second time"),
        (TOLD, "it is still not fixed"),
        (TOLD, "job ref 4471 was closed"),
        (TOLD, "nobody came back to me, no reply"),
        (TOLD, "I keep ringing"),
        (TOLD, "I called you twice"),
        (TOLD, "I have never told anyone, it is the first time I write"),
        (OUTCOME, "I would like it fixed"),
        (OUTCOME, "please empty it"),
        (OUTCOME, "could you send someone"),
        (OUTCOME, "I want a refund"),
        (OUTCOME, "it needs fixing"),
        (Question.ADJUSTMENTS, "I need large print"),
        (Question.ADJUSTMENTS, "I am deaf"),
        (Question.ON_BEHALF, "I am writing for my mother"),
        (Question.ON_BEHALF, "on behalf of Mr Poole"),
    ],
)
def test_what_a_story_says_is_found(question, text):
    assert question in reading.found_in(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (PLACE, "the bins were missed on my street"),
        (PLACE, "no way to treat people"),
        (PLACE, "it took place at night"),
        (PLACE, "I park the car"),
        (PLACE, "your council tax letter"),
        (WHEN, "the bins were missed"),
        (WHEN, "it may be broken"),
        (WHEN, "I march on"),
        (TOLD, "the bins were missed"),
        (TOLD, "my dog is called Rover"),
        (TOLD, "I prefer email"),
        (OUTCOME, "the lift is broken"),
        (OUTCOME, "I want to report a broken lift"),
        (OUTCOME, "I would like to complain"),
        (Question.ADJUSTMENTS, "the print on the sign is faint"),
        (Question.ON_BEHALF, "my mother has been waiting"),
    ],
)
def test_what_a_story_does_not_say_is_asked(question, text):
    assert question not in reading.found_in(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", False),
        ("Good morning, can you help me please", False),
        ("I'd like to report a problem", False),
        ("I have a question", False),
        ("my bin", True),
        ("hi, my bin was missed", True),
        ("thank you to the park keepers", True),
    ],
)
def test_an_announcement_is_no_story_yet(text, says):
    assert reading.says_something(text) is says


def test_a_place_is_not_asked_of_what_has_none():
    assert not reading.may_have_place("You should put the budget on your website")
    assert reading.may_have_place("You should plant more trees")


@pytest.mark.parametrize(
    ("text", "name", "email", "telephone"),
    [
        ("Sam Poole sam.poole@example.org", "Sam Poole", "sam.poole@example.org", ""),
        ("sam poole, 07700 900123", "Sam Poole", "", "07700 900123"),
        ("my name is Jo Marsh and my email is jo@example.org.", "Jo Marsh", "jo@example.org", ""),
        ("It's Jo, best to ring 01632 960123", "Jo", "", "01632 960123"),
        ("Mrs A O'Brien-Shah\njo@example.org", "Mrs A O'Brien-Shah", "jo@example.org", ""),
        ("jo@example.org", "", "jo@example.org", ""),
        ("Jo Marsh", "Jo Marsh", "", ""),
        ("why do you want to know that about me", "", "", ""),
        ("sam@poole", "", "", ""),
    ],
)
def test_who_it_is_and_how_to_reply_is_read_from_one_answer(text, name, email, telephone):
    assert who.who_answers(text) == who.Who(name=name, email=email, telephone=telephone)


@pytest.mark.parametrize(
    ("text", "name", "email", "telephone"),
    [
        ("The lift is broken. My email is jo@example.org", "", "jo@example.org", ""),
        ("The lift is broken.\n\nKind regards,\nJo Marsh", "Jo Marsh", "", ""),
        ("The lift is out. Jo Marsh, 07700 900123", "Jo Marsh", "", "07700 900123"),
        (
            "I'm Jo Marsh. The lift is broken, ring me on 07700 900123 please",
            "Jo Marsh",
            "",
            "07700 900123",
        ),
        # An address or a number somebody wrote to or rang is not where the answer goes.
        ("I emailed repairs@example.org", "", "", ""),
        ("I emailed repairs@example.org twice and nobody answered me about the lift", "", "", ""),
        ("I rang 01632 960123 and nobody answered", "", "", ""),
        ("The light at Jo, 8 Sandbeck Grove is out", "", "", ""),
        ("My name:\nAddress: Elm Road", "", "", ""),
    ],
)
def test_a_story_says_who_it_is_only_where_it_says_so(text, name, email, telephone):
    told = who.who_tells(text)
    assert (told.email, told.telephone) == (email, telephone)
    assert told.name in (name, "Address")[: 1 + text.startswith("My name:")]


@pytest.mark.parametrize(
    "text",
    ["I'd rather not", "I want to stay anonymous", "no thanks", "I don't want to give my name"],
)
def test_a_refusal_is_understood(text):
    assert who.refuses(text)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("treat this as a complaint", True),
        ("I want to make a formal complaint", True),
        ("log it as a complaint please", True),
        ("I don't want to make a complaint of it", False),
        ("I made a formal complaint last year", False),
        ("your answer to my formal complaint was fine", False),
    ],
)
def test_a_wish_for_a_complaint_is_told_from_talk_of_one(text, asks):
    assert reading.asks_for_complaint(text) is asks


def test_a_place_given_instead_of_a_name_is_no_name() -> None:
    assert who.who_answers("Harbour Court, flat 12").name == ""
    assert who.who_answers("Courtney Marsh, courtney@example.org").name == "Courtney Marsh"
