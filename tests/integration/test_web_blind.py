"""Reading a case blind, as an officer does it: what they see before, and what follows."""

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest

from intake.domain.blind_reading import ReadingState
from intake.domain.cases import LetterState, ReviewKind, Status, TimelineKind
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision
from intake.domain.officers import Role
from intake.services.collect_corrections import corrections
from tests.support.desk import EMAIL, MAIL, MONDAY, Desk, hidden

KIT = "kit.keeper@council.example"
ADA = "ada.auditor@council.example"
SURE = "The classifier is sure enough of this category."
AUTO = {"decision": Decision.AUTO, "reason": SURE}
COMMENT = {"category": Category.COMMENT, "confidence": 0.98, **AUTO}
COMPLAINT = {
    "category": Category.COMPLAINT,
    "confidence": 0.991,
    "area": ServiceArea.HOUSING_REPAIRS,
    "landlord": True,
    "evidence": ("Nobody came on Friday either, though I was promised it.",),
    "model": "told-2",
    **AUTO,
}
REPLY = MAIL.replace("<first@", "<second@").replace(
    "Subject: Bins", "In-Reply-To: <first@example.org>\nSubject: Re: Bins"
)


@pytest.fixture
def open_desk(migrated_database_url, tmp_path):
    """Opens an installation that draws every case filed automatically."""
    opened: list[Desk] = []

    def open_with(**variables: str) -> Desk:
        shares = {"LEARNING_BLIND_READING_SHARE": "1", "LEARNING_SECOND_READING_SHARE": "0"}
        opened.append(desk := Desk(migrated_database_url, tmp_path, **(shares | variables)))
        desk.officer()
        return desk

    yield open_with
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(open_desk):
    return open_desk()


@pytest.fixture
def twice(open_desk):
    """An installation that has every reading repeated by another officer."""
    desk = open_desk(LEARNING_SECOND_READING_SHARE="1")
    desk.officer(KIT, name="Kit Keeper")
    return desk


@pytest.fixture
def browser(desk):
    return desk.signed_in()


def mail(number: int) -> str:
    return MAIL.replace("<first@", f"<mail-{number}@").replace(
        "Subject: Bins in", f"Subject: Bins {number} in"
    )


def answer(browser, reference: str, category: str):
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    return browser.post(f"/cases/{reference}/blind", data=form | {"category": category})


def correct(browser, reference: str, category: str, reason: str):
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    form |= {"category": category, "reason": reason}
    return browser.post(f"/cases/{reference}/review", data=form)


def neutral(content: str, reference: str) -> str:
    """The content without what differs between any two cases of any category."""
    content = content.replace(reference, "REFERENCE")
    content = re.sub(r'name="seen" value="[^"]*"', "SEEN", content)
    content = re.sub(r"messages?[/-](text-)?\d+", "MESSAGE", content)
    return re.sub(r'"id":\d+|mail-\d+@|Bins \d+ in', "MAIL", content)


def file_of(desk: Desk, reference: str):
    return desk.application.read_cases.file(reference)


def states(desk: Desk) -> dict[ReadingState, int]:
    with desk.application.store.reading() as work:
        return {state: n for state, n in work.learning.count_by_state().items() if n}


def test_a_blind_page_has_the_same_bytes_whatever_the_classifier_said(desk, browser):
    one, other = desk.mail(mail(1), **COMMENT), desk.mail(mail(2), **COMPLAINT)
    pages = [
        neutral(browser.get(f"/cases/{reference}").text, reference) for reference in (one, other)
    ]
    assert pages[0] == pages[1]
    assert "The bins in Elm Row were missed again." in pages[0]
    assert "told-" not in pages[0]
    assert SURE not in pages[0]
    assert "checked" not in pages[0]
    assert "app-evidence" not in pages[0]


def test_a_blind_reader_is_told_of_no_danger_on_the_page_or_through_the_api(desk, browser):
    """A case filed automatically is not urgent; should one be all the same, its alarm is hidden."""
    danger = "Nobody came on Friday either, though I was promised it."
    alarm = {"urgent": True, "hazards": ("gas",), "hazard_sentence": danger}
    calm, urgent = desk.mail(mail(1), **COMPLAINT), desk.mail(mail(2), **COMPLAINT | alarm)
    with desk.application.store.reading() as work:
        kept = work.cases.file(urgent).classifications[0].classification
    assert kept.hazard_sentence == danger
    for address in ("/cases/", "/api/v1/cases/"):
        texts = [neutral(browser.get(address + each).text, each) for each in (calm, urgent)]
        assert texts[0] == texts[1]
        assert "app-danger" not in texts[1]
        assert "hazard_sentence" not in texts[1]


