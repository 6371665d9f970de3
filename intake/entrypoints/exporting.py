"""`intake export`: cases as CSV for a spreadsheet or as JSON lines for a program."""

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from intake.services.ports import CaseRow
from intake.services.read_cases import case_as_json

# What a spreadsheet would run as a formula when a resident's words begin with it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_cases(rows: Iterable[CaseRow], form: str, out: TextIO) -> None:
    """Write each case as it is read; any number can be exported."""
    if form == "json":
        out.writelines(json.dumps(case_as_json(row), default=str) + "\n" for row in rows)
        return
    writer = None
    for row in rows:
        fields = case_as_json(row)
        fields["message_ids"] = " ".join(fields["message_ids"])
        if writer is None:
            writer = csv.DictWriter(out, list(fields))
            writer.writeheader()
        writer.writerow({name: _as_text(value) for name, value in fields.items()})


def _as_text(value: object) -> object:
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode()
        return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return value
