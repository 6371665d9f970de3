"""What is held of a conversation as plain values that a database keeps, and back."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from intake.domain.interview.held import Detour, Held, Phase, Question


def held_as_json(held: Held) -> dict[str, Any]:
    """Values that JSON can write, in an order that does not change from one writing to the next."""
    return {
        **asdict(held),
        "story": list(held.story),
        "answers": {question.value: text for question, text in held.answers.items()},
        "found": sorted(held.found),
        "skipped": sorted(held.skipped),
    }


def held_from_json(values: Mapping[str, Any]) -> Held:
    """What was held. A field that is missing has its default and an unknown one is passed over.

    So a conversation that was begun before the program was changed goes on after it.
    """
    known = {field.name: values[field.name] for field in fields(Held) if field.name in values}
    for name, read in _READ.items():
        if name in known:
            known[name] = read(known[name])
    return Held(**known)


def _questions(names: Any) -> frozenset[Question]:
    return frozenset(Question(name) for name in names)


_READ: dict[str, Callable[[Any], Any]] = {
    "phase": Phase,
    "story": tuple,
    "answers": lambda answers: {Question(name): text for name, text in answers.items()},
    "found": _questions,
    "skipped": _questions,
    "asked": lambda name: Question(name) if name else None,
    "detour": lambda name: Detour(name) if name else None,
}
