"""The chat's words: every saying has one, each is short and plain, a slip stops the start."""

import re
from pathlib import Path

import pytest

from intake.adapters.chat_words import JinjaChatWords, council_facts
from intake.adapters.letters import Council
from intake.domain.categories import Category
from intake.domain.hazards import Hazard
from intake.domain.interview.choices import BUTTON_NAMES, buttons
from intake.domain.interview.held import Say
from intake.domain.interview.sayings import FACTS, KEYS
from intake.errors import ConfigurationError
from intake.settings import INSTALLATION_DIR

WORDS = INSTALLATION_DIR / "config" / "chat" / "words.toml"
STANDING = INSTALLATION_DIR / "config" / "letters" / "standing.toml"
COUNCIL = Council(
    council_name="The council",
    telephone="01632 960000",
    telephone_hours="Monday to Friday, 9am to 5pm",
    emergency_telephone="01632 960999",
    acknowledge_working_days=5,
    respond_working_days=10,
)
FACTS_OF_COUNCIL = council_facts(COUNCIL, STANDING, reply_working_days=10)
EVERY_HAZARD = tuple(hazard.value for hazard in Hazard)
LANGUAGES = ("pl", "ro", "ur", "bn", "pa", "ar", "uk", "zh", "pt", "es")
FULL = {
    "category": "complaint",
    "story": "The bins were missed.",
    "place": "Elm Road",
    "when": "last week",
    "told_before": "Yes",
    "outcome": "Empty them.",
    "contact": "jo@example.org",
    "adjustments": "large print",
    "on_behalf": "my mother",
    "name": "Jo Marsh",
    "reference": "FB-7K3M-Q2",
    "letter_to": "jo@example.org",
    "email": "jo@example.org",
    "hazards": EVERY_HAZARD,
    "can_send": True,
    "language": "",
}
BARE = {**dict.fromkeys(FULL, ""), "hazards": (), "can_send": False, "language": "cy"}
BANNED = re.compile(
    r"acknowledg|regrettabl|pursuant|hereby|escalat|stage 0|informal|in due course|endeavour"
    r"|utilise|ascertain|commence|inconvenience|valued customer|customer|do not hesitate|triage"
    r"|classif|assist\b|please be advised",
    re.IGNORECASE,
)
MOST_WORDS = 20


@pytest.fixture(scope="module")
def words():
    return JinjaChatWords(WORDS, FACTS_OF_COUNCIL)


def say(key, values=FULL):
    return Say(key=key, facts={name: values[name] for name in FACTS.get(key, ())})


def everything_said(words):
    for key in KEYS:
        for values in (FULL, BARE):
            yield key, words.write(say(key, values)).text
    for category in Category:
        yield category, words.write(Say(key="story.thanks", facts={"category": category})).text
    for hazard in Hazard:
        for key in ("danger.first", "danger.again"):
            yield key, words.write(Say(key=key, facts={"hazards": (hazard.value,)})).text


def sentences(text):
    parts = (part for line in text.splitlines() for part in re.split(r"(?<=[.?!。۔।])\s*", line))
    return [part for part in parts if part.strip()]


def syllables(word):
    """Groups of vowels, but for a silent e, as the letters are measured."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    return max(groups - bool(re.search(r"(?<!l)e$|[^td]ed$", letters)), 1)


def test_everything_the_interview_can_say_has_words(words):
    for key, text in everything_said(words):
        assert text, key


def test_no_sentence_is_over_twenty_words(words):
    for key, text in everything_said(words):
        for sentence in sentences(text):
            assert len(sentence.split()) <= MOST_WORDS, (key, sentence)


def test_a_child_of_ten_can_read_it(words):
    """Flesch and Kincaid's school year, over all that is said in English."""
    said = [
        sentence
        for key, text in everything_said(words)
        if not key.startswith(("choice.", "language.", "summary.sent"))
        for sentence in sentences(text)
    ]
    counted = [re.findall(r"[A-Za-z']+", sentence) for sentence in said]
    all_words = [word for sentence in counted for word in sentence]
    length = len(all_words) / len(counted)
    weight = sum(map(syllables, all_words)) / len(all_words)
    assert 0.39 * length + 11.8 * weight - 15.59 <= 5


def test_it_neither_promises_nor_talks_like_an_office(words):
    for key, text in everything_said(words):
        assert not BANNED.search(text), (key, text)


def test_no_line_is_left_empty_or_unfilled(words):
    for key, text in everything_said(words):
        assert "{" not in text, key
        assert all(line.strip() for line in text.splitlines()), key


def test_the_greeting_says_it_is_a_bot_and_where_a_person_is(words):
    text = words.write(say("greeting.hello")).text
    assert "I am a computer program, not a person" in text
    assert COUNCIL.telephone in text
    assert COUNCIL.telephone_hours in text


