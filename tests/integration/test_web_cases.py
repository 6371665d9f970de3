"""The queue, the lists and the page of a case, as an officer uses them."""

import re
from datetime import date

import pytest

from intake.domain.cases import LetterState, Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision
from intake.domain.officers import Role
from tests.support.desk import EMAIL, MAIL, hidden

AUTO = {"decision": Decision.AUTO, "reason": "The classifier is sure enough of this category."}


@pytest.fixture
def browser(desk):
    desk.officer()
    return desk.signed_in()


def mail(subject: str, body: str = "The bins were missed again.") -> str:
    return (
        f"From: Kim Kindly <kim.kindly@example.org>\nTo: feedback@council.example\n"
        f"Subject: {subject}\nMessage-ID: <{subject.replace(' ', '.')}@example.org>\n\n{body}\n"
    )


def references(page: str) -> list[str]:
    return re.findall(r'class="app-reference">([^<]+)<', page)


def review(browser, reference: str, **fields: str):
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    return browser.post(f"/cases/{reference}/review", data=form | fields)


def test_the_first_page_is_the_queue(browser):
    assert browser.get("/").headers["location"] == "/cases"
    assert "There is nothing to review." in browser.get("/cases").text


def test_the_queue_has_urgent_cases_first_and_then_the_longest_waiting(desk, browser):
    first = desk.mail(mail("one"))
    desk.clock.move(minutes=1)
    second = desk.mail(mail("two"))
    desk.clock.move(minutes=1)
    urgent = desk.mail(mail("three"), urgent=True, hazards=("gas",))
    page = browser.get("/cases").text
    assert references(page) == [urgent, first, second]
    assert page.count('govuk-tag--red">Urgent') == 1


def test_a_row_tells_what_an_officer_needs_to_choose_what_to_read(desk, browser):
    reference = desk.mail(category=Category.COMPLAINT, confidence=0.82)
    page = browser.get("/cases").text
    for words in (
        reference,
        "Bins in Elm Row",
        "Alex Example",
        "alex.example@example.org",
        "Complaint",
        "fairly sure, 82%",
        "Waste and recycling",
        "Received 3 March 2025 at 9:05am",
        "Acknowledge by 10 March 2025",
        "(in 7 days)",
    ):
        assert words in page, words


def test_each_list_holds_its_own_cases(desk, browser):
    waiting = desk.mail(mail("one"))
    opened = desk.mail(mail("two"), category=Category.COMPLIMENT, confidence=0.98, **AUTO)
    assert references(browser.get("/cases").text) == [waiting]
    assert references(browser.get("/cases?status=open").text) == [opened]
    assert references(browser.get("/cases?status=closed").text) == []
    assert set(references(browser.get("/cases?status=all").text)) == {waiting, opened}
    assert references(browser.get("/cases?status=odd&category=odd").text) == [waiting]


def test_filters_and_words_narrow_a_list(desk, browser):
    bins = desk.mail(mail("bins"), category=Category.COMPLAINT)
    tax = desk.mail(
        mail("tax", "My band is wrong."),
        category=Category.COMMENT,
        area=ServiceArea.COUNCIL_TAX_BENEFITS,
    )
    assert references(browser.get("/cases?category=comment").text) == [tax]
    assert references(browser.get("/cases?area=waste_recycling").text) == [bins]
    assert references(browser.get("/cases?q=band").text) == [tax]
    assert references(browser.get("/cases?q=band&category=complaint").text) == []
    assert "No cases fit." in browser.get("/cases?q=elephants").text


def test_a_search_for_odd_signs_gives_a_page(desk, browser):
    desk.mail()
    for words in ('"', "a OR", "NEAR(", "*", "%", "';--", "(", "é ü", "-", ":", "\x00", "\\"):
        assert browser.get("/cases", params={"q": words}).status_code == 200, words


def test_a_reference_in_the_search_leads_to_its_case(desk, browser):
    reference = desk.mail()
    answer = browser.get("/cases", params={"q": f" {reference.lower().replace('-', ' ', 1)} "})
    assert answer.status_code in {200, 303}
    answer = browser.get("/cases", params={"q": reference.lower()})
    assert answer.headers["location"] == f"/cases/{reference}"


def test_a_long_list_goes_on_without_leaving_out_or_repeating_a_case(desk, browser):
    stored = []
    for number in range(53):
        stored.append(desk.mail(mail(f"number {number}")))
        desk.clock.move(seconds=number % 3)
    page = browser.get("/cases").text
    found = references(page)
    assert len(found) == 50
    following = re.search(r'href="([^"]+)" rel="next"', page)
    page = browser.get(following[1].replace("&amp;", "&")).text
    found += references(page)
    assert found == stored
    assert 'rel="next"' not in page
    assert "Back to the first page" in page


