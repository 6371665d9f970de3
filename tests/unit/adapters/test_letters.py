"""The council's letters: what each says and never says, and how easily it is read."""

import html
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from intake.adapters.letters import Council, JinjaLetterWriter, day_in_words
from intake.domain.hazards import Hazard
from intake.domain.letter_kinds import ALERT, STATUS_LINK, TRANSCRIPT
from intake.domain.receipts import RECEIPT_KINDS
from intake.errors import ConfigurationError
from intake.services.ports import LetterText
from intake.settings import INSTALLATION_DIR

LETTERS = INSTALLATION_DIR / "config" / "letters"
COUNCIL = Council(
    council_name="The council",
    telephone="01632 960000",
    telephone_hours="Monday to Friday, 9am to 5pm",
    emergency_telephone="01632 960999",
    acknowledge_working_days=5,
    respond_working_days=10,
)
FACTS: dict[str, Any] = {
    "reference": "FB-7K3M-Q2",
    "name": "Jo Marsh",
    "subject": "Damp in the bedroom",
    "received_at": datetime(2026, 8, 7, 23, 30, tzinfo=UTC),
    "area": "Housing repairs",
    "danger": False,
    "hazards": (),
    "complaint": False,
    "acknowledge_by": date(2026, 8, 14),
    "reply_by": date(2026, 8, 21),
    "by_chat": False,
    "left": False,
    "open_cases": (),
}
LINK = "https://council.example/chat/status/abc"
OTHERS: dict[str, dict[str, Any]] = {
    STATUS_LINK: {"reference": "FB-7K3M-Q2", "link": LINK, "minutes": 60},
    TRANSCRIPT: {
        "reference": "FB-7K3M-Q2",
        "lines": (
            {"is_resident": True, "at": FACTS["received_at"], "text": "The bin was missed."},
            {"is_resident": False, "at": FACTS["received_at"], "text": "Where was that?"},
        ),
        "has_gaps": True,
        "is_cut": True,
    },
    ALERT: {
        "reference": "FB-7K3M-Q2",
        "dangers": ("Gas or carbon monoxide", "Fire"),
        "words": "I can smell gas in the hall.",
        "received_at": FACTS["received_at"],
        "by_chat": True,
        "link": LINK,
    },
}
DANGER = {"danger": True, "hazards": tuple(hazard.value for hazard in Hazard)}
COMPLAINTS = ("receipt_complaint", "receipt_complaint_chosen")
BANNED = (
    r"acknowledg\w*",
    "regrettably",
    "pursuant",
    "hereby",
    "herewith",
    "henceforth",
    "aforementioned",
    "escalat\\w*",
    "ombudsman",
    "stage 0",
    "informal",
    "in due course",
    "endeavour",
    "utilise",
    "ascertain",
    "commence",
    "in respect of",
    "with regard to",
    "please be advised",
    "inconvenience",
    "valued customer",
    "customers?",
    "do not hesitate",
    "triage",
    "classif\\w*",
)


@pytest.fixture(scope="module")
def writer() -> JinjaLetterWriter:
    return JinjaLetterWriter(LETTERS, COUNCIL)


