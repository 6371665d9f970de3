"""Says that a real server is missing: a named skip on a desk, a failure where it was asked for.

The variable `INTAKE_TEST_REQUIRE` lists, comma separated, what must be there (`.ci/run` sets it).
"""

import os
from typing import NoReturn

import pytest

NOT_RUN = "not run here: "


def is_required(name: str) -> bool:
    return name in os.environ.get("INTAKE_TEST_REQUIRE", "").split(",")


def missing(name: str, advice: str) -> NoReturn:
    """Skips the asking test, or fails it when `name` is required."""
    if is_required(name):
        pytest.fail(f"{name} is required but was not found: {advice}", pytrace=False)
    pytest.skip(f"{NOT_RUN}{name} was not found; {advice}")
