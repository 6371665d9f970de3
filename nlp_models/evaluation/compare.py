"""Compares the shipped classifier with the recipes others use, on the same test split.

Run it as `python -m nlp_models.evaluation.compare --out DIR`. Every recipe learns from the train
split alone and is asked about every message of the test split; the figures are those of
`intake.services.evaluate_classifier`. The folder gets `comparison.json`, `comparison.md` (one row a
recipe) and `risk_coverage.png`. The recipes themselves are in `rivals`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from threadpoolctl import threadpool_limits

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision
from intake.errors import IntakeError
from intake.services.evaluate_classifier import (
    PROMISED_PRECISIONS,
    Expected,
    Pair,
    report,
    risk_coverage,
)
from nlp_models.evaluation.rivals import CATEGORIES, Answers, Recipe, recipes
from nlp_models.training.corpus import (
    LabelledMessage,
    corpus_files,
    corpus_hash,
    fold,
    read_corpus,
    splits,
)

MODEL_DIR = Path(__file__).resolve().parent.parent / "model"

# Okabe and Ito's colours, told apart by colour-blind readers; the form of the line differs too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
_FORMS = ("-", "--", "-.", ":")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One recipe's figures. `learning_seconds` is None for a model that came ready from disk."""

    recipe: Recipe
    answers: Answers
    figures: Mapping[str, Any]
    learning_seconds: float | None
    answering_seconds: float


def measure(
    recipe: Recipe, learnt: Sequence[LabelledMessage], asked: Sequence[LabelledMessage]
) -> Row:
    """Has the recipe learn and answer, and measures the answers and both times."""
    started = time.perf_counter()
    answer = recipe.learn(learnt)
    ready = time.perf_counter()
    answers = answer([one.message for one in asked])
    ended = time.perf_counter()
    return Row(
        recipe=recipe,
        answers=answers,
        figures=figures(asked, answers),
        learning_seconds=round(ready - started, 1) if recipe.learns else None,
        answering_seconds=round(ended - ready, 2),
    )


def figures(asked: Sequence[LabelledMessage], answers: Answers) -> dict[str, Any]:
    """The figures of these answers; `auto` is None for a recipe that decides nothing alone."""
    said = pairs(asked, answers)
    whole = report(said)
    return {
        "accuracy": whole["accuracy"],
        "macro_f1": whole["macro_f1"],
        "complaint_recall": whole["categories"][Category.COMPLAINT.value]["recall"],
        "calibration_error": whole["calibration_error"],
        "coverage": whole["coverage"],
        "auto": None if answers.decided is None else whole["auto"],
        "risk_coverage": risk_coverage(said),
    }


def pairs(asked: Sequence[LabelledMessage], answers: Answers) -> list[Pair]:
    """Each message with its answer as a classification that says the category alone."""
    decided = answers.decided
    if decided is None:
        decided = np.zeros(len(asked), dtype=np.bool_)
    return [
        (_expected(one), _classification(row, auto=bool(auto)))
        for one, row, auto in zip(asked, answers.probabilities, decided, strict=True)
    ]


def as_markdown(rows: Sequence[Row]) -> str:
    """The table of the model card, one line a recipe."""
    heading = (
        "| | Accuracy | Macro F1 | Complaint recall | ECE | Coverage at 97 % / 98 % "
        "| Decided alone, share right | Complaints missed | Learning | Answering |"
    )
    rule = "|---" * 10 + "|"
    return "\n".join([heading, rule, *map(_line, rows), ""])


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draws the risk-coverage curves of all rows as one PNG. Raises `OSError`."""
    figure = Figure(figsize=(8.5, 5.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    highest = 0.05
    for number, row in enumerate(rows):
        points = row.figures["risk_coverage"]
        coverage = [each["coverage"] for each in points]
        risk = [each["risk"] for each in points]
        form, colour = _FORMS[number % len(_FORMS)], _COLOURS[number % len(_COLOURS)]
        axes.plot(coverage, risk, linestyle=form, color=colour, label=row.recipe.name)
        highest = max([highest, *_settled(coverage, risk)])
    for precision, form in zip(PROMISED_PRECISIONS, ("-", "--"), strict=True):
        label = f"{precision:.0%} right"
        axes.axhline(1 - precision, color="#595959", linestyle=form, linewidth=0.8, label=label)
    axes.set_xlabel("Share of messages answered, surest first")
    axes.set_ylabel("Share of these answers that are wrong")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlim(0, 1.01)
    axes.set_ylim(0, 1.1 * highest)
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=150)


def main(arguments: list[str] | None = None) -> int:
    """Measures the recipes one after the other and writes the three files.

    Ends with status 1 and one sentence when the corpus, the model or the encoder cannot be read.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = recipes(model_dir=options.model, encoder_dir=options.encoder, seed=options.seed)
    known = [recipe.name for recipe in chosen]
    if unknown := sorted(set(options.only or ()) - set(known)):
        parser.error(f"no recipe {', '.join(unknown)} among {', '.join(known)}")
    try:
        learnt, asked = _messages(options.limit)
        rows = []
        # On more threads the two cores wait for each other more than they work.
        with threadpool_limits(options.threads):
            for recipe in chosen:
                if not options.only or recipe.name in options.only:
                    print(f"{recipe.name} ...", flush=True)
                    rows.append(measure(recipe, learnt, asked))
    except (OSError, ValueError, IntakeError) as exc:
        print(f"compare: {exc}", file=sys.stderr)
        return 1
    _write(options, rows, learnt, asked)
    print(as_markdown(rows))
    return 0


