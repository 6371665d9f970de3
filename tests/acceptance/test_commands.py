"""The commands as scripts and operators use them."""

import csv
import io
import json
import smtplib

import httpx2 as httpx

from intake.domain.categories import Category
from tests.support.residents import COMPLAINT, Council, mail, new_address

CLASSIFIED = [
    "id",
    "category",
    "confidence",
    "probabilities",
    "decision",
    "reason",
    "urgent",
    "hazards",
    "area",
    "landlord",
    "language",
    "evidence",
    "model",
]
LISTED = [
    "reference",
    "category",
    "decision",
    "confidence",
    "status",
    "stage",
    "area",
    "landlord",
    "urgent",
    "channel",
    "subject",
    "from_addr",
    "received_at",
    "receipt_sent_at",
    "acknowledged_at",
    "respond_by",
    "message_ids",
]


def test_cases_are_listed_and_shown_as_json_with_the_promised_fields(council: Council) -> None:
    message = mail(*COMPLAINT, sender=new_address())
    council.receive(message)
    reference = council.case_of(message)["reference"]
    listed = council.intake.cases()
    assert [list(case) for case in listed] == [LISTED] * len(listed)
    assert reference in [case["reference"] for case in listed]
    shown = council.intake.case(reference)
    assert set(LISTED) <= set(shown)
    assert {"timeline", "letters", "classifications"} <= set(shown)
    assert all(set(event) == {"at", "kind", "by", "text"} for event in shown["timeline"])


def test_a_case_that_does_not_exist_is_named_and_the_status_is_one(council: Council) -> None:
    finished = council.intake.command("cases", "show", "FB-9999-99", "--json")
    assert finished.returncode == 1
    assert finished.stderr == "intake: There is no case with that reference.\n"


def test_classify_answers_each_line_in_order_with_the_promised_fields(council: Council) -> None:
    lines = [
        {"id": "a", "channel": "email", "subject": COMPLAINT[0], "text": COMPLAINT[1]},
        {"id": 7, "channel": "chat", "subject": "", "text": ""},
        {"id": "c", "channel": "chat", "text": "gaz fuit dans la cuisine \ud83d"},
    ]
    given = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    finished = council.intake.command("classify", "--jsonl", stdin=given)
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.returncode == 0, finished.stderr
    assert [answer["id"] for answer in answers] == ["a", 7, "c"]
    assert all(list(answer) == CLASSIFIED for answer in answers)
    assert all(set(answer["probabilities"]) == set(Category) for answer in answers)
    assert answers[0]["category"] == "complaint"
    assert answers[1]["decision"] == "review"


def test_classify_names_the_line_that_is_no_message(council: Council) -> None:
    finished = council.intake.command("classify", "--jsonl", stdin='{"text": "hello"}\n[1]\n')
    assert finished.returncode == 1
    assert "line 2 is not a JSON object" in finished.stderr


def test_classify_shows_whoever_watches_how_far_it_has_come(council: Council) -> None:
    given = council.intake.folder / "given.jsonl"
    line = json.dumps({"id": 1, "channel": "email", "subject": COMPLAINT[0], "text": COMPLAINT[1]})
    given.write_text(f"{line}\n" * 3)
    watched = council.intake.command_at_terminal("classify", "--jsonl", stdin=given)
    assert watched.returncode == 0
    assert "Classifying" in watched.terminal
    assert "100%" in watched.terminal
    assert [list(json.loads(each)) for each in watched.stdout.splitlines()] == [CLASSIFIED] * 3


def test_classify_says_nothing_beside_its_answers_when_nobody_watches(council: Council) -> None:
    finished = council.intake.command("classify", "--jsonl", stdin='{"id": 1, "text": "hello"}\n')
    assert (finished.returncode, finished.stderr) == (0, "")


def test_parse_prints_a_line_for_every_file_and_never_stops_at_a_bad_one(council: Council) -> None:
    good, bad = council.intake.folder / "good.eml", council.intake.folder / "bad.eml"
    good.write_bytes(mail("Lamp", "It is out.\n\n-- \nJo", sender="jo@example.org").as_bytes())
    bad.write_bytes(b"\x00\xff" * 500)
    finished = council.intake.command("parse", str(bad), str(good), "missing.eml")
    first, second, third = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.returncode == 0
    assert second["subject"] == "Lamp"
    assert (second["body"], second["from_addr"]) == ("It is out.", "jo@example.org")
    assert first["file"].endswith("bad.eml")
    assert third["file"] == "missing.eml"
    assert "missing.eml" in finished.stderr