def test_the_hidden_field_of_a_blind_page_does_not_hold_the_category(desk, browser):
    reference = desk.mail(**COMPLAINT)
    seen = hidden(browser.get(f"/cases/{reference}").text, "seen")
    payload = seen.split(".")[0]
    shown = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert shown == [reference, 0, None, MONDAY.timestamp()]


def test_the_api_answers_the_same_whatever_the_classifier_said(desk, browser):
    one, other = desk.mail(mail(1), **COMMENT), desk.mail(mail(2), **COMPLAINT)
    answers = [
        neutral(browser.get(f"/api/v1/cases/{reference}").text, reference)
        for reference in (one, other)
    ]
    assert answers[0] == answers[1]
    told = browser.get(f"/api/v1/cases/{other}").json()
    assert (told["category"], told["respond_by"], told["confidence"]) == (None, None, None)
    assert (told["letters"], told["classifications"], told["reviews"]) == ([], [], [])
    listed = browser.get("/api/v1/cases").json()["cases"]
    assert [line["category"] for line in listed] == [None, None]
    assert browser.get("/api/v1/cases?category=complaint").json()["cases"] == []
    assert browser.get("/api/v1/cases?area=housing_repairs").json()["cases"] == []


def test_rows_of_lists_are_the_same_whatever_the_classifier_said(desk, browser):
    one, other = desk.mail(mail(1), **COMMENT), desk.mail(mail(2), **COMPLAINT)
    for address in ("/cases?status=open", "/cases?status=all", "/cases/blind", "/cases?q=bins"):
        rows = re.findall(r'<li class="app-case.*?</li>', browser.get(address).text, re.DOTALL)
        found = {neutral(neutral(row, one), other).replace("MAIL", "").strip() for row in rows}
        assert len(found) <= 1, address
        assert not any(category.label in row for row in found for category in Category)
    assert "Waits for your blind reading" in browser.get("/cases?status=open").text


@pytest.mark.parametrize("narrowed", ["category=complaint", "area=housing_repairs"])
def test_a_filter_does_not_tell_what_a_blind_case_is(desk, browser, narrowed):
    desk.mail(**COMPLAINT)
    assert "No cases fit." in browser.get(f"/cases?status=all&{narrowed}").text


def test_a_letter_not_delivered_does_not_tell_what_a_blind_case_is(desk, browser):
    desk.mail(**COMPLAINT)
    with desk.application.store.writing() as work:
        letter = work.outbox.due(now=desk.clock.now(), limit=1)[0]
        work.outbox.record_attempt(
            letter.id,
            state=LetterState.FAILED,
            tries=1,
            error="550 no such mailbox",
            next_try_at=None,
            sent_at=None,
        )
        work.commit()
    page = browser.get("/operations").text
    assert letter.subject not in page
    assert "A letter of a case that waits for your blind reading" in page


def test_drawing_delays_neither_the_receipt_nor_the_dates(desk):
    reference = desk.mail(**COMPLAINT)
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.OPEN, Category.COMPLAINT)
    assert file.case.acknowledge_by is not None
    assert len(file.letters) == 1
    assert [entry.kind for entry in file.timeline].count(TimelineKind.READING_DRAWN) == 1


@pytest.mark.parametrize(
    "said", [{"category": Category.COMMENT}, {"urgent": True, "decision": Decision.REVIEW}]
)
def test_a_case_that_an_officer_sees_anyway_is_not_drawn(desk, browser, said):
    reference = desk.mail(**said)
    assert states(desk) == {}
    assert "The classifier says" in browser.get(f"/cases/{reference}").text


def test_a_machines_message_is_not_drawn(desk):
    desk.mail(MAIL.replace("\nDate:", "\nAuto-Submitted: auto-replied\nDate:"), **COMMENT)
    assert states(desk) == {}


def test_a_try_that_is_repeated_draws_a_case_once(desk):
    """The store went away before the commit: the second try starts from nothing."""
    desk.receive(MAIL)
    desk.classifier.answer = replace(desk.classifier.answer, **COMMENT)
    process = desk.application.process_message
    claimed = process.claim("test")
    read = process.reader.read(claimed)
    with desk.application.store.writing() as work:
        process._enter(work, read)
    assert states(desk) == {}
    process.process(claimed)
    assert states(desk) == {ReadingState.WAITING: 1}


