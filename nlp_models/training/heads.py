"""The questions, and fitting the linear model's heads: one logistic regression a question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from intake.domain.categories import Category, ServiceArea
from intake.domain.hazards import Hazard
from nlp_models.training.corpus import LabelledMessage, fold

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one head is asked of a message.

    An exclusive question has one label a message; otherwise each label is a yes or no. `strength`
    is the inverse of the regularisation and `blocks` how much each kind of feature counts (those
    not named count nothing), both chosen by cross-validation grouped by voice.
    """

    name: str
    labels: tuple[str, ...]
    exclusive: bool
    strength: float
    balanced: bool
    blocks: Mapping[str, float]
    answer: Callable[[LabelledMessage], set[str]]


QUESTIONS = (
    Question(
        name="category",
        labels=tuple(Category),
        exclusive=True,
        strength=10.0,
        balanced=False,
        blocks={"u": 0.5, "w": 1.3, "c": 0.7, "s": 0.5, "e": 0.5, "f": 0.1},
        answer=lambda labelled: {labelled.category},
    ),
    Question(
        name="urgent",
        labels=("urgent",),
        exclusive=False,
        strength=10.0,
        balanced=True,
        blocks={"u": 0.5, "w": 1.2, "c": 0.7, "s": 0.5, "e": 0.5, "f": 0.1, "h": 0.5},
        answer=lambda labelled: {"urgent"} if labelled.urgent else set(),
    ),
    Question(
        name="hazards",
        labels=tuple(Hazard),
        exclusive=False,
        strength=10.0,
        balanced=True,
        blocks={"u": 0.8, "w": 0.8, "c": 0.7, "s": 0.5, "h": 0.5},
        answer=lambda labelled: set(labelled.hazards),
    ),
    Question(
        name="area",
        labels=tuple(ServiceArea),
        exclusive=True,
        strength=10.0,
        balanced=True,
        blocks={"u": 1.0, "w": 0.5, "c": 1.0, "s": 0.8, "a": 0.3},
        answer=lambda labelled: {labelled.area},
    ),
    Question(
        name="landlord",
        labels=("landlord",),
        exclusive=False,
        strength=10.0,
        balanced=False,
        blocks={"u": 0.8, "w": 0.8, "c": 1.0, "s": 0.6, "h": 0.3, "a": 0.6},
        answer=lambda labelled: {"landlord"} if labelled.landlord else set(),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A fitted head: `matrix` (features, labels) and `bias` (labels)."""

    matrix: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, rows: sparse.csr_matrix) -> Scores:
        """Raw scores, shape (rows, labels)."""
        return np.asarray(rows @ self.matrix + self.bias, dtype=np.float64)


def targets(question: Question, messages: Sequence[LabelledMessage]) -> npt.NDArray[np.bool_]:
    """Which labels hold of which message, shape (messages, labels)."""
    answers = [question.answer(labelled) for labelled in messages]
    return np.array([[label in answer for label in question.labels] for answer in answers])


def fit(
    question: Question, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_], *, seed: int
) -> Weights:
    """Fits one head. A label that no message has is never answered."""
    if question.exclusive:
        return _fit_exclusive(question, rows, wanted, seed)
    columns = [
        _fit_one(question, rows, wanted[:, column], seed) for column in range(len(wanted[0]))
    ]
    return Weights(
        matrix=np.stack([matrix for matrix, _ in columns], axis=1),
        bias=np.array([bias for _, bias in columns], dtype=np.float32),
    )


def block_scale(question: Question, features: Sequence[str]) -> npt.NDArray[np.float32]:
    """How much each feature counts for this question."""
    return np.array([question.blocks.get(name[0], 0.0) for name in features], dtype=np.float32)


def out_of_fold(
    question: Question,
    rows: sparse.csr_matrix,
    wanted: npt.NDArray[np.bool_],
    groups: Sequence[str],
    *,
    folds: int,
    seed: int,
) -> Scores:
    """Scores of every message by a head that saw nobody of its group."""
    place = np.array([fold(group, folds, salt=f"fold {seed}") for group in groups])
    scores = np.zeros(wanted.shape)
    for number in range(folds):
        unseen = place == number
        if unseen.any():
            fitted = fit(question, rows[~unseen], wanted[~unseen], seed=seed)
            scores[unseen] = fitted.scores(rows[unseen])
    return scores


# A label without examples scores so low that calibration cannot lift it.
_NEVER = np.float32(-20.0)


def _fit_exclusive(
    question: Question, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_], seed: int
) -> Weights:
    present = np.flatnonzero(wanted.any(axis=0))
    model = _regression(question, seed).fit(rows, wanted.argmax(axis=1))
    matrix = np.zeros((rows.shape[1], wanted.shape[1]), dtype=np.float32)
    bias = np.full(wanted.shape[1], _NEVER)
    matrix[:, present] = model.coef_.T
    bias[present] = model.intercept_
    return Weights(matrix=matrix, bias=bias)


def _fit_one(
    question: Question, rows: sparse.csr_matrix, wanted: npt.NDArray[np.bool_], seed: int
) -> tuple[npt.NDArray[np.float32], np.float32]:
    if not wanted.any():
        return np.zeros(rows.shape[1], dtype=np.float32), _NEVER
    model = _regression(question, seed).fit(rows, wanted)
    return model.coef_[0].astype(np.float32), np.float32(model.intercept_[0])


def _regression(question: Question, seed: int) -> LogisticRegression:
    return LogisticRegression(
        C=question.strength,
        class_weight="balanced" if question.balanced else None,
        max_iter=300,
        tol=1e-4,
        random_state=seed,
    )
