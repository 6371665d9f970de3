"""How a case is doing, in a real browser and without scripts, from the wish to the answer."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.chat import ChatDesk
from tests.support.conversations import EMAIL, begin, turns_of
from tests.support.site import Site

pytestmark = pytest.mark.chromium


@pytest.fixture
def chat(sqlite_template, tmp_path) -> Iterator[ChatDesk]:
    file = tmp_path / "intake.db"
    shutil.copyfile(sqlite_template, file)
    desk = ChatDesk(f"sqlite:///{file}", tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def address(chat) -> Iterator[str]:
    with Site(chat.app) as site:
        yield f"{site.url}/chat/status"


@pytest.fixture
def reference(chat) -> str:
    conversation = begin(chat)
    return chat.application.file_conversation.file(conversation, turns_of(chat, conversation))


def ask(page: Page, address: str, reference: str, email: str = EMAIL) -> None:
    page.goto(address)
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Email me a link").click()


def token(chat: ChatDesk) -> str:
    chat.application.send_status_link.run()
    with chat.application.store.reading() as work:
        letters = work.outbox.due(now=chat.clock.now(), limit=10)
    return re.search(r"/chat/status/(\S+)", letters[-1].text)[1]


def test_a_resident_sees_how_their_case_is_going_without_scripts(
    chat, address, reference, page_without_scripts
):
    page = page_without_scripts
    ask(page, address, reference)
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    link = f"{address}/{token(chat)}"
    page.goto(link)
    page.get_by_role("button", name="Show my case").click()
    expect(page.get_by_text("We have what you sent us.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("We have what you sent us.")).to_be_visible()


def test_what_is_wrong_in_the_form_is_told_above_and_at_its_field(
    address, page_without_scripts, reference
):
    page = page_without_scripts
    ask(page, address, "FB-0000-00")
    assert page.title().startswith("Error: ")
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Reference")).to_be_focused()
    expect(page.get_by_label("Email address")).to_have_value(EMAIL)


def test_no_page_of_the_status_keeps_anybody_out(
    chat, address, reference, page, accessibility_faults
):
    page.goto(address)
    assert accessibility_faults(page) == []
    ask(page, address, "nothing", "nobody")
    assert accessibility_faults(page) == []
    ask(page, address, reference)
    assert accessibility_faults(page) == []
    page.goto(f"{address}/{token(chat)}")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Show my case").click()
    assert accessibility_faults(page) == []
    page.goto(f"{address}/made-up")
    assert accessibility_faults(page) == []
