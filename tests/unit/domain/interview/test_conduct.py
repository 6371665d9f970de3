"""A conversation from the greeting to the case: what is asked, of whom, how often, what is sent."""

import pytest

from intake.domain.categories import Category
from intake.domain.interview import conduct
from intake.domain.interview.account import account_of, subject_of, summary_facts
from intake.domain.interview.held import Act, Detour, Effect, Held, Phase, Question

STORY = "The bins were missed"
EVERYTHING = (
    "The bins at 14 Elm Road were missed last Tuesday. I rang you twice. "
    "Please come and empty them. Sam Poole, sam.poole@example.org"
)
ASKED_ALL = [
    "ask.place",
    "ask.when",
    "ask.told_before",
    "ask.outcome",
    "ask.name_and_contact",
    "ask.adjustments",
]


def test_the_greeting_asks_what_happened_and_offers_a_person():
    hello, ask = conduct.begin()
    assert (hello.key, ask.key) == ("greeting.hello", "greeting.ask")
    assert "speak to a person" in [choice.value for choice in ask.choices]


def test_a_resident_who_answers_each_question_has_a_reference_after_nine_messages(talk):
    conversation = talk()
    asked = []
    for text in (
        "hello",
        STORY,
        "14 Elm Road",
        "last Tuesday",
        "Yes, I rang twice",
        "Come and empty them",
        "Sam Poole sam.poole@example.org",
        "no",
    ):
        conversation.say(text)
        asked += [key for key in conversation.keys if key in ASKED_ALL]
    assert asked == ASKED_ALL
    conversation.say("yes")
    assert conversation.turns == 9
    assert conversation.held.phase is Phase.FILED
    assert conversation.keys == ["filed.reference", "next.unknown", "filed.more"]
    assert (conversation.held.name, conversation.held.email) == (
        "Sam Poole",
        "sam.poole@example.org",
    )


def test_a_resident_who_says_everything_at_once_has_a_reference_after_three_messages(talk):
    conversation = talk(category=Category.COMPLAINT).all(EVERYTHING, "no", "yes")
    assert conversation.held.phase is Phase.FILED
    assert conversation.says[0].facts["letter_to"] == "sam.poole@example.org"


@pytest.mark.parametrize("category", [Category.COMPLIMENT, Category.COMMENT])
def test_praise_and_ideas_are_asked_where_and_who_and_nothing_else(talk, category):
    conversation = talk(category=category).say("The new trees are so lovely")
    assert conversation.keys[-1] == "ask.place"
    conversation.say("Elm Road")
    assert conversation.keys[-1] == "ask.name_and_contact"
    conversation.say("Jo Marsh jo@example.org")
    assert conversation.held.phase is Phase.SUMMARY


def test_an_idea_about_the_website_is_not_asked_where(talk):
    conversation = talk(category=Category.COMMENT).say("Your website could use bigger letters")
    assert conversation.keys[-1] == "ask.name_and_contact"


def test_what_looks_like_no_feedback_is_asked_only_who(talk):
    conversation = talk(category=Category.OTHER).say("When is the next planning meeting held")
    assert conversation.keys[-1] == "ask.name_and_contact"


def test_a_resident_who_chose_a_complaint_is_asked_everything(talk):
    conversation = talk(category=Category.COMMENT).all("I want to make a complaint", STORY)
    assert conversation.keys[-1] == "ask.place"


def test_a_greeting_or_an_announcement_is_asked_for_the_story_twice_at_most(talk):
    conversation = talk().say("hello")
    assert conversation.keys == ["ask.story"]
    assert conversation.say("can you help me").keys == ["again.story"]
    assert conversation.say("hello").keys == ["story.waiting"]
    assert conversation.say(STORY).keys == ["story.thanks", "ask.place"]


def test_two_words_are_kept_and_a_little_more_is_asked_for_once(talk):
    conversation = talk().say("missed bin")
    assert conversation.keys == ["again.story"]
    conversation.say("again")
    assert conversation.held.story == ("missed bin", "again")
    assert conversation.held.asked is Question.PLACE


def test_every_question_may_be_skipped_and_the_resident_stays_anonymous(talk):
    conversation = talk().say(STORY)
    while conversation.held.phase is Phase.ASKING:
        conversation.say("skip")
    assert conversation.turns == 7
    assert conversation.held.phase is Phase.SUMMARY
    conversation.say("send it")
    assert (conversation.held.name, conversation.held.email) == ("", "")
    assert conversation.says[0].facts["letter_to"] == ""


