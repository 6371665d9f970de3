"""Which case a message joins, and when a reply takes up the offer to complain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.categories import Category
from intake.domain.conversation import (
    Candidate,
    JoinedBy,
    chooses_complaint,
    join,
    more_serious,
    thread_ids,
)

ALEX, SAM, STRANGER = "alex@example.org", "sam@example.org", "stranger@example.org"
TOKEN, REFERENCE, THREAD, NEW = (
    JoinedBy.TOKEN,
    JoinedBy.REFERENCE,
    JoinedBy.THREAD,
    JoinedBy.NEW,
)


def candidate(case_id, joined_by, *participants):
    return Candidate(
        case_id=case_id, joined_by=joined_by, participants=frozenset(participants or {ALEX})
    )


@pytest.mark.parametrize(
    ("candidates", "senders", "case_id", "joined_by", "mentioned"),
    [
        # Nothing points to a case.
        ([], (ALEX,), None, NEW, ()),
        # Our token joins whoever holds it.
        ([candidate(1, TOKEN)], (ALEX,), 1, TOKEN, ()),
        ([candidate(1, TOKEN)], (STRANGER,), 1, TOKEN, ()),
        ([candidate(1, TOKEN)], (), 1, TOKEN, ()),
        # A reference or a thread joins only those who took part, by From or by Reply-To.
        ([candidate(1, REFERENCE)], (ALEX,), 1, REFERENCE, ()),
        ([candidate(1, REFERENCE)], ("ALEX@Example.org",), 1, REFERENCE, ()),
        ([candidate(1, REFERENCE)], (STRANGER, ALEX), 1, REFERENCE, ()),
        ([candidate(1, REFERENCE)], (STRANGER,), None, NEW, (1,)),
        ([candidate(1, REFERENCE)], ("", ""), None, NEW, (1,)),
        ([candidate(1, THREAD, ALEX, SAM)], (SAM,), 1, THREAD, ()),
        ([candidate(1, THREAD)], (STRANGER,), None, NEW, (1,)),
        # The first that may be joined counts; those named before it are told.
        ([candidate(1, TOKEN), candidate(2, REFERENCE)], (ALEX,), 1, TOKEN, ()),
        ([candidate(1, REFERENCE, SAM), candidate(2, REFERENCE)], (ALEX,), 2, REFERENCE, (1,)),
        ([candidate(1, REFERENCE, SAM), candidate(2, THREAD)], (ALEX,), 2, THREAD, (1,)),
        ([candidate(1, REFERENCE, SAM), candidate(1, THREAD, SAM)], (ALEX,), None, NEW, (1,)),
        ([candidate(1, REFERENCE, SAM), candidate(1, TOKEN, SAM)], (ALEX,), 1, TOKEN, ()),
    ],
)
def test_a_message_joins_the_case_it_has_a_right_to(
    candidates, senders, case_id, joined_by, mentioned
):
    joining = join(candidates, senders)
    assert (joining.case_id, joining.joined_by) == (case_id, joined_by)
    assert joining.mentioned == mentioned


@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from([REFERENCE, THREAD]))),
    st.lists(st.sampled_from(["", STRANGER, STRANGER.upper()])),
)
def test_a_stranger_joins_nothing_whatever_is_quoted(named, senders):
    joining = join([candidate(*each) for each in named], senders)
    assert (joining.case_id, joining.joined_by) == (None, NEW)


@pytest.mark.parametrize(
    "reply",
    [
        "Yes",
        "YES",
        "yes.",
        "YES please",
        "Yes!!!",
        '"YES"',
        "*Yes*",
        "yes, I want a complaint",
        "Yes - make it formal",
        "YES\n\n-- \nAnn",
        "\n\n  Yes\n\nSent from my phone",
        "> Reply YES to make it a complaint.\n\nYes please",
        "Hi,\n\nYES\n\nAnn",
        "Dear Sir or Madam\nYes please\nAnn",
        "Hello, yes please",
        "Hello yes please",
        "Good morning. Yes.",
        "OK yes",
        "Yeah go on then",
        "yep",
        "Y",
        "y.",
        "yess",
        "Yes but please hurry",
        "Yes, no one has rung me",
        "Yes. No reply yet.",
        "Yes it is still not sorted",
        "Yes, nothing has been fixed",
        "Yes please, I was told it was all sorted and it was not",
        "Yes. It is sorted now but I want it looked at as a complaint",
        "My answer is YES",
        "I SAY YES",
        "STAGE 1",
        "Formal complaint please",
        "Hi,\nI want to make a formal complaint",
        "please treat this as a formal complaint.",
        "I'd like it to be a stage one complaint, thank you",
        "Yes I would like this formal because nobody rang me back in three weeks" + ", or ever" * 9,
    ],
)
def test_a_reply_that_says_yes_makes_it_a_complaint(reply):
    assert chooses_complaint(reply, Category.DISSATISFACTION)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "No",
        "No thanks",
        "no, yes was a slip",
        "NOT YES",
        "Yes but no",
        "Yes, no need",
        "yes and no",
        "Yes/No",
        "Yesterday the bin was missed again",
        "Yes'm",
        "> yes",
        "> YES\n\nThanks",
        "Thanks",
        "I said yes to the new bin years ago",
        "Yes thank you all sorted",
        "Yes thanks, all sorted now",
        "Yes thank you, the man came on Tuesday and it has\nbeen fixed.",
        "Yes, it's all good now, thank you",
        "The eyes have it",
        "What is stage 1?",
        "I do not want a formal complaint",
        "Stage 1 of the works starts on Monday",
        "Why?\n\nYes",
        "Hi,\n\nThe lamp is out again.",
        "yolo",
    ],
)
def test_a_reply_that_says_something_else_does_not(reply):
    assert not chooses_complaint(reply, Category.DISSATISFACTION)


@pytest.mark.parametrize("category", [None, *Category])
def test_only_a_case_that_is_no_complaint_yet_can_be_made_one(category):
    assert chooses_complaint("YES", category) is (category is not Category.COMPLAINT)


@given(st.text())
def test_any_reply_can_be_read(reply):
    assert chooses_complaint(reply, None) in (True, False)


def test_a_reply_of_megabytes_is_read():
    for filler in ("> ", "yes ", "hi ", " \n", "!", "Hello" + " " * 50):
        chooses_complaint(filler * 300_000, None)


def test_a_later_message_is_graver_when_it_stands_before_in_the_order():
    assert more_serious(Category.COMPLAINT, Category.DISSATISFACTION)
    assert more_serious(Category.OTHER, None)
    assert not more_serious(Category.COMPLIMENT, Category.COMMENT)
    assert not more_serious(Category.COMMENT, Category.COMMENT)


def test_a_message_answers_the_nearest_first_and_each_once():
    assert thread_ids("<3@x>", ["<1@x>", "<2@x>", "<3@x>"]) == ["<3@x>", "<2@x>", "<1@x>"]
    assert thread_ids("", ["", "<1@x>"]) == ["<1@x>"]
    assert thread_ids("", []) == []
