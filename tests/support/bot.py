"""The real bot: its model trained, its two programs started as the supervisor starts them."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from tests.support.ports import free_port
from tests.support.private_api import TOKEN, PrivateApi
from tests.support.waiting import poll_until

PROJECT = Path(__file__).parents[2] / "bot"
PYTHON = PROJECT / ".venv/bin/python"
CHANNEL_TOKEN = "the channel's token of the test"
# Rasa takes a dozen seconds of a processor to start; on a busy machine those are minutes.
START_SECONDS = 300.0


def run_in_project(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs the bot's Python in its project."""
    finished = subprocess.run(
        ["nice", "-n", "5", PYTHON, *arguments],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or finished.returncode == 0, finished.stdout + finished.stderr
    return finished


def environment(**ours: str) -> dict[str, str]:
    """What a program of the bot sees; no setting of the desk leaks in."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")
    }
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "RASA_MAX_CACHE_SIZE": "0"}
    return inherited | quiet | ours


class Program:
    """One of the bot's programs on a port of its own; its lines go to a file."""

    def __init__(self, folder: Path, *arguments: str | Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{arguments[0]}.log"
        self._command: Sequence[str | Path] = (*arguments, "--port", str(self.port))
        self._settings: Mapping[str, str] = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self, health: str) -> None:
        """Returns once `health` answers 200."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [PYTHON, PROJECT / "start.py", *self._command],
                env=environment(**self._settings),
                stdout=log,
                stderr=log,
            )
        poll_until(lambda: self._is_well(health), START_SECONDS, every_seconds=0.2)

    def stop(self) -> int:
        """Ends it as a supervisor does; its exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(60)

    def _is_well(self, health: str) -> bool:
        assert self._process
        assert self._process.poll() is None, self.log.read_text()
        try:
            return httpx.get(self.url + health, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


class ActionServer(Program):
    """The actions alone, asking the private API at `api`."""

    def __init__(self, folder: Path, api: str, token: str = TOKEN) -> None:
        super().__init__(folder, "actions", INTAKE_BOT_API=api, INTAKE_BOT_SERVICE_TOKEN=token)

    def launch(self) -> None:
        self.start("/health")


class Bot:
    """The action server and Rasa, with trackers in `folder`."""

    def __init__(self, folder: Path, model: Path, api: PrivateApi) -> None:
        self.api = api
        self.store = folder / "bot.db"
        self.actions = ActionServer(folder, api.url)
        self.rasa = Program(
            folder,
            "serve",
            model,
            INTAKE_BOT_TOKEN=CHANNEL_TOKEN,
            INTAKE_BOT_ACTIONS=f"{self.actions.url}/webhook",
            INTAKE_BOT_STORE=f"sqlite:///{self.store}",
        )

    def start(self) -> None:
        self.actions.launch()
        self.start_rasa()

    def start_rasa(self) -> None:
        self.rasa.start(f"/status?token={CHANNEL_TOKEN}")

    def stop(self) -> None:
        self.rasa.stop()
        self.actions.stop()

    def meaning(self, text: str) -> str:
        """The intent that a text is taken for."""
        params = {"token": CHANNEL_TOKEN}
        url = f"{self.rasa.url}/model/parse"
        parsed = httpx.post(url, params=params, json={"text": text}, timeout=60)
        parsed.raise_for_status()
        return str(parsed.json()["intent"]["name"])

    def post(self, message: Mapping[str, Any], token: str = CHANNEL_TOKEN) -> httpx.Response:
        url = f"{self.rasa.url}/webhooks/rest/webhook"
        return httpx.post(url, params={"token": token}, json=message, timeout=60)


class Resident:
    """Somebody who writes to the bot through a gateway that stores what they write first."""

    def __init__(self, bot: Bot) -> None:
        self.name = uuid4().hex
        self._bot = bot

    @property
    def acts(self) -> list[str]:
        """What the bot made of each message."""
        return list(self._bot.api.conversations[self.name].acts.values())

    @property
    def asked(self) -> str | None:
        asked = self._bot.api.conversations[self.name].held.asked
        return asked.value if asked else None

    @property
    def phase(self) -> str:
        return self._bot.api.conversations[self.name].held.phase.value

    def write(self, text: str) -> list[str]:
        """Writes, and gives the names of what is said back."""
        return [reply["text"].split("\n\n")[0] for reply in self.send(text, text)]

    def press(self, act: str, value: str) -> list[str]:
        """Presses a button that means `act`."""
        return [reply["text"].split("\n\n")[0] for reply in self.send(value, f"/{act}")]

    def send(self, text: str, message: str) -> list[dict[str, Any]]:
        turn = uuid4().hex
        self._bot.api.hear(self.name, turn, text)
        body = {"sender": self.name, "message": message, "metadata": {"turn": turn}}
        answer = self._bot.post(body)
        assert answer.status_code == 200, answer.text
        replies: list[dict[str, Any]] = answer.json()
        return replies
