"""Sentence vectors of the public encoder all-MiniLM-L6-v2, computed in numpy from its weights.

Only for the comparison: it answers what a frozen general encoder knows of these messages. The
folder is the one that sentence-transformers reads (`config.json`, `model.safetensors`,
`tokenizer.json`); neither that library nor torch is needed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import erf, softmax
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

# What the encoder was made for; a longer message is cut, as it would be by its own library.
_MOST_TOKENS = 256
_BATCH = 16


@dataclass(frozen=True, kw_only=True)
class FrozenEncoder:
    """A BERT network with its tokenizer; `vectors` is the mean over words, at unit length."""

    weights: dict[str, Floats]
    layers: int
    attention_heads: int
    tokenizer: Tokenizer

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The encoder in this folder. Raises `OSError` when a file is missing."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
        tokenizer.enable_truncation(_MOST_TOKENS)
        tokenizer.no_padding()
        return cls(
            weights=read_safetensors(folder / "model.safetensors"),
            layers=config["num_hidden_layers"],
            attention_heads=config["num_attention_heads"],
            tokenizer=tokenizer,
        )

    def vectors(self, texts: Sequence[str]) -> Floats:
        """One row a text, in order, shape (texts, width)."""
        ids = [encoded.ids for encoded in self.tokenizer.encode_batch(list(texts))]
        found: dict[int, Floats] = {}
        for places in _alike_in_length(ids):
            rows = self._pooled([ids[place] for place in places])
            found.update(zip(places, rows, strict=True))
        return np.stack([found[place] for place in range(len(ids))])

    def _pooled(self, ids: Sequence[list[int]]) -> Floats:
        longest = max(map(len, ids))
        padded = np.array([one + [0] * (longest - len(one)) for one in ids])
        real = np.array([[1.0] * len(one) + [0.0] * (longest - len(one)) for one in ids])
        real = real.astype(np.float32)
        words = self._network(padded, real)
        mean = (words * real[:, :, None]).sum(axis=1) / real.sum(axis=1, keepdims=True)
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True))

    def _network(self, ids: npt.NDArray[np.int_], real: Floats) -> Floats:
        table = "embeddings.{}_embeddings.weight"
        words = (
            self.weights[table.format("word")][ids]
            + self.weights[table.format("position")][: ids.shape[1]]
            + self.weights[table.format("token_type")][0]
        )
        words = self._normed(words, "embeddings.LayerNorm")
        blocked = (1 - real)[:, None, None, :] * np.float32(-1e9)
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            seen = self._attention(words, blocked, f"{layer}.attention")
            words = self._normed(words + seen, f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._linear(words, f"{layer}.intermediate.dense"))
            outer = self._linear(inner, f"{layer}.output.dense")
            words = self._normed(words + outer, f"{layer}.output.LayerNorm")
        return words

    def _attention(self, words: Floats, blocked: Floats, name: str) -> Floats:
        query, key, value = (
            self._split(self._linear(words, f"{name}.self.{part}"))
            for part in ("query", "key", "value")
        )
        scale = np.float32(1 / np.sqrt(query.shape[-1]))
        shares = softmax(query @ key.swapaxes(2, 3) * scale + blocked, axis=3)
        joined = (shares @ value).swapaxes(1, 2).reshape(words.shape)
        return self._linear(joined, f"{name}.output.dense")

    def _split(self, words: Floats) -> Floats:
        batch, length, width = words.shape
        shape = (batch, length, self.attention_heads, width // self.attention_heads)
        return words.reshape(shape).swapaxes(1, 2)

    def _linear(self, words: Floats, name: str) -> Floats:
        return words @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _normed(self, words: Floats, name: str) -> Floats:
        centred = words - words.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def read_safetensors(path: Path) -> dict[str, Floats]:
    """The 32-bit tensors of a safetensors file by name.

    The format is a length (eight bytes, little-endian), a JSON table of names, shapes and places,
    and the numbers. Other kinds of number are left out.
    """
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    table: dict[str, Any] = json.loads(raw[8:start])
    return {
        name: np.frombuffer(
            raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], np.float32
        ).reshape(entry["shape"])
        for name, entry in table.items()
        if entry.get("dtype") == "F32"
    }


def _alike_in_length(ids: Sequence[list[int]]) -> Iterator[list[int]]:
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]


def _gelu(values: Floats) -> Floats:
    return np.asarray(values * np.float32(0.5) * (1 + erf(values * np.float32(1 / np.sqrt(2)))))
