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
    finished = council.intake.command("evaluate", str(sample(tmp_path)))
    report = json.loads(finished.stdout)
    assert report["messages"] == 60
    assert {"macro_f1", "confusion", "calibration_error", "coverage", "auto"} <= set(report)


def test_evaluate_writes_a_report_to_read_with_pictures(council: Council, tmp_path: Path) -> None:
    folder = tmp_path / "reports" / "today"
    finished = council.intake.command("evaluate", str(sample(tmp_path)), "--report", str(folder))
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    assert {path.name for path in folder.iterdir()} == {
        "report.json",
        "report.md",
        "confusion.png",
        "reliability.png",
        "risk_coverage.png",
    }
    printed = json.loads(finished.stdout)
    written = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert {name: written[name] for name in printed} == printed
    assert written["files"] == ["sample.jsonl"]
    assert written["risk_coverage"][-1]["risk"] == pytest.approx(1 - printed["accuracy"], abs=1e-3)
    assert sum(each["count"] for each in written["reliability"]) == 60
    assert written["slices"]["hard"]["yes"]["messages"] > 0
    assert written["hazards"]["gas"].keys() == {"precision", "recall", "f1", "count"}
    page = (folder / "report.md").read_text(encoding="utf-8")
    assert all(mistake["id"] in page for mistake in written["surest_mistakes"])


def test_a_report_that_cannot_be_written_is_refused_before_the_work(
    council: Council, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    finished = council.intake.command(
        "evaluate", str(sample(tmp_path)), "--report", str(tmp_path / "taken" / "report")
    )
    assert finished.returncode == 2
    assert "cannot be made" in finished.stderr


def test_evaluate_shows_whoever_watches_how_far_it_has_come(
    council: Council, tmp_path: Path
) -> None:
    watched = council.intake.command_at_terminal("evaluate", str(sample(tmp_path)))
    assert watched.returncode == 0
    assert "Classifying" in watched.terminal
    assert "100%" in watched.terminal
    assert json.loads(watched.stdout)["messages"] == 60


def sample(folder: Path) -> Path:
    """Sixty labelled messages."""
    file = folder / "sample.jsonl"
    lines = (CORPUS / "test_everyday.jsonl").read_text(encoding="utf-8").splitlines()[:60]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


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
    (answer,) = finished.stdout.splitlines()
    assert answer.endswith("is a trial on 300 messages and is not used")
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
