"""What the pages of the project tell a newcomer to type exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *ROOT.glob("*/**/*.md")]
    if not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_of_a_page_exists(page):
    typed = re.findall(r"(?:^\s*(?:\$ )?|`)make ([a-z][a-z-]*)", page.read_text(), re.MULTILINE)
    assert set(typed) <= targets()


def test_each_promised_command_is_explained_by_make_alone():
    explained = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"setup", "run", "test", "bench", "model", "lint"} <= explained
