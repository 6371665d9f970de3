"""What a message means: commands are heard, stories are never taken for one."""

from dataclasses import replace

import pytest

from intake.domain.interview import acts
from intake.domain.interview.choices import BUTTON_NAMES, buttons, part_buttons
from intake.domain.interview.held import Act, Detour, Held, Phase, Question
from intake.domain.references import reference_from_number

REFERENCE = reference_from_number(7)
OPENING = Held()
ASKING = Held(phase=Phase.ASKING, story=("The bins were missed.",), asked=Question.PLACE, tries=1)
TOLD = Held(phase=Phase.ASKING, story=("The bins were missed.",), asked=Question.TOLD_BEFORE)
SUMMARY = Held(phase=Phase.SUMMARY, story=("The bins were missed.",))
FILED = Held(phase=Phase.FILED, story=("The bins were missed.",), reference=REFERENCE)
STOPPING = Held(story=("The bins were missed.",), phase=Phase.ASKING, detour=Detour.STOP)
EVERYWHERE = (OPENING, ASKING, TOLD, SUMMARY, FILED)

COMMANDS = [
    ("can I speak to a person", Act.PERSON),
    ("Can i speak to someone please?", Act.PERSON),
    ("I want to talk to a human", Act.PERSON),
    ("real person", Act.PERSON),
    ("put me through to an officer", Act.PERSON),
    ("what's your phone number", Act.PERSON),
    ("what are the stages", Act.STAGES),
    ("How long will it take?", Act.STAGES),
    ("what happens next?", Act.STAGES),
    ("How do complaints work", Act.STAGES),
    ("when will I hear back", Act.STAGES),
    ("which ombudsman do I go to?", Act.OMBUDSMAN),
    ("can I go to the ombudsman", Act.OMBUDSMAN),
    ("stop", Act.STOP),
    ("Delete everything please", Act.STOP),
    ("please delete my data", Act.STOP),
    ("forget it", Act.STOP),
    ("start again", Act.STOP),
    ("what is happening with my complaint", Act.STATUS),
    ("any news on my case?", Act.STATUS),
    ("Status of my case", Act.STATUS),
    (f"any update on {REFERENCE}?", Act.STATUS),
    ("do you speak Polish?", Act.LANGUAGE),
    ("I don't speak English", Act.LANGUAGE),
    ("po polsku", Act.LANGUAGE),
    ("中文", Act.LANGUAGE),
    ("another language please", Act.LANGUAGE),
    ("help", Act.HELP),
    ("are you a bot?", Act.HELP),
    ("what can you do", Act.HELP),
    ("email me a copy of this", Act.TRANSCRIPT),
    ("can I have a copy?", Act.TRANSCRIPT),
    ("use the form", Act.FORM),
    ("tell me a joke", Act.OUT_OF_SCOPE),
    ("what's the weather like today", Act.OUT_OF_SCOPE),
    ("I want to make a formal complaint", Act.COMPLAIN),
    ("treat it as a complaint please", Act.COMPLAIN),
    ("I want to complain", Act.COMPLAIN),
    ("add something", Act.ADD),
    ("one more thing", Act.ADD),
    ("Good morning!", Act.GREET),
    ("hello there", Act.GREET),
    ("Thank you very much", Act.THANKS),
]

STORIES = [
    "I want to speak to a person about my roof, it has leaked since March and nobody came",
    "I was told to stop calling",
    "Please stop the dogs fouling on Elm Road",
    "I asked for help and nobody helped me",
    "I already went to the ombudsman about this and they told me to come to you.",
    "The person who answered was rude to me",
    "My complaint was ignored",
    "You deleted my account",
    "the status of my roof repair is a joke",
    "yes but it was Tuesday and not Monday",
    "no one came",
    "Thank you to the crew that cleared the snow",
    "Hello, my bin was missed",
    "change of address was never done",
    "what time does the tip shut on Sundays",
    "who is my councillor",
    "Form filled in twice and lost twice",
    "the language on that letter was awful",
    "How long do I have to live with this mould before somebody looks at it properly?",
]


@pytest.mark.parametrize(("text", "act"), COMMANDS)
@pytest.mark.parametrize("held", EVERYWHERE, ids=lambda held: held.phase)
def test_a_command_is_heard_wherever_the_conversation_stands(text, act, held):
    assert acts.act_of(text, held) is act


