"""The chat's page without its script: a form that reaches everything the widget does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.chat_site import ChatSite
from tests.support.chatting import STORY, WHO, Chat

pytestmark = pytest.mark.chromium


@pytest.fixture
def site(sqlite_template, tmp_path) -> Iterator[ChatSite]:
    with ChatSite(sqlite_template, tmp_path) as served:
        yield served


def send(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def cookie(page: Page, name: str) -> dict:
    (found,) = [each for each in page.context.cookies() if each["name"] == name]
    return found


def test_a_complaint_is_made_without_scripts(site, page_without_scripts):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    expect(page.get_by_text("tell me what happened")).to_be_visible()
    send(page, STORY)
    expect(page.get_by_text("how can we reply")).to_be_visible()
    send(page, WHO)
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("button", name="Send it").click()
    (case,) = site.cases()
    expect(page.locator(".app-chat__reference strong")).to_have_text(case.reference)
    expect(page.locator(".app-chat__said--mine").last).to_contain_text("Send it")
    page.get_by_role("button", name="Start a new chat").click()
    expect(page.locator(".app-chat__said--mine")).to_have_count(0)


def test_the_newest_answer_has_the_focus_after_sending_and_a_skip_link(site, page_without_scripts):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    send(page, STORY)
    page.wait_for_url("**/chat#newest")
    assert "how can we reply" not in page.locator("#newest").inner_text()
    page.goto(f"{site.url}/chat")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat#newest")


def test_an_empty_message_is_told_of_above_and_at_the_field(site, page_without_scripts):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    send(page, "  ")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Your message")).to_be_focused()
    assert page.title().startswith("Error: ")
    assert site.cases() == []


def test_a_form_sent_twice_is_one_message(site, page_without_scripts):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    fields = {
        name: page.locator(f"form:has(textarea) input[name={name}]").input_value()
        for name in ("id", "csrf_token")
    }
    for _ in range(2):
        answer = page.request.post(f"{site.url}/chat", form={**fields, "text": STORY})
        assert answer.ok
    page.goto(f"{site.url}/chat")
    expect(page.locator(".app-chat__said--mine")).to_have_count(1)
    page.request.post(f"{site.url}/chat", form={**fields, "text": WHO})
    page.reload()
    expect(page.locator(".app-chat__said--mine")).to_have_count(2)


def test_a_form_of_another_site_is_refused_and_its_words_are_shown(site, page_without_scripts):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    answer = page.request.post(f"{site.url}/chat", form={"text": STORY})
    assert answer.status == 403
    assert STORY in answer.text()
    assert "intake_chat" not in [each["name"] for each in page.context.cookies()]


def test_the_conversations_key_is_kept_from_scripts_and_from_other_pages(
    site, page_without_scripts
):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    send(page, STORY)
    page.wait_for_url("**/chat#newest")
    kept = cookie(page, "intake_chat")
    assert kept["httpOnly"]
    assert kept["sameSite"] == "Lax"
    assert kept["path"] == "/chat"


def test_a_message_to_a_chat_that_has_ended_is_kept_and_can_begin_another(
    site, page_without_scripts
):
    page = page_without_scripts
    page.goto(f"{site.url}/chat")
    send(page, STORY)
    page.wait_for_url("**/chat#newest")
    site.desk.clock.at += timedelta(days=2)
    send(page, WHO)
    expect(page.get_by_role("alert")).to_contain_text("This chat has ended")
    expect(page.get_by_label("Your message")).to_have_value(WHO)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/chat#newest")
    expect(page.locator(".app-chat__said--mine")).to_have_count(1)


def test_a_chat_begun_without_scripts_goes_on_with_them(site, page, page_without_scripts):
    page_without_scripts.goto(f"{site.url}/chat")
    send(page_without_scripts, STORY)
    page_without_scripts.wait_for_url("**/chat#newest")
    page.context.add_cookies(page_without_scripts.context.cookies())
    page.goto(f"{site.url}/chat")
    chat = Chat(page)
    expect(chat.turns.first).to_contain_text(STORY)
    assert "large print" in chat.say(WHO)


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_the_plain_page_has_no_accessibility_fault_and_does_not_scroll_sideways(
    site, page, accessibility_faults, width
):
    page.set_viewport_size({"width": width, "height": 800})
    page.route("**/chat/widget.js", lambda route: route.abort())
    page.goto(f"{site.url}/chat")
    faults = {"beginning": accessibility_faults(page)}
    send(page, STORY)
    page.wait_for_url("**/chat#newest")
    page.locator("summary").click()
    faults["middle"] = accessibility_faults(page)
    send(page, "")
    faults["error"] = accessibility_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert {place: found for place, found in faults.items() if found} == {}


def test_a_page_of_the_chat_that_is_not_there_sends_nobody_to_the_officers(
    site, page_without_scripts
):
    page = page_without_scripts
    page.goto(f"{site.url}/chat/nowhere")
    expect(page.get_by_role("link", name="Go to the chat")).to_be_visible()
    expect(page.locator("a[href='/cases']")).to_have_count(0)
