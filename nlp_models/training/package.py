"""Writing a trained model as a spaCy pipeline folder, with the hash of every file beside it."""

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from intake.adapters.classifier import thresholds_as_json
from intake.adapters.heads import Head
from intake.adapters.linear_model import LinearModel
from intake.adapters.spacy_components import (
    ANSWERS,
    ENCODER,
    LINEAR,
    AnswersPipe,
    EncoderPipe,
    LinearPipe,
)
from intake.domain.classification import Thresholds
from nlp_models.training.features import blank_pipeline

MODEL_NAME = "intake_combined"
MODEL_VERSION = "2.0.0"
_LIBRARIES = ("spacy", "numpy", "scikit-learn", "scipy", "onnxruntime", "tokenizers")


def write_model(
    folder: Path,
    linear: LinearModel,
    encoder: Path,
    heads: Sequence[Head],
    thresholds: Thresholds,
    *,
    facts: dict[str, Any],
) -> None:
    """Writes the folder; a folder written before is overwritten file by file.

    `encoder` is the folder of the exported encoder, which is copied whole.
    """
    pipeline = blank_pipeline()
    for name in (LINEAR, ENCODER, ANSWERS):
        pipe = pipeline.add_pipe(name)
        if isinstance(pipe, LinearPipe):
            pipe.model = linear
        elif isinstance(pipe, EncoderPipe):
            pipe.from_disk(encoder)
        elif isinstance(pipe, AnswersPipe):
            pipe.heads = tuple(heads)
            pipe.decision = thresholds_as_json(thresholds)
    pipeline.meta["name"] = MODEL_NAME
    pipeline.meta["version"] = MODEL_VERSION
    pipeline.to_disk(folder)
    libraries = {name: version(name) for name in _LIBRARIES}
    _amend(folder, facts | {"libraries": libraries, "files": _hashes(folder)})


def write_figures(folder: Path, figures: dict[str, Any]) -> None:
    """Adds the measured figures to the model's `meta.json`."""
    _amend(folder, {"figures": figures})


def _amend(folder: Path, facts: dict[str, Any]) -> None:
    path = folder / "meta.json"
    meta = json.loads(path.read_text(encoding="utf-8"))
    meta["intake"] = meta.get("intake", {}) | facts
    path.write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "README.md" and path != folder / "meta.json"
    }