def test_an_answer_that_answers_other_questions_too_spares_them(talk):
    conversation = talk().all(STORY, "Elm Road, last week, I already reported it")
    assert conversation.keys == ["ask.outcome"]


def test_a_yes_to_where_is_asked_again_once_and_then_left(talk):
    conversation = talk().all(STORY, "yes")
    assert conversation.keys == ["again.place"]
    assert conversation.say("yes").keys == ["ask.when"]


def test_a_yes_or_no_to_told_before_is_an_answer(talk):
    conversation = talk().all(STORY, "skip", "skip", "no")
    assert conversation.held.answers[Question.TOLD_BEFORE] == "No"


def test_a_name_alone_is_asked_how_to_reply(talk):
    conversation = talk().all(STORY, "skip", "skip", "skip", "skip", "Jo Marsh")
    assert conversation.keys == ["ask.contact"]
    conversation.say("jo@example.org")
    assert (conversation.held.name, conversation.held.email) == ("Jo Marsh", "jo@example.org")


def test_an_address_that_cannot_be_read_is_asked_again_and_then_kept_as_written(talk):
    conversation = talk().all(STORY, "skip", "skip", "skip", "skip", "jo@example")
    assert conversation.keys == ["again.name_and_contact"]
    conversation.say("jo@example")
    assert conversation.keys == ["ask.adjustments"]
    assert conversation.held.answers[Question.NAME] == "jo@example"
    assert conversation.held.email == ""


def test_an_answer_by_post_is_an_answer(talk):
    conversation = talk().all(STORY, "skip", "skip", "skip", "skip")
    conversation.say("Jo Marsh, by post to 14 Elm Road, AB1 2CD")
    assert conversation.keys == ["ask.adjustments"]
    assert "How to reply: Jo Marsh, by post" in account_of(conversation.held)


def test_a_long_grievance_told_as_an_answer_is_answer_and_story(talk):
    tale = (
        "It is the bins at the back. They were left full and now there are rats in the yard. "
        "My children cannot play there. The crew drove past and laughed at us."
    )
    conversation = talk().all(STORY, tale)
    assert conversation.held.answers[Question.PLACE] == tale
    assert conversation.held.story == (STORY, tale)
    assert account_of(conversation.held).count("rats in the yard") == 1


def test_more_is_added_while_something_is_asked_and_the_question_stays_open(talk):
    conversation = talk().say(STORY)
    conversation.say("I forgot to say that the crew was rude", Act.ADD)
    assert conversation.keys == ["change.added", "ask.place"]
    assert conversation.say("add something").keys == ["change.more"]
    conversation.say("They also broke the gate")
    assert conversation.keys == ["change.added", "ask.place"]
    assert len(conversation.held.story) == 3
    assert conversation.held.tries == 1


def test_a_wish_for_a_complaint_is_noted_and_what_comes_with_it_kept(talk):
    conversation = talk().say(STORY)
    conversation.say("make it a formal complaint, the crew swore at me", Act.COMPLAIN)
    assert conversation.keys == ["about.complaint_noted", "ask.place"]
    assert conversation.held.complain
    assert conversation.held.story[-1].endswith("the crew swore at me")


def test_a_complaint_may_be_what_would_put_it_right(talk):
    conversation = talk().all(STORY, "skip", "skip", "skip", "treat this as a complaint")
    assert conversation.held.answers[Question.OUTCOME] == "treat this as a complaint"
    assert conversation.keys == ["about.complaint_noted", "ask.name_and_contact"]


def test_a_complaint_chosen_first_keeps_the_story_told_with_it(talk):
    conversation = talk().say("I want to complain about my bin, it was missed", Act.COMPLAIN)
    assert conversation.held.complain
    assert conversation.held.story
    assert conversation.keys == ["story.thanks", "ask.place"]


def test_send_it_in_the_middle_asks_only_how_to_reply(talk):
    conversation = talk().all(STORY, "just send it")
    assert conversation.keys == ["ask.name_and_contact"]
    conversation.say("jo@example.org")
    assert conversation.held.phase is Phase.SUMMARY


def test_send_it_when_how_to_reply_is_open_goes_to_the_summary(talk):
    conversation = talk().all(STORY, "just send it", "just send it")
    assert conversation.held.phase is Phase.SUMMARY


@pytest.mark.parametrize("category", [*Category, None])
def test_the_summary_shows_what_will_be_sent_and_how_it_would_be_handled(talk, category):
    conversation = at_summary(talk(category=category))
    assert conversation.keys == [
        "summary.sent",
        f"handling.{category or 'unknown'}",
        "summary.ask",
    ]
    assert conversation.says[0].facts["story"] == STORY
    can_complain = category is not Category.COMPLAINT
    assert ("treat this as a complaint" in conversation.buttons) is can_complain
    assert {"send it", "change something", "stop and delete"} <= set(conversation.buttons)


