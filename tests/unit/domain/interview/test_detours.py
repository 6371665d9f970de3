"""Matters beside the interview: dealt with at any time, then back to what was open."""

import pytest

from intake.domain.interview.held import Act, Effect, Held, Phase
from intake.domain.references import reference_from_number

STORY = "The bins were missed"
REFERENCE = reference_from_number(7)
OTHER_REFERENCE = reference_from_number(8)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("what are the stages", "about.stages"),
        ("which ombudsman", "about.ombudsman"),
        ("help", "about.help"),
        ("can I speak to a person", "about.person"),
        ("do you speak Urdu", "language.notice"),
        ("tell me a joke", "about.out_of_scope"),
        ("thank you", "about.thanks"),
    ],
)
def test_a_matter_beside_it_is_answered_and_the_open_question_repeated(talk, text, key):
    conversation = talk().say(STORY)
    for _ in range(3):
        conversation.say(text)
        assert conversation.keys == [key, "ask.place"]
        assert conversation.held.tries == 1


def test_every_state_is_come_back_to(talk):
    assert talk().say("what are the stages").keys == ["about.stages", "back.story"]
    conversation = talk().all(STORY, "just send it", "skip", "what are the stages")
    assert conversation.keys == ["about.stages", "summary.ask"]
    conversation.all("yes", "what are the stages")
    assert conversation.keys == ["about.stages"]


def test_a_question_inside_a_story_is_answered_and_the_story_kept(talk):
    text = "I asked three times now to speak to a person about my roof and nobody rang me back"
    conversation = talk().say(text, Act.PERSON)
    assert conversation.keys[0] == "about.person"
    assert conversation.held.story == (text,)


def test_a_person_offers_to_send_what_was_told_only_when_something_was(talk):
    assert talk().say("speak to a person").buttons == []
    assert "send it" in talk().say(STORY).say("speak to a person").buttons


def test_whoever_confirms_stopping_in_words_of_their_own_is_asked_once_more(talk):
    conversation = talk().all(STORY, "stop", "get rid")
    assert conversation.keys == ["stop.confirm"]
    assert conversation.held.story == (STORY,)
    assert conversation.say("yes delete it").effects == (Effect.DELETE,)


def test_stopping_is_confirmed_once_and_then_everything_is_deleted(talk):
    conversation = talk().all(STORY, "stop")
    assert conversation.keys == ["stop.confirm"]
    assert conversation.buttons == ["delete everything", "no, keep going"]
    assert conversation.effects == ()
    conversation.say("delete everything")
    assert conversation.effects == (Effect.DELETE,)
    assert conversation.held == Held(phase=Phase.STOPPED)
    assert conversation.say(STORY).keys == ["stop.over"]
    assert conversation.held.story == ()


@pytest.mark.parametrize("text", ["no", "no, keep going"])
def test_a_stop_taken_back_keeps_everything(talk, text):
    conversation = talk().all(STORY, "stop", text)
    assert conversation.keys == ["stop.kept", "ask.place"]
    assert conversation.held.story == (STORY,)


def test_an_answer_instead_of_a_stop_goes_on(talk):
    conversation = talk().all(STORY, "stop", "it is on Elm Road")
    assert conversation.keys == ["ask.when"]


def test_the_status_of_a_case_is_mailed_and_nothing_is_disclosed(talk):
    conversation = talk().say("ask about my case")
    assert conversation.keys == ["status.ask_reference"]
    assert conversation.say(REFERENCE.lower()).keys == ["status.ask_email"]
    conversation.say("it is jo@example.org")
    assert conversation.effects == (Effect.STATUS_LINK,)
    assert (conversation.step.status.reference, conversation.step.status.email) == (
        REFERENCE,
        "jo@example.org",
    )
    assert conversation.says[0].key == "status.sent"
    assert conversation.says[0].facts == {}


