"""A real Chromium for the page tests; each test gets a browser profile of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.support.axe import AXE_SCRIPT
from tests.support.chromium import FLAGS, find_chromium
from tests.support.requirement import missing


# Not for the whole run: while it lasts an event loop runs in this thread, and no test elsewhere
# that is asynchronous could start its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        missing("chromium", "install Chromium")
    playwright: Playwright = request.getfixturevalue("playwright")
    launched = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
    yield launched
    launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with no cookies, as on an officer's own machine."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page_without_scripts(browser: Browser) -> Iterator[Page]:
    """As `page`, with JavaScript off: everything must work there too."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def accessibility_faults() -> Callable[[Page], list[dict[str, Any]]]:
    """Finds what axe-core holds against a page by WCAG 2.2 AA: rule, reason and elements."""

    def check(page: Page) -> list[dict[str, Any]]:
        page.evaluate(AXE_SCRIPT.read_text())
        result = page.evaluate(
            """() => axe.run(document, {runOnly: [
                "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})"""
        )
        return [
            {
                "rule": fault["id"],
                "reason": fault["help"],
                "elements": [node["html"] for node in fault["nodes"]],
            }
            for fault in result["violations"]
        ]

    return check
