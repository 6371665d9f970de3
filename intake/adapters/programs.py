"""Programs in processes of their own that never outlive this one; their output goes to files."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from intake.errors import BotUnavailable

KEEPER = Path(__file__).with_name("keeper.py")
# A program that has not ended so long after it was asked to is killed.
STOP_SECONDS = 5.0
LOG_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run: a program and its arguments, its folder, and all it sees of the environment."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    niceness: int = 0


class Program:
    """One run of a command. A new run keeps the output of the one before in a second file."""

    def __init__(self, command: Command, log: Path) -> None:
        self.log = log
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._lifeline = -1

    async def start(self) -> None:
        """Start it. Raises ``BotUnavailable`` when the machine will not have it."""
        command = self._command
        read, self._lifeline = os.pipe()
        output = -1
        try:
            output = self._new_log()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(KEEPER), str(read), str(command.niceness)),
                *command.arguments,
                cwd=command.folder,
                env=dict(command.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(read,),
            )
        except BaseException as exc:
            self._cut()
            if isinstance(exc, OSError):
                raise BotUnavailable(f"a program cannot be started: {exc.strerror}") from exc
            raise
        finally:
            for fd in (read, output):
                if fd >= 0:
                    os.close(fd)

    async def ended(self) -> int:
        """Its exit status, once it has ended by itself."""
        assert self._process
        return await self._process.wait()

    async def stop(self) -> None:
        """End it and its children, by force when it takes too long; a second call does nothing."""
        if self._process is None:
            return
        process, self._process = self._process, None
        try:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
        finally:
            # Also when there is no time left to wait.
            self._cut()
            await process.wait()

    def limit_log(self) -> None:
        """Begin the file of output again when it has grown too long."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_BYTES:
                # The program holds the file open and writes at its end, wherever that is.
                self._older_log().unlink(missing_ok=True)
                with open(_for_its_owner(self._older_log()), "wb") as older:
                    older.write(self.log.read_bytes())
                os.truncate(self.log, 0)

    def _cut(self) -> None:
        """Let go of the pipe: whatever still runs is killed by its keeper."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _new_log(self) -> int:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self._older_log())
        return _for_its_owner(self.log)

    def _older_log(self) -> Path:
        return self.log.with_suffix(".1.log")


def _for_its_owner(file: Path) -> int:
    """A new file that nobody else may read: what libraries print may quote a resident."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
