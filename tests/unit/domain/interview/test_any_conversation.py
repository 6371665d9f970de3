"""Whatever a resident writes and an engine hears, the interview goes on by its rules."""

import ast
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain import interview
from intake.domain.categories import Category
from intake.domain.hazards import Hazard
from intake.domain.interview import acts, conduct
from intake.domain.interview.account import account_of, subject_of
from intake.domain.interview.choices import BUTTON_NAMES, buttons, part_buttons
from intake.domain.interview.held import Act, Detour, Effect, Held, Phase, Question
from intake.domain.interview.sayings import FACTS, KEYS
from intake.domain.interview.stored import held_as_json, held_from_json
from intake.domain.references import reference_from_number

REFERENCE = reference_from_number(7)
PLAIN_BUTTONS = [name for name in BUTTON_NAMES if not name.startswith("part_")]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.sampled_from([choice.value for choice in (*buttons(*PLAIN_BUTTONS), *part_buttons())]),
    st.sampled_from(
        [
            "hello",
            "The bins at 14 Elm Road were missed last Tuesday",
            "I rang you twice and nobody came. It is a disgrace. I want it put right now.",
            "Sam Poole sam.poole@example.org",
            "jo@example",
            "07700 900123",
            REFERENCE,
            "no",
            "it was on a Monday and not on a Tuesday",
        ]
    ),
)
# An engine may hear anything; without one the plain words are read.
MESSAGES = st.tuples(st.none() | st.sampled_from(Act), TEXTS)
TELLING = st.lists(MESSAGES, max_size=25)
CATEGORIES = st.none() | st.sampled_from(Category)


class Watched:
    """A conversation that fails as soon as a rule is broken."""

    def __init__(self, category):
        self.category = category
        self.held = Held()
        self.filings = 0

    def say(self, act, text):
        before = self.held
        meant = act or acts.act_of(text, before)
        step = conduct.answer(before, meant, text, category=self.category)
        self.follow(step)
        if before.phase is Phase.FILED:
            assert Effect.DELETE not in step.effects
        if Effect.DELETE in step.effects:
            assert before.detour is Detour.STOP
        if Effect.FILE in step.effects:
            assert before.in_danger or before.phase is Phase.SUMMARY
        assert bool(step.added) is (Effect.ADD in step.effects)
        assert (step.status is not None) is (Effect.STATUS_LINK in step.effects)
        assert bool(step.transcript_to) is (Effect.TRANSCRIPT in step.effects)
        return step

    def follow(self, step):
        self.held = step.held
        self.check(step)
        if Effect.SUMMARISE in step.effects:
            self.follow(conduct.summarise(self.held, self.category, "en"))
        if Effect.FILE in step.effects:
            assert self.held.story
            self.filings += 1
            assert self.filings == 1
            filed = conduct.filed(
                self.held, REFERENCE, category=self.category, letter_to=self.held.email
            )
            self.follow(filed)

    def check(self, step):
        assert step.says or step.effects
        for say in step.says:
            assert say.key in KEYS
            assert set(say.facts) == set(FACTS.get(say.key, ()))
            assert all(choice.title in KEYS for choice in say.choices)
        assert step.held.tries <= 2
        as_json = json.loads(json.dumps(held_as_json(step.held)))
        assert held_from_json(as_json) == step.held
        account_of(step.held)
        assert len(subject_of(step.held)) <= 63
        conduct.missing(step.held)
        conduct.is_worth_keeping(step.held)


@given(messages=TELLING, category=CATEGORIES)
def test_any_messages_in_any_order_are_answered_and_file_once_at_most(messages, category):
    conversation = Watched(category)
    for act, text in messages:
        conversation.say(act, text)


