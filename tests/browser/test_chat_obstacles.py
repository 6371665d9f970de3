"""The chat's widget when something is in the way: a bad line, a killed server, a long pause."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.support.chat_site import ChatSite
from tests.support.chatting import STORY, WHO, Chat

pytestmark = pytest.mark.chromium

MESSAGES = re.compile(r"/chat/messages$")


@pytest.fixture
def site(sqlite_template, tmp_path) -> Iterator[ChatSite]:
    with ChatSite(sqlite_template, tmp_path) as served:
        yield served


def test_a_reload_in_the_middle_goes_on_where_it_was(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    chat.field.fill("Alex Exam")
    page.reload()
    expect(chat.turns.first).to_contain_text(STORY)
    expect(chat.log).to_contain_text("how can we reply")
    assert chat.field.input_value() == "Alex Exam"
    chat.say(WHO)
    chat.say("skip this question")
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    assert len(site.cases()) == 1


def test_an_answer_that_never_arrives_is_asked_for_again_and_makes_one_case(site, page):
    """The worst moment: the case is made, and the line breaks before the resident hears of it."""
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.tell_until_summary()
    sent: list[str] = []

    def lose_first(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "")["id"])
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(MESSAGES, lose_first)
    chat.button("Send it").click()
    expect(page.get_by_text("Not sent yet, trying again.")).to_be_visible()
    expect(chat.reference).to_be_visible()
    assert len(set(sent)) == 1
    assert len(sent) == 2
    assert len(site.cases()) == 1


@pytest.mark.slow
def test_a_killed_server_loses_nothing_and_makes_one_case(start_intake, page):
    program = start_intake("--only", "web,worker", BOT_ENABLED="false")
    chat = Chat(page)
    page.goto(f"{program.url}/chat")
    chat.say(STORY)
    program.kill()
    chat.field.fill(WHO)
    chat.field.press("Enter")
    expect(page.get_by_text("Not sent yet, trying again.")).to_be_visible()
    program.start()
    chat.answer_after(1)
    expect(page.get_by_text("Not sent yet")).to_have_count(0)
    chat.say("skip this question")
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    assert [case["reference"] for case in program.cases()] == [chat.reference.inner_text()]


def test_a_message_written_while_the_line_is_down_survives_a_reload(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    expect(chat.log).to_contain_text("tell me what happened")
    page.route(MESSAGES, lambda route: route.abort())
    chat.field.fill(STORY)
    chat.field.press("Enter")
    expect(page.get_by_text("Not sent yet, trying again.")).to_be_visible()
    page.unroute(MESSAGES)
    page.reload()
    assert "how can we reply" in chat.answer_after(0)


def test_who_is_too_fast_is_told_when_the_message_will_be_sent(sqlite_template, tmp_path, page):
    with ChatSite(sqlite_template, tmp_path, CHAT_PER_CLIENT="1/2 seconds") as site:
        chat = Chat(page)
        page.goto(f"{site.url}/chat")
        chat.say(STORY)
        chat.field.fill(WHO)
        chat.field.press("Enter")
        expect(page.get_by_text("Your message is kept and will be sent in")).to_be_visible()
        chat.answer_after(1)


def test_two_tabs_show_one_conversation(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    other = page.context.new_page()
    other.goto(f"{site.url}/chat")
    expect(Chat(other).log).to_contain_text("tell me what happened")
    chat.say(STORY)
    expect(Chat(other).turns.first).to_contain_text(STORY)
    Chat(other).say(WHO)
    expect(chat.turns.nth(1)).to_contain_text("alex.example@example.org")
    expect(chat.turns).to_have_count(2)


def test_a_browser_that_keeps_nothing_can_chat_all_the_same(site, page):
    chat = Chat(page)
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("no"); } });
        }
        delete Crypto.prototype.randomUUID;"""
    )
    page.goto(f"{site.url}/chat")
    chat.tell_until_summary()
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    assert len(site.cases()) == 1


def test_the_end_of_a_conversation_is_warned_of_and_can_be_put_off(site, page):
    chat = Chat(page)
    page.clock.install()
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    day_but_a_little = timedelta(hours=23, minutes=57)
    site.desk.clock.at += day_but_a_little
    page.clock.fast_forward(day_but_a_little.total_seconds() * 1000)
    expect(page.get_by_text("This chat will end at")).to_be_visible()
    chat.button("Keep this chat open").click()
    expect(page.get_by_text("This chat will end at")).to_have_count(0)
    site.desk.clock.at += timedelta(hours=1)
    assert "large print" in chat.say(WHO)


def test_a_message_to_a_conversation_that_has_ended_goes_back_to_its_field(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    site.desk.clock.at += timedelta(days=2)
    chat.field.fill(WHO)
    chat.field.press("Enter")
    expect(chat.field).to_have_value(WHO)
    expect(chat.turns).to_have_count(0)
    expect(chat.field).to_have_accessible_description(re.compile("send it to start a new chat"))
    chat.field.press("Enter")
    chat.answer_after(0)


def test_a_conversation_can_be_deleted_and_leaves_nothing_in_the_browser(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    chat.button("Options").click()
    chat.button("Stop and delete this chat").click()
    chat.button("Delete everything").click()
    expect(page.get_by_text("I have deleted what you wrote")).to_be_visible()
    expect(chat.turns).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    assert site.cases() == []


def test_a_new_chat_can_be_started_once_there_is_a_case(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.tell_until_summary()
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    chat.button("Options").click()
    chat.button("Start a new chat").click()
    expect(chat.turns).to_have_count(0)
    expect(chat.reference).to_have_count(1)
    expect(chat.reference).to_be_hidden()
    chat.say("The swimming pool is lovely.")
    page.reload()
    expect(chat.turns).to_have_count(1)
    assert len(site.cases()) == 1


def test_the_form_step_by_step_can_be_asked_for(site, page):
    chat = Chat(page)
    sent: list[dict] = []
    page.route("**/chat/greeting", lambda route: with_engine(route, "rasa"))
    page.on(
        "request",
        lambda request: (
            sent.append(json.loads(request.post_data or "{}"))
            if MESSAGES.search(request.url)
            else None
        ),
    )
    page.goto(f"{site.url}/chat")
    chat.button("Options").click()
    chat.button("Answer step by step, without the assistant").click()
    chat.answer_after(0)
    assert [message.get("engine") for message in sent] == ["form"]
    chat.button("Options").click()
    expect(chat.button("Answer step by step")).to_have_count(0)


def with_engine(route: Route, engine: str) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "engine": engine})
