"""What a conversation sends to the council: the JSON document stored as an inbound message.

It is made here and read here, so that both always agree. Whoever reads it must expect anything: the
bytes may be those of an older program, or broken.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from intake.domain.cases import Speaker, SpokenLine
from intake.services.chat_ports import ChatSubmission, Reply, Turn

FORMAT = 1


def submission_identity(key_hash: str, number: int) -> str:
    """The identity of what a conversation sends as its ``number``-th thing, from 0."""
    return hashlib.sha256(f"chat {key_hash} {number}".encode()).hexdigest()


def submission_as_bytes(submission: ChatSubmission) -> bytes:
    """The document, laid out to be read by people too."""
    document = {"format": FORMAT, **asdict(submission)}
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def submission_from_bytes(raw: bytes) -> ChatSubmission | None:
    """The submission, or None when the bytes are no document of ours."""
    try:
        values = json.loads(raw)
        return _submission(values)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return None


def spoken_lines(turns: Sequence[Turn]) -> Iterator[SpokenLine]:
    """A conversation line by line, as far as it has come: who said what, and when."""
    for turn in turns:
        yield SpokenLine(at=turn.received_at, by=Speaker.RESIDENT, text=turn.text)
        answered_at = turn.answered_at or turn.received_at
        for reply in _answers(turn):
            yield SpokenLine(at=answered_at, by=Speaker.ASSISTANT, text=reply.text)


def lines_as_json(lines: Sequence[SpokenLine]) -> list[dict[str, Any]]:
    """The lines as they are kept and shown to scripts."""
    return [
        {"at": line.at.isoformat() if line.at else None, "by": line.by.value, "text": line.text}
        for line in lines
    ]


def lines_from_json(values: Sequence[dict[str, Any]]) -> tuple[SpokenLine, ...]:
    """The lines that ``lines_as_json`` made. Raises ``ValueError`` and its like for others."""
    return tuple(
        SpokenLine(
            at=datetime.fromisoformat(each["at"]).astimezone(UTC) if each["at"] else None,
            by=Speaker(each["by"]),
            text=_text(each["text"]),
        )
        for each in values
    )


def _answers(turn: Turn) -> Sequence[Reply]:
    """What was said to a message; while its answer is being kept, what is known of it."""
    if turn.replies is not None:
        return turn.replies
    return (*turn.emergency, *(turn.step.replies if turn.step else ()))


def _submission(values: dict[str, Any]) -> ChatSubmission:
    texts = ("conversation", "subject", "name", "email", "telephone", "joins", "danger_words")
    # Read and written again, so that a line that is none is found here and not on a page.
    lines = lines_as_json(lines_from_json(values.get("transcript", ())))
    return ChatSubmission(
        account=_text(values["account"]),
        **{name: _text(values.get(name, "")) for name in texts},
        number=int(values.get("number", 0)),
        complain=values.get("complain") is True,
        left=values.get("left") is True,
        in_danger=values.get("in_danger") is True,
        hazards=tuple(map(_text, values.get("hazards", ()))),
        transcript=tuple(lines),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value
