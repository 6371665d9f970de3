"""A linear model over counted n-grams: what particular words say of a message.

It knows words and their order that the encoder's general language sense passes over. Which
features there are is decided in `message_features`; training fills in the arrays.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from intake.adapters.heads import ASKED_AGAIN, Floats, Scores
from intake.adapters.message_features import BLOCKS, FEATURES_VERSION, MessageParts


@dataclass(kw_only=True)
class LinearModel:
    """Weights over counted features: a term frequency model with several questions.

    `weights` has the shape (features, columns); `columns` gives each question's slice of them.
    """

    features: Sequence[str]
    idf: Floats
    weights: npt.NDArray[np.float16]
    bias: Floats
    columns: Mapping[str, slice]
    index: dict[str, int] = field(init=False)
    block: npt.NDArray[np.int8] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {feature: position for position, feature in enumerate(self.features)}
        blocks = [BLOCKS.index(feature[0]) for feature in self.features]
        self.block = np.array(blocks, dtype=np.int8)

    def scores(self, parts: MessageParts) -> Scores:
        """The raw scores of every question, and of some without each sentence."""
        positions, counts = self._counts([parts.frame, *parts.sentences])
        total = counts.sum(axis=0)
        rows = np.vstack([total, total - counts[1:]])
        weighed = weigh(rows, self.idf[positions], self.block[positions])
        weights = self.weights[positions].astype(np.float32)
        whole = weighed[0] @ weights + self.bias
        return Scores(
            whole={name: whole[columns] for name, columns in self.columns.items()},
            # Few enough columns that the linear algebra library starts no threads for them.
            without={
                name: weighed[1:] @ weights[:, self.columns[name]] + self.bias[self.columns[name]]
                for name in ASKED_AGAIN
            },
        )

    def to_disk(self, folder: Path) -> None:
        """Writes arrays as `.npz` and features as sorted text; nothing is pickled."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "weights.npz", idf=self.idf, weights=self.weights, bias=self.bias
        )
        (folder / "features.txt").write_text("\n".join(self.features), encoding="utf-8")
        facts = {
            "features_version": FEATURES_VERSION,
            "columns": {name: [each.start, each.stop] for name, each in self.columns.items()},
        }
        (folder / "linear.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")

    @classmethod
    def from_disk(cls, folder: Path) -> Self:
        """Reads what `to_disk` wrote. Raises `ValueError` for a model of other features."""
        facts = json.loads((folder / "linear.json").read_text(encoding="utf-8"))
        if facts["features_version"] != FEATURES_VERSION:
            raise ValueError(
                f"the model was trained on features of version {facts['features_version']}, "
                f"this program draws version {FEATURES_VERSION}"
            )
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            return cls(
                features=(folder / "features.txt").read_text(encoding="utf-8").split("\n"),
                idf=arrays["idf"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                columns={name: slice(*each) for name, each in facts["columns"].items()},
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
