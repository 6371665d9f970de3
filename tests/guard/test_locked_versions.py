"""The pinned files hold what the project asks for, by digest, from no particular address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
LOCKED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-dev.txt": GROUPS["dev"],
    "requirements-train.txt": GROUPS["train"],
    "requirements-setup.txt": GROUPS["setup"],
    "requirements-node.txt": GROUPS["node"],
    "bot/requirements.txt": [
        line for line in (ROOT / "bot/requirements.in").read_text().splitlines() if line[:1] != "#"
    ],
}


def pins(file: str) -> dict[str, set[str]]:
    """The versions pinned for each distribution; more than one where markers tell them apart."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", _text(file), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def _text(file: str) -> str:
    return (ROOT / file).read_text()


@pytest.mark.parametrize("file", LOCKED)
def test_every_dependency_is_pinned_to_an_allowed_version_when_declared(file):
    pinned = pins(file)
    for line in LOCKED[file]:
        asked = Requirement(line)
        if asked.marker and not asked.marker.evaluate(default_environment()):
            continue
        versions = pinned.get(canonicalize_name(asked.name), set())
        assert versions, f"{asked.name} is not in {file}: run make lock"
        assert all(asked.specifier.contains(version, prereleases=True) for version in versions), (
            f"{file} pins {asked.name} outside {asked.specifier}: run make lock"
        )


@pytest.mark.parametrize("file", LOCKED)
def test_every_pin_carries_digests(file):
    entries = re.findall(r"^\S+==.*?(?=^\S|\Z)", _text(file), re.MULTILINE | re.DOTALL)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("file", LOCKED)
def test_no_address_is_in_a_pinned_file(file):
    assert not re.search(r"://|--index|--find-links|--extra-index|@ ", _text(file))


@pytest.mark.parametrize("file", ["requirements-dev.txt", "requirements-train.txt"])
def test_tests_and_training_use_the_versions_that_the_program_runs_on(file):
    program, other = pins("requirements.txt"), pins(file)
    assert {name: other[name] for name in program} == program