def test_the_resident_may_overrule_how_it_would_be_handled(talk):
    conversation = at_summary(talk(category=Category.SERVICE_REQUEST))
    conversation.say("treat this as a complaint")
    assert conversation.keys == ["handling.complaint_chosen", "summary.ask"]
    assert "treat this as a complaint" not in conversation.buttons
    assert conversation.say("yes").keys[1] == "next.complaint_chosen"


def test_more_told_at_the_summary_is_summed_up_anew(talk):
    conversation = at_summary(talk()).say("It was the green bin too")
    assert "It was the green bin too" in conversation.says[0].facts["story"]
    assert conversation.keys[-1] == "summary.ask"
    assert conversation.filings == 0


def test_an_address_given_at_the_summary_is_taken(talk):
    conversation = at_summary(talk()).say("my email is jo@example.org")
    assert conversation.says[0].facts["contact"] == "jo@example.org"


def test_an_address_put_right_at_the_summary_takes_the_place_of_the_old_one(talk):
    conversation = talk(category=Category.COMPLIMENT)
    conversation.all("The new website is lovely", "Jo Marsh jo@example.org")
    conversation.say("my email is wrong it should be jo.m@example.org")
    assert conversation.says[0].facts["contact"] == "jo.m@example.org"


def test_a_part_named_as_wrong_at_the_summary_is_asked_at_once(talk):
    conversation = talk().all(STORY, "Elm Road", "just send it", "skip", "wrong address")
    assert conversation.keys == ["ask.place"]
    assert conversation.say("Oak Road").says[0].facts["place"] == "Oak Road"


def test_that_it_is_not_right_names_no_part(talk):
    conversation = at_summary(talk()).say("that's not right")
    assert conversation.keys == ["change.which"]


def test_a_correction_told_with_a_no_at_the_summary_is_not_lost(talk):
    told = "No, the address is wrong, it's Mill Road not Mill Lane"
    conversation = at_summary(talk()).say(told, Act.CHANGE)
    assert told in conversation.says[0].facts["story"]
    assert conversation.keys[-1] == "summary.ask"


def test_a_word_that_says_nothing_at_the_summary_is_asked_again_and_files_nothing(talk):
    conversation = at_summary(talk()).say("hmm")
    assert conversation.keys == ["summary.again", "summary.ask"]
    assert conversation.effects == ()
    assert conversation.say("hmm").keys == ["about.person", "summary.ask"]


def test_a_no_at_the_summary_asks_what_to_change_and_changes_it(talk):
    conversation = talk().all(STORY, "Elm Road", "just send it", "skip", "no")
    assert conversation.keys == ["change.which"]
    assert conversation.say("the place").keys == ["ask.place"]
    conversation.say("Oak Road")
    assert conversation.held.phase is Phase.SUMMARY
    assert conversation.says[0].facts["place"] == "Oak Road"


def test_the_story_can_be_told_anew_and_the_old_one_goes(talk):
    conversation = at_summary(talk()).all("change something", "what happened")
    assert conversation.keys == ["change.story"]
    assert conversation.held.story == (STORY,)
    conversation.say("The green bins were missed on Elm Road")
    assert conversation.held.story == ("The green bins were missed on Elm Road",)
    assert conversation.held.phase is Phase.SUMMARY


def test_how_to_reply_can_be_changed(talk):
    conversation = talk(category=Category.COMPLIMENT)
    conversation.all("The new website is lovely", "Jo Marsh jo@example.org", "no", "my email")
    assert conversation.keys == ["ask.name_and_contact"]
    conversation.say("sam@example.org")
    assert conversation.held.email == "sam@example.org"


def test_what_to_change_is_asked_once_more_and_then_left(talk):
    conversation = at_summary(talk()).all("no", "hmm")
    assert conversation.keys == ["change.which_again"]
    assert conversation.say("hmm").keys == ["about.left", "summary.ask"]


def test_a_correction_in_place_of_a_part_is_more_of_the_story(talk):
    conversation = at_summary(talk())
    conversation.all(
        "no", "it was all on a Tuesday in the rain and not on a Monday as I thought before"
    )
    assert conversation.keys[-1] == "summary.ask"
    assert len(conversation.held.story) == 2


def test_an_account_in_another_language_has_its_notice_at_the_summary(talk):
    conversation = at_summary(talk(language="pl"))
    assert conversation.keys[0] == "language.notice"
    assert conversation.says[0].facts == {"language": "pl"}
    assert conversation.held.language == "pl"


