"""Fitting some heads of the exported encoder again, over vectors that no longer change.

While the encoder itself learns, the category takes most of what a step can change, and the head of
the service area lags behind. A regression over the finished encoder's mean vectors catches
up at no cost at run time: the head looks at all words evenly.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from intake.adapters.encoder import Encoder
from nlp_models.training.corpus import LabelledMessage
from nlp_models.training.features import clean_messages
from nlp_models.training.heads import QUESTIONS, Question, targets

REFITTED = {"area": 0.003}
"""The questions whose heads are fitted again, with the inverse of the regularisation.

The landlord's gained nothing by it on dev.
"""


def refit_heads(folder: Path, learnt: Sequence[LabelledMessage]) -> None:
    """Fits the heads of `REFITTED` again and writes them into the encoder's folder."""
    vectors = mean_vectors(Encoder.from_disk(folder), learnt)
    with np.load(folder / "heads.npz", allow_pickle=False) as arrays:
        kept = dict(arrays)
    for question in QUESTIONS:
        if question.name in REFITTED:
            kept |= fitted(question, vectors, learnt)
    np.savez(folder / "heads.npz", **kept)
    path = folder / "encoder.json"
    facts = json.loads(path.read_text(encoding="utf-8")) | {"refitted": REFITTED}
    path.write_text(json.dumps(facts, indent=1), encoding="utf-8")


def mean_vectors(encoder: Encoder, messages: Sequence[LabelledMessage]) -> npt.NDArray[np.float32]:
    """The mean word vector of each message, shape (messages, width)."""
    texts = [clean.joined()[0] for clean in clean_messages(one.message for one in messages)]
    with ThreadPoolExecutor(2) as pool:
        return np.array(list(pool.map(encoder.mean_vector, texts)))


def fitted(
    question: Question, vectors: npt.NDArray[np.float32], learnt: Sequence[LabelledMessage]
) -> dict[str, npt.NDArray[np.float32]]:
    """The arrays of one head: an even look, and the regression over standardised vectors."""
    middle, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    wanted = targets(question, learnt)
    labels = wanted.argmax(axis=1) if question.exclusive else wanted[:, 0]
    model = LogisticRegression(C=REFITTED[question.name], max_iter=500)
    model.fit((vectors - middle) / spread, labels)
    # Standardising is folded into the head, so that the run time need not know of it.
    matrix = np.zeros((vectors.shape[1], wanted.shape[1]))
    bias = np.full(wanted.shape[1], -20.0)
    present = model.classes_.astype(int) if question.exclusive else np.array([0])
    matrix[:, present] = model.coef_.T / spread[:, None]
    bias[present] = model.intercept_ - (middle / spread) @ model.coef_.T
    return {
        f"{question.name}.query": np.zeros(vectors.shape[1], dtype=np.float32),
        f"{question.name}.matrix": matrix.astype(np.float32),
        f"{question.name}.bias": bias.astype(np.float32),
    }
