"""The sentence encoder: what a message means, as word vectors in context, and heads over them.

Runs an ONNX network with integer weights through onnxruntime; no torch. Each question looks at the
words by its own attention, as `nlp_models/training/encoder/network.py` learnt it. A message longer
than the encoder's window is read through several, and the questions look at the words of all: the
window hides no sentence.
"""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from intake.adapters.heads import ASKED_AGAIN, Floats, Scores

MOST_TOKENS: Final = 384
"""How many tokens the encoder sees at once, its two marks of beginning and end included."""

_OVERLAP: Final = 64
_MOST_WINDOWS: Final = 4


@dataclass(frozen=True, kw_only=True)
class AttentionHead:
    """One question over word vectors: where it looks, `query` (width), and what it concludes."""

    query: Floats
    matrix: Floats
    bias: Floats

    def scores(self, pooled: Floats) -> Floats:
        """Raw scores of pooled vectors, shape (rows, labels)."""
        return np.asarray(pooled @ self.matrix + self.bias, dtype=np.float32)


class Encoder:
    """Raw scores from text; may be shared between threads.

    Each message is run by itself: the integer arithmetic takes its scale from all that is run
    together, so that a message's answer would otherwise depend on its neighbours.
    """

    def __init__(self, network: Path, tokenizer: Path, heads: Mapping[str, AttentionHead]) -> None:
        self._file = network
        self._on_all_cores = _session(network)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._heads = heads

    @classmethod
    def from_disk(cls, folder: Path) -> Self:
        """The encoder in this folder. Raises `OSError`, `ValueError` or `KeyError`."""
        names = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))["questions"]
        with np.load(folder / "heads.npz", allow_pickle=False) as arrays:
            heads = {
                name: AttentionHead(
                    query=arrays[f"{name}.query"],
                    matrix=arrays[f"{name}.matrix"],
                    bias=arrays[f"{name}.bias"],
                )
                for name in names
            }
        try:
            return cls(folder / "encoder.onnx", folder / "tokenizer.json", heads)
        except Exception as exc:
            # Both libraries raise kinds of their own that share no base but this one.
            raise ValueError(f"the encoder does not load: {exc}") from exc

    @cached_property
    def _on_one_core(self) -> onnxruntime.InferenceSession:
        """A second session, made when it is first asked for: one message at a time has no use."""
        return _session(self._file, threads=1)

    def scores_of_many(self, read: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> list[Scores]:
        """The same scores as of each by itself: a core a message, instead of all cores for each.

        On two cores that is half as fast again, because no core waits for the other's share.
        """
        network = self._on_one_core
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda one: self._scores(network, *one), read))

    def scores(self, text: str, spans: Sequence[tuple[int, int]]) -> Scores:
        """The raw scores of every question on the text.

        `spans` says where each sentence stands in it. Without a sentence means that the question
        does not look at its words; the other words were still read beside them.
        """
        return self._scores(self._on_all_cores, text, spans)

    def _scores(
        self,
        network: onnxruntime.InferenceSession,
        text: str,
        spans: Sequence[tuple[int, int]],
    ) -> Scores:
        words, places = self._read(network, text)
        inside = [
            (places[:, 0] >= start) & (places[:, 1] <= end) & (places[:, 1] > 0)
            for start, end in spans
        ]
        whole, without = {}, {}
        for name, head in self._heads.items():
            looks = words @ head.query
            looks = np.exp(looks - looks.max())
            whole[name] = head.scores((looks @ words / looks.sum())[None, :])[0]
            if name in ASKED_AGAIN:
                without[name] = head.scores(_pooled_without(words, looks, inside))
        return Scores(whole=whole, without=without)

    def mean_vector(self, text: str) -> Floats:
        """The mean of all word vectors, from which training fits heads again."""
        return np.asarray(self._read(self._on_one_core, text)[0].mean(axis=0), dtype=np.float32)

    def _read(
        self, network: onnxruntime.InferenceSession, text: str
    ) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The vector of every word, and where in the text it stands."""
        encoding = self._tokenizer.encode(text)
        windows = _windows(len(encoding.ids))
        words = np.concatenate([_words(network, encoding.ids, window) for window in windows])
        places = np.concatenate([np.array(encoding.offsets, np.int64)[w] for w in windows])
        return words, places


def _session(network: Path, *, threads: int = 0) -> onnxruntime.InferenceSession:
    """The network with so many threads; with none said, as many as there are cores."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Sleeping threads leave the processor to mail and pages between two messages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def _words(network: onnxruntime.InferenceSession, ids: Sequence[int], window: slice) -> Floats:
    row = np.array(ids[window], dtype=np.int64)
    # Every window begins and ends with the marks that the encoder was trained with.
    row[0], row[-1] = ids[0], ids[-1]
    given = {"ids": row[None, :], "mask": np.ones((1, len(row)), dtype=np.int64)}
    return np.asarray(network.run(None, given)[0][0], dtype=np.float32)


def _pooled_without(
    words: Floats, looks: Floats, inside: Sequence[npt.NDArray[np.bool_]]
) -> Floats:
    """The pooled vector of the message without each sentence, shape (sentences, width)."""
    all_looks, all_words = looks.sum(), looks @ words
    rows = np.empty((len(inside), words.shape[1]), dtype=np.float32)
    for row, sentence in zip(rows, inside, strict=True):
        left = max(float(all_looks - looks[sentence].sum()), 1e-6)
        row[:] = (all_words - looks[sentence] @ words[sentence]) / left
    return rows


def _windows(count: int) -> list[slice]:
    """The windows over so many tokens; of a very long text those at its beginning and end."""
    if count <= MOST_TOKENS:
        return [slice(0, count)]
    step = MOST_TOKENS - _OVERLAP
    starts = [*range(0, count - MOST_TOKENS, step), count - MOST_TOKENS]
    if len(starts) > _MOST_WINDOWS:
        starts = starts[: _MOST_WINDOWS // 2] + starts[-_MOST_WINDOWS // 2 :]
    return [slice(start, start + MOST_TOKENS) for start in starts]
