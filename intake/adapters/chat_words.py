"""What the chat says, from the council's own words: one file of Jinja texts.

Which saying it is and the facts that fill it in come from ``intake.domain.interview``. Every text
is tried out when the file is loaded, so that a slip in one stops the program at its start instead
of a conversation.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError

from intake.adapters.letters import Council
from intake.domain.hazards import Hazard
from intake.domain.interview.held import Choice, Say
from intake.domain.interview.sayings import FACTS, KEYS
from intake.errors import ConfigurationError
from intake.services.chat_ports import Reply, ShownChoice

# Tables that hold facts for the texts, not texts.
_STANDING, _NOTICES = "standing", "notices"
_LINE_ENDS = re.compile(r"[ \t]*\n\s*")


def council_facts(
    council: Council, standing_file: Path, *, reply_working_days: int
) -> dict[str, Any]:
    """What the chat may say of the council: the facts of its letters, and when it replies.

    Raises ``ConfigurationError`` naming the file of standing facts where it cannot be read.
    """
    times = {"reply_working_days": reply_working_days}
    return asdict(council) | _tables(standing_file) | times


class JinjaChatWords:
    """Writes what is said from the texts of one file."""

    def __init__(self, words_file: Path, facts: Mapping[str, Any]) -> None:
        """Load and try out every text; ``facts`` are those of ``council_facts``.

        Raises ``ConfigurationError`` naming the file and the key that is missing, unknown or wrong.
        """
        self._file = words_file
        tables = _tables(words_file)
        self._environment = Environment(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # What is shown is text, put into a page by whoever shows it.
            autoescape=False,  # noqa: S701 - never HTML
        )
        standing = self._texts(tables, _STANDING)
        notices = self._texts(tables, _NOTICES)
        self._environment.globals.update({**facts, **standing, "notices": notices})
        self._templates = self._compiled(tables)
        for key in KEYS:
            self._try_out(key)

    def write(self, say: Say) -> Reply:
        """The passage with its choices.

        Raises ``ConfigurationError`` when the words ask for a fact that nobody gives.
        """
        return Reply(
            text=self._render(say.key, say.facts),
            choices=tuple(self._shown(choice) for choice in say.choices),
        )

    def _shown(self, choice: Choice) -> ShownChoice:
        return ShownChoice(title=self._render(choice.title, {}), value=choice.value)

    def _render(self, key: str, facts: Mapping[str, Any]) -> str:
        try:
            text = self._templates[key].render(facts)
        except (TemplateError, TypeError) as exc:
            raise ConfigurationError(f"{self._file}: {key}: {exc}") from exc
        return _LINE_ENDS.sub("\n", text).strip()

    def _compiled(self, tables: Mapping[str, Any]) -> dict[str, Template]:
        groups = {name: table for name, table in tables.items() if name not in _FACT_TABLES}
        given = {
            f"{name}.{key}": text
            for name in groups
            for key, text in self._texts(tables, name).items()
        }
        for key in KEYS:
            if key not in given:
                raise ConfigurationError(f"{self._file}: {key}: there is no such text")
        if unknown := set(given) - set(KEYS):
            raise ConfigurationError(f"{self._file}: {min(unknown)}: nobody says this")
        return {key: self._template(key, text) for key, text in given.items()}

    def _template(self, key: str, text: str) -> Template:
        try:
            return self._environment.from_string(text)
        except TemplateError as exc:
            raise ConfigurationError(f"{self._file}: {key}: {exc}") from exc

    def _texts(self, tables: Mapping[str, Any], name: str) -> dict[str, str]:
        table = tables.get(name)
        if not isinstance(table, dict):
            raise ConfigurationError(f"{self._file}: {name}: must be a table of texts")
        for key, text in table.items():
            if not isinstance(text, str) or not text.strip():
                raise ConfigurationError(f"{self._file}: {name}.{key}: must be a text")
        return table

    def _try_out(self, key: str) -> None:
        for values in (_FULLEST, _BAREST):
            facts = {name: values[name] for name in FACTS.get(key, ())}
            if not self._render(key, facts):
                raise ConfigurationError(f"{self._file}: {key}: says nothing")


_FACT_TABLES = (_STANDING, _NOTICES)
_FULLEST: Mapping[str, Any] = {
    "category": "complaint",
    "story": "The bins were missed.",
    "place": "Elm Road",
    "when": "last week",
    "told_before": "Yes",
    "outcome": "Empty them.",
    "contact": "sam.poole@example.org",
    "adjustments": "large print",
    "on_behalf": "my mother",
    "name": "Sam Poole",
    "reference": "FB-7K3M-Q2",
    "letter_to": "sam.poole@example.org",
    "email": "sam.poole@example.org",
    "hazards": tuple(hazard.value for hazard in Hazard),
    "can_send": True,
    "language": "",
}
_BAREST: Mapping[str, Any] = {
    **dict.fromkeys(_FULLEST, ""),
    "hazards": (),
    "can_send": False,
    "language": "cy",
}


def _tables(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"{file}: cannot be read: {exc}") from exc
