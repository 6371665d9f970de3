"""How a case is doing: told once, to the address it came from, and to nobody else."""

import re

import pytest

from intake.domain.cases import LetterState, Status, TimelineKind
from intake.domain.categories import Category
from tests.support.chat import ChatDesk
from tests.support.conversations import EMAIL, begin, held, turns_of
from tests.support.desk import MAIL

STRANGER = "stranger@example.org"


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path)
    yield desk
    desk.close()


def filed(chat, **known):
    conversation = begin(chat, held(**known))
    return chat.application.file_conversation.file(conversation, turns_of(chat, conversation))


def change(chat, reference, **fields):
    with chat.application.store.writing() as work:
        case = work.cases.by_reference(reference, lock=True)
        for name, value in fields.items():
            setattr(case, name, value)
        work.cases.save(case)
        work.commit()


def ask(chat, reference, email=EMAIL):
    """Asks and lets the job answer; the page and the letters there are now."""
    page = chat.browser.post("/chat/status", data={"reference": reference, "email": email})
    chat.application.send_status_link.run()
    return page, status_letters(chat)


def status_letters(chat):
    with chat.application.store.reading() as work:
        due = work.outbox.due(now=chat.clock.now(), limit=1000)
    return [letter for letter in due if letter.kind == "status_link"]


def link(letter):
    return "/chat/status/" + re.search(r"/chat/status/(\S+)", letter.text)[1]


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def asked(chat, reference):
    """The page that the link for this case leads to."""
    _, letters = ask(chat, reference)
    return link(letters[-1])


def test_the_address_of_a_case_gets_a_link_that_shows_how_it_is_going(chat):
    reference = filed(chat)
    _, (letter,) = ask(chat, reference)
    assert (letter.to_addr, reference in letter.subject) == (EMAIL, True)
    assert "Show my case" in chat.browser.get(link(letter)).text
    shown = chat.browser.post(link(letter))
    assert shown.status_code == 200
    assert (
        "We have what you sent us. A person will read it and pass it to the right team."
        in words(shown)
    )
    assert "We aim to write to you by Monday 17 March 2025." in words(shown)
    assert "We got your message on Monday 3 March 2025." in words(shown)


def test_a_resident_who_wrote_by_mail_may_ask_too(chat):
    chat.application._given_classifier = chat.words
    reference = chat.mail(MAIL)
    address = chat.application.read_cases.file(reference).case.from_addr
    _, letters = ask(chat, reference.lower(), f" {address.upper()} ")
    assert [letter.to_addr for letter in letters] == [address.lower()]


def test_whoever_asks_gets_the_same_answer_and_only_the_right_one_a_letter(chat):
    reference = filed(chat)
    strange, letters = ask(chat, reference, STRANGER)
    assert letters == []
    unknown, letters = ask(chat, "FB-2222-22" if reference != "FB-2222-22" else "FB-3333-33")
    assert letters == []
    right, letters = ask(chat, reference)
    assert len(letters) == 1
    assert words(strange) == words(right).replace(EMAIL, STRANGER)
    assert strange.status_code == right.status_code == 200
    assert unknown.status_code in (200, 422)


def test_a_reference_that_cannot_be_and_an_address_that_is_none_are_pointed_out(chat):
    page, letters = ask(chat, "FB-0000-00", "nobody")
    assert (page.status_code, letters) == (422, [])
    assert 'href="#reference"' in page.text
    assert 'href="#email"' in page.text


def test_looking_at_the_page_of_a_link_does_not_use_it_up(chat):
    address = asked(chat, filed(chat))
    for _ in range(5):
        assert chat.client().get(address).status_code == 200
    assert chat.client().post(address).status_code == 200


def test_a_link_shows_its_case_once_and_again_to_the_same_browser_for_a_few_minutes(chat):
    address = asked(chat, filed(chat))
    assert chat.browser.post(address).status_code == 200
    assert chat.client().post(address).status_code == 410
    assert chat.client().get(address).status_code == 410
    chat.clock.move(minutes=9)
    assert chat.browser.post(address).status_code == 200
    chat.clock.move(minutes=2)
    assert chat.browser.post(address).status_code == 410