def test_an_officer_who_agrees_is_told_so_and_the_case_stays_as_it_is(desk, browser):
    reference = desk.mail(**COMMENT)
    desk.clock.move(seconds=20)
    saved = answer(browser, reference, "comment")
    assert saved.headers["location"] == f"/cases/{reference}?done=read"
    page = browser.get(saved.headers["location"]).text
    assert "You and the classifier agree: comment." in page
    assert "The classifier says <strong>comment</strong>" in page
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.OPEN, Category.COMMENT)
    (review,) = file.reviews
    assert (review.kind, review.officer, review.model_category) == (
        ReviewKind.BLIND,
        EMAIL,
        Category.COMMENT,
    )
    assert file.timeline[-1].kind is TimelineKind.READ_BLIND
    assert states(desk) == {ReadingState.GIVEN: 1}


def test_the_time_taken_for_a_blind_reading_is_kept(desk, browser):
    reference = desk.mail(**COMMENT)
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    desk.clock.move(seconds=12)
    browser.post(f"/cases/{reference}/blind", data=form | {"category": "comment"})
    assert file_of(desk, reference).reviews[0].seconds_taken == 12


def test_where_they_differ_the_officers_answer_stands_once_the_reason_is_given(desk, browser):
    reference = desk.mail(**COMMENT)
    saved = answer(browser, reference, "complaint")
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.TO_REVIEW, Category.COMMENT)
    page = browser.get(saved.headers["location"]).text
    assert "You said complaint; the classifier said comment." in page
    assert 'href="#reason">Say why</a> and save: your answer then stands.' in page
    assert 'value="complaint" checked' in page
    assert "Confirm: comment" not in page
    assert reference in browser.get("/cases").text
    assert correct(browser, reference, "complaint", " ").status_code == 422
    corrected = correct(browser, reference, "complaint", "It was promised twice.")
    assert corrected.headers["location"] == f"/cases/{reference}?done=corrected"
    file = file_of(desk, reference)
    assert (file.case.status, file.case.category) == (Status.OPEN, Category.COMPLAINT)
    assert file.case.acknowledge_by is not None
    assert [(each.kind, each.officer_category) for each in file.reviews] == [
        (ReviewKind.BLIND, Category.COMPLAINT),
        (ReviewKind.SETTLED, Category.COMPLAINT),
    ]


def test_a_blind_answer_without_a_category_comes_back_blind(desk, browser):
    reference = desk.mail(**COMPLAINT)
    for category in ("", "nonsense"):
        again = answer(browser, reference, category)
        assert again.status_code == 422
        assert 'href="#category">Choose a category.' in again.text
        assert "The classifier" not in again.text.replace("what the classifier said", "")
    assert file_of(desk, reference).reviews == ()


def test_pressing_twice_is_one_reading_and_a_second_thought_is_refused(desk, browser):
    reference = desk.mail(**COMMENT)
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    for _ in range(2):
        saved = browser.post(f"/cases/{reference}/blind", data=form | {"category": "complaint"})
        assert saved.headers["location"] == f"/cases/{reference}?done=read"
    changed = browser.post(f"/cases/{reference}/blind", data=form | {"category": "comment"})
    assert changed.status_code == 409
    assert len(file_of(desk, reference).reviews) == 1


def test_a_case_is_not_reviewed_by_another_way_before_it_is_read_blind(desk, browser):
    reference = desk.mail(**COMMENT)
    token = browser.get("/api/v1/session").json()["csrf_token"]
    version = file_of(desk, reference).case.version
    refused = browser.post(
        f"/api/v1/cases/{reference}/confirm",
        json={"version": version},
        headers={"X-CSRF-Token": token},
    )
    assert refused.status_code == 409
    assert "comment" not in refused.text.lower()
    assert correct(browser, reference, "complaint", "A guess.").status_code == 409
    told = browser.post(
        f"/api/v1/cases/{reference}/blind",
        json={"category": "complaint"},
        headers={"X-CSRF-Token": token},
    ).json()
    assert (told["category"], told["status"]) == ("comment", "to_review")
    assert told["reviews"][0]["kind"] == "blind"


def test_an_auditor_gives_no_reading_and_sees_the_case(desk):
    reference = desk.mail(**COMMENT)
    desk.officer(ADA, role=Role.AUDITOR)
    auditor = desk.signed_in(ADA)
    page = auditor.get(f"/cases/{reference}").text
    assert "The classifier says <strong>comment</strong>" in page
    form = {name: hidden(page, name) for name in ("csrf_token", "seen") if f'"{name}"' in page}
    form |= {"seen": hidden(desk.signed_in().get(f"/cases/{reference}").text, "seen")}
    refused = auditor.post(f"/cases/{reference}/blind", data=form | {"category": "comment"})
    assert refused.status_code == 403
    assert "no case waits for you" in auditor.get("/cases/blind").text


