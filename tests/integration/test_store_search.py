"""Searching cases: the same words find the same cases on both databases, however many there are."""

import pytest

from intake.adapters.db.full_text import MOST_FOUND
from intake.domain.cases import Status
from intake.services.ports import CaseQuery
from tests.support.stored import MONDAY, new_case, new_inbound, new_message, open_case

BODY = "Dear Mr O'Neill, the lift at 12-14 Siân's Court was broken; ring 01632 960123. Will Amis"


def found(store, words, **query):
    with store.reading() as work:
        return [row.case.id for row in work.cases.list(CaseQuery(words=words, **query))]


@pytest.mark.parametrize(
    "words",
    [
        "lift",
        "LIFT broken",
        "lifts courts",
        "O'Neill",
        "sian",
        "SIÂN’S court",
        "01632 960123",
        "12-14",
        "alex.example@example.org",
        "example.org",
        "Alex Example",
        "Elm Row",
        "will",
        "  the  ",
        "ring\tring",
        'lift " - ( *',
    ],
)
def test_a_case_is_found_by_words_of_its_message(store, words):
    case = open_case(store, {"body": BODY})
    assert found(store, words) == [case.id]


@pytest.mark.parametrize(
    "words",
    ["wheelchair", "lift OR wheelchair", "14-12", "org.example", "!!!", '"', "\x00", "li*", "*"],
)
def test_a_case_is_not_found_by_other_words(store, words):
    open_case(store, {"body": BODY})
    assert found(store, words) == []


def test_a_case_is_found_by_the_words_of_any_of_its_messages_and_by_quoted_ones(store):
    case = open_case(store, {"body": "thanks", "quoted": "the wheelchair ramp"})
    open_case(store)
    assert found(store, "wheelchair") == [case.id]


def test_a_search_keeps_to_the_other_filters_and_to_the_order(store):
    cases = [
        open_case(store, {"body": "the ramp"}, status=status)
        for status in (Status.OPEN, Status.TO_REVIEW, Status.OPEN)
    ]
    open_case(store, status=Status.OPEN)
    assert found(store, "ramp", status=Status.OPEN) == [cases[2].id, cases[0].id]
    assert found(store, "ramp", limit=2) == [cases[2].id, cases[1].id]
    assert found(store, "ramp", after_id=cases[1].id) == [cases[0].id]


def test_a_reference_among_the_words_finds_its_case_alone(store):
    case = open_case(store)
    open_case(store, {"body": f"as in {case.reference}"})
    assert found(store, f"see {case.reference.lower()}") == [case.id]


def test_words_far_into_a_long_message_are_found_and_those_after_the_limit_are_not(store):
    """The words would fill more than the megabyte that PostgreSQL takes for one message."""
    body = " ".join(f"{number:x}-{number:o}@𠀀{number:b}" for number in range(60_000))
    case = open_case(store, {"body": f"{body[:50_000]} wheelchair {body} stairlift"})
    assert found(store, "wheelchair") == [case.id]
    assert found(store, "stairlift") == []


def test_a_common_word_finds_the_newest_messages_alone(store):
    with store.writing() as work:
        case = work.cases.open(new_case())
        first = work.cases.open(new_case())
        work.inbound.add_many([new_inbound() for _ in range(MOST_FOUND + 1)])
        for number in range(MOST_FOUND + 1):
            claimed = work.inbound.claim_next(worker="one", now=MONDAY, claim_seconds=60)
            message = new_message(claimed.id, body="the bin")
            work.cases.add_message(case.id if number else first.id, message)
        work.commit()
    assert found(store, "bin") == [case.id]
