"""Signing in and out in a browser, and what guards every page."""

import pytest

from intake.domain.officers import Role
from intake.entrypoints.web.sign_in import MOST_REFUSALS
from tests.support.desk import EMAIL, PASSWORD, Desk, hidden, sign_in

PAGES = (
    "/cases",
    "/cases/next",
    "/cases/FB-2222-22",
    "/cases/FB-2222-22/messages/1/original",
    "/cases/FB-2222-22/messages/1/formatted",
    "/cases/FB-2222-22/messages/1/attachments/0",
    "/operations",
    "/operations/messages/1/original",
)
FORMS = (
    "/cases/FB-2222-22/review",
    "/cases/FB-2222-22/letters/1/retry",
    "/operations/messages/1/retry",
    "/operations/letters/1/retry",
)


@pytest.fixture
def browser(desk):
    desk.officer()
    return desk.client()


def test_pages_and_forms_send_to_the_sign_in_page_when_nobody_is_signed_in(browser):
    for address in PAGES:
        answer = browser.get(address)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next={address.replace('/', '%2F')}"
    for address in FORMS:
        assert browser.post(address).headers["location"].startswith("/sign-in?next=")


def test_an_officer_lands_where_they_were_heading(browser):
    answer = sign_in(browser, to="/cases?status=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?status=all")
    assert "Robin Reader" in browser.get("/cases").text


def test_an_officer_is_not_sent_to_another_site(browser):
    answer = sign_in(browser, to="//phish.example.org")
    assert answer.headers["location"] == "/cases"