def test_a_link_ends_after_its_time_and_says_how_to_get_another(chat):
    address = asked(chat, filed(chat))
    chat.clock.move(minutes=60)
    page = chat.browser.post(address)
    assert page.status_code == 410
    assert 'href="/chat/status"' in page.text


def test_a_link_nobody_was_sent_shows_nothing(chat):
    filed(chat)
    assert chat.browser.get("/chat/status/made-up").status_code == 410
    assert chat.browser.post("/chat/status/made-up").status_code == 410


def test_neither_the_token_nor_a_mark_of_the_browser_is_kept(chat):
    address = asked(chat, filed(chat))
    token = address.rpartition("/")[2]
    with chat.application.store.reading() as work:
        assert work.status.link(token) is None


def test_asking_again_and_again_does_not_flood_an_address(chat):
    reference = filed(chat)
    for _ in range(5):
        _, letters = ask(chat, reference)
    assert len(letters) == 3
    entries = chat.application.read_cases.file(reference).timeline
    told = [entry.text for entry in entries if entry.kind is TimelineKind.STATUS_ASKED]
    assert len(told) == 5
    chat.clock.move(hours=2)
    assert len(ask(chat, reference)[1]) == 4


def test_asking_does_not_use_up_the_receipts_of_a_case(chat):
    reference = filed(chat)
    for _ in range(5):
        ask(chat, reference)
    with chat.application.store.reading() as work:
        case = work.cases.by_reference(reference)
        since = case.received_at
        assert len(work.outbox.receipts_since(since=since, to_addr=EMAIL, case_id=case.id)) == 1


def test_one_client_may_ask_only_so_often(chat):
    reference = filed(chat)
    pages = [
        chat.browser.post("/chat/status", data={"reference": reference, "email": STRANGER})
        for _ in range(21)
    ]
    assert [page.status_code for page in pages] == [200] * 20 + [429]


def test_the_same_wish_twice_before_it_is_answered_is_one_letter(chat):
    reference = filed(chat)
    for _ in range(3):
        chat.application.send_status_link(reference, EMAIL)
    assert chat.application.send_status_link.run() == "1 links written"
    assert chat.application.send_status_link.run() == ""


def test_links_that_ended_long_ago_are_removed(chat):
    address = asked(chat, filed(chat))
    assert chat.application.send_status_link.tidy() == 0
    chat.clock.move(days=8)
    assert chat.application.send_status_link.tidy() == 1
    assert chat.browser.get(address).status_code == 410


def test_a_complaint_is_told_its_stage_and_when_we_write(chat):
    page = chat.browser.post(asked(chat, filed(chat, complain=True)))
    assert "We have your complaint. It is at stage 1." in words(page)
    assert "We will write to you by Monday 10 March 2025" in words(page)
    assert "YES" not in words(page)


def test_what_waits_for_an_officer_is_called_nothing(chat):
    reference = filed(chat, story=("This is grave, I can tell you.",))
    change(chat, reference, status=Status.TO_REVIEW)
    page = chat.browser.post(asked(chat, reference))
    assert "A person will read it and decide" in words(page)
    assert "your complaint" not in words(page)
    assert "start with the word YES" in words(page)


def test_a_defined_complaint_is_told_when_it_is_answered(chat):
    reference = filed(chat, complain=True)
    chat.clock.move(days=2)
    change(chat, reference, acknowledged_at=chat.clock.now(), status=Status.OPEN)
    page = chat.browser.post(asked(chat, reference))
    assert "We are looking into your complaint. It is at stage 1." in words(page)
    assert "We wrote to you on Wednesday 5 March 2025" in words(page)


