"""The key that signs Message-ID tokens, links and forms."""

import os
import secrets
from pathlib import Path

from intake.errors import ConfigurationError

FILE_NAME = "secret.key"
FEWEST_CHARACTERS = 32


def secret_key(configured: str, data_dir: Path) -> str:
    """The key in force: the setting, else one made on first start and kept, readable by us alone.

    Raises ``ConfigurationError`` for a key too short to be one.
    """
    if configured:
        if len(configured) < FEWEST_CHARACTERS:
            raise ConfigurationError(f"secret_key: needs at least {FEWEST_CHARACTERS} characters")
        return configured
    path = data_dir / FILE_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as exc:
        raise ConfigurationError(f"data_dir: cannot keep {path}: {exc.strerror}") from exc


def _create(path: Path) -> None:
    # Several processes may start at once: the first to link its file wins, all read that one.
    draft = path.with_suffix(f".{os.getpid()}")
    with open(draft, "x", encoding="ascii", opener=_for_us_alone) as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _for_us_alone(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
