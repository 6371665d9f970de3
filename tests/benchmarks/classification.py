"""How many messages a second `intake classify --jsonl` answers in one batch."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.support.program import Intake

CORPUS = Path(__file__).parents[2] / "nlp_models" / "corpus"


def measure(*, messages: int = 1000) -> Iterator[Figure]:
    """Messages a second, without the time the command takes to start."""
    lines = list(islice(_corpus(), messages))
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        program = Intake(Path(folder), settings={})
        start_seconds = _seconds(program, lines[:1])
        seconds = _seconds(program, lines) - start_seconds
    yield Figure(
        name="classification: in one batch",
        value=(len(lines) - 1) / seconds,
        unit="messages/s",
        floor="15",
    )
    yield Figure(name="classification: start of the command", value=start_seconds, unit="seconds")


def _corpus() -> Iterator[str]:
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            given = json.loads(line)
            yield json.dumps(
                {key: given.get(key, "") for key in ("id", "channel", "subject", "text")}
            )


def _seconds(program: Intake, lines: Sequence[str]) -> float:
    began = time.perf_counter()
    done = program.command("classify", "--jsonl", stdin="\n".join(lines) + "\n")
    seconds = time.perf_counter() - began
    answered = done.stdout.count("\n")
    if done.returncode or answered != len(lines):
        raise RuntimeError(f"{answered} of {len(lines)} were answered: {done.stderr[-1000:]}")
    return seconds