def test_a_page_reads_as_text_whatever_a_message_holds(desk, browser):
    odd = "<script>alert(1)</script>"
    reference = desk.mail(
        mail(f"{odd} subject", f"{odd} body\n\n> {odd} quoted"), evidence=(f"{odd} body",)
    )
    for address in ("/cases", f"/cases/{reference}", f"/cases?q={odd}"):
        page = browser.get(address).text
        assert "<script>alert" not in page
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; body</mark>"
        in browser.get(f"/cases/{reference}").text
    )


def test_a_case_shows_what_the_classifier_said_and_why(desk, browser):
    reference = desk.mail(category=Category.COMPLAINT, confidence=0.82)
    page = browser.get(f"/cases/{reference}").text
    assert "The classifier says <strong>complaint</strong>: fairly sure, 82%." in page
    assert "The message could be a complaint, so an officer decides." in page
    assert '<mark class="app-evidence">The bins in Elm Row were missed again.</mark>' in page
    assert page.count('class="app-chances__bar"') == len(Category)
    assert "Model: told-1." in page
    assert "Confirm: complaint" in page
    for category in Category:
        assert category.rule.replace("'", "&#39;") in page
    assert "Message received" in page
    assert "Receipt written" in page


def test_an_urgent_case_names_the_kind_of_danger_and_quotes_and_marks_the_sentence(desk, browser):
    danger = "The hall smells of <gas> & I feel sick."
    escaped = "The hall smells of &lt;gas&gt; &amp; I feel sick."
    reference = desk.mail(
        mail("Bins", "They were missed.\n\nThe hall smells of\n<gas> & I feel sick.\nGoodbye."),
        urgent=True,
        hazards=("gas", "other"),
        hazard_sentence=danger,
        evidence=("They were missed.", danger),
    )
    page = browser.get(f"/cases/{reference}").text
    alarm = re.search(r'<div class="app-hazard">.*?</div>', page, re.DOTALL)[0]
    assert "Possible danger:</strong> Gas or carbon monoxide; Another danger." in alarm
    assert f"“{escaped}”" in alarm
    marked = re.search(r'<mark class="app-danger">(.*?)</mark>', page, re.DOTALL)[1]
    assert marked == (
        '<strong class="app-danger__label">Danger</strong> '
        + escaped.replace("of &lt;", "of\n&lt;")
    )
    assert '<mark class="app-evidence">They were missed.</mark>' in page
    told = browser.get(f"/api/v1/cases/{reference}").json()["classifications"][0]
    assert (told["hazards"], told["hazard_sentence"]) == (["gas", "other"], danger)


def test_the_alarm_is_raised_when_kind_and_sentence_are_not_known(desk, browser):
    """So it is with cases read before sentences were kept."""
    reference = desk.mail(urgent=True)
    page = browser.get(f"/cases/{reference}").text
    assert "Possible danger:</strong> of a kind not named." in page
    assert "app-hazard__sentence" not in page
    assert "app-danger" not in page


def test_a_case_that_is_not_urgent_raises_no_alarm(desk, browser):
    page = browser.get(f"/cases/{desk.mail()}").text
    assert "Possible danger" not in page
    assert "app-hazard" not in page
    assert "app-danger" not in page


def test_an_unknown_case_is_said_to_be_unknown(browser):
    answer = browser.get("/cases/FB-2222-22")
    assert answer.status_code == 404
    assert "There is no case with that reference." in answer.text


def test_a_reference_may_be_typed_in_small_letters(desk, browser):
    assert browser.get(f"/cases/{desk.mail().lower()}").status_code == 200


def test_one_press_confirms_a_case_and_the_time_taken_is_kept(desk, browser):
    reference = desk.mail(category=Category.COMPLAINT)
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen", "category")}
    desk.clock.move(seconds=42)
    answer = browser.post(f"/cases/{reference}/review", data=form)
    assert answer.headers["location"] == f"/cases/{reference}?done=confirmed"
    file = desk.application.read_cases.file(reference)
    assert file.case.status is Status.OPEN
    assert file.reviews[0].seconds_taken == 42
    page = browser.get(answer.headers["location"]).text
    assert f"{reference} is confirmed: Complaint." in page
    assert f"Confirmed by {EMAIL}" in page
    assert references(browser.get("/cases").text) == []


def test_an_officer_corrects_a_case_with_a_reason(desk, browser):
    reference = desk.mail(category=Category.COMMENT)
    answer = review(browser, reference, category="complaint", reason="It was promised.")
    assert answer.headers["location"] == f"/cases/{reference}?done=corrected"
    page = browser.get(f"/cases/{reference}").text
    assert f"Corrected by {EMAIL}" in page
    assert "Reason: It was promised." in page
    assert "The classifier says <strong>comment</strong>" in page
    assert "By 10 March 2025" in page
    assert desk.application.read_cases.file(reference).case.acknowledge_by == date(2025, 3, 10)


