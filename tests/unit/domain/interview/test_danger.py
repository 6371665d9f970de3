"""Somebody in danger: the emergency words first, a case at once, then only what help needs."""

import pytest

from intake.domain.interview.held import Effect, Phase, Question

STORY = "The boiler in the hall is broken"


def test_a_story_of_danger_is_filed_at_once_and_asked_where_and_on_which_number(talk):
    conversation = talk().endanger("gas")
    assert conversation.keys == ["danger.first"]
    assert conversation.says[0].facts == {"hazards": ("gas",)}
    assert conversation.effects == ()
    conversation.say("I smell gas in here")
    assert conversation.effects == (Effect.FILE,)
    assert conversation.keys == ["filed.reference", "danger.ask_place"]
    conversation.say("14 Elm Road")
    assert conversation.effects == (Effect.ADD,)
    assert conversation.step.added == "14 Elm Road"
    assert conversation.keys == ["danger.ask_contact"]
    conversation.say("Jo Marsh 07700 900123")
    assert (conversation.effects, conversation.keys) == ((Effect.ADD,), ["danger.thanks"])
    assert conversation.held.telephone == "07700 900123"
    assert conversation.filings == 1


@pytest.mark.parametrize("text", ["gas", "gas!!"])
def test_one_word_of_danger_is_story_enough(talk, text):
    conversation = talk().endanger("gas").say(text)
    assert conversation.filings == 1


def test_what_was_told_before_is_filed_and_the_message_of_danger_joins_it(talk):
    conversation = talk().say(STORY).endanger("gas")
    assert conversation.effects == (Effect.FILE,)
    assert conversation.keys == ["danger.first", "filed.reference"]
    conversation.say("now it smells of gas")
    assert conversation.effects == (Effect.ADD,)
    assert conversation.step.added == "now it smells of gas"
    assert conversation.keys == ["filed.added", "danger.ask_place"]


def test_what_help_needs_is_not_asked_when_it_is_known(talk):
    conversation = talk().endanger("gas")
    conversation.say("Gas smell at 14 Elm Road, ring me on 07700 900123")
    assert conversation.keys == ["filed.reference"]
    assert conversation.held.asked is None


def test_where_is_asked_again_of_somebody_who_skipped_it_before(talk):
    conversation = talk().all(STORY, "skip").endanger("gas").say("now it smells of gas")
    assert conversation.keys[-1] == "danger.ask_place"


def test_danger_told_again_says_the_words_again_and_files_nothing_again(talk):
    conversation = talk().endanger("gas").say("I smell gas").endanger("gas", "fire")
    assert conversation.keys == ["danger.again"]
    assert conversation.says[0].facts == {"hazards": ("gas", "fire")}
    assert conversation.effects == ()


def test_danger_after_filing_joins_the_case(talk):
    conversation = talk().all(STORY, "just send it", "skip", "yes").endanger("gas")
    assert conversation.effects == ()
    conversation.say("now I smell gas")
    assert conversation.effects == (Effect.ADD,)
    assert conversation.keys[-1] == "danger.ask_place"


def test_a_question_of_help_may_be_skipped_or_left_after_two_tries(talk):
    conversation = talk().endanger("gas").say("I smell gas").say("skip")
    assert conversation.keys == ["danger.ask_contact"]
    assert conversation.say("yes").keys == ["danger.ask_contact"]
    assert conversation.say("yes").keys == ["danger.thanks"]
    assert conversation.held.asked is None


def test_a_question_beside_it_is_answered_in_danger_too(talk):
    conversation = talk().endanger("gas").say("I smell gas").say("can I speak to a person")
    assert conversation.keys == ["about.person", "danger.ask_place"]


def test_an_open_detour_does_not_keep_a_danger_from_being_filed(talk):
    conversation = talk().all(STORY, "ask about my case").endanger("gas")
    assert conversation.effects == (Effect.FILE,)
    assert conversation.say("gas everywhere in the hall").effects == (Effect.ADD,)


def test_stopping_in_danger_before_anything_was_told_is_still_possible(talk):
    conversation = talk().endanger("gas").all("stop", "yes")
    assert conversation.effects == (Effect.DELETE,)
    assert conversation.held.phase is Phase.STOPPED


def test_words_of_danger_are_kept_for_who_reads_the_case(talk):
    conversation = talk().say(STORY).endanger("gas").say("now it smells of gas")
    assert "now it smells of gas" in conversation.held.story
    assert Question.PLACE not in conversation.held.answers