@pytest.mark.parametrize("text", STORIES)
@pytest.mark.parametrize("held", EVERYWHERE, ids=lambda held: held.phase)
def test_a_story_is_never_taken_for_a_command(text, held):
    assert acts.act_of(text, held) is Act.ANSWER


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("yes", Act.YES),
        ("Yes please", Act.YES),
        ("ok", Act.YES),
        ("that's right", Act.YES),
        ("send it", Act.FILE),
        ("yes, please send it", Act.FILE),
        ("go ahead", Act.FILE),
        ("no that's all", Act.FILE),
        ("no", Act.NO),
        ("change", Act.CHANGE),
        ("that's wrong", Act.CHANGE),
        ("no, change the place", Act.CHANGE),
        ("treat this as a complaint", Act.COMPLAIN),
        (
            "no I would like you to treat this as a complaint, it is not the first time",
            Act.COMPLAIN,
        ),
        ("I don't want to make a complaint of it", Act.ANSWER),
        ("it was the blue bin, not the green one", Act.ANSWER),
    ],
)
def test_at_the_summary_plain_words_send_change_or_complain(text, act):
    assert acts.act_of(text, SUMMARY) is act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("skip", Act.SKIP),
        ("skip this question please", Act.SKIP),
        ("don't know", Act.SKIP),
        ("I do not remember", Act.SKIP),
        ("not sure", Act.SKIP),
        ("I'd rather not say", Act.SKIP),
        ("I want to stay anonymous", Act.SKIP),
        ("Elm Road", Act.ANSWER),
        ("no lights on Elm Road", Act.ANSWER),
    ],
)
def test_a_question_is_skipped_in_plain_words(text, act):
    assert acts.act_of(text, ASKING) is act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("no", Act.NO),
        ("never", Act.NO),
        ("no, first time", Act.NO),
        ("not yet", Act.NO),
        ("yes", Act.YES),
        ("yes I have", Act.YES),
        ("yes, twice in May", Act.ANSWER),
    ],
)
def test_told_before_is_answered_by_yes_or_no_or_more(text, act):
    assert acts.act_of(text, TOLD) is act


@pytest.mark.parametrize("text", ["no", "never mind", "keep going", "no, keep going"])
def test_a_stop_is_taken_back_in_plain_words(text):
    assert acts.act_of(text, STOPPING) is Act.NO


def test_a_bare_reference_asks_after_a_case_only_at_the_beginning():
    assert acts.act_of(REFERENCE, OPENING) is Act.STATUS
    assert acts.act_of(REFERENCE, TOLD) is Act.ANSWER


def test_an_ok_after_filing_is_thanks():
    assert acts.act_of("ok", FILED) is Act.THANKS
    assert acts.act_of("yes", FILED) is Act.YES


@pytest.mark.parametrize("text", ["", "   ", "?!", "🙂"])
def test_nothing_in_words_is_unclear(text):
    assert acts.act_of(text, OPENING) is Act.UNCLEAR


def test_a_button_means_what_it_says_and_typing_it_means_the_same():
    plain = [name for name in BUTTON_NAMES if not name.startswith("part_")]
    for choice in buttons(*plain):
        pressed = acts.choice_act(choice.value)
        assert pressed is not None
        assert acts.act_of(choice.value.capitalize() + ".", SUMMARY) is pressed
    assert acts.choice_act("The bins were missed.") is None


def test_a_part_of_the_summary_is_an_answer_and_no_act_of_its_own():
    assert {acts.choice_act(choice.value) for choice in part_buttons()} == {None}


@pytest.mark.parametrize(
    ("act", "text", "heard"),
    [
        # One word of a story heard by an engine is no reason to lose the story.
        (Act.GREET, "Hello, the light outside number 4 is out", (Act.ANSWER, None)),
        (Act.THANKS, "thanks so much to the crew on Elm Road", (Act.ANSWER, None)),
        (Act.NO, "no this is the first time that I write", (Act.ANSWER, None)),
        (
            Act.PERSON,
            "I have asked to speak to a person about my roof since March and nobody rings",
            (Act.ANSWER, Act.PERSON),
        ),
        (
            Act.STATUS,
            "I have a case about damp and it is worse now, the wall is black",
            (Act.ANSWER, None),
        ),
        # What was only said at greater length stays what it is.
        (Act.STAGES, "what are the stages", (Act.STAGES, None)),
        (Act.YES, "yes please just send it to them now", (Act.ANSWER, None)),
        (
            Act.STOP,
            "stop this and delete all that I have ever written to you in here now",
            (Act.STOP, None),
        ),
        (Act.GREET, "Good morning", (Act.GREET, None)),
        # What an engine did not understand can still be an answer.
        (Act.UNCLEAR, "the gennel behind Pinder Street", (Act.ANSWER, None)),
        (Act.UNCLEAR, "asdf", (Act.UNCLEAR, None)),
    ],
)
def test_an_engine_is_heard_but_no_story_is_lost(act, text, heard):
    assert acts.heard(ASKING, act, text) == heard


