"""How many messages a second `intake classify --jsonl` answers in one batch."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tests.benchmarks import corpus
from tests.benchmarks.figures import Figure
from tests.support.program import Intake


def measure(*, messages: int = 1000) -> Iterator[Figure]:
    """Messages a second, without the time the command takes to start."""
    lines = [json.dumps(message) for message in islice(corpus.messages(), messages)]
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


def _seconds(program: Intake, lines: Sequence[str]) -> float:
    began = time.perf_counter()
    done = program.command("classify", "--jsonl", stdin="\n".join(lines) + "\n")
    seconds = time.perf_counter() - began
    answered = done.stdout.count("\n")
    if done.returncode or answered != len(lines):
        raise RuntimeError(f"{answered} of {len(lines)} were answered: {done.stderr[-1000:]}")
    return seconds
