"""Letters from the council's own texts: one folder of Jinja files for each kind of letter.

What a letter says is in ``config/letters``; which one is sent and the facts of its case come from
``intake.domain.receipts`` and ``letter_kinds``. The texts are tried out when they are loaded, so
that a slip in one of them stops the program at its start instead of a letter on its way.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from markupsafe import Markup, escape

from intake.domain.hazards import Hazard
from intake.domain.letter_kinds import ALERT, STATUS_LINK, TRANSCRIPT
from intake.domain.receipts import RECEIPT_KINDS
from intake.errors import ConfigurationError
from intake.services.ports import LetterText

NOON = 12
_LONDON = ZoneInfo("Europe/London")
_PARTS = ("subject.txt", "body.txt", "body.html")
_BLANK_LINES = re.compile(r"\n{3,}")
_BETWEEN_TAGS = re.compile(r"\n\s*\n+")


@dataclass(frozen=True, kw_only=True)
class Council:
    """What letters say of the council itself; times are working days."""

    council_name: str
    telephone: str
    telephone_hours: str
    emergency_telephone: str
    acknowledge_working_days: int
    respond_working_days: int


class JinjaLetterWriter:
    """Writes letters from the files of one folder."""

    def __init__(self, letters_dir: Path, council: Council) -> None:
        """Load and try out every text.

        Raises ``ConfigurationError`` naming the file that is missing or wrong.
        """
        self._dir = letters_dir
        self._environment = _environment(letters_dir)
        self._environment.globals.update(self._standing_facts() | asdict(council))
        for kind, samples in _SAMPLES.items():
            self._try_out(kind, samples)

    def write(self, kind: str, facts: Mapping[str, Any]) -> LetterText:
        """The letter of this kind; ``facts`` are those that its domain module gives.

        Raises ``ConfigurationError`` when a text is missing or asks for a fact that nobody gives.
        """
        subject = " ".join(self._render(f"{kind}/subject.txt", facts).split())
        text = self._render(f"{kind}/body.txt", facts)
        html = self._render(f"{kind}/body.html", {**facts, "subject_line": subject})
        return LetterText(
            subject=subject,
            text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
            html=_BETWEEN_TAGS.sub("\n", html).strip() + "\n",
        )

    def _render(self, name: str, facts: Mapping[str, Any]) -> str:
        try:
            return self._environment.get_template(name).render(facts)
        except TemplateError as exc:
            where = getattr(exc, "filename", None) or self._dir / name
            raise ConfigurationError(f"{where}: {exc}") from exc

    def _standing_facts(self) -> dict[str, Any]:
        file = self._dir / "standing.toml"
        try:
            return tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            raise ConfigurationError(f"{file}: cannot be read: {exc}") from exc

    def _try_out(self, kind: str, samples: Sequence[Mapping[str, Any]]) -> None:
        for part in _PARTS:
            if not (self._dir / kind / part).is_file():
                raise ConfigurationError(f"{self._dir / kind / part}: there is no such text")
        for facts in samples:
            self.write(kind, facts)


_FULLEST: Mapping[str, Any] = {
    "reference": "FB-7K3M-Q2",
    "name": "Jo Marsh",
    "subject": "Damp",
    "received_at": datetime(2026, 8, 7, tzinfo=UTC),
    "area": "Housing repairs",
    "danger": True,
    "hazards": tuple(hazard.value for hazard in Hazard),
    "complaint": False,
    "acknowledge_by": date(2026, 8, 14),
    "reply_by": date(2026, 8, 21),
    "by_chat": True,
    "left": True,
    "open_cases": (
        {"reference": "FB-7K3M-Q2", "received_at": datetime(2026, 8, 1, tzinfo=UTC)},
        {"reference": "FB-8NKR-VM", "received_at": datetime(2026, 8, 2, tzinfo=UTC)},
    ),
}
_BAREST: Mapping[str, Any] = {
    **_FULLEST,
    "name": "",
    "subject": "",
    "area": "",
    "danger": False,
    "hazards": (),
    "complaint": True,
    "acknowledge_by": None,
    "reply_by": None,
    "by_chat": False,
    "left": False,
    "open_cases": (),
}
_LINK = "https://council.example/"
_SAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    **dict.fromkeys(RECEIPT_KINDS, (_FULLEST, _BAREST)),
    STATUS_LINK: ({"reference": "FB-7K3M-Q2", "link": _LINK, "minutes": 60},),
    TRANSCRIPT: (
        {
            "reference": "FB-7K3M-Q2",
            "lines": ({"is_resident": True, "at": _FULLEST["received_at"], "text": "Damp."},),
            "has_gaps": True,
            "is_cut": True,
        },
        {"reference": "", "lines": (), "has_gaps": False, "is_cut": False},
    ),
    ALERT: tuple(
        {
            "reference": "FB-7K3M-Q2",
            "dangers": dangers,
            "words": "I smell gas.",
            "received_at": _FULLEST["received_at"],
            "by_chat": by_chat,
            "link": _LINK,
        }
        for dangers, by_chat in ((("Gas or carbon monoxide",), True), ((), False))
    ),
}


def _environment(letters_dir: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(letters_dir),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["day"] = day_in_words
    environment.filters["clock"] = time_in_words
    environment.filters["phone_link"] = _phone_link
    return environment


def day_in_words(moment: date) -> str:
    """A day as letters write it, "Friday 14 August 2026"; a moment counts as its day in England."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(_LONDON).date()
    return f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def time_in_words(moment: datetime) -> str:
    """A time of day as letters write it, "9:05am", by the clocks of England."""
    local = moment.astimezone(_LONDON)
    return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < NOON else 'pm'}"


# Not strftime: its names follow the machine's locale.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _phone_link(number: str) -> Markup:
    """A telephone number that a telephone can dial at a touch."""
    digits = re.sub(r"[^0-9+]", "", number)
    return Markup('<a href="tel:{}">{}</a>').format(digits, escape(number))
