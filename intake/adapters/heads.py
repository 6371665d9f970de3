"""Questions, the models' raw scores on them, and the honest probabilities made of both.

A head adds what the linear model and the encoder say, each by a weight chosen on messages that
neither learnt from. What the probabilities mean for a case is left to
`intake.domain.classification`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CATEGORY: Final = "category"
URGENT: Final = "urgent"
ASKED_AGAIN: Final = (CATEGORY, URGENT)
"""The questions that are asked again without each sentence, to name those that carried them."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What one model says of a message before calibration.

    `whole` maps a question's name to raw scores, one a label. `without` has the questions of
    `ASKED_AGAIN`: for each sentence in order the raw scores of the message without that sentence.
    """

    whole: Mapping[str, Floats]
    without: Mapping[str, Floats]


class Answers(Scores):
    """The same after calibration: honest probabilities in place of raw scores."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """One question and how it is answered.

    An `exclusive` head's labels rule each other out and its probabilities sum to one; otherwise
    each label is a question of its own. `weights` says how much the scores of the linear model and
    of the encoder count, `offsets` is added to each label; together they calibrate. `thresholds`
    says from which probability a label counts, where that is this head's business.
    """

    name: str
    labels: Sequence[str]
    exclusive: bool
    weights: Sequence[float] = (1.0, 1.0)
    offsets: Sequence[float] = ()
    thresholds: Sequence[float] = ()

    def probabilities(self, linear: Floats, encoder: Floats) -> Floats:
        """Calibrated probabilities from both models' raw scores, shape (..., labels)."""
        added = linear * np.float32(self.weights[0]) + encoder * np.float32(self.weights[1])
        if self.offsets:
            added = added + np.asarray(self.offsets, dtype=np.float32)
        if not self.exclusive:
            return np.asarray(1.0 / (1.0 + np.exp(-added)), dtype=np.float32)
        powers = np.exp(added - added.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)


def answers(heads: Sequence[Head], linear: Scores, encoder: Scores) -> Answers:
    """What the heads make of both models' scores."""
    return Answers(
        whole={
            head.name: head.probabilities(linear.whole[head.name], encoder.whole[head.name])
            for head in heads
        },
        without={
            head.name: head.probabilities(linear.without[head.name], encoder.without[head.name])
            for head in heads
            if head.name in ASKED_AGAIN
        },
    )
