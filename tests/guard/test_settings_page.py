"""An operator who reads `config/default.toml` sees every setting there is."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from intake.settings import DEFAULT_FILE, load_settings, variable_names


def keys(table: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, (*path, key))
        else:
            yield (*path, key)


def test_every_setting_has_its_default_in_the_file():
    written = set(keys(tomllib.loads(DEFAULT_FILE.read_text())))
    assert written == set(variable_names().values())


def test_the_defaults_are_valid_by_themselves():
    assert load_settings(environment={}).addresses
