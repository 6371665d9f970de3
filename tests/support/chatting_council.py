"""A council whose chat is answered by the real bot, started and watched by the real program."""

import contextlib
import shutil
from pathlib import Path

import httpx2 as httpx
import psutil

from intake.adapters.bot_project import BotProject
from tests.support.bot import PROJECT, PYTHON, START_SECONDS
from tests.support.ports import free_port
from tests.support.program import Intake
from tests.support.waiting import poll_until


class ChattingCouncil:
    """The whole program with the real bot, on a model that was trained before."""

    def __init__(self, folder: Path, model: Path, **settings: str) -> None:
        self.port = free_port()
        own = {
            "BOT_ENABLED": "true",
            "BOT_PORT": str(self.port),
            "BOT_ACTION_PORT": str(free_port()),
        }
        self.intake = Intake(folder, settings=own | settings)
        # As the program itself leaves it after training.
        project = BotProject(
            project=PROJECT,
            environment=PYTHON.parents[1],
            folder=self.intake.data_folder / "bot",
            keep_days=30,
        )
        project.model().parent.mkdir(parents=True)
        shutil.copyfile(model, project.model())

    def start(self) -> None:
        self.intake.start(START_SECONDS)
        self.wait_for_bot()

    def wait_for_bot(self) -> None:
        poll_until(lambda: self.chat() == "answered by the bot", START_SECONDS, every_seconds=0.2)

    def chat(self) -> str:
        """Who answers the chat, as monitoring is told."""
        parts = httpx.get(f"{self.intake.url}/health", timeout=60).json()["parts"]
        return str(parts["chat"]["detail"])

    def rasa(self) -> psutil.Process | None:
        """The process that listens on Rasa's port."""
        for process in psutil.Process(self.intake.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                listening = [
                    connection.laddr.port
                    for connection in process.net_connections("tcp")
                    if connection.status == psutil.CONN_LISTEN
                ]
                if self.port in listening:
                    return process
        return None