def test_the_sign_in_page_leads_on_when_somebody_is_signed_in(desk, browser):
    sign_in(browser)
    answer = browser.get("/sign-in", params={"next": "/operations"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/operations")


def test_a_refusal_reads_the_same_whatever_was_wrong(browser):
    for email, password in [(EMAIL, "wrong"), ("nobody@council.example", PASSWORD), ("", "")]:
        answer = sign_in(browser, email, password)
        assert answer.status_code == 422
        assert "Check your email address and password." in answer.text
        assert "intake_session" not in answer.headers["set-cookie"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    cookie = sign_in(browser).headers.get_list("set-cookie")[0].lower()
    assert cookie.startswith("intake_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


def test_the_cookie_is_bound_to_this_host_and_https_when_pages_are_served_by_https(
    migrated_database_url, tmp_path
):
    desk = Desk(migrated_database_url, tmp_path, HTTP_SECURE_COOKIES="true")
    desk.officer()
    cookie = sign_in(desk.client(base_url="https://council.example")).headers.get_list("set-cookie")
    assert cookie[0].startswith("__Host-intake_session=")
    assert "secure" in cookie[0].lower()
    assert "path=/" in cookie[0].lower()
    desk.close()


def test_a_token_put_into_the_browser_beforehand_is_not_the_one_signed_in(desk, browser):
    """Session fixation: an attacker's token stays worthless after the officer signs in."""
    browser.cookies.set("intake_session", "planted")
    sign_in(browser)
    attacker = desk.client(cookies={"intake_session": "planted"})
    assert attacker.get("/cases").status_code == 303


def test_signing_in_again_ends_the_session_before(desk, browser):
    sign_in(browser)
    first = browser.cookies["intake_session"]
    desk.clock.move(minutes=31)
    sign_in(browser)
    desk.clock.move(minutes=-31)
    assert desk.client(cookies={"intake_session": first}).get("/cases").status_code == 303


def test_a_sign_in_form_of_another_site_is_refused(browser):
    browser.get("/sign-in")
    for token in ("", "made-up"):
        form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
        assert browser.post("/sign-in", data=form).status_code == 403


def test_a_sign_in_form_made_for_another_browser_is_refused(desk, browser):
    token = hidden(desk.client().get("/sign-in").text, "csrf_token")
    browser.get("/sign-in")
    form = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
    assert browser.post("/sign-in", data=form).status_code == 403


def test_a_form_without_the_sessions_token_is_refused(desk):
    desk.officer()
    reference = desk.mail()
    browser = desk.signed_in()
    page = browser.get(f"/cases/{reference}").text
    form = {"seen": hidden(page, "seen"), "category": "complaint"}
    address = f"/cases/{reference}/review"
    assert browser.post(address, data=form).status_code == 403
    assert browser.post(address, data=form | {"csrf_token": "made-up"}).status_code == 403
    right = form | {"csrf_token": hidden(page, "csrf_token")}
    elsewhere = browser.post(address, data=right, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403
    assert browser.post(address, data=right).status_code == 303


def test_an_idle_session_ends_with_a_page_that_says_so_and_leads_back(desk, browser):
    sign_in(browser)
    desk.clock.move(minutes=30)
    answer = browser.get("/cases?status=all")
    assert answer.headers["location"] == "/sign-in?next=%2Fcases%3Fstatus%3Dall&ended=true"
    page = browser.get(answer.headers["location"]).text
    assert "Your session has ended" in page
    assert hidden(page, "next") == "/cases?status=all"


def test_a_form_sent_too_late_leads_back_to_its_page(desk):
    desk.officer()
    reference = desk.mail()
    browser = desk.signed_in()
    token = hidden(browser.get(f"/cases/{reference}").text, "csrf_token")
    desk.clock.move(hours=11)
    answer = browser.post(f"/cases/{reference}/review", data={"csrf_token": token})
    assert answer.headers["location"].startswith(f"/sign-in?next=%2Fcases%2F{reference}&ended")


def test_signing_out_ends_the_session_in_the_database_too(desk, browser):
    sign_in(browser)
    token = browser.cookies["intake_session"]
    form = {"csrf_token": hidden(browser.get("/cases").text, "csrf_token")}
    assert "You are signed out" in browser.post("/sign-out", data=form).text
    assert desk.client(cookies={"intake_session": token}).get("/cases").status_code == 303


def test_signing_out_needs_a_press_not_a_link(browser):
    sign_in(browser)
    assert browser.get("/sign-out").status_code == 405
    assert browser.get("/cases").status_code == 200


def test_an_account_is_locked_after_five_wrong_passwords(desk, browser):
    for _ in range(5):
        sign_in(browser, password="wrong")
    assert sign_in(browser).status_code == 422
    desk.clock.move(minutes=15)
    assert sign_in(browser).status_code == 303


def test_a_client_has_to_wait_when_it_tried_too_many_accounts(browser):
    for number in range(MOST_REFUSALS.amount):
        assert sign_in(browser, f"guess{number}@council.example").status_code == 422
    assert sign_in(browser, "another@council.example").status_code == 429


def test_every_answer_tells_the_browser_to_trust_nothing_else(desk, browser):
    signed_in = desk.signed_in()
    for answer in (
        browser.get("/sign-in"),
        signed_in.get("/cases"),
        signed_in.get("/nowhere"),
        signed_in.get("/api/v1/cases"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_no_page_holds_a_script_or_style_of_its_own_or_asks_another_site(desk):
    desk.officer()
    reference = desk.mail()
    browser = desk.signed_in()
    for address in ("/cases", f"/cases/{reference}", "/operations", "/nowhere"):
        page = browser.get(address).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src="/static/')
        assert "http://" not in page
        assert "https://" not in page


def test_nothing_of_the_governments_brand_is_on_a_page(desk):
    desk.officer()
    browser = desk.signed_in()
    page = browser.get("/cases").text
    assert "GOV.UK" not in page
    assert "Crown" not in page
    assert "crest" not in page
    assert "The council" in page


def test_more_than_any_form_holds_is_refused_whether_announced_or_not(browser):
    large = b"password=" + b"x" * 1_000_001
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/sign-in", content=large, headers=kind).status_code == 413
    unannounced = (large[start : start + 100_000] for start in range(0, len(large), 100_000))
    assert browser.post("/sign-in", content=unannounced, headers=kind).status_code in {400, 413}


def test_files_of_ours_are_kept_by_browsers_because_their_address_changes_with_them(browser):
    answer = browser.get("/static/pages.css?v=abc")
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in browser.get("/static/pages.css").headers["cache-control"]


def test_an_auditor_reads_everything_and_finds_no_button(desk):
    desk.officer("ada.auditor@council.example", role=Role.AUDITOR)
    reference = desk.mail()
    browser = desk.signed_in("ada.auditor@council.example")
    page = browser.get(f"/cases/{reference}").text
    assert "Your role reads cases and changes nothing." in page
    assert '<form action="/cases' not in page
