"""The parts of our spaCy pipeline: sentences, what each model says, and the answers made of both.

    intake_sentences ─► intake_linear ─► intake_encoder ─► intake_answers

Importing this module registers them, so it must be imported before a model is loaded. Training
builds the same pipeline and fills it in; nothing here learns. What the numbers mean for a case is
left to `intake.domain.classification`.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

from intake.adapters.encoder import Encoder
from intake.adapters.heads import CATEGORY, Head, answers
from intake.adapters.linear_model import LinearModel
from intake.adapters.message_features import message_parts
from intake.adapters.message_text import CleanMessage, clean_message

SENTENCES: Final = "intake_sentences"
LINEAR: Final = "intake_linear"
ENCODER: Final = "intake_encoder"
ANSWERS: Final = "intake_answers"

for _name, _default in (
    ("channel", "email"),
    ("subject", ""),
    ("clean", None),
    ("linear", None),
    ("encoder", None),
    ("answers", None),
):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=_default)


# A line this long was broken by a mail program, not by its writer.
_WRAPPED_LINE: Final = 50
_SENTENCE_END: Final = re.compile(r"^(?:[.!?…]+|[.!?…]+[\"')\]]+)$")


@Language.component(SENTENCES)
def split_sentences(doc: Doc) -> Doc:
    """Marks where sentences start: after a full stop, question or exclamation mark, and at lines.

    A line end inside a paragraph counts unless a mail program must have made it: after a long
    line, before a small letter. Chat without punctuation stays one sentence a line.
    """
    # Set in one go: each token's own setter looks at the whole document.
    starts = np.full((len(doc), 1), -1, dtype=np.int64)
    ended = False
    line_start = 0
    for token in doc:
        closes = token.is_punct and token.i > 0 and not doc[token.i - 1].whitespace_
        if (ended and not token.is_space and not closes) or token.i == 0:
            starts[token.i] = 1
        if "\n" in token.text:
            ended = ended or not _is_wrapped(doc, token, line_start)
            line_start = token.idx + len(token.text)
        elif not token.is_space and not (ended and closes):
            ended = _SENTENCE_END.match(token.text) is not None
    # spaCy's own annotations know no unsigned integers, which this call demands.
    values: Any = starts.astype(np.uint64)
    return doc.from_array(["SENT_START"], values)


def _is_wrapped(doc: Doc, line_end: Token, line_start: int) -> bool:
    following = doc[line_end.i + 1].text if line_end.i + 1 < len(doc) else ""
    long = line_end.idx - line_start >= _WRAPPED_LINE
    return long and line_end.text.count("\n") == 1 and following[:1].islower()


def doc_message(doc: Doc) -> CleanMessage:
    """The message of a `Doc` with marked sentences, cleaned once; training reads it here too."""
    if doc._.clean is None:
        doc._.clean = clean_message(
            channel=doc._.channel,
            subject=doc._.subject,
            sentences=[sentence.text for sentence in doc.sents],
        )
    clean: CleanMessage = doc._.clean
    return clean


@Language.factory(LINEAR)
class LinearPipe:
    """Leaves the linear model's scores on `doc._.linear`."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy's signature
        self.name = name
        self.model: LinearModel | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Asks the model. Raises `ValueError` before one is set or loaded."""
        if self.model is None:
            raise ValueError("the linear model has no weights yet")
        doc._.linear = self.model.scores(message_parts(doc_message(doc)))
        return doc

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Writes the model's folder."""
        assert self.model is not None
        self.model.to_disk(Path(path))

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> "LinearPipe":  # noqa: ARG002
        """Reads the model's folder; raises `ValueError` for a model of other features."""
        self.model = LinearModel.from_disk(Path(path))
        return self


@Language.factory(ENCODER)
class EncoderPipe:
    """Leaves the encoder's scores on `doc._.encoder`."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy's signature
        self.name = name
        self.encoder: Encoder | None = None
        self.folder: Path | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Asks the encoder. Raises `ValueError` before one is loaded."""
        if self.encoder is None:
            raise ValueError("there is no encoder yet")
        doc._.encoder = self.encoder.scores(*doc_message(doc).joined())
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:  # noqa: ARG002
        """Asks about several messages at once, each by itself."""
        docs = list(stream)
        if len(docs) == 1 or self.encoder is None:
            yield from map(self, docs)
            return
        found = self.encoder.scores_of_many([doc_message(doc).joined() for doc in docs])
        for doc, scores in zip(docs, found, strict=True):
            doc._.encoder = scores
            yield doc

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Copies the encoder's folder: it was exported once and does not change."""
        assert self.folder is not None
        shutil.copytree(self.folder, path, dirs_exist_ok=True)

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> "EncoderPipe":  # noqa: ARG002
        """Loads the encoder. Raises `OSError`, `ValueError` or `KeyError`."""
        self.folder = Path(path)
        self.encoder = Encoder.from_disk(self.folder)
        return self


@Language.factory(ANSWERS)
class AnswersPipe:
    """Makes `doc._.answers` of both models' scores and, as spaCy's categorizers do, `doc.cats`."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy's signature
        self.name = name
        self.heads: Sequence[Head] = ()
        self.decision: dict[str, Any] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Answers every question."""
        doc._.answers = answers(self.heads, doc._.linear, doc._.encoder)
        category = next(head for head in self.heads if head.name == CATEGORY)
        doc.cats = dict(zip(category.labels, doc._.answers.whole[CATEGORY].tolist(), strict=True))
        return doc

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Writes weights, offsets and thresholds as JSON."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        facts = {"heads": [asdict(head) for head in self.heads], "decision": self.decision}
        (folder / "heads.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> "AnswersPipe":  # noqa: ARG002
        """Reads what `to_disk` wrote."""
        facts = json.loads((Path(path) / "heads.json").read_text(encoding="utf-8"))
        self.heads = tuple(Head(**head) for head in facts["heads"])
        self.decision = facts["decision"]
        return self