def test_a_reference_and_address_given_at_once_are_not_asked_for(talk):
    conversation = talk().say(f"status of {REFERENCE} jo@example.org", Act.STATUS)
    assert conversation.effects == (Effect.STATUS_LINK,)


def test_the_status_of_the_case_just_filed_needs_no_questions(talk):
    conversation = talk().all(STORY, "just send it", "jo@example.org", "yes")
    conversation.say("what is happening with my case")
    assert conversation.step.status.email == "jo@example.org"
    conversation.say(f"any news on {OTHER_REFERENCE}?")
    assert conversation.effects == ()
    assert conversation.keys == ["status.ask_email"]


def test_a_reference_or_address_that_does_not_come_is_asked_twice_and_left(talk):
    conversation = talk().all("ask about my case", "I lost it")
    assert conversation.keys == ["status.ask_reference_again"]
    assert conversation.say("really lost").keys == ["status.without_reference", "back.story"]
    conversation.all("ask about my case", REFERENCE, "hm")
    assert conversation.keys == ["status.ask_email_again"]
    assert conversation.say("hm").keys == ["status.without_email", "back.story"]


def test_a_story_instead_of_a_reference_is_a_story(talk):
    text = "I never got one, I just want to say that the bins on our street were missed again today"
    conversation = talk().all("ask about my case", text)
    assert conversation.held.story == (text,)
    assert conversation.held.detour is None


def test_never_mind_leaves_the_matter(talk):
    conversation = talk().all(STORY, "ask about my case", "never mind")
    assert conversation.keys == ["about.left", "ask.place"]


def test_a_copy_goes_to_the_known_address_or_asks_for_one(talk):
    conversation = talk().all(STORY, "email me a copy")
    assert conversation.keys == ["transcript.ask_email"]
    conversation.say("jo@example.org")
    assert conversation.step.transcript_to == "jo@example.org"
    assert conversation.keys == ["transcript.sent", "ask.place"]
    known = talk().all(STORY, "just send it", "sam@example.org", "email me a copy")
    assert known.step.transcript_to == "sam@example.org"
    assert known.effects == (Effect.TRANSCRIPT,)


def test_the_form_is_used_on_request_and_goes_on_where_it_was(talk):
    conversation = talk().all(STORY, "use the form")
    assert conversation.effects == (Effect.USE_FORM,)
    assert conversation.keys == ["about.form", "ask.place"]


def test_what_is_not_understood_shows_what_can_be_done_and_then_a_person(talk):
    conversation = talk().say("asdf", Act.UNCLEAR)
    assert conversation.keys == ["unclear.first", "back.story"]
    assert "speak to a person" in conversation.buttons
    conversation.say("qwer", Act.UNCLEAR)
    assert conversation.keys[0] == "unclear.second"
    assert conversation.keys[1:] == ["back.story"]
    assert conversation.buttons == ["use the form"]


def test_a_message_understood_in_between_begins_anew(talk):
    conversation = talk().say("asdf", Act.UNCLEAR).say("help").say("asdf", Act.UNCLEAR)
    assert conversation.keys[0] == "unclear.first"


def test_an_answer_not_understood_twice_is_kept_and_the_conversation_goes_on(talk):
    conversation = talk().say(STORY).say("qqq", Act.UNCLEAR)
    assert conversation.keys == ["unclear.first", "again.place"]
    conversation.say("zzz", Act.UNCLEAR)
    assert conversation.keys == ["unclear.second", "ask.when"]
    assert "zzz" in conversation.held.answers.values()


def test_at_the_summary_what_is_not_understood_files_nothing(talk):
    conversation = talk().all(STORY, "just send it", "skip")
    conversation.say("asdf", Act.UNCLEAR).say("asdf", Act.UNCLEAR)
    assert conversation.keys == ["unclear.second", "summary.ask"]
    assert conversation.effects == ()


def test_nothing_in_words_twice_leaves_the_question(talk):
    conversation = talk().all(STORY, "?!", "?!")
    assert conversation.keys == ["unclear.second", "ask.when"]