@pytest.mark.parametrize("act", [Act.ANSWER, Act.YES, Act.UNCLEAR, Act.THANKS])
@pytest.mark.parametrize(
    "text",
    [
        "Yes that's right, please go ahead",
        "yes thats all correct thank you, send it please",
        "Yes please, I'd like you to send it to the council now",
        "That looks fine to me, thanks very much",
        "ok yes I am happy with that",
        "perfect, please submit my complaint",
        "Yes dear, please do",
        "yh go 4 it",
        "yeah sound",
        "yeah whatever just fucking send it",
        "Yes I think that all looks fine to me thank you very much",
        "tak, proszę wysłać",
    ],
)
def test_agreeing_to_the_summary_in_any_words_sends_it(text: str, act: Act) -> None:
    assert acts.heard(SUMMARY, act, text)[0] is Act.FILE


@pytest.mark.parametrize(
    "text",
    [
        "Yes but the number is 41, not 14",
        "yes, and my neighbour Amy saw it too",
        "no that's not right",
        "please add that it happened on Tuesday",
    ],
)
def test_agreeing_with_something_new_sends_nothing_yet(text: str) -> None:
    assert acts.heard(SUMMARY, Act.ANSWER, text)[0] is not Act.FILE


@pytest.mark.parametrize(
    ("text", "act"),
    [("👍", Act.YES), ("👍🏽", Act.YES), ("👎", Act.NO), ("🤷", Act.SKIP), ("😡", Act.UNCLEAR)],
)
def test_a_thumb_up_or_down_is_an_answer(text: str, act: Act) -> None:
    assert acts.act_of(text, SUMMARY) is act
    assert acts.heard(SUMMARY, Act.UNCLEAR, text)[0] is act


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (Act.CHANGE, "fix the light"),
        (Act.NO, "they not been"),
        (Act.SKIP, "nobody knows anything"),
    ],
)
def test_before_there_is_a_story_nothing_that_tells_one_is_lost(act: Act, text: str) -> None:
    assert acts.heard(Held(), act, text)[0] is Act.ANSWER


@pytest.mark.parametrize("text", ["fix it", "please fix the gate", "change the times"])
def test_to_fix_something_is_what_would_put_it_right(text: str) -> None:
    asking = replace(ASKING, asked=Question.OUTCOME)
    assert acts.heard(asking, acts.act_of(text, asking), text)[0] is Act.ANSWER
    assert acts.heard(asking, Act.CHANGE, "put it back down")[0] is Act.ANSWER


def test_a_change_while_something_is_asked_needs_a_word_that_says_so() -> None:
    assert acts.heard(ASKING, Act.CHANGE, "put it back down")[0] is Act.ANSWER
    assert acts.heard(ASKING, Act.CHANGE, "I got the address wrong")[0] is Act.CHANGE


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("wrong address", Act.CHANGE),
        ("wrong phone number", Act.CHANGE),
        ("no wait the address is wrong", Act.CHANGE),
        ("yes delete it", Act.STOP),
        ("actually can you delete all this please", Act.STOP),
        ("forget it, I don't want to do this anymore", Act.STOP),
        ("nah im good", Act.NO),
        ("nah you're alright", Act.NO),
        ("no nothing like that", Act.NO),
    ],
)
def test_plain_words_that_residents_used(text: str, act: Act) -> None:
    assert acts.act_of(text, SUMMARY) is act


@pytest.mark.parametrize("act", [Act.ANSWER, Act.UNCLEAR, Act.SKIP])
def test_a_mere_never_mind_is_no_story(act: Act) -> None:
    assert acts.heard(Held(), act, "ok never mind")[0] in (Act.NO, Act.SKIP)


def test_a_reference_mistyped_after_the_question_is_still_asked_for() -> None:
    assert acts.act_of("Whats happening with my complaint FB-7K3M-Q2", Held()) is Act.STATUS


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("actually can you delete all this please", Act.STOP),
        ("wrong phone number", Act.CHANGE),
        ("the slide is cracked too", Act.ANSWER),
    ],
)
def test_at_the_summary_a_plain_command_is_no_part_of_the_account(text: str, act: Act) -> None:
    assert acts.heard(SUMMARY, Act.ANSWER, text)[0] is act