def test_cases_are_exported_as_csv_that_no_spreadsheet_runs(council: Council) -> None:
    message = mail('=HYPERLINK("https://example.org")', "Hello there", sender=new_address())
    council.receive(message)
    reference = council.case_of(message)["reference"]
    finished = council.intake.command("export")
    rows = {row["reference"]: row for row in csv.DictReader(io.StringIO(finished.stdout))}
    assert rows[reference]["subject"].startswith("'=")


def test_the_report_counts_what_came_in(council: Council) -> None:
    council.case_of(_received(council))
    finished = council.intake.command("report", "--json")
    report = json.loads(finished.stdout)
    assert report["cases"] == len(council.cases())
    assert report["cases"] == sum(report["by_category"].values())


def test_the_transparency_record_tells_how_this_council_uses_the_classifier(
    council: Council,
) -> None:
    council.case_of(_received(council))
    page = council.intake.command("report", "transparency").stdout
    assert page.startswith("# Algorithmic Transparency Recording Standard")
    assert "Not filled in yet: set transparency.contact" in page
    assert "No case is closed, refused or downgraded by the program." in page
    record = json.loads(council.intake.command("report", "transparency", "--json").stdout)
    assert record["usage"]["cases"] == len(council.cases())
    assert record["usage"]["cases"] == (
        record["usage"]["decided_automatically"]
        + record["usage"]["filed_by_rule"]
        + record["usage"]["decided_by_an_officer_first"]
    )
    assert record["tier_2"]["model_specification"]["model_name"]
    assert record["measured"]["messages"] > 0


def test_the_transparency_record_holds_the_councils_own_words(council: Council) -> None:
    own = council.intake.folder / "own.toml"
    own.write_text('[transparency]\ncontact = "open@council.example"\n')
    finished = council.intake.command("--config", str(own), "report", "transparency", "--json")
    record = json.loads(finished.stdout)
    assert record["tier_1"]["contact_email"] == "open@council.example"
    assert "transparency.contact" not in record["not_filled_in"]


def _received(council: Council):
    message = mail(*COMPLAINT, sender=new_address())
    council.receive(message)
    return message


def test_check_says_of_each_part_whether_it_works(council: Council) -> None:
    finished = council.intake.command("check")
    answers = dict(line.split(": ", 1) for line in finished.stdout.splitlines())
    assert finished.returncode == 0, finished.stdout
    assert {"settings", "database", "letters", "relay", "model"} <= set(answers)
    assert all(answer.startswith("ok") for answer in answers.values())


def test_an_officer_added_by_command_can_sign_in(council: Council) -> None:
    added = council.intake.command(
        "officer", "add", "Kay@council.example", "--name", "Kay", "--password-stdin",
        stdin="a long enough password\n",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with httpx.Client(base_url=council.intake.url, follow_redirects=True) as browser:
        page = browser.get("/sign-in")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        entered = browser.post(
            "/sign-in",
            data={
                "csrf_token": token,
                "email": "kay@council.example",
                "password": "a long enough password",
            },
        )
    assert entered.url.path == "/cases"


def test_a_password_too_short_is_refused_with_what_is_needed(council: Council) -> None:
    finished = council.intake.command(
        "officer",
        "add",
        "kay@council.example",
        "--name",
        "Kay",
        "--password-stdin",
        stdin="short\n",
    )
    assert finished.returncode == 1
    assert finished.stderr == "intake: A password needs at least 12 characters.\n"


def test_health_and_metrics_answer_without_signing_in(council: Council) -> None:
    assert httpx.get(f"{council.intake.url}/health/live").status_code == httpx.codes.OK
    assert httpx.get(f"{council.intake.url}/health/ready").status_code == httpx.codes.OK
    metrics = httpx.get(f"{council.intake.url}/metrics")
    assert metrics.status_code == httpx.codes.OK
    assert "intake_" in metrics.text
    with smtplib.SMTP("127.0.0.1", council.intake.smtp_port) as client:
        assert client.ehlo()[0] == 250
