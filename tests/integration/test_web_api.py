"""The JSON API, as a script of the council uses it."""

import pytest

from intake.domain.categories import Category
from intake.domain.officers import Role
from intake.services.ports import CaseQuery
from intake.services.read_cases import case_as_json, case_file_as_json
from tests.support.desk import EMAIL

LIST_FIELDS = [
    "reference", "category", "decision", "confidence", "status", "stage", "area", "landlord",
    "urgent", "channel", "subject", "from_addr", "received_at", "receipt_sent_at",
    "acknowledged_at", "respond_by", "message_ids",
]  # fmt: skip


@pytest.fixture
def script(desk):
    desk.officer()
    browser = desk.signed_in()
    browser.headers["X-CSRF-Token"] = browser.get("/api/v1/session").json()["csrf_token"]
    return browser


def test_a_script_learns_who_it_is(script):
    session = script.get("/api/v1/session").json()
    assert (session["email"], session["role"]) == (EMAIL, "officer")


def test_nothing_is_told_when_nobody_is_signed_in(desk):
    for address in ("/api/v1/session", "/api/v1/cases", "/api/v1/cases/FB-2222-22"):
        answer = desk.client().get(address)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/json"


def test_a_case_in_a_list_has_the_fields_of_the_contract(desk, script):
    reference = desk.mail(category=Category.COMPLAINT, confidence=0.82)
    assert script.get("/api/v1/cases").json() == {
        "cases": [
            {
                "reference": reference,
                "category": "complaint",
                "decision": "review",
                "confidence": 0.82,
                "status": "to_review",
                "stage": 1,
                "area": "waste_recycling",
                "landlord": False,
                "urgent": False,
                "channel": "email",
                "subject": "Bins in Elm Row",
                "from_addr": "alex.example@example.org",
                "received_at": "2025-03-03T09:05:00Z",
                "receipt_sent_at": None,
                "acknowledged_at": None,
                "respond_by": "2025-03-24",
                "message_ids": ["<first@example.org>"],
            }
        ],
        "next": None,
    }


def test_the_api_says_what_the_command_line_says(desk, script):
    reference = desk.mail()
    read = desk.application.read_cases
    row = case_as_json(read.page(CaseQuery()).rows[0])
    assert list(row) == LIST_FIELDS
    assert script.get("/api/v1/cases").json()["cases"] == [row]
    whole = case_file_as_json(read.file(reference))
    assert list(whole)[: len(LIST_FIELDS)] == LIST_FIELDS
    assert {"timeline", "letters", "classifications"} <= set(whole)
    assert set(whole["timeline"][0]) == {"at", "kind", "by", "text"}
    answered = script.get(f"/api/v1/cases/{reference.lower()}").json()
    assert answered == whole


def test_a_list_is_narrowed_and_goes_on(desk, script):
    for number in range(3):
        desk.mail(
            f"From: a@example.org\nSubject: {number}\nMessage-ID: <{number}@example.org>\n\nHello\n"
        )
    first = script.get("/api/v1/cases", params={"limit": 2, "order": "queue"}).json()
    assert [case["subject"] for case in first["cases"]] == ["0", "1"]
    rest = {"limit": 2, "order": "queue", "after": first["next"]}
    second = script.get("/api/v1/cases", params=rest).json()
    assert [case["subject"] for case in second["cases"]] == ["2"]
    assert second["next"] is None
    assert script.get("/api/v1/cases", params={"category": "compliment"}).json()["cases"] == []
    assert script.get("/api/v1/cases", params={"urgent": "true"}).json()["cases"] == []


def test_a_wrong_field_is_named(script):
    for name, value in [("status", "odd"), ("limit", "0"), ("limit", "201"), ("after", "x")]:
        answer = script.get("/api/v1/cases", params={name: value})
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["field"] == name


def test_a_script_confirms_a_case(desk, script):
    reference = desk.mail(category=Category.COMMENT)
    case = script.get(f"/api/v1/cases/{reference}").json()
    sent = {"version": case["version"], "seconds_taken": 4}
    after = script.post(f"/api/v1/cases/{reference}/confirm", json=sent).json()
    assert (after["status"], after["category"]) == ("open", "comment")
    assert after["reviews"][0]["seconds_taken"] == 4


def test_a_script_corrects_a_case(desk, script):
    reference = desk.mail(category=Category.COMMENT)
    case = script.get(f"/api/v1/cases/{reference}").json()
    sent = {"version": case["version"], "category": "complaint", "reason": "It was promised."}
    after = script.post(f"/api/v1/cases/{reference}/correct", json=sent).json()
    assert (after["status"], after["category"], after["stage"]) == ("open", "complaint", 1)
    assert after["reviews"][0]["model_category"] == "comment"


def test_a_change_is_refused_without_the_token_or_the_right(desk, script):
    reference = desk.mail()
    address = f"/api/v1/cases/{reference}/confirm"
    version = script.get(f"/api/v1/cases/{reference}").json()["version"]
    del script.headers["X-CSRF-Token"]
    assert script.post(address, json={"version": version}).status_code == 403
    desk.officer("ada.auditor@council.example", role=Role.AUDITOR)
    auditor = desk.signed_in("ada.auditor@council.example")
    token = auditor.get("/api/v1/session").json()["csrf_token"]
    refused = auditor.post(address, json={"version": version}, headers={"X-CSRF-Token": token})
    assert refused.status_code == 403


def test_a_change_to_what_has_changed_or_is_not_there_is_refused(desk, script):
    reference = desk.mail()
    address = f"/api/v1/cases/{reference}/confirm"
    assert script.post(address, json={"version": 99}).status_code == 409
    assert script.post(address, json={"version": 1, "odd": 1}).status_code == 422
    assert script.get("/api/v1/cases/FB-2222-22").status_code == 404


def test_the_description_lists_the_api_and_no_page(script):
    described = script.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/session",
        "/api/v1/cases",
        "/api/v1/cases/{reference}",
        "/api/v1/cases/{reference}/blind",
        "/api/v1/cases/{reference}/confirm",
        "/api/v1/cases/{reference}/correct",
    }
    assert script.get("/docs").status_code == 404
    assert script.get("/redoc").status_code == 404
