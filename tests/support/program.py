"""The real program, started as its operator starts it, in a data folder of its own.

Talks to it only through what design promises: SMTP, HTTP, the command line, the variables.
"""

import contextlib
import json
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil

from tests.support.ports import free_port
from tests.support.terminal import Watched, run_at_terminal
from tests.support.waiting import poll_until

PROGRAM = Path(sys.executable).with_name("intake")
FEEDBACK_ADDRESS = "feedback@council.example"
RESIDENT = "alex.reader@example.org"


class Intake:
    """One installation: settings, a data folder and, between `start` and `stop`, processes.

    `settings` are variables without their `INTAKE_` prefix, as in `{"SMTP_LIMIT_PER_PEER": ""}`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str],
        arguments: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.smtp_port = free_port()
        self.http_port = free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self._arguments = tuple(arguments)
        self._log = folder / "program.log"
        self._last_answer = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = {
            "DATA_DIR": str(folder / "data"),
            "SMTP_PORT": str(self.smtp_port),
            "HTTP_PORT": str(self.http_port),
            "PUBLIC_URL": self.url,
            # Blind readings are drawn where a test is about them.
            "LEARNING_BLIND_READING_SHARE": "0",
            # The bot is trained and started where a test is about it.
            "BOT_ENABLED": "false",
            "ADDRESSES": f"{FEEDBACK_ADDRESS},complaints@council.example",
            **settings,
        }

    @property
    def pid(self) -> int:
        """The number of the program's first process."""
        assert self._process
        return self._process.pid

    @property
    def data_folder(self) -> Path:
        return Path(self._settings["DATA_DIR"])

    @property
    def environment(self) -> dict[str, str]:
        """What every command of this installation sees; no setting of the desk leaks in."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")
        }
        ours = {f"INTAKE_{name}": value for name, value in self._settings.items()}
        return inherited | ours

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Starts the program and returns once it is ready, as `is_ready` says."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "serve", *self._arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            poll_until(self.is_ready, timeout_seconds)
        except AssertionError as error:
            said = f"{self._last_answer}\n{self.log()}"
            raise AssertionError(f"the program did not become ready; it said:\n{said}") from error

    def is_ready(self) -> bool:
        """Whether it takes mail and says that every part works.

        Parts of a split deployment (`--only`) have their doors open; readiness is for the whole.
        Raises AssertionError if the program has ended.
        """
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"the program ended with {self._process.returncode}")
        parts = self._parts()
        if parts is None:
            return self._answers("/health/ready") and self._greets()
        return ("web" not in parts or self._answers("/health/live")) and (
            "smtp" not in parts or self._greets()
        )

    def _parts(self) -> list[str] | None:
        """The parts named by `--only`, or nothing when the whole program was asked for."""
        if "--only" not in self._arguments:
            return None
        return self._arguments[self._arguments.index("--only") + 1].split(",")

    def _answers(self, path: str) -> bool:
        try:
            answer = httpx.get(f"{self.url}{path}", timeout=5)
        except httpx.TransportError as error:
            self._last_answer = repr(error)
            return False
        self._last_answer = answer.text
        return answer.status_code == httpx.codes.OK

    def _greets(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=5) as client:
                return client.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def log(self) -> str:
        """Everything the program has printed so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def send(
        self,
        mail: bytes,
        *,
        sender: str = RESIDENT,
        recipients: Sequence[str] = (FEEDBACK_ADDRESS,),
    ) -> None:
        """Hands a mail over by SMTP; raises smtplib's error where it is refused."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=60) as client:
            client.sendmail(sender, list(recipients), mail)

    def command(
        self, *arguments: str, stdin: str = "", timeout_seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Runs another command of the same installation, to its end."""
        return subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_seconds,
        )

    def command_at_terminal(self, *arguments: str, stdin: Path | None = None) -> Watched:
        """Runs a command of the same installation for somebody who watches standard error."""
        return run_at_terminal(
            [PROGRAM, *arguments], folder=self.folder, environment=self.environment, stdin=stdin
        )

    def cases(self) -> list[dict[str, Any]]:
        """What `intake cases list --json` prints."""
        return [json.loads(line) for line in self._output("cases", "list", "--json").splitlines()]

    def case(self, reference: str) -> dict[str, Any]:
        """What `intake cases show REFERENCE --json` prints."""
        shown: dict[str, Any] = json.loads(self._output("cases", "show", reference, "--json"))
        return shown

    def wait_for_cases(self, count: int, timeout_seconds: float = 30.0) -> list[dict[str, Any]]:
        """The cases, once there are at least `count`."""

        def enough() -> list[dict[str, Any]] | None:
            cases = self.cases()
            return cases if len(cases) >= count else None

        found = poll_until(enough, timeout_seconds, every_seconds=0.1)
        assert found
        return found

    def _output(self, *arguments: str) -> str:
        finished = self.command(*arguments)
        assert finished.returncode == 0, f"{arguments} failed: {finished.stderr}"
        return finished.stdout

    def kill(self) -> None:
        """Ends every process of the tree at once, as a power cut would.

        A second call does nothing.
        """
        if self._process:
            self._kill_all(self._children())
            self._process = None

    def stop(self, timeout_seconds: float = 30.0) -> int | None:
        """Asks the program to end; its exit status. What has not ended by then is killed."""
        if self._process is None:
            return None
        children = self._children()
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout_seconds)
        self._kill_all(children)
        status = self._process.returncode
        self._process = None
        return status

    def restart(self) -> None:
        """Starts again on the same data and ports, after `kill`, `stop` or neither."""
        self.stop()
        self.start()

    def _children(self) -> list[psutil.Process]:
        assert self._process
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _kill_all(self, children: list[psutil.Process]) -> None:
        assert self._process
        # The group catches a child that was born after the list was made.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for process in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(30)
        psutil.wait_procs(children, timeout=30)