@pytest.mark.parametrize(
    ("hazard", "number"),
    [
        ("gas", "0800 111 999"),
        ("electrical", "105"),
        ("self_harm", "116 123"),
        ("self_harm", "NHS 111"),
        ("abuse", "55"),
        ("threat", "55"),
    ],
)
def test_each_danger_has_its_own_number_beside_those_of_every_danger(words, hazard, number):
    for key in ("danger.first", "danger.again"):
        text = words.write(Say(key=key, facts={"hazards": (hazard,)})).text
        assert text.startswith("If a life is at risk, call 999 now.")
        assert number in text
        assert COUNCIL.emergency_telephone in text


def test_only_the_first_warning_says_that_a_person_is_told(words):
    facts = {"hazards": ("gas",)}
    assert "telling a person" in words.write(Say(key="danger.first", facts=facts)).text
    assert "telling a person" not in words.write(Say(key="danger.again", facts=facts)).text


def test_how_it_is_handled_is_said_as_it_looks_and_never_for_certain(words):
    for category in Category:
        assert "It looks like" in words.write(say(f"handling.{category.value}")).text
    assert "An officer will read it and decide" in words.write(say("handling.unknown")).text


def test_complaints_are_told_both_times_and_others_how_to_complain(words):
    for group in ("handling", "next"):
        for name in ("complaint", "complaint_chosen"):
            text = words.write(say(f"{group}.{name}")).text
            assert "5 working days" in text
            assert "10 working days" in text
        for name in ("dissatisfaction", "service_request", "comment", "other", "unknown"):
            assert "formal complaint" in words.write(say(f"{group}.{name}")).text


def test_the_status_of_a_case_is_not_disclosed(words):
    text = words.write(say("status.sent")).text
    assert "If they belong together, we have sent a link" in text


def test_a_missing_address_is_said_honestly(words):
    bare = words.write(say("filed.reference", BARE)).text
    assert "no receipt will come" in bare
    assert "jo@example.org" in words.write(say("filed.reference")).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_of_a_language_comes_with_the_english_one(words, language):
    every = words.write(Say(key="language.notice", facts={"language": ""})).text
    own = words.write(Say(key="language.notice", facts={"language": language})).text
    assert len(every.splitlines()) == 1 + len(LANGUAGES)
    assert len(own.splitlines()) == 2
    assert set(own.splitlines()) <= set(every.splitlines())


def test_a_language_without_a_notice_has_the_english_one(words):
    text = words.write(Say(key="language.notice", facts={"language": "cy"})).text
    assert text.startswith("I am a bot and I understand only English.")
    assert len(text.splitlines()) == 1


def test_a_residents_words_are_shown_as_they_are_and_never_run(words):
    facts = {**say("summary.sent").facts, "story": "{{ 7 * 7 }} <b>bold</b>"}
    text = words.write(Say(key="summary.sent", facts=facts)).text
    assert "{{ 7 * 7 }} <b>bold</b>" in text


def test_choices_are_shown_by_their_titles_and_send_their_values(words):
    names = [name for name in BUTTON_NAMES if not name.startswith("part_")]
    shown = words.write(Say(key="summary.ask", choices=buttons(*names))).choices
    assert [choice.value for choice in shown] == [choice.value for choice in buttons(*names)]
    assert all(choice.title and choice.title[0].isupper() for choice in shown)
    assert len({choice.title for choice in shown}) == len(shown)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('ask = "Shall I send it?"', "", "summary.ask: there is no such text"),
        ('ask = "Shall I send it?"', 'ask = "  "', "summary.ask: must be a text"),
        ('ask = "Shall I send it?"', "ask = 1", "summary.ask: must be a text"),
        ('ask = "Shall I send it?"', 'ask = "{{ nobody }}"', "summary.ask: 'nobody' is undefined"),
        ('ask = "Shall I send it?"', 'ask = "{% if %}"', "summary.ask: "),
        ('ask = "Shall I send it?"', 'ask = "{{ 1 + telephone }}"', "summary.ask: "),
        ('ask = "Shall I send it?"', "ask = \"{{ '' }}\"", "summary.ask: says nothing"),
        ('ask = "Shall I send it?"', 'ask = "?"\nasked = "?"', "summary.asked: nobody says this"),
        ("[notices]", "[notes]", "notices: must be a table of texts"),
        ("[summary]", "[summary", "cannot be read"),
    ],
)
def test_a_slip_in_the_words_stops_the_start_and_is_named(tmp_path, old, new, complaint):
    wrong = tmp_path / "words.toml"
    text = WORDS.read_text(encoding="utf-8")
    assert old in text
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        JinjaChatWords(wrong, FACTS_OF_COUNCIL)
    assert str(caught.value).startswith(f"{wrong}: ")
    assert complaint in str(caught.value)


def test_words_that_are_not_there_stop_the_start_and_are_named():
    missing = Path("no") / "words.toml"
    with pytest.raises(ConfigurationError, match=r"words\.toml: cannot be read"):
        JinjaChatWords(missing, FACTS_OF_COUNCIL)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        council_facts(COUNCIL, missing, reply_working_days=10)