def test_a_date_that_has_passed_is_owned_up_to(chat):
    reference = filed(chat)
    chat.clock.move(days=30)
    page = chat.browser.post(asked(chat, reference))
    assert "We are late, and we are sorry." in words(page)
    assert "Monday 17 March 2025" in words(page)


def test_praise_and_closed_cases_promise_no_date(chat):
    praise = filed(chat, story=("Many thanks to the crew of Elm Row.",))
    assert chat.application.read_cases.file(praise).case.category is Category.COMPLIMENT
    page = chat.browser.post(asked(chat, praise))
    assert "We have your kind words." in words(page)
    closed = filed(chat)
    change(chat, closed, status=Status.CLOSED)
    page = chat.browser.post(asked(chat, closed))
    assert "This case is closed." in words(page)
    assert "aim to write" not in words(page)


def test_the_page_says_when_we_last_wrote_but_for_links_and_alerts(chat):
    reference = filed(chat)
    assert "We have not written to you yet." in words(chat.browser.post(asked(chat, reference)))
    chat.application.deliver_outbox.run()
    letters = chat.application.read_cases.file(reference).letters
    assert {letter.state for letter in letters} == {LetterState.SENT}
    page = chat.browser.post(asked(chat, reference))
    assert "We last wrote to you on Monday 3 March 2025." in words(page)


@pytest.mark.parametrize("page", ["form", "link", "shown", "ended"])
def test_no_page_is_kept_by_a_browser_or_found_by_a_search(chat, page):
    address = asked(chat, filed(chat))
    answer = {
        "form": lambda: chat.browser.get("/chat/status"),
        "link": lambda: chat.browser.get(address),
        "shown": lambda: chat.browser.post(address),
        "ended": lambda: chat.browser.get("/chat/status/made-up"),
    }[page]()
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert page == "form" or 'content="noindex"' in answer.text


def copies(chat):
    with chat.application.store.reading() as work:
        due = work.outbox.due(now=chat.clock.now(), limit=1000)
    return [letter for letter in due if letter.kind == "chat_transcript"]


def test_a_conversation_is_mailed_on_request_with_who_said_what(chat):
    conversation = begin(chat)
    chat.application.send_transcript(conversation, EMAIL)
    chat.application.send_transcript(conversation, EMAIL)
    (letter,) = copies(chat)
    assert letter.to_addr == EMAIL
    assert "You, Monday 3 March 2025 at 9:05am:\nThe bins in Elm Row" in letter.text
    assert "Our chat, Monday 3 March 2025 at 9:05am:\nWhere was that?" in letter.text
    assert letter.case_id is None


def test_the_copy_of_a_filed_conversation_names_its_case(chat):
    conversation = begin(chat)
    reference = chat.application.file_conversation.file(conversation, turns_of(chat, conversation))
    with chat.application.store.reading() as work:
        known = work.conversations.by_id(conversation.id)
    chat.application.send_transcript(known, EMAIL)
    (letter,) = copies(chat)
    assert letter.subject == f"Your chat with us - {reference}"


def test_a_copy_carries_nobodys_links_to_strangers(chat):
    spam = "Buy at https://shop.example.org or www.shop.example.org or mail me@example.org now"
    conversation = begin(chat, None, (spam, f"You said: {spam}"))
    chat.application.send_transcript(conversation, STRANGER)
    (letter,) = copies(chat)
    for sign in ("shop.example.org", "me@example.org"):
        assert sign not in letter.text
    assert "(left out)" in letter.text
    assert "We took out links and email addresses." in letter.text


@pytest.mark.parametrize(
    "address", ["feedback@council.example", "noreply@example.org", "nobody", "a b@example.org", ""]
)
def test_no_copy_goes_to_an_address_that_may_not_be_written_to(chat, address):
    chat.application.send_transcript(begin(chat), address)
    assert copies(chat) == []


def test_an_address_gets_only_so_many_copies(chat):
    for _ in range(5):
        chat.application.send_transcript(begin(chat), EMAIL)
    assert len(copies(chat)) == 3