@pytest.fixture(params=RECEIPT_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


WAYS: dict[str, dict[str, Any]] = {
    "calm": {},
    "danger": DANGER,
    "chat": {"by_chat": True, "left": True},
    "other cases": {
        "open_cases": (
            {"reference": "FB-8NKR-VM", "received_at": FACTS["received_at"]},
            {"reference": "FB-9F48-7G", "received_at": FACTS["received_at"]},
        )
    },
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def letter(writer: JinjaLetterWriter, kind: str, request: pytest.FixtureRequest) -> LetterText:
    return writer.write(kind, {**FACTS, **request.param})


@pytest.fixture(
    params=[
        *((kind, {**FACTS, **way}) for kind in RECEIPT_KINDS for way in WAYS.values()),
        *OTHERS.items(),
    ],
    ids=[*(f"{kind}-{way}" for kind in RECEIPT_KINDS for way in WAYS), *OTHERS],
)
def any_letter(writer: JinjaLetterWriter, request: pytest.FixtureRequest) -> LetterText:
    """A letter of each kind, receipts in each of the ways they are written."""
    return writer.write(*request.param)


def sentences(text: str) -> list[str]:
    """Sentences that are read as such: not headings, the greeting, or the lines of facts."""
    prose = [line for line in text.splitlines() if line.rstrip().endswith(".")]
    return [each.strip() for line in prose for each in re.split(r"(?<=\.)\s+", line) if each]


def syllables(word: str) -> int:
    """Groups of vowels, but for a silent e.

    Over all letters within 0.014 of a pronouncing dictionary in syllables a word, which is a sixth
    of a school year; the measuring libraries would load their dictionary from the network.
    """
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    if re.search(r"(?<!l)e$|[^td]ed$", letters):
        groups -= 1
    return max(groups, 1)


def test_a_letter_can_be_read_at_the_age_of_nine(any_letter: LetterText):
    """Councils aim at a reading age of nine, the fourth year of Flesch and Kincaid's school."""
    words_of = [re.findall(r"[\w']+", sentence) for sentence in sentences(any_letter.text)]
    words = [word for sentence in words_of for word in sentence]
    grade = (
        0.39 * len(words) / len(words_of) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )
    assert 1 < grade <= 4


def test_sentences_are_short(any_letter: LetterText):
    lengths = [len(sentence.split()) for sentence in sentences(any_letter.text)]
    assert sum(lengths) / len(lengths) <= 12
    assert max(lengths) <= 25


def test_a_letter_avoids_words_that_promise_too_much_or_say_too_little(any_letter: LetterText):
    """A receipt that says it acknowledges starts the ten days of stage 1, counted from then."""
    said = f"{any_letter.subject}\n{any_letter.text}\n{any_letter.html}"
    found = [words for words in BANNED if re.search(rf"(?i)\b{words}\b", said)]
    assert found == []
    assert not re.search(r"\bAI\b", said)


def test_both_forms_of_a_letter_say_the_same(any_letter: LetterText):
    visible = html.unescape(
        re.sub(r"<(head)>.*?</\1>|<[^>]+>", " ", any_letter.html, flags=re.DOTALL)
    )
    assert re.findall(r"\w+", visible) == re.findall(r"\w+", any_letter.text)


def test_the_subject_names_the_case_and_the_residents_words(letter: LetterText):
    assert letter.subject.endswith(" - FB-7K3M-Q2: Damp in the bedroom")


def test_a_letter_tells_all_that_a_receipt_must(letter: LetterText):
    for told in (
        "Dear Jo Marsh,",
        "Your reference: FB-7K3M-Q2",
        "We got it on: Saturday 8 August 2026",
        "A person" if "A person" in letter.text else "The person",
        "Reply to this email.",
        "Keep FB-7K3M-Q2 in the subject line.",
        "01632 960000",
        "Monday to Friday, 9am to 5pm",
        "large print",
        "another language",
        "A program sent this email",
        "reply and tell us" if "reply and tell us" in letter.text else "people decide",
    ):
        assert told in letter.text


def test_the_emergency_number_stands_first_when_there_may_be_a_danger(
    writer: JinjaLetterWriter, kind: str
):
    letter = writer.write(kind, {**FACTS, "danger": True})
    before_greeting = letter.text.partition("Dear")[0]
    for told in ("call 999", "01632 960999", "Do not wait for an email"):
        assert told in before_greeting
    assert 'href="tel:01632960999"' in letter.html


def test_no_danger_is_spoken_of_when_there_is_none(writer: JinjaLetterWriter, kind: str):
    letter = writer.write(kind, FACTS)
    assert "999" not in letter.text
    assert letter.text.startswith("Dear Jo Marsh,")


@pytest.mark.parametrize(
    ("hazard", "told"),
    [
        ("gas", "0800 111 999"),
        ("fire", "get out"),
        ("electrical", "105"),
        ("structural", "Keep well away"),
        ("self_harm", "116 123"),
        ("abuse", "press 55"),
        ("threat", "press 55"),
    ],
)
def test_a_danger_brings_its_own_advice_and_no_others(
    writer: JinjaLetterWriter, hazard: str, told: str
):
    ours = {**FACTS, "danger": True, "hazards": (hazard,)}
    others = {**FACTS, "danger": True, "hazards": ("damp_mould",)}
    assert told in writer.write("receipt_review", ours).text
    assert told not in writer.write("receipt_review", others).text


def test_a_letter_does_not_say_what_danger_was_read_between_the_lines(writer: JinjaLetterWriter):
    """Somebody else in the home may read it."""
    letter = writer.write("receipt_review", {**FACTS, "danger": True, "hazards": ("abuse",)})
    assert not re.search(r"abus|violen|partner|safeguard", letter.text, re.IGNORECASE)


def test_what_is_no_complaint_can_be_made_one(writer: JinjaLetterWriter, kind: str):
    letter = writer.write(kind, FACTS)
    if kind in COMPLAINTS:
        assert "YES" not in letter.text
    else:
        assert re.search(
            r"[Rr]eply to this email and start with the word YES\. Or call us on 01632 960000\.",
            letter.text,
        )


def test_a_message_added_to_a_complaint_offers_no_complaint(writer: JinjaLetterWriter):
    assert "YES" not in writer.write("receipt_added", {**FACTS, "complaint": True}).text


def test_a_complaint_is_told_its_first_date_and_both_stages(writer: JinjaLetterWriter):
    for kind in COMPLAINTS:
        letter = writer.write(kind, FACTS)
        assert (
            "We will write to you by Friday 14 August 2026 to say how we understand" in letter.text
        )
        for told in ("within 5 working days", "10 working days", "20 working days", "stage 2"):
            assert told in letter.text


def test_an_unhappy_resident_is_told_both_stages_without_pressure(writer: JinjaLetterWriter):
    letter = writer.write("receipt_dissatisfaction", FACTS)
    for told in ("There is no rush", "stage 1", "stage 2", "do not need to say why"):
        assert told in letter.text


@pytest.mark.parametrize("kind", ["receipt_review", "receipt_unknown"])
def test_nothing_is_said_of_the_kind_when_a_person_decides_it(writer: JinjaLetterWriter, kind: str):
    text = writer.write(kind, {**FACTS, "area": ""}).text
    for claim in ("we think", "It looks", "we are sorry", "kind words", "seems to be"):
        assert claim not in text


def test_dates_nobody_set_are_not_promised(writer: JinjaLetterWriter, kind: str):
    bare = {**FACTS, "acknowledge_by": None, "reply_by": None}
    text = writer.write(kind, bare).text
    assert "August" not in text.replace("We got it on: Saturday 8 August 2026", "")
    assert "None" not in text


def test_a_resident_without_a_name_is_greeted_without_one(writer: JinjaLetterWriter, kind: str):
    letter = writer.write(kind, {**FACTS, "name": "", "subject": "", "area": ""})
    assert letter.text.startswith("Hello,")
    assert letter.subject.endswith(" - FB-7K3M-Q2")
    assert "seems to be about" not in letter.text


def test_a_name_cannot_put_markup_into_a_letter(writer: JinjaLetterWriter):
    letter = writer.write("receipt_comment", {**FACTS, "name": "<script>", "subject": "<img>"})
    assert "<script>" not in letter.html
    assert "<img>" not in letter.html


def test_a_letter_loads_nothing_from_anywhere(any_letter: LetterText):
    """No tracking, and nothing that a mail program would block."""
    without_links = re.sub(r'<a href="([^"]*)">\1</a>', "", any_letter.html)
    assert not re.search(r"<img|<script|<link|<iframe|url\(|https?:", without_links)
    assert 'lang="en-GB"' in any_letter.html


def test_a_receipt_leads_nowhere(letter: LetterText):
    """A resident who is used to links in our letters follows those of a forger."""
    assert "http" not in letter.html


def test_a_receipt_of_a_chat_says_what_became_of_it(writer: JinjaLetterWriter):
    chosen = writer.write("receipt_complaint_chosen", {**FACTS, "by_chat": True}).text
    assert "You asked us in the chat to make this a formal complaint." in chosen
    assert "Thank you for your reply" not in chosen
    left = writer.write("receipt_review", {**FACTS, "by_chat": True, "left": True}).text
    assert "You left our chat before you sent this to us." in left
    assert "reply and tell us" in left


def test_a_link_to_the_status_says_how_long_it_works_and_for_whom(writer: JinjaLetterWriter):
    text = writer.write(STATUS_LINK, OTHERS[STATUS_LINK]).text
    for told in (f"\n{LINK}\n", "60 minutes, and only once", "If you did not ask for this"):
        assert told in text


def test_a_copy_of_a_chat_says_who_said_what_and_when(writer: JinjaLetterWriter):
    text = writer.write(TRANSCRIPT, OTHERS[TRANSCRIPT]).text
    assert "You, Saturday 8 August 2026 at 12:30am:\nThe bin was missed." in text
    assert "Our chat, Saturday 8 August 2026 at 12:30am:\nWhere was that?" in text
    bare = {"reference": "", "lines": (), "has_gaps": False, "is_cut": False}
    assert "reference" not in writer.write(TRANSCRIPT, bare).text


def test_an_alert_holds_what_a_duty_officer_needs(writer: JinjaLetterWriter):
    letter = writer.write(ALERT, OTHERS[ALERT])
    assert letter.subject.startswith("URGENT: ")
    for told in (
        "FB-7K3M-Q2",
        "Gas or carbon monoxide; Fire",
        "I can smell gas in the hall.",
        "by chat: Saturday 8 August 2026 at 12:30am",
        LINK,
    ):
        assert told in letter.text
    unnamed = writer.write(ALERT, {**OTHERS[ALERT], "dangers": (), "words": ""})
    assert "Possible danger: not named" in unnamed.text
    assert "They wrote" not in unnamed.text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (date(2026, 8, 14), "Friday 14 August 2026"),
        (datetime(2026, 1, 1, 0, 30, tzinfo=UTC), "Thursday 1 January 2026"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Wednesday 1 July 2026"),
    ],
)
def test_a_day_is_written_out_as_it_is_in_england(moment, words):
    assert day_in_words(moment) == words


@pytest.fixture
def own_letters(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LETTERS, tmp_path / "letters"))


