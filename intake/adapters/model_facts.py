"""Reads what a model's folder says of the model: its `meta.json`, and the thresholds beside it.

Nothing is checked against the hashes and nothing is run: that is the classifier's, when it loads.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from intake.domain.categories import Category
from intake.domain.classification import Thresholds
from intake.errors import ConfigurationError
from intake.services.transparency_facts import ModelFacts


def read_model_facts(model_dir: Path, *, model_version: str, is_shipped: bool) -> ModelFacts:
    """What the folder says; what it does not say is left empty.

    ``model_version`` is what the running classifier calls itself. Raises ``ConfigurationError``
    naming the file that cannot be read.
    """
    path = model_dir / "meta.json"
    meta = _read(path)
    ours = meta.get("intake")
    if not isinstance(ours, dict):
        raise ConfigurationError(f"{path}: this is not a model of ours")
    files: dict[str, str] = ours.get("files", {})
    return ModelFacts(
        name=str(meta.get("name", "")),
        version=model_version,
        is_shipped=is_shipped,
        parts=tuple(meta.get("pipeline", ())),
        messages=ours.get("messages"),
        data_sha256=str(ours.get("data_sha256", "")),
        libraries=ours.get("libraries", {}),
        files=files,
        figures=ours.get("figures", {}).get("test", {}),
        thresholds=next(_thresholds(model_dir, files), None),
    )


def _thresholds(model_dir: Path, files: dict[str, str]) -> Iterator[Thresholds]:
    """The thresholds, wherever among the model's JSON files they stand as its `decision`."""
    for name in files:
        if not name.endswith(".json"):
            continue
        decision = _read(model_dir / name).get("decision")
        if isinstance(decision, dict) and "complaint_ceiling" in decision:
            yield Thresholds(
                confidence={Category(key): value for key, value in decision["confidence"].items()},
                complaint_ceiling=decision["complaint_ceiling"],
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigurationError(f"{path}: there is no such file") from exc
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"{path}: cannot be read") from exc
    return fields if isinstance(fields, dict) else {}
