"""A command as somebody runs it who watches: its standard error is a terminal."""

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread


@dataclass(frozen=True, kw_only=True)
class Watched:
    """How a command ended, what it answered, and what stood on the terminal meanwhile."""

    returncode: int
    stdout: str
    terminal: str


def run_at_terminal(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str],
    stdin: Path | None = None,
    timeout_seconds: float = 120,
) -> Watched:
    """Runs a command to its end, reading from a file or from nothing."""
    ours, theirs = pty.openpty()
    shown: list[bytes] = []
    watcher = Thread(target=_watch, args=(ours, shown))
    with Path(stdin or os.devnull).open("rb") as given:
        process = subprocess.Popen(
            arguments,
            cwd=folder,
            env=environment,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
        )
    os.close(theirs)
    watcher.start()
    stdout, _ = process.communicate(timeout=timeout_seconds)
    watcher.join(timeout_seconds)
    os.close(ours)
    return Watched(
        returncode=process.returncode,
        stdout=stdout,
        terminal=b"".join(shown).decode(errors="replace"),
    )


def _watch(terminal: int, shown: list[bytes]) -> None:
    # Linux reports the hang-up of the last writer as an error, other systems as an end.
    try:
        while chunk := os.read(terminal, 4096):
            shown.append(chunk)
    except OSError:
        return