def test_a_missing_text_is_named_at_the_start(own_letters: Path):
    (own_letters / "receipt_added" / "body.txt").unlink()
    with pytest.raises(ConfigurationError, match=r"receipt_added.body\.txt"):
        JinjaLetterWriter(own_letters, COUNCIL)


@pytest.mark.parametrize("slip", ["{{ referense }}", "{% if %}", "{{ reference | dya }}"])
def test_a_slip_in_a_text_is_named_at_the_start(own_letters: Path, slip: str):
    (own_letters / "receipt_added" / "subject.txt").write_text(slip)
    with pytest.raises(ConfigurationError, match=r"receipt_added.subject\.txt"):
        JinjaLetterWriter(own_letters, COUNCIL)


def test_wrong_standing_facts_are_named_at_the_start(own_letters: Path):
    (own_letters / "standing.toml").write_text("gas =")
    with pytest.raises(ConfigurationError, match=r"standing\.toml"):
        JinjaLetterWriter(own_letters, COUNCIL)


def test_a_council_may_write_its_own_words(own_letters: Path):
    (own_letters / "receipt_comment" / "subject.txt").write_text("Ta\n  - {{ reference }}\n")
    letter = JinjaLetterWriter(own_letters, COUNCIL).write("receipt_comment", FACTS)
    assert letter.subject == "Ta - FB-7K3M-Q2"
