"""Measuring the classifier and training it again, as an operator does it."""

import json
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.support.residents import GRUMBLE, Council, mail, new_address

CORPUS = Path(__file__).parents[2] / "nlp_models" / "corpus"


def test_evaluate_reports_the_promised_figures_on_labelled_messages(
    council: Council, tmp_path: Path
) -> None:
    sample = tmp_path / "sample.jsonl"
    lines = (CORPUS / "test_everyday.jsonl").read_text(encoding="utf-8").splitlines()[:60]
    sample.write_text("\n".join(lines), encoding="utf-8")
    finished = council.intake.command("evaluate", str(sample))
    report = json.loads(finished.stdout)
    assert report["messages"] == 60
    assert {"macro_f1", "confusion", "calibration_error", "coverage", "auto"} <= set(report)


def test_evaluate_names_the_line_that_is_no_labelled_message(
    council: Council, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"text": "hello"}\n')
    finished = council.intake.command("evaluate", str(file))
    assert finished.returncode == 1
    assert "wrong.jsonl, line 1" in finished.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_trial_training_learns_from_officers_words_and_is_not_used(council: Council) -> None:
    message = mail(*GRUMBLE, sender=new_address(), name="Joanna Marsh")
    council.receive(message)
    reference = council.case_of(message)["reference"]
    correct(council, reference)
    finished = council.intake.command("retrain", "--limit", "300", timeout_seconds=380)
    assert finished.returncode == 0, finished.stderr
    assert "is a trial on 300 messages and is not used" in finished.stdout
    models = council.intake.data_folder / "models"
    (learnt,) = models.glob("*.corrections.jsonl")
    (entry,) = [
        json.loads(line)
        for line in learnt.read_text(encoding="utf-8").splitlines()
        if json.loads(line)["id"] == f"officer-{reference.lower()}"
    ]
    assert (entry["label"], entry["hard"]) == ("comment", True)
    assert not (models / "active").exists()


def test_a_model_that_is_not_there_cannot_be_used(council: Council) -> None:
    finished = council.intake.command("retrain", "--use", "yesterday")
    assert finished.returncode == 2
    assert "there is no such model" in finished.stderr


def correct(council: Council, reference: str) -> None:
    """An officer signs in and corrects a case through the API."""
    password = "a long enough password"
    council.intake.command(
        "officer", "add", "lee@council.example", "--name", "Lee", "--password-stdin",
        stdin=f"{password}\n",
    )  # fmt: skip
    with httpx.Client(base_url=council.intake.url, follow_redirects=True) as browser:
        page = browser.get("/sign-in")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "email": "lee@council.example", "password": password}
        browser.post("/sign-in", data=form)
        session = browser.get("/api/v1/session").json()
        case = browser.get(f"/api/v1/cases/{reference}").json()
        answer = browser.post(
            f"/api/v1/cases/{reference}/correct",
            headers={"X-CSRF-Token": session["csrf_token"]},
            json={"category": "comment", "reason": "only an idea", "version": case["version"]},
        )
    assert answer.status_code == httpx.codes.OK, answer.text
