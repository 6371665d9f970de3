"""The parts of our spaCy pipeline: where sentences end, and what linear heads say of a message.

Importing this module registers them, so it must be imported before a model is loaded. Training
builds the same pipeline and fills in the heads' arrays; nothing here learns. What the numbers mean
for a case is left to `intake.domain.classification`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Token

from intake.adapters.message_features import (
    BLOCKS,
    FEATURES_VERSION,
    MessageParts,
    message_parts,
)

Floats = npt.NDArray[np.float32]

SENTENCES: Final = "intake_sentences"
HEADS: Final = "intake_linear_heads"

for _name, _default in (("channel", "email"), ("subject", ""), ("answers", None)):
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


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question the model answers, as a run of columns of the weight matrix.

    An `exclusive` head's labels rule each other out and its probabilities sum to one; otherwise
    each label is a question of its own. `scale` and `offsets` calibrate the raw scores;
    `thresholds` says from which probability a label counts, where that is this head's business.
    """

    name: str
    labels: Sequence[str]
    start: int
    exclusive: bool
    scale: float = 1.0
    offsets: Sequence[float] = ()
    thresholds: Sequence[float] = ()

    @property
    def columns(self) -> slice:
        """Where this head's labels stand in the weight matrix."""
        return slice(self.start, self.start + len(self.labels))

    def probabilities(self, scores: Floats) -> Floats:
        """Calibrated probabilities from raw scores, shape (..., labels)."""
        shifted = scores * np.float32(self.scale)
        if self.offsets:
            shifted = shifted + np.asarray(self.offsets, dtype=np.float32)
        if not self.exclusive:
            return np.asarray(1.0 / (1.0 + np.exp(-shifted)), dtype=np.float32)
        powers = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the heads say of one message.

    `whole` maps a head's name to its probabilities. `without` holds, for each sentence in order,
    the category probabilities of the message without that sentence.
    """

    whole: dict[str, Floats]
    without: Floats


@dataclass(kw_only=True)
class LinearModel:
    """Weights over counted features: a term frequency model with several heads.

    `weights` has the shape (features, columns); `block` gives each feature's place in `BLOCKS`.
    """

    features: Sequence[str]
    idf: Floats
    weights: npt.NDArray[np.float16]
    bias: Floats
    heads: tuple[Head, ...]
    index: dict[str, int] = field(init=False)
    block: npt.NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {feature: position for position, feature in enumerate(self.features)}
        blocks = [BLOCKS.index(feature[0]) for feature in self.features]
        self.block = np.array(blocks, dtype=np.int8)

    def answers(self, parts: MessageParts) -> Answers:
        """What every head says of the message, and the category without each sentence."""
        positions, counts = self._counts([parts.frame, *parts.sentences])
        total = counts.sum(axis=0)
        rows = np.vstack([total, total - counts[1:]])
        weighed = weigh(rows, self.idf[positions], self.block[positions])
        weights = self.weights[positions].astype(np.float32)
        scores = weighed[0] @ weights + self.bias
        category = self.heads[0]
        # Only the category is asked again without each sentence: small enough a product that
        # the linear algebra library starts no threads for it.
        without = weighed[1:] @ weights[:, category.columns] + self.bias[category.columns]
        return Answers(
            whole={head.name: head.probabilities(scores[head.columns]) for head in self.heads},
            without=category.probabilities(without),
        )

    def _counts(self, parts: Sequence[Counter[str]]) -> tuple[npt.NDArray[np.int64], Floats]:
        """The positions of all features that occur, and how often each occurs in each part."""
        known = [
            [(self.index[name], count) for name, count in part.items() if name in self.index]
            for part in parts
        ]
        positions = np.array(sorted({place for part in known for place, _ in part}), dtype=np.int64)
        column = {place: number for number, place in enumerate(positions.tolist())}
        counts = np.zeros((len(parts), len(positions)), dtype=np.float32)
        for row, part in zip(counts, known, strict=True):
            for place, count in part:
                row[column[place]] = count
        return positions, counts


def weigh(counts: Floats, idf: Floats, block: npt.NDArray[np.int8]) -> Floats:
    """Term frequencies: 1 + log(count), times idf, each block scaled to length one."""
    values = np.where(counts > 0.5, 1.0 + np.log(np.maximum(counts, 1.0)), 0.0) * idf
    for number in range(len(BLOCKS)):
        part = values[:, block == number]
        length = np.sqrt((part * part).sum(axis=1, keepdims=True))
        values[:, block == number] = part / np.maximum(length, 1e-9)
    return np.asarray(values, dtype=np.float32)


@Language.factory(HEADS)
class LinearHeads:
    """Answers every head's question about a message and leaves the answers on the `Doc`.

    Sets `doc._.answers` and, as spaCy's own categorizers do, `doc.cats`.
    """

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy's signature
        self.name = name
        self.model: LinearModel | None = None
        self.decision: dict[str, Any] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Asks the heads. Raises `ValueError` before weights are set or loaded."""
        if self.model is None:
            raise ValueError("the linear heads have no weights yet")
        answers = self.model.answers(doc_parts(doc))
        doc._.answers = answers
        category = self.model.heads[0]
        doc.cats = dict(zip(category.labels, answers.whole[category.name].tolist(), strict=True))
        return doc

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Writes arrays as `.npz`, features as sorted text, heads as JSON; nothing is pickled."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        assert self.model is not None
        model = self.model
        np.savez_compressed(
            folder / "weights.npz", idf=model.idf, weights=model.weights, bias=model.bias
        )
        (folder / "features.txt").write_text("\n".join(model.features), encoding="utf-8")
        heads = {
            "features_version": FEATURES_VERSION,
            "heads": [asdict(head) for head in model.heads],
            "decision": self.decision,
        }
        (folder / "heads.json").write_text(json.dumps(heads, indent=1), encoding="utf-8")

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> "LinearHeads":  # noqa: ARG002
        """Reads what `to_disk` wrote. Raises `ValueError` for a model of other features."""
        folder = Path(path)
        written = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        if written["features_version"] != FEATURES_VERSION:
            raise ValueError(
                f"the model was trained on features of version {written['features_version']}, "
                f"this program draws version {FEATURES_VERSION}"
            )
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            self.model = LinearModel(
                features=(folder / "features.txt").read_text(encoding="utf-8").split("\n"),
                idf=arrays["idf"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                heads=tuple(Head(**head) for head in written["heads"]),
            )
        self.decision = written["decision"]
        return self


def doc_parts(doc: Doc) -> MessageParts:
    """The features of a `Doc` whose sentences are marked; training reads them here too."""
    return message_parts(
        channel=doc._.channel,
        subject=doc._.subject,
        sentences=[sentence.text for sentence in doc.sents],
    )