def test_the_list_leads_from_one_blind_reading_to_the_next(desk, browser):
    first, second = desk.mail(mail(1), **COMMENT), desk.mail(mail(2), **COMMENT)
    assert 'href="/cases/blind">blind reading' in browser.get("/cases").text
    assert browser.get("/cases/blind/next").headers["location"] == f"/cases/{first}"
    saved = answer(browser, first, "comment")
    assert 'href="/cases/blind/next"' in browser.get(saved.headers["location"]).text
    assert browser.get("/cases/blind/next").headers["location"] == f"/cases/{second}"
    saved = answer(browser, second, "comment")
    assert 'href="/cases/blind/next"' not in browser.get(saved.headers["location"]).text
    assert browser.get("/cases/blind/next").headers["location"] == "/cases/blind"
    assert "No case waits for a blind reading by you." in browser.get("/cases/blind").text


def test_a_second_reading_takes_another_officer_who_is_told_nothing_of_the_first(twice):
    robin, kit = twice.signed_in(), twice.signed_in(KIT)
    disputed, plain = twice.mail(mail(1), **COMMENT), twice.mail(mail(2), **COMPLAINT)
    answer(robin, disputed, "complaint")
    assert "The classifier says" in robin.get(f"/cases/{disputed}").text
    assert [
        disputed in robin.get("/cases/blind").text,
        plain in robin.get("/cases/blind").text,
    ] == [
        False,
        True,
    ]
    pages = [neutral(kit.get(f"/cases/{each}").text, each) for each in (disputed, plain)]
    assert pages[0] == pages[1]
    assert EMAIL not in pages[0]
    assert disputed not in kit.get("/cases").text
    assert kit.get("/cases/next").headers["location"] == "/cases"
    assert robin.get("/cases/next").headers["location"] == f"/cases/{disputed}"
    answer(kit, disputed, "complaint")
    assert kit.get("/cases/next").headers["location"] == f"/cases/{disputed}"
    with twice.application.store.reading() as work:
        now = twice.clock.now()
        twice.clock.move(seconds=1)
        pairs = work.learning.officer_pairs(since=now, until=twice.clock.now())
    assert dict(pairs) == {(Category.COMPLAINT, Category.COMPLAINT): 1}


def test_a_second_reader_who_differs_from_what_was_settled_brings_the_case_back(twice):
    robin, kit = twice.signed_in(), twice.signed_in(KIT)
    reference = twice.mail(**COMMENT)
    answer(robin, reference, "complaint")
    correct(robin, reference, "complaint", "It was promised twice.")
    saved = answer(kit, reference, "comment")
    page = kit.get(saved.headers["location"]).text
    assert "You and the classifier agree: comment." in page
    assert "and save: your answer then stands." in page
    assert file_of(twice, reference).case.status is Status.TO_REVIEW


def test_a_new_message_withdraws_a_reading_and_shows_the_case_for_review(desk, browser):
    reference = desk.mail(**COMMENT)
    assert desk.mail(REPLY) == reference
    assert states(desk) == {ReadingState.WITHDRAWN: 1}
    page = browser.get(f"/cases/{reference}").text
    assert "2 messages" in page
    assert "Blind reading withdrawn" in page
    assert browser.get("/cases/next").headers["location"] == f"/cases/{reference}"


def test_a_machines_answer_withdraws_nothing_and_is_not_on_the_blind_page(desk, browser):
    reference = desk.mail(**COMMENT)
    away = REPLY.replace("\nDate:", "\nAuto-Submitted: auto-replied\nDate:")
    assert desk.mail(away.replace("The bins", "Away until Monday. The bins")) == reference
    assert states(desk) == {ReadingState.WAITING: 1}
    assert "Away until Monday" not in browser.get(f"/cases/{reference}").text


def test_blind_readings_teach_the_classifier(desk, browser):
    agreed, differing = desk.mail(mail(1), **COMMENT), desk.mail(mail(2), **COMMENT)
    answer(browser, agreed, "comment")
    answer(browser, differing, "complaint")
    learnt = {each["id"]: each for each in corrections(desk.application.store)}
    assert learnt[f"officer-{agreed.lower()}"]["label"] == "comment"
    entry = learnt[f"officer-{differing.lower()}"]
    assert (entry["label"], entry["hard"]) == ("complaint", True)


def test_two_blind_readings_that_differ_teach_nothing_until_they_are_settled(twice):
    robin, kit = twice.signed_in(), twice.signed_in(KIT)
    reference = twice.mail(**COMMENT)
    answer(robin, reference, "complaint")
    answer(kit, reference, "dissatisfaction")
    assert list(corrections(twice.application.store)) == []
    correct(kit, reference, "complaint", "Robin is right: it was promised.")
    (entry,) = corrections(twice.application.store)
    assert (entry["label"], entry["why"]) == ("complaint", "Robin is right: it was promised.")
