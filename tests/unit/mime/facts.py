"""The facts known of each mail under tests/data/eml, and how a reading is held against them.

A reading is the dictionary of `intake parse`, so that other libraries can be measured alike. A fact
is a field's exact value, or one of: `body_has`, `body_lacks`, `quoted_has`, `warnings_has` (white
space does not count), `attachments_names`, `attachments_count`, and `attachments` as name, type and
size of each.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "eml"
OWN_ADDRESSES = ("feedback@council.example", "complaints@council.example")


def mails() -> list[str]:
    """The names of all mails, each named for its oddity."""
    return sorted(path.stem for path in FOLDER.glob("*.eml"))


def raw_of(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def facts_of(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def wrong_facts(facts: Mapping[str, Any], reading: Mapping[str, Any]) -> Iterator[str]:
    """A line for each fact that the reading gets wrong."""
    for fact, expected in facts.items():
        found = _found(fact, reading)
        if not _holds(fact, expected, found):
            yield f"{fact}: expected {expected!r}, found {found!r}"


def _found(fact: str, reading: Mapping[str, Any]) -> Any:
    attachments = reading["attachments"]
    if fact == "attachments":
        return [[each["name"], each["type"], each["size"]] for each in attachments]
    if fact == "attachments_names":
        return [each["name"] for each in attachments]
    if fact == "attachments_count":
        return len(attachments)
    field = fact.removesuffix("_has").removesuffix("_lacks")
    value = reading[field]
    return " ".join(value) if isinstance(value, list) and field != fact else value


def _holds(fact: str, expected: Any, found: Any) -> bool:
    if fact.endswith("_has"):
        return all(_plain(each) in _plain(found) for each in expected)
    if fact.endswith("_lacks"):
        return not any(_plain(each) in _plain(found) for each in expected)
    if fact in ("body", "quoted"):
        return _plain(expected) == _plain(found)
    return expected == found


def _plain(text: str) -> str:
    return " ".join(text.split())
