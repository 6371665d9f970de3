"""`intake evaluate` and `intake retrain`: measure the classifier, and train it again.

Training is a program of its own (`nlp_models.training`), started as a process: the service never
imports it. Models trained here are kept in `data_dir/models`; the one in use is named in the file
`active` there, and without that file the shipped model is used. Whoever waits at a terminal sees on
standard error how far the work has come.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from intake.bootstrap import Application, active_model_file, model_dir
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import MessageText
from intake.domain.hazards import Hazard
from intake.entrypoints import progress
from intake.errors import ConfigurationError, DependencyError, InvalidSubmission
from intake.services.collect_corrections import corrections
from intake.services.compare_models import reasons_against
from intake.services.evaluate_classifier import Answered, Expected, full_report
from intake.services.report_evaluation import evaluation_as_markdown
from intake.settings import INSTALLATION_DIR

# What fills a report's pages and not a terminal.
_REPORT_ONLY = ("risk_coverage", "surest_mistakes", "missed_complaints")


def evaluate_on(
    application: Application, files: Sequence[Path], *, report_dir: Path | None = None
) -> dict[str, Any]:
    """The figures of the classifier in use on labelled messages of these JSON Lines files.

    With ``report_dir`` a report is written there, over one that is there: ``report.json`` with all
    figures, ``report.md`` to read, and pictures. Raises ``InvalidSubmission`` naming a line that is
    no labelled message, and ``ConfigurationError`` when the folder cannot be written to.
    """
    labelled = [_labelled(file, number, line) for file in files for number, line in _lines(file)]
    if not labelled:
        raise InvalidSubmission("The files hold no messages.")
    if report_dir is not None:
        _make_folder(report_dir)
    answers = progress.counted(
        application.classifier.classify_many(message for _, message, _ in labelled),
        label="Classifying",
        length=len(labelled),
    )
    answered = [
        Answered(id=name, message=message, expected=expected, said=said)
        for (name, message, expected), said in zip(labelled, answers, strict=True)
    ]
    figures = full_report(answered)
    if report_dir is not None:
        _write_report(figures, report_dir, [file.name for file in files])
    return {name: each for name, each in figures.items() if name not in _REPORT_ONLY}


def retrain(application: Application, *, limit: int | None = None) -> tuple[Path, list[str]]:
    """Train a model from the corpus and the officers' words; use it unless it is worse.

    Gives its folder and what was worse about it. The model in use before is kept. With ``limit`` it
    learns from so many messages only, to see that training works here, and is never used. Raises
    ``DependencyError`` when the training fails.
    """
    models = application.settings.data_dir / "models"
    folder = models / application.clock.now().strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True)
    learnt = folder.with_suffix(".corrections.jsonl")
    progress.step("Collecting officers' words")
    with learnt.open("w", encoding="utf-8") as out:
        for each in corrections(application.store):
            out.write(json.dumps(each) + "\n")
    _train(folder, learnt, limit, against=model_dir(application.settings))
    if limit is not None:
        return folder, []
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    figures = meta["intake"]["figures"]
    worse = reasons_against(figures["test_of_the_other"], figures["test"])
    if not worse:
        use_model(application, folder.name)
    return folder, worse


def use_model(application: Application, name: str) -> None:
    """Use a model of this installation from the next start on; ``shipped`` is the one that came.

    Raises ``ConfigurationError`` when there is no such model.
    """
    active = active_model_file(application.settings)
    if name == "shipped":
        active.unlink(missing_ok=True)
        return
    if not (active.parent / name / "meta.json").is_file():
        raise ConfigurationError(f"{active.parent / name}: there is no such model")
    draft = active.with_suffix(".new")
    draft.write_text(f"{name}\n", encoding="utf-8")
    draft.replace(active)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigurationError(f"--report {folder}: cannot be made: {exc.strerror}") from exc


def _write_report(figures: dict[str, Any], folder: Path, files: Sequence[str]) -> None:
    progress.step("Drawing")
    # matplotlib takes a second to import; only reports have pictures.
    from intake.adapters.report_figures import draw_figures

    try:
        (folder / "report.json").write_text(
            json.dumps({"files": files, **figures}, indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        (folder / "report.md").write_text(
            evaluation_as_markdown(figures, files=files), encoding="utf-8"
        )
        draw_figures(figures, folder)
    except OSError as exc:
        raise ConfigurationError(f"--report {folder}: cannot be written: {exc.strerror}") from exc


def _train(folder: Path, learnt: Path, limit: int | None, *, against: Path) -> None:
    command = [sys.executable, "-m", "nlp_models.training"]
    command += ["--out", str(folder.resolve()), "--against", str(against.resolve())]
    if learnt.stat().st_size:
        command += ["--corrections", str(learnt.resolve())]
    if limit is not None:
        command += ["--limit", str(limit)]
    # The training names its steps on its standard output; ours is for the answer alone.
    steps = sys.stderr.fileno() if progress.is_shown() else subprocess.DEVNULL
    progress.step("Training")
    try:
        finished = subprocess.run(command, cwd=INSTALLATION_DIR, stdout=steps, check=False)  # noqa: S603 - our own
    except OSError as exc:
        raise DependencyError(f"The training could not be started: {exc.strerror}") from exc
    if finished.returncode:
        raise DependencyError(
            "The training failed; the lines above say why. It needs the libraries that "
            "`make model` sets up."
        )


def _lines(file: Path) -> Iterable[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSubmission(f"{file}: cannot be read: {exc}") from exc
    return ((n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip())


def _labelled(file: Path, number: int, line: str) -> tuple[str, MessageText, Expected]:
    try:
        fields = json.loads(line)
        hard, hazards = fields.get("hard"), fields.get("hazards")
        return (
            str(fields.get("id", f"{file.name}:{number}")),
            MessageText(
                channel=fields["channel"], subject=fields.get("subject", ""), text=fields["text"]
            ),
            Expected(
                category=Category(fields["label"]),
                urgent=bool(fields["urgent"]),
                area=ServiceArea(fields["area"]),
                landlord=bool(fields["landlord"]),
                hazards=None if hazards is None else tuple(Hazard(kind) for kind in hazards),
                hard=None if hard is None else bool(hard),
            ),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise InvalidSubmission(f"{file}, line {number}: is no labelled message: {exc}") from exc
