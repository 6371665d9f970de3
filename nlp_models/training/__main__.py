"""Trains the classifier: `python -m nlp_models.training --out DIR`.

Ends with status 1 and one sentence when the corpus or the corrections cannot be used.
"""

import argparse
import json
import sys
from pathlib import Path

from intake.adapters.spacy_components import ENCODER
from intake.errors import IntakeError
from nlp_models.training.graph import MODEL_DIR, Run, run_all


def main(arguments: list[str] | None = None) -> int:
    """Runs the graph and prints the figures that `retrain` compares."""
    options = _parser().parse_args(arguments)
    run = Run(
        out=options.out,
        seed=options.seed,
        encoder=options.encoder,
        corrections=options.corrections,
        limit=options.limit,
        against=options.against,
    )
    try:
        run_all(run)
    except (OSError, ValueError, IntakeError) as exc:
        print(f"training: {exc}", file=sys.stderr)
        return 1
    for name, figures in run.figures.items():
        print(name, json.dumps({key: figures[key] for key in _SHOWN}))
    return 0


_SHOWN = (
    "messages",
    "accuracy",
    "macro_f1",
    "calibration_error",
    "coverage",
    "auto",
    "urgent",
    "landlord",
    "area_accuracy",
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nlp_models.training", description=__doc__)
    parser.add_argument("--out", type=Path, default=MODEL_DIR, help="where the model is written")
    parser.add_argument(
        "--encoder",
        type=Path,
        default=MODEL_DIR / ENCODER,
        help="the folder of the exported encoder (nlp_models.training.encoder makes one)",
    )
    parser.add_argument("--corrections", type=Path, help="officers' corrections, as JSON Lines")
    parser.add_argument("--against", type=Path, help="a model to measure on the same messages")
    parser.add_argument("--limit", type=int, help="learn from so many messages only")
    parser.add_argument("--seed", type=int, default=1, help="divides the folds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
