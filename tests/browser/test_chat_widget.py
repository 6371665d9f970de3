"""The chat's widget in a real browser: by keyboard, on a phone, over a bad line, for everybody."""

import gzip
import re
from collections.abc import Iterator

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.chat_site import ChatSite
from tests.support.chatting import STORY, WHO, Chat
from tests.support.site import Site, page_of_another_council

pytestmark = pytest.mark.chromium

PHONE = {"width": 375, "height": 667}

# Notes what a screen reader is to read out: text that comes into a live region which is on.
LISTENER = """
    window.heard = [];
    const hear = (node) => {
        if (node.nodeType === Node.TEXT_NODE) {
            const region = node.parentElement?.closest("[aria-live]");
            if (region && region.getAttribute("aria-live") !== "off") heard.push(node.data);
        }
        node.childNodes.forEach(hear);
    };
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
        const shade = attach.call(this, options);
        new MutationObserver((changes) => changes.forEach(
            ({ addedNodes }) => addedNodes.forEach(hear)
        )).observe(shade, { childList: true, subtree: true });
        return shade;
    };
"""


@pytest.fixture
def site(sqlite_template, tmp_path) -> Iterator[ChatSite]:
    with ChatSite(sqlite_template, tmp_path) as served:
        yield served


@pytest.fixture
def council(site) -> Iterator[Site]:
    """Another site that shows the chat, with a strict policy."""
    app = page_of_another_council(site.script)
    with Site(app, host="localhost", port=site.other_port) as served:
        yield served


