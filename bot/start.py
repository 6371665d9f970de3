"""Starts the bot's programs: `train FOLDER`, `serve MODEL`, `actions`. The bot's Python runs it.

Secrets come from the environment, never from the command line, which every user of the machine
can read. Rasa is told to send no telemetry and to keep no cache beside its models.
"""

import argparse
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).parent
MODEL = "intake"
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


def main() -> None:
    """Read the command line and become the program it asks for."""
    options = _parser().parse_args()
    os.environ.update(QUIET)
    options.start(options)


def train(options: argparse.Namespace) -> None:
    """Train a model from the project into a folder, as `intake.tar.gz`."""
    folder = options.folder.resolve()
    _rasa(
        "train",
        *("--config", "config.yml", "--domain", "domain.yml", "--data", "data"),
        *("--out", str(folder), "--fixed-model-name", MODEL, "--skip-validation"),
    )


def serve(options: argparse.Namespace) -> None:
    """Serve a model: the channel and the API, each with the token of the environment."""
    _need("INTAKE_BOT_TOKEN", "INTAKE_BOT_ACTIONS", "INTAKE_BOT_STORE")
    # Imported here: it takes seconds, and only this program has a use for it.
    import quicker

    quicker.apply()
    _rasa(
        "run",
        *("--model", str(options.model.resolve()), "--credentials", "credentials.yml"),
        *("--endpoints", "endpoints.yml", "--enable-api"),
        *("--auth-token", os.environ["INTAKE_BOT_TOKEN"]),
        *("--interface", options.host, "--port", str(options.port)),
    )


def actions(options: argparse.Namespace) -> None:
    """Serve the actions. This needs none of Rasa's own libraries, so it starts in a second."""
    _need("INTAKE_BOT_API", "INTAKE_BOT_SERVICE_TOKEN")
    os.environ["SANIC_HOST"] = options.host
    # Imported here, so that training does without the action server's logging.
    from rasa_sdk.__main__ import main as start

    _become(start, "--actions", "actions", "--port", str(options.port), "--cors", "")


def _rasa(*arguments: str) -> None:
    # Imported here: it takes seconds, and the action server has no use for it.
    from rasa.__main__ import main as start

    _become(start, *arguments)


def _become(start: object, *arguments: str) -> None:
    os.chdir(PROJECT)
    sys.path.insert(0, str(PROJECT))
    sys.argv = [sys.argv[0], *arguments]
    assert callable(start)
    start()


def _need(*names: str) -> None:
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(f"bot: set {', '.join(missing)} in the environment; bot/README.md says to what")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Starts one of the bot's programs.")
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train a model from this project")
    training.add_argument("folder", type=Path, help="where the model goes, as intake.tar.gz")
    training.set_defaults(start=train)
    serving = commands.add_parser("serve", help="serve a model")
    serving.add_argument("model", type=Path, help="the model's file")
    _add_address(serving, port=5005)
    serving.set_defaults(start=serve)
    acting = commands.add_parser("actions", help="serve the actions")
    _add_address(acting, port=5055)
    acting.set_defaults(start=actions)
    return parser


def _add_address(parser: argparse.ArgumentParser, *, port: int) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=port)


if __name__ == "__main__":
    main()
