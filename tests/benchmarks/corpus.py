"""The project's own labelled messages, as residents' words of natural length."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "nlp_models" / "corpus"


def messages() -> Iterator[dict[str, Any]]:
    """Each message's `id`, `channel`, `subject` and `text`, in the order of the files."""
    for file in sorted(FOLDER.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            given = json.loads(line)
            yield {key: given.get(key) or "" for key in ("id", "channel", "subject", "text")}
