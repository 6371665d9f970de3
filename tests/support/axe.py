"""Fetches axe-core, the accessibility checker that the browser tests put into each page.

Set-up only: a browser test reads the file from `AXE_SCRIPT` and needs no network.
"""

import argparse
import sys
from pathlib import Path

from intake.entrypoints.web.assets import AssetsError, Package, fetch, npm_command, read_members

AXE_SCRIPT = Path(__file__).parents[2] / ".cache" / "axe" / "axe.min.js"

AXE_CORE = Package(
    name="axe-core",
    version="4.14.1",
    integrity=(
        "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37"
        "OgudVGtQ=="
    ),
)


def main() -> int:
    """Fetches the checker; the exit status."""
    parser = argparse.ArgumentParser(description="Fetch axe-core for the browser tests.")
    parser.add_argument("--node", type=Path, default=Path(".cache/node"), help="a carried npm")
    arguments = parser.parse_args()
    try:
        content = fetch(AXE_CORE, npm_command(arguments.node))
    except AssetsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    AXE_SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    AXE_SCRIPT.write_bytes(read_members(content, "package/")["axe.min.js"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
