"""Lists the labels of train and dev that a model of other voices doubts most, for a person to read.

Run it as `python -m nlp_models.evaluation.label_check --out FILE.md`.

Every message is judged by a model that saw nobody of its group (five folds), and confident
learning (cleanlab) picks the labels that are likely wrong. It only lists: whether the label or the
model errs is for a reader of the labelling guide to say. The test split is never listed, for what
the model says must not mend what it is measured by.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cleanlab.filter import find_label_issues
from scipy import sparse
from scipy.special import expit, softmax
from threadpoolctl import threadpool_limits

from nlp_models.training import features, heads
from nlp_models.training.corpus import CORPUS_DIR, LabelledMessage, groups, read_corpus, splits

ASKED = ("category", "area", "landlord", "urgent")
"""The questions whose labels are checked; kinds of hazard are several at once and are not."""

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A label that the model thinks wrong, and what it says instead with which probability."""

    labelled: LabelledMessage
    label: str
    said: str
    probability: float


def doubts(
    question: heads.Question, messages: Sequence[LabelledMessage], probabilities: heads.Scores
) -> list[Doubt]:
    """The likely wrong labels of one question, most doubtful first.

    `probabilities` has a column a label; a yes-or-no question has one column, read as the yes.
    Most doubtful is the widest gap between what the model says and the label given.
    """
    names = _names(question)
    given = _given(question, messages)
    if len(names) > probabilities.shape[1]:
        probabilities = np.hstack([1 - probabilities, probabilities])
    # Labels that no message has would be classes without examples.
    present = np.unique(given)
    shares = probabilities[:, present]
    shares = shares / shares.sum(axis=1, keepdims=True)
    found = find_label_issues(
        np.searchsorted(present, given),
        shares,
        return_indices_ranked_by="normalized_margin",
        n_jobs=1,
    )
    said = present[shares.argmax(axis=1)]
    return [
        Doubt(
            labelled=messages[place],
            label=names[given[place]],
            said=names[said[place]],
            probability=float(shares[place].max()),
        )
        for place in found
        if said[place] != given[place]
    ]


def unseen_probabilities(
    messages: Sequence[LabelledMessage], *, seed: int
) -> dict[str, heads.Scores]:
    """For each question the probabilities of every message by a model without its group."""
    counted = features.count_features(features.clean_messages(one.message for one in messages))
    names = features.choose_features(counted)
    counts = features.count_matrix(counted, names)
    weighed = features.weigh_matrix(counts, features.inverse_frequencies(counts), names)
    group = groups(messages)
    found = {}
    for question in _questions():
        print(f"{question.name} ...", flush=True)
        rows = sparse.csr_matrix(weighed @ sparse.diags(heads.block_scale(question, names)))
        wanted = heads.targets(question, messages)
        scores = heads.out_of_fold(question, rows, wanted, group, folds=FOLDS, seed=seed)
        found[question.name] = softmax(scores, axis=1) if question.exclusive else expit(scores)
    return found


def as_markdown(found: dict[str, list[Doubt]], most: int) -> str:
    """The list a person reads: a heading a question, then one message after the other."""
    lines = ["# Labels in doubt", ""]
    for name, listed in found.items():
        shown = listed[:most]
        lines += [f"## {name}: {len(listed)} in doubt, the first {len(shown)}", ""]
        for number, doubt in enumerate(shown, start=1):
            lines += [_heading(number, doubt), "", *_quoted(doubt.labelled), ""]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Writes the list and prints how many labels of each question are in doubt."""
    options = _parser().parse_args(arguments)
    messages = read_corpus(options.corpus)
    kept = [one for one, split in zip(messages, splits(messages), strict=True) if split != "test"]
    # The matrices are sparse: more threads would only wait for each other.
    with threadpool_limits(1):
        probabilities = unseen_probabilities(kept, seed=options.seed)
    found = {
        question.name: doubts(question, kept, probabilities[question.name])
        for question in _questions()
    }
    options.out.write_text(as_markdown(found, options.most), encoding="utf-8")
    for name, listed in found.items():
        print(f"{name}: {len(listed)} of {len(kept)} labels in doubt")
    return 0


def _questions() -> list[heads.Question]:
    return [question for question in heads.QUESTIONS if question.name in ASKED]


def _names(question: heads.Question) -> list[str]:
    labels = [str(label) for label in question.labels]
    return labels if question.exclusive else [f"not {labels[0]}", labels[0]]


def _given(question: heads.Question, messages: Sequence[LabelledMessage]) -> npt.NDArray[np.intp]:
    wanted = heads.targets(question, messages)
    return wanted.argmax(axis=1) if question.exclusive else wanted[:, 0].astype(np.intp)


def _heading(number: int, doubt: Doubt) -> str:
    return (
        f"{number}. `{doubt.labelled.id}` is **{doubt.label}**; "
        f"the model says **{doubt.said}** ({doubt.probability:.2f})"
    )


def _quoted(labelled: LabelledMessage) -> list[str]:
    message = labelled.message
    text = f"{message.subject}\n{message.text}" if message.subject else message.text
    return [f"   > {line}".rstrip() for line in text.strip().splitlines()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nlp_models.evaluation.label_check", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, help="the Markdown file to write")
    parser.add_argument("--corpus", type=Path, default=CORPUS_DIR, help="the folder to check")
    parser.add_argument("--most", type=int, default=150, help="how many to list a question")
    parser.add_argument("--seed", type=int, default=1, help="divides the folds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