@pytest.fixture
def complaints(page) -> list[str]:
    """What the browser has said against the page."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda line: said.append(line.text) if line.type in {"error", "warning"} else None,
    )
    return said


def focused(page: Page) -> str:
    """The name or text of what has the focus, inside the widget too."""
    return str(
        page.evaluate(
            """() => {
                let found = document.activeElement;
                while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
                return found?.getAttribute("aria-label") || found?.id || found?.textContent || "";
            }"""
        )
    ).strip()


def tab_to(page: Page, name: str, *, key: str = "Tab") -> None:
    for _ in range(30):
        page.keyboard.press(key)
        if focused(page) == name:
            return
    raise AssertionError(f"{name} cannot be reached; the focus is on {focused(page)!r}")


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_a_complaint_is_made_by_keyboard_alone(site, council, page):
    chat = Chat(page)
    page.goto(council.url)
    tab_to(page, "Chat to us")
    page.keyboard.press("Enter")
    assert focused(page) == "field"
    expect(chat.log).to_contain_text("tell me what happened")
    page.keyboard.type(STORY)
    page.keyboard.press("Enter")
    expect(chat.log).to_contain_text("how can we reply")
    page.keyboard.type(WHO)
    page.keyboard.press("Enter")
    expect(chat.button("Skip this question")).to_be_visible()
    tab_to(page, "Skip this question", key="Shift+Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "field"
    expect(chat.button("Send it")).to_be_visible()
    tab_to(page, "Send it", key="Shift+Tab")
    page.keyboard.press("Space")
    expect(chat.reference).to_be_visible()
    (case,) = site.cases()
    assert chat.reference.inner_text() == case.reference
    page.keyboard.press("Escape")
    assert focused(page) == "Chat to us"


def test_shift_and_enter_begin_a_new_line(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.field.click()
    page.keyboard.type("One")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two")
    assert chat.field.input_value() == "One\nTwo"
    chat.button("Send").click()
    expect(chat.turns.first).to_contain_text("One\nTwo", use_inner_text=True)


def test_what_was_said_before_a_reload_is_not_read_out_again(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    page.add_init_script(LISTENER)
    page.reload()
    expect(chat.log).to_have_attribute("aria-live", "polite")
    assert page.evaluate("window.heard") == []
    chat.say(WHO)
    heard = " ".join(page.evaluate("window.heard"))
    assert "large print" in heard
    assert STORY not in heard
    assert "alex.example" not in heard


def test_the_chat_fills_a_phones_screen_and_keeps_the_focus(site, council, page):
    chat = Chat(page)
    page.set_viewport_size(PHONE)
    page.emulate_media(reduced_motion="reduce")
    page.goto(council.url)
    chat.launcher.click()
    panel = page.get_by_role("dialog", name="Chat to us")
    expect(panel).to_have_attribute("aria-modal", "true")
    assert panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert not scrolls_sideways(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "Options"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "Send"


@pytest.mark.parametrize("address", ["/chat", "/"])
def test_nothing_scrolls_sideways_at_320_pixels(site, council, page, address):
    """WCAG 1.4.10: 1280 pixels at 400 %."""
    chat = Chat(page)
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto((site.url if address == "/chat" else council.url) + address)
    if address == "/":
        chat.launcher.click()
    chat.say(STORY + " See https://www.westbrook.example/" + "a-long-address-" * 8)
    chat.button("Options").click()
    assert not scrolls_sideways(page)
    assert page.evaluate(
        """() => Array.from(document.querySelector("intake-chat").shadowRoot.querySelectorAll("*"))
            .filter((one) => !one.classList.contains("unseen"))
            .every((one) => one.getBoundingClientRect().right <= window.innerWidth + 1)"""
    )
    expect(chat.button("Send")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_page_and_widget_have_no_accessibility_fault(
    site, council, page, accessibility_faults, width
):
    chat = Chat(page)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    faults = {}
    page.goto(council.url)
    faults["closed"] = accessibility_faults(page)
    chat.launcher.click()
    expect(chat.log).to_contain_text("tell me what happened")
    faults["open"] = accessibility_faults(page)
    page.goto(f"{site.url}/chat")
    faults["page"] = accessibility_faults(page)
    chat.tell_until_summary()
    chat.button("Options").click()
    faults["summary"] = accessibility_faults(page)
    chat.button("Send").last.click()
    faults["error"] = accessibility_faults(page)
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    faults["filed"] = accessibility_faults(page)
    assert {place: found for place, found in faults.items() if found} == {}


def test_everything_to_press_is_large_enough_for_a_finger(site, council, page):
    chat = Chat(page)
    page.set_viewport_size(PHONE)
    page.goto(council.url)
    chat.launcher.click()
    chat.say(STORY)
    chat.button("Options").click()
    small = page.evaluate(
        """() => Array.from(
                document.querySelector("intake-chat").shadowRoot.querySelectorAll("button"))
            .filter((one) => one.getClientRects().length)
            .map((one) => [one.textContent, one.offsetWidth, one.offsetHeight])
            .filter(([, width, height]) => width < 44 || height < 44)"""
    )
    assert small == []


def test_an_empty_or_too_long_message_is_told_of_at_the_field_and_kept(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.button("Send").click()
    assert focused(page) == "field"
    expect(chat.field).to_have_attribute("aria-invalid", "true")
    expect(chat.field).to_have_accessible_description(re.compile("^Error: Write your message"))
    chat.field.fill("a" * 5003)
    chat.field.press("Enter")
    expect(chat.field).to_have_accessible_description(re.compile("^Error: .* 3 characters too"))
    assert len(chat.field.input_value()) == 5003
    chat.field.fill("The bins were missed.")
    expect(chat.field).not_to_have_attribute("aria-invalid", "true")


def test_the_widget_works_on_another_site_under_a_strict_policy(site, council, page, complaints):
    chat = Chat(page)
    page.goto(council.url)
    chat.launcher.click()
    chat.tell_until_summary()
    chat.button("Send it").click()
    expect(chat.reference).to_be_visible()
    panel = page.get_by_role("dialog")
    assert panel.evaluate("one => getComputedStyle(one).position") == "fixed"
    assert len(site.cases()) == 1
    assert complaints == []


def test_a_site_that_is_not_in_the_settings_gets_no_answer(site, page):
    chat = Chat(page)
    app = page_of_another_council(site.script)
    with Site(app, host="localhost") as stranger:
        page.goto(stranger.url)
        chat.launcher.click()
        expect(page.get_by_text("We cannot reach the chat at the moment.")).to_be_visible()
    assert site.cases() == []


def test_keys_typed_into_the_chat_do_not_reach_the_page_around_it(site, council, page):
    chat = Chat(page)
    page.goto(council.url)
    page.evaluate("window.typed = []; addEventListener('keydown', (e) => typed.push(e.key))")
    chat.launcher.click()
    page.keyboard.type("abc")
    assert page.evaluate("window.typed") == []


def test_a_long_answer_begins_in_sight_and_says_that_there_is_more(site, council, page):
    chat = Chat(page)
    page.set_viewport_size(PHONE)
    page.goto(council.url)
    chat.launcher.click()
    expect(page.get_by_text("Hello. I am a chat bot")).to_be_in_viewport()
    chat.tell_until_summary()
    expect(page.get_by_text("This is what I will send.")).to_be_in_viewport()
    expect(chat.button("Send it")).not_to_be_in_viewport()
    chat.button("Read on").click()
    expect(chat.button("Send it")).to_be_in_viewport()
    expect(chat.button("Read on")).to_be_hidden()


def test_words_are_shown_as_text_and_only_safe_addresses_as_links(site, page):
    chat = Chat(page)
    page.goto(f"{site.url}/chat")
    chat.say('<img src=x onerror="document.title = 1"> <a href="javascript:alert(1)">press</a>')
    assert chat.log.locator("img").count() == 0
    assert chat.log.locator(".mine a").count() == 0
    chat.say("speak to a person")
    links = chat.log.locator(".theirs a").evaluate_all("all => all.map((one) => one.href)")
    assert "tel:01632960000" in links
    assert all(link.startswith(("https://", "tel:")) for link in links)


def test_high_contrast_keeps_the_edges_of_what_can_be_pressed(site, page):
    chat = Chat(page)
    page.emulate_media(forced_colors="active")
    page.goto(f"{site.url}/chat")
    chat.say(STORY)
    for button in (chat.button("Send"), chat.button("Skip this question")):
        assert button.evaluate("one => getComputedStyle(one).borderTopStyle") == "solid"


def test_nothing_moves_for_whoever_wants_less_motion(site, council, page):
    chat = Chat(page)
    page.emulate_media(reduced_motion="reduce")
    page.goto(council.url)
    chat.launcher.click()
    panel = page.get_by_role("dialog")
    assert panel.evaluate("one => getComputedStyle(one).animationName") == "none"


def test_the_script_is_small_and_kept_and_may_be_loaded_by_other_sites(site):
    answer = httpx.get(site.script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert len(gzip.compress(answer.content)) < 30_000
    unchanged = httpx.get(site.script, headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304
    page = httpx.get(f"{site.url}/chat")
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
