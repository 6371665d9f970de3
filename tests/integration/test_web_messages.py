"""A resident's message as officers read it: text, markup in a sandbox, the rest as downloads."""

import pytest

from tests.support.desk import MAIL

PARTS = """From: Sam Sample <sam.sample@example.org>
To: feedback@council.example
Subject: Lamp in Elm Row
Message-ID: <parts@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8

The lamp is out.

On Mon, 3 Mar 2025 at 08:00, Council <feedback@council.example> wrote:
> Thank you for your message.

--inner
Content-Type: text/html; charset=utf-8

<p onclick="x()">The <b>lamp</b> is out.</p><script>alert(1)</script>
<img src="https://tracker.example.org/a.gif"><a href="https://phish.example.org">here</a>
--inner--
--outer
Content-Type: text/html; name="page.html"
Content-Disposition: attachment; filename="page.html"

<script>alert(document.cookie)</script>
--outer
Content-Type: image/png; name="=?utf-8?q?L=C3=A1mpara_=22x=22=2Epng?="
Content-Disposition: attachment; filename="=?utf-8?q?L=C3=A1mpara_=22x=22=2Epng?="
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer--
"""


@pytest.fixture
def browser(desk):
    desk.officer()
    return desk.signed_in()


@pytest.fixture
def address(desk):
    """The address of the message of a case, and of what is below it."""
    reference = desk.mail(PARTS)
    message = desk.application.read_cases.file(reference).messages[0]
    return f"/cases/{reference}/messages/{message.id}"


def test_the_text_comes_first_and_what_was_set_apart_is_folded_away(browser, address):
    page = browser.get(address.partition("/messages")[0]).text
    assert "The lamp is out." in page
    folded = page.index("Earlier messages, signature and other text set apart")
    assert page.index("The lamp is out.") < folded < page.index("Thank you for your message.")


def test_the_markup_of_a_mail_stands_in_a_sandboxed_frame(browser, address):
    page = browser.get(address.partition("/messages")[0]).text
    assert f'<iframe class="app-formatted" src="{address}/formatted" sandbox=""' in page
    assert "tracker.example.org" not in page


def test_the_framed_page_is_cleaned_and_may_do_nothing(browser, address):
    answer = browser.get(f"{address}/formatted")
    assert "<p>The <b>lamp</b> is out.</p>" in answer.text
    for sign in ("script", "onclick", "tracker.example.org", "phish.example.org"):
        assert sign not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox;" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["cache-control"] == "no-store"


def test_a_message_without_markup_has_no_frame(desk, browser):
    page = browser.get(f"/cases/{desk.mail(MAIL)}").text
    assert "<iframe" not in page


def test_attachments_are_listed_and_only_ever_downloaded(browser, address):
    page = browser.get(address.partition("/messages")[0]).text
    assert f'href="{address}/attachments/0">page.html</a>' in page
    answer = browser.get(f"{address}/attachments/0")
    assert answer.content.strip() == b"<script>alert(document.cookie)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_name_of_an_attachment_cannot_break_out_of_its_header(browser, address):
    answer = browser.get(f"{address}/attachments/1")
    assert answer.content == b"\x89PNG\r\n\x1a\n"
    disposition = answer.headers["content-disposition"]
    assert disposition.count('"') == 2
    assert "filename*=UTF-8''L%C3%A1mpara" in disposition


def test_an_attachment_that_is_not_there_is_not_found(browser, address):
    for number in ("2", "-1", "999999999999999999999", "x"):
        assert browser.get(f"{address}/attachments/{number}").status_code == 404


def test_the_original_is_downloaded_byte_for_byte(browser, address):
    answer = browser.get(f"{address}/original")
    assert answer.content == PARTS.replace("\n", "\r\n").encode()
    assert ".eml" in answer.headers["content-disposition"]


def test_a_message_is_not_found_under_another_case(desk, browser, address):
    other = desk.mail(MAIL)
    elsewhere = address.replace(address.split("/")[2], other)
    for page in ("original", "formatted", "attachments/0"):
        assert browser.get(f"{elsewhere}/{page}").status_code == 404


def test_a_message_of_a_machine_says_so(desk, browser):
    reference = desk.mail(
        MAIL.replace("Subject:", "Auto-Submitted: auto-replied\nSubject: Automatic reply:")
    )
    assert "Sent by a machine" in browser.get(f"/cases/{reference}").text