def _messages(limit: int | None) -> tuple[list[LabelledMessage], list[LabelledMessage]]:
    messages = read_corpus()
    split = splits(messages)
    learnt = [one for one, name in zip(messages, split, strict=True) if name == "train"]
    asked = [one for one, name in zip(messages, split, strict=True) if name == "test"]
    if limit is not None:
        learnt, asked = _sample(learnt, limit), _sample(asked, max(1, limit // 5))
    return learnt, asked


def _sample(messages: Sequence[LabelledMessage], count: int) -> list[LabelledMessage]:
    """The same messages on every machine, drawn by the hash of their ids."""
    return sorted(messages, key=lambda one: fold(one.id, 2**32, salt="comparison"))[:count]


def _write(
    options: argparse.Namespace,
    rows: Sequence[Row],
    learnt: Sequence[LabelledMessage],
    asked: Sequence[LabelledMessage],
) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    comparison = {
        "corpus_sha256": corpus_hash(corpus_files()),
        "seed": options.seed,
        "limit": options.limit,
        "cores": os.cpu_count(),
        "threads": options.threads,
        "messages": {"train": len(learnt), "test": len(asked)},
        "rows": [_as_json(row, len(asked)) for row in rows],
    }
    text = json.dumps(comparison, indent=2) + "\n"
    (options.out / "comparison.json").write_text(text, encoding="utf-8")
    (options.out / "comparison.md").write_text(as_markdown(rows), encoding="utf-8")
    draw(rows, options.out / "risk_coverage.png")


def _as_json(row: Row, asked: int) -> dict[str, Any]:
    return {
        "name": row.recipe.name,
        "title": row.recipe.title,
        **row.figures,
        "learning_seconds": row.learning_seconds,
        "answering_seconds": row.answering_seconds,
        "answered_a_second": round(asked / max(row.answering_seconds, 1e-6), 1),
    }


def _line(row: Row) -> str:
    measured, auto = row.figures, row.figures["auto"]
    learning = "ready" if row.learning_seconds is None else f"{row.learning_seconds:.0f} s"
    cells = [
        row.recipe.title,
        *(
            f"{measured[name]:.3f}"
            for name in ("accuracy", "macro_f1", "complaint_recall", "calibration_error")
        ),
        " / ".join(f"{share:.2f}" for share in measured["coverage"].values()),
        f"{auto['coverage']:.3f}, {auto['precision']:.3f}" if auto else "–",
        f"{auto['missed_complaints']:.1%} ({auto['missed_complaint_count']})" if auto else "–",
        learning,
        f"{row.answering_seconds:.1f} s",
    ]
    return f"| {' | '.join(cells)} |"


def _expected(labelled: LabelledMessage) -> Expected:
    return Expected(
        category=labelled.category,
        urgent=labelled.urgent,
        area=labelled.area,
        landlord=labelled.landlord,
    )


def _classification(row: npt.NDArray[np.float64], *, auto: bool) -> Classification:
    category = CATEGORIES[int(row.argmax())]
    return Classification(
        category=category,
        confidence=float(row.max()),
        probabilities=dict(zip(CATEGORIES, row.tolist(), strict=True)),
        area=ServiceArea.OTHER_AREA,
        landlord=False,
        urgent=False,
        hazards=(),
        language="en",
        evidence=(),
        decision=Decision.AUTO if auto else Decision.REVIEW,
        reason="",
        model="",
    )


def _settled(coverage: Sequence[float], risk: Sequence[float]) -> list[float]:
    """The risks past the very first answers, where one mistake is still a large share."""
    return [wrong for share, wrong in zip(coverage, risk, strict=True) if share >= 0.1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nlp_models.evaluation.compare", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--limit", type=int, help="learn from so many messages only")
    parser.add_argument(
        "--only", type=lambda names: names.split(","), help="these recipes, joined by commas"
    )
    parser.add_argument("--model", type=Path, default=MODEL_DIR, help="the model of the row `ours`")
    parser.add_argument(
        "--encoder",
        type=Path,
        help="a folder with all-MiniLM-L6-v2; without it the row `minilm` is left out",
    )
    parser.add_argument("--seed", type=int, default=1, help="of everything drawn by chance")
    parser.add_argument("--threads", type=int, default=2, help="for the matrices")
    return parser


if __name__ == "__main__":
    sys.exit(main())
