"""The bot as it lies on disk: its project, its Python environment, its models, how it is run.

Rasa needs an older Python than this program, so it has an environment of its own and is only known
by its command line, which ``bot/README.md`` describes.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from intake.adapters.programs import Command
from intake.errors import BotUnavailable
from intake.settings import http_address

# What a model is made of, beside the version of Rasa.
SOURCES = ("config.yml", "domain.yml", "data/**/*", "components/**/*.py", "requirements.txt")
TRAINED = "intake.tar.gz"
# Mail and the web pages come first while a model is trained.
TRAINING_NICENESS = 10
# All that the bot sees of our environment: no setting of ours, no password, no proxy.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


@dataclass(frozen=True, kw_only=True)
class BotPlaces:
    """Where the bot is reached and where it reaches this program; the tokens of both ways."""

    host: str
    port: int
    action_port: int
    token: str
    api: str
    service_token: str

    @property
    def url(self) -> str:
        """Rasa's address."""
        return http_address(self.host, self.port)

    @property
    def actions_url(self) -> str:
        """The action server's address."""
        return http_address(self.host, self.action_port)


class BotProject:
    """``project`` and ``environment`` are read; all that is made goes into ``folder``.

    What the bot notes of a conversation, which is no word of it, is removed after ``keep_days``.
    """

    def __init__(self, *, project: Path, environment: Path, folder: Path, keep_days: int) -> None:
        self._project = project.absolute()
        self._environment = environment.absolute()
        self._folder = folder.absolute()
        self._keep_days = keep_days

    @property
    def logs(self) -> Path:
        """The folder for what its programs print."""
        return self._folder / "logs"

    def check(self) -> str:
        """Which Rasa on which Python there is. Raises ``BotUnavailable`` with what helps."""
        if not (self._project / "start.py").is_file():
            raise BotUnavailable("bot.project: that folder holds no bot")
        if not self._python.is_file():
            raise BotUnavailable("it is not installed; make setup-bot installs it")
        return f"Rasa {self._rasa_version()} on Python {self._python_version()}"

    def model(self) -> Path:
        """The file of the model for the project as it is now, trained or not.

        It carries what it was made of in its name, so another project asks for another file.
        Raises ``BotUnavailable``.
        """
        made_of = hashlib.sha256(self._rasa_version().encode())
        for source in self._sources():
            content = hashlib.sha256(source.read_bytes()).hexdigest()
            made_of.update(f"\n{source.relative_to(self._project)} {content}".encode())
        return self._models / f"{made_of.hexdigest()[:20]}.tar.gz"

    def training(self) -> Command:
        """Trains a model for ``take_trained``."""
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(parents=True)
        return self._command("train", str(self._unfinished), niceness=TRAINING_NICENESS)

    def take_trained(self, model: Path) -> None:
        """Put a finished model in its place and remove those of other projects.

        Raises ``BotUnavailable`` when the training left none.
        """
        try:
            (self._unfinished / TRAINED).replace(model)
        except OSError as exc:
            raise BotUnavailable("the training left no model") from exc
        shutil.rmtree(self._unfinished, ignore_errors=True)
        for older in self._models.glob("*.tar.gz"):
            if older != model:
                older.unlink(missing_ok=True)

    def serving(self, model: Path, places: BotPlaces) -> Command:
        """Serves the model."""
        return self._command(
            *("serve", str(model), "--host", places.host, "--port", str(places.port)),
            INTAKE_BOT_TOKEN=places.token,
            INTAKE_BOT_ACTIONS=f"{places.actions_url}/webhook",
            INTAKE_BOT_STORE=f"sqlite:///{self._folder / 'bot.db'}",
            INTAKE_BOT_KEEP_DAYS=str(self._keep_days),
        )

    def acting(self, places: BotPlaces) -> Command:
        """Serves the actions."""
        return self._command(
            *("actions", "--host", places.host, "--port", str(places.action_port)),
            INTAKE_BOT_API=places.api,
            INTAKE_BOT_SERVICE_TOKEN=places.service_token,
        )

    @property
    def _python(self) -> Path:
        return self._environment / "bin" / "python"

    @property
    def _models(self) -> Path:
        return self._folder / "models"

    @property
    def _unfinished(self) -> Path:
        return self._models / "unfinished"

    def _sources(self) -> Iterator[Path]:
        for pattern in SOURCES:
            yield from sorted(
                file
                for file in self._project.glob(pattern)
                if file.is_file() and "__pycache__" not in file.parts
            )

    def _rasa_version(self) -> str:
        """Asked of the folders: asking Rasa itself takes seconds."""
        for found in self._environment.glob("lib/python*/site-packages/rasa-*.dist-info"):
            return found.name.removeprefix("rasa-").removesuffix(".dist-info")
        raise BotUnavailable("its installation was not finished; run make setup-bot")

    def _python_version(self) -> str:
        try:
            said = (self._environment / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return "of an unknown version"
        version = re.search(r"^version(?:_info)? *= *([\d.]+)", said, re.MULTILINE)
        return version[1] if version else "of an unknown version"

    def _command(self, *arguments: str, niceness: int = 0, **variables: str) -> Command:
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return Command(
            arguments=(
                str(self._python),
                str(self._project / "start.py"),
                *arguments,
            ),
            folder=self._folder,
            environment=kept | variables,
            niceness=niceness,
        )