def test_swearing_is_neither_punished_nor_remarked_on(talk):
    conversation = talk().say("The bloody bins were missed again you useless sods")
    assert conversation.keys == ["story.thanks", "ask.place"]


@pytest.mark.parametrize(
    "category", [Category.DISSATISFACTION, Category.SERVICE_REQUEST, Category.COMMENT]
)
def test_after_filing_it_can_still_be_made_a_complaint(talk, category):
    conversation = at_summary(talk(category=category)).say("yes")
    assert "treat this as a complaint" in conversation.buttons
    conversation.say("treat this as a complaint")
    assert conversation.effects == (Effect.ADD,)
    assert conversation.step.added == "I want this to be treated as a formal complaint."
    assert conversation.held.complain
    assert conversation.say("treat this as a complaint").keys == ["filed.complaint_already"]
    assert conversation.effects == ()


def test_whatever_is_written_after_filing_joins_the_case(talk):
    conversation = at_summary(talk()).say("yes")
    assert conversation.say("add something").keys == ["filed.add"]
    assert conversation.effects == ()
    for text, act in [("It is the blue bin", None), ("xx yy zz", Act.UNCLEAR)]:
        conversation.say(text, act)
        assert conversation.effects == (Effect.ADD,)
        assert conversation.step.added == text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("thanks", "filed.bye"),
        ("yes", "filed.yes"),
        ("send it", "filed.already"),
        ("delete everything", "stop.filed"),
    ],
)
def test_after_filing_nothing_is_sent_or_deleted_by_a_word(talk, text, key):
    conversation = at_summary(talk()).say("yes").say(text)
    assert conversation.keys == [key]
    assert conversation.effects == ()
    assert conversation.filings == 1


def test_what_cannot_be_filed_at_once_is_said_to_follow():
    step = conduct.not_filed(Held(phase=Phase.SUMMARY, story=(STORY,), email="jo@example.org"))
    assert step.held.phase is Phase.FILED
    assert step.held.reference == ""
    assert step.says[0].key == "filed.later"


def test_a_summary_of_nothing_asks_for_the_story():
    step = conduct.summarise(Held(), None, "en")
    assert step.says[0].key == "ask.story"
    assert step.effects == ()


def test_missing_says_what_is_still_to_be_asked(talk):
    conversation = talk().say(EVERYTHING)
    assert conduct.missing(conversation.held) == (Question.ADJUSTMENTS, Question.ON_BEHALF)
    assert conduct.missing(Held()) == tuple(Question)


@pytest.mark.parametrize(
    ("held", "is_kept"),
    [
        (Held(), False),
        (Held(story=("bins",)), False),
        (Held(story=(STORY,), phase=Phase.ASKING), True),
        (Held(story=(STORY,), phase=Phase.SUMMARY), True),
        (Held(story=(STORY,), phase=Phase.FILED), False),
        (Held(story=(STORY,), phase=Phase.ASKING, detour=Detour.STOP), False),
        (Held(story=("gas",), in_danger=True), True),
        (Held(phase=Phase.STOPPED), False),
    ],
)
def test_a_conversation_that_was_left_becomes_a_case_when_it_tells_something(held, is_kept):
    assert conduct.is_worth_keeping(held) is is_kept


def test_the_subject_is_how_the_story_begins():
    assert (
        subject_of(Held(story=("Hello, the lift is broken. It smells.",))) == "the lift is broken"
    )
    assert len(subject_of(Held(story=("word " * 60,)))) <= 63
    assert subject_of(Held()) == ""


def at_summary(conversation):
    conversation.say(STORY)
    while conversation.held.phase is Phase.ASKING:
        conversation.say("skip")
    return conversation


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ("Yes", "I told the council about this before."),
        ("twice in May", "Told the council before: twice in May"),
        ("no but my neighbour did", "Told the council before: no but my neighbour did"),
        ("No", ""),
        ("no, this is the first time", ""),
        ("No I haven't told anyone before", ""),
        ("never", ""),
    ],
)
def test_the_account_tells_the_story_and_the_answers_but_not_that_it_is_the_first_time(told, line):
    held = Held(
        story=("The lift is out.", "It smells."),
        answers={Question.PLACE: "Elm Road", Question.TOLD_BEFORE: told},
    )
    expected = f"The lift is out.\n\nIt smells.\n\nWhere: Elm Road\n{line}".strip()
    assert account_of(held) == expected
    assert summary_facts(held)["told_before"] == told