@given(
    messages=TELLING,
    category=CATEGORIES,
    at=st.sets(st.integers(0, 24), max_size=3),
    hazards=st.sets(st.sampled_from(Hazard), min_size=1),
)
def test_danger_at_any_time_files_once_and_at_once(messages, category, at, hazards):
    conversation = Watched(category)
    for turn, (act, text) in enumerate(messages):
        if turn in at and conversation.held.phase is not Phase.STOPPED:
            conversation.follow(conduct.in_danger(conversation.held, sorted(hazards)))
        conversation.say(act, text)
        held = conversation.held
        if held.in_danger and held.story and held.detour is not Detour.STOP:
            assert held.phase is Phase.FILED


@given(messages=TELLING, category=CATEGORIES)
def test_no_question_is_asked_more_than_twice(messages, category):
    """A matter beside it repeats what is open; a resident who changes a part is asked anew."""
    conversation = Watched(category)
    asked: Counter[Question] = Counter()
    for act, text in messages:
        before = conversation.held
        conversation.say(act, text)
        after = conversation.held
        if before.detour is Detour.CHANGE or act is Act.CHANGE:
            asked.clear()
        elif after.phase is Phase.ASKING and after.asked is not None:
            is_new = after.asked is not before.asked or after.tries > before.tries
            asked[after.asked] += is_new
        assert all(count <= 2 for count in asked.values())


@given(
    category=CATEGORIES,
    answers=st.lists(
        st.sampled_from(
            [
                "Elm Road",
                "last week",
                "yes, twice",
                "I would like it mended",
                "Jo Marsh jo@example.org",
                "large print please, it is for my mother",
                "it is all quite bad here",
                "no",
                "skip",
            ]
        ),
        min_size=9,
        max_size=9,
    ),
    story=st.sampled_from(["The bins were missed", "the lift in our block is out, it was May"]),
)
def test_a_resident_who_answers_and_says_yes_has_a_case_within_twelve_messages(
    category, answers, story
):
    conversation = Watched(category)
    turns = 0
    for text in ("hello", story, *answers):
        if conversation.held.phase is Phase.SUMMARY:
            break
        conversation.say(None, text)
        turns += 1
    conversation.say(None, "yes")
    assert conversation.held.phase is Phase.FILED
    assert turns + 1 <= 12


TALES = st.lists(st.text(min_size=1, max_size=40), max_size=4).map(tuple)
QUESTIONS = st.sampled_from(Question)


@given(
    held=st.builds(
        Held,
        phase=st.sampled_from(Phase),
        story=TALES,
        answers=st.dictionaries(QUESTIONS, st.text(max_size=40)),
        found=st.frozensets(QUESTIONS),
        skipped=st.frozensets(QUESTIONS),
        asked=st.none() | QUESTIONS,
        tries=st.integers(0, 2),
        detour=st.none() | st.sampled_from(Detour),
        category=st.text(max_size=20),
        complain=st.booleans(),
        in_danger=st.booleans(),
        name=st.text(max_size=20),
        email=st.text(max_size=20),
        telephone=st.text(max_size=20),
        language=st.text(max_size=3),
        reference=st.text(max_size=12),
        status_reference=st.text(max_size=12),
        unclear=st.integers(0, 3),
    )
)
def test_what_is_held_comes_back_from_the_store_unchanged(held):
    assert held_from_json(json.loads(json.dumps(held_as_json(held)))) == held


def test_what_an_older_program_held_is_still_read():
    older = {"phase": "asking", "story": ["The bins were missed."], "gone": 1}
    assert held_from_json(older) == Held(phase=Phase.ASKING, story=("The bins were missed.",))


def test_the_plain_form_of_what_is_held_is_always_written_the_same_way():
    held = Held(found=frozenset(Question), skipped=frozenset(Question))
    assert held_as_json(held)["found"] == sorted(question.value for question in Question)


@pytest.mark.parametrize(
    "module", sorted(Path(interview.__file__).parent.glob("*.py")), ids=lambda path: path.stem
)
def test_every_saying_named_in_the_interview_is_listed(module):
    """Keys that are put together at run time are met by the conversations above."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        is_say = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Say"
        for keyword in node.keywords if is_say else ():
            if keyword.arg == "key" and isinstance(keyword.value, ast.Constant):
                assert keyword.value.value in KEYS
