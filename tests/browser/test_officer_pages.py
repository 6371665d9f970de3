"""The officers' pages in a real browser: by keyboard, without scripts, and for everybody."""

import shutil
import threading
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

import pytest
import uvicorn

from intake.domain.categories import Category
from intake.domain.classification import Decision
from tests.support.desk import EMAIL, MAIL, PASSWORD, Desk
from tests.support.ports import free_port
from tests.support.waiting import poll_until

pytestmark = pytest.mark.chromium

FORMATTED = """From: Sam Sample <sam.sample@example.org>
To: feedback@council.example
Subject: Lamp in Elm Row
Message-ID: <formatted@example.org>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>The <b>lamp</b> is out.</p><script>document.title = "taken over"</script>
<img src="https://tracker.example.org/a.gif">
"""


class Served:
    """A desk behind a real web server on this machine."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        config = uvicorn.Config(desk.app, host="127.0.0.1", port=port, log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    def __enter__(self) -> Self:
        self._thread.start()
        poll_until(lambda: self._server.started, 20)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.desk.close()

    def sign_in(self, page) -> None:
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Email address").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/cases")


@pytest.fixture
def served(sqlite_template, tmp_path) -> Iterator[Served]:
    shutil.copyfile(sqlite_template, tmp_path / "intake.db")
    desk = Desk(f"sqlite:///{tmp_path / 'intake.db'}", tmp_path)
    desk.officer()
    with Served(desk) as served:
        yield served


@pytest.fixture
def served_blind(sqlite_template, tmp_path) -> Iterator[Served]:
    """As `served`, with every case filed automatically drawn for a blind reading."""
    shutil.copyfile(sqlite_template, tmp_path / "intake.db")
    desk = Desk(f"sqlite:///{tmp_path / 'intake.db'}", tmp_path, LEARNING_BLIND_READING_SHARE="1")
    desk.officer()
    with Served(desk) as served:
        yield served


def category_of(served: Served, reference: str) -> Category | None:
    return served.desk.application.read_cases.file(reference).case.category


@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_has_an_accessibility_fault_or_scrolls_sideways(
    served, page, accessibility_faults, width
):
    """WCAG 2.2 AA; 320 pixels wide is what 1.4.10 asks for."""
    reference = served.desk.mail(category=Category.COMPLAINT, urgent=True, hazards=("gas",))
    html = served.desk.mail(FORMATTED)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served.url}/sign-in")
    faults = {"/sign-in": accessibility_faults(page)}
    served.sign_in(page)
    for address in (
        "/cases",
        "/cases?status=all&q=nothing",
        f"/cases/{reference}",
        f"/cases/{html}",
        "/operations",
        "/nowhere",
    ):
        page.goto(served.url + address)
        for summary in page.locator("summary").all():
            summary.click()
        faults[address] = accessibility_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert {address: found for address, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_pages_of_blind_readings_have_no_accessibility_fault_and_do_not_scroll_sideways(
    served_blind, page, accessibility_faults, width
):
    reference = served_blind.desk.mail(category=Category.COMMENT, decision=Decision.AUTO)
    page.set_viewport_size({"width": width, "height": 800})
    served_blind.sign_in(page)
    faults = {}

    def look(name: str) -> None:
        faults[name] = accessibility_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name

    for address in ("/cases/blind", f"/cases/{reference}"):
        page.goto(served_blind.url + address)
        look(address)
    page.locator("input[type=radio][value=complaint]").check()
    page.get_by_role("button", name="Save my answer").click()
    page.wait_for_url("**done=read")
    look("the answer")
    page.goto(f"{served_blind.url}/learning")
    for summary in page.locator("summary").all():
        summary.click()
    look("/learning")
    assert {address: found for address, found in faults.items() if found} == {}


def test_a_case_is_read_blind_with_one_key_and_enter(served_blind, page):
    reference = served_blind.desk.mail(category=Category.COMMENT, decision=Decision.AUTO)
    served_blind.sign_in(page)
    page.goto(f"{served_blind.url}/cases/blind/next")
    page.keyboard.press("4")
    assert page.locator("input[type=radio][value=complaint]").is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**done=read")
    page.get_by_role("link", name="Say why").click()
    page.keyboard.type("It was promised.")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=corrected")
    assert category_of(served_blind, reference) is Category.COMPLAINT


def test_a_case_is_corrected_with_one_key_a_reason_and_enter(served, page):
    reference = served.desk.mail(category=Category.COMMENT)
    served.sign_in(page)
    page.goto(f"{served.url}/cases/{reference}")
    page.keyboard.press("4")
    assert page.locator("input[type=radio][value=complaint]").is_checked()
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.type("It was promised 2 times.")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=corrected")
    assert category_of(served, reference) is Category.COMPLAINT


def test_a_case_is_confirmed_with_its_key_and_enter(served, page):
    reference = served.desk.mail(category=Category.COMPLAINT)
    served.sign_in(page)
    page.goto(f"{served.url}/cases/{reference}")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=confirmed")


def test_the_keys_can_be_turned_off_and_stay_off(served, page):
    """WCAG 2.1.4."""
    reference = served.desk.mail(category=Category.COMPLAINT)
    served.sign_in(page)
    page.goto(f"{served.url}/cases/{reference}")
    page.get_by_role("button", name="Turn these keys off").click()
    for _ in range(2):
        page.locator("h1").click()
        page.keyboard.press("1")
        assert page.locator("input[type=radio][value=complaint]").is_checked()
        page.reload()
    page.get_by_role("button", name="Turn these keys on").click()
    page.locator("h1").click()
    page.keyboard.press("1")
    assert page.locator("input[type=radio][value=compliment]").is_checked()


def test_keys_do_nothing_while_an_officer_writes(served, page):
    reference = served.desk.mail(category=Category.COMPLAINT)
    served.sign_in(page)
    page.goto(f"{served.url}/cases/{reference}")
    page.locator("#reason").fill("")
    page.locator("#reason").press_sequentially("1 n 2")
    assert page.locator("#reason").input_value() == "1 n 2"
    assert page.locator("input[type=radio][value=complaint]").is_checked()


def test_everything_is_reached_by_keyboard_alone(served, page):
    reference = served.desk.mail(category=Category.COMPLAINT)
    page.goto(f"{served.url}/cases/{reference}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.locator("#email").focus()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{reference}")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Confirm: complaint":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**done=confirmed")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


def test_the_pages_work_without_scripts(served, page_without_scripts):
    page = page_without_scripts
    reference = served.desk.mail(category=Category.COMMENT)
    served.sign_in(page)
    page.get_by_role("link", name="Bins in Elm Row").click()
    assert page.get_by_role("button", name="Turn these keys off").count() == 0
    page.locator("input[type=radio][value=complaint]").check()
    page.get_by_label("Why is it not what it is filed as?").fill("It was promised.")
    page.get_by_role("button", name="Save category").click()
    page.wait_for_url("**done=corrected")
    assert category_of(served, reference) is Category.COMPLAINT


def test_a_mails_own_markup_runs_nothing_and_asks_no_other_site(served, page):
    reference = served.desk.mail(FORMATTED)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    served.sign_in(page)
    page.goto(f"{served.url}/cases/{reference}")
    title = page.title()
    page.get_by_text("The message with its formatting").click()
    frame = page.frame_locator("iframe.app-formatted")
    assert frame.locator("b").inner_text() == "lamp"
    assert frame.locator("script, img").count() == 0
    assert page.title() == title
    assert set(asked) == {urlsplit(served.url).netloc}


def test_no_page_breaks_its_own_security_policy(served, page):
    reference = served.desk.mail(MAIL)
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    served.sign_in(page)
    for address in ("/cases", f"/cases/{reference}", "/operations"):
        page.goto(served.url + address)
    assert complaints == []