def test_a_correction_without_a_reason_comes_back_with_the_choice_kept(desk, browser):
    reference = desk.mail(category=Category.COMMENT)
    answer = review(browser, reference, category="complaint", reason=" ")
    assert answer.status_code == 422
    assert 'href="#reason">Say in a few words why the category is wrong.' in answer.text
    assert 'value="complaint" checked' in answer.text
    assert "<title>Error: " in answer.text
    assert desk.application.read_cases.file(reference).reviews == ()


def test_a_review_without_a_category_comes_back(desk, browser):
    reference = desk.mail()
    for category in ("", "nonsense"):
        answer = review(browser, reference, category=category, reason="Something else.")
        assert answer.status_code == 422
        assert "Choose a category." in answer.text


def test_a_page_that_has_become_stale_says_so_and_changes_nothing(desk, browser):
    reference = desk.mail()
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen", "category")}
    desk.officer("kit.keeper@council.example")
    colleague = desk.signed_in("kit.keeper@council.example")
    assert review(colleague, reference, category="comment", reason="An idea.").status_code == 303
    answer = browser.post(f"/cases/{reference}/review", data=form)
    assert answer.status_code == 409
    assert "Somebody else changed this case in the meantime" in answer.text
    assert f'href="/cases/{reference}">Load the case again' in answer.text
    assert desk.application.read_cases.file(reference).case.category is Category.COMMENT


def test_pressing_twice_is_as_good_as_once(desk, browser):
    reference = desk.mail(category=Category.COMMENT)
    page = browser.get(f"/cases/{reference}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen")}
    form |= {"category": "complaint", "reason": "It was promised."}
    for _ in range(2):
        answer = browser.post(f"/cases/{reference}/review", data=form)
        assert answer.headers["location"] == f"/cases/{reference}?done=corrected"
    assert len(desk.application.read_cases.file(reference).reviews) == 1


def test_the_form_of_one_case_does_not_review_another(desk, browser):
    first, second = desk.mail(mail("one")), desk.mail(mail("two"))
    page = browser.get(f"/cases/{first}").text
    form = {name: hidden(page, name) for name in ("csrf_token", "seen", "category")}
    assert browser.post(f"/cases/{second}/review", data=form).status_code == 403
    form["seen"] += "x"
    assert browser.post(f"/cases/{first}/review", data=form).status_code == 403


def test_an_auditors_form_is_refused(desk, browser):
    reference = desk.mail()
    page = browser.get(f"/cases/{reference}").text
    desk.officer("ada.auditor@council.example", role=Role.AUDITOR)
    auditor = desk.signed_in("ada.auditor@council.example")
    token = hidden(auditor.get("/cases").text, "csrf_token")
    form = {"csrf_token": token, "seen": hidden(page, "seen"), "category": "complaint"}
    answer = auditor.post(f"/cases/{reference}/review", data=form)
    assert answer.status_code == 403
    assert "Your role does not allow this." in answer.text


def test_after_a_review_the_next_case_is_one_press_away(desk, browser):
    first, second = desk.mail(mail("one")), desk.mail(mail("two"))
    answer = review(browser, first, category="complaint")
    assert "/cases/next" in browser.get(answer.headers["location"]).text
    assert browser.get("/cases/next").headers["location"] == f"/cases/{second}"
    review(browser, second, category="complaint")
    assert browser.get("/cases/next").headers["location"] == "/cases"


def test_a_letter_that_failed_shows_the_relays_words_and_can_be_sent_again(desk, browser):
    reference = desk.mail()
    with desk.application.store.writing() as work:
        letter = work.outbox.due(now=desk.clock.now(), limit=1)[0]
        work.outbox.record_attempt(
            letter.id,
            state=LetterState.FAILED,
            tries=1,
            error="550 5.1.1 no such mailbox",
            next_try_at=None,
            sent_at=None,
        )
        work.commit()
    page = browser.get(f"/cases/{reference}").text
    assert "550 5.1.1 no such mailbox" in page
    assert "Not delivered" in page
    form = {"csrf_token": hidden(page, "csrf_token")}
    address = f"/cases/{reference}/letters/{letter.id}/retry"
    assert browser.post(address, data=form).headers["location"] == f"/cases/{reference}?done=letter"
    file = desk.application.read_cases.file(reference)
    assert file.letters[0].state is LetterState.QUEUED
    assert file.timeline[-1].by == EMAIL
    again = browser.post(address, data=form)
    assert again.status_code == 409
    other = desk.mail(mail("other"))
    assert browser.post(f"/cases/{other}/letters/{letter.id}/retry", data=form).status_code == 404


def test_a_message_that_joined_is_shown_beneath_the_first(desk, browser):
    reference = desk.mail()
    reply = MAIL.replace("<first@", "<second@").replace(
        "Subject: Bins", "In-Reply-To: <first@example.org>\nSubject: Re: Bins"
    )
    assert desk.mail(reply.replace("Nobody came", "Somebody came")) == reference
    page = browser.get(f"/cases/{reference}").text
    assert "2 messages" in page
    assert page.index("Nobody came") < page.index("Somebody came")
