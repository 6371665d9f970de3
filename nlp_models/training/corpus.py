"""Reading the corpus and dividing it by voice into train, dev and test.

The division is a rule, not a list: it is computed from the names of voices and families, so that a
file added to the corpus finds its place without moving what is there. What the fields mean is in
the corpus's data sheet.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import MessageText
from intake.domain.hazards import Hazard

# Files of these names are wholly of that split: their writers wrote nothing else.
WHOLE_FILES = {"test_": "test", "dev_": "dev"}
CORPUS_DIR = Path(__file__).resolve().parent.parent / "corpus"


@dataclass(frozen=True, kw_only=True)
class LabelledMessage:
    """One message of the corpus with what its writer or an officer says it is.

    `split` names the split of a file that is wholly `dev` or `test`, and is empty otherwise.
    """

    id: str
    message: MessageText
    category: Category
    urgent: bool
    hazards: tuple[Hazard, ...]
    area: ServiceArea
    landlord: bool
    hard: bool
    voice: str
    family: str
    split: str


def read_messages(path: Path) -> list[LabelledMessage]:
    """The messages of one JSON Lines file, in order. Raises `ValueError` naming the bad line."""
    messages = []
    split = next((name for start, name in WHOLE_FILES.items() if path.name.startswith(start)), "")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            messages.append(_from_fields(json.loads(line), split=split))
        except (KeyError, ValueError, TypeError) as exc:
            raise ValueError(f"{path.name}, line {number}: {exc!r}") from exc
    return messages


def read_corpus(directory: Path = CORPUS_DIR) -> list[LabelledMessage]:
    """All messages of the corpus, file by file in the order of their names."""
    return [message for path in corpus_files(directory) for message in read_messages(path)]


def corpus_files(directory: Path = CORPUS_DIR) -> list[Path]:
    """The corpus files in the order of their names."""
    return sorted(directory.glob("*.jsonl"))


def corpus_hash(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of the files, in the given order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def groups(messages: Sequence[LabelledMessage]) -> list[str]:
    """For each message the name of its group: voices tied by a shared family are one group.

    A group is named after the alphabetically first of its voices, so the name does not depend on
    the order of the messages.
    """
    parents: dict[str, str] = {}

    def first(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    for message in messages:
        names = sorted({first(f"voice {message.voice}"), first(_family_or_voice(message))})
        for name in names[1:]:
            parents[name] = names[0]
    return [first(f"voice {message.voice}") for message in messages]


def fold(group: str, count: int, *, salt: str) -> int:
    """The fold of a group among `count`: the same on every machine and in every run."""
    digest = hashlib.sha256(f"{salt}\0{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % count


def splits(messages: Sequence[LabelledMessage]) -> list[str]:
    """For each message `train`, `dev` or `test`; no voice or family stands in two of them.

    The files written for dev or test are wholly that; of the others' voices a tenth is dev.
    """
    return [
        message.split or ("train" if fold(group, 10, salt=_SALT) else "dev")
        for message, group in zip(messages, groups(messages), strict=True)
    ]


_SALT = "corpus split 5"


def _family_or_voice(message: LabelledMessage) -> str:
    return f"family {message.family}" if message.family else f"voice {message.voice}"


def _from_fields(fields: dict[str, object], *, split: str) -> LabelledMessage:
    return LabelledMessage(
        id=str(fields["id"]),
        message=MessageText(
            channel=str(fields["channel"]), subject=str(fields["subject"]), text=str(fields["text"])
        ),
        category=Category(fields["label"]),
        urgent=bool(fields["urgent"]),
        hazards=tuple(Hazard(kind) for kind in fields["hazards"]),
        area=ServiceArea(fields["area"]),
        landlord=bool(fields["landlord"]),
        hard=bool(fields.get("hard", False)),
        voice=str(fields["voice"]),
        split=split,
        family=str(fields.get("family") or ""),
    )
