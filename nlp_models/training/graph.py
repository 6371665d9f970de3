"""The steps from corpus to packaged model, each with what it needs and what it makes.

    prepare ─► train ─► calibrate ─► package ─► evaluate

A step reads only what an earlier one put into the run, so the same corpus, corrections and seed
give the same model. What each step computes is in the module of its name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from intake.adapters.classifier import AnswerReader, SpacyClassifier
from intake.adapters.language_detection import LanguageDetector
from intake.adapters.spacy_components import Head, LinearModel
from intake.domain.classification import FEWEST_WORDS, MessageText, Thresholds
from intake.domain.text import addresses_classifier, normalise, words
from intake.services.evaluate_classifier import Expected, evaluate, report
from nlp_models.training import calibrate, features, heads, package
from nlp_models.training.corpus import (
    LabelledMessage,
    corpus_files,
    corpus_hash,
    fold,
    groups,
    read_corpus,
    read_messages,
    splits,
)

FOLDS = 5


@dataclass(kw_only=True)
class Run:
    """One training run: what was asked for, and what the steps have made so far."""

    out: Path
    seed: int
    corrections: Path | None = None
    limit: int | None = None
    against: Path | None = None
    data_hash: str = ""
    learnt: list[LabelledMessage] = field(default_factory=list)
    unseen: list[LabelledMessage] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    idf: npt.NDArray[np.float32] | None = None
    scores: dict[str, heads.Scores] = field(default_factory=dict)
    weights: dict[str, heads.Weights] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    thresholds: Thresholds | None = None
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the graph."""

    name: str
    needs: tuple[str, ...]
    work: Callable[[Run], None]


def run_all(run: Run) -> None:
    """Takes every step in order; raises `ValueError` when there is too little to learn from."""
    done: set[str] = set()
    # The matrices are sparse: more threads would only wait for each other.
    with threadpool_limits(1):
        for step in GRAPH:
            assert done.issuperset(step.needs)
            print(f"{step.name} ...", flush=True)
            step.work(run)
            done.add(step.name)


def prepare(run: Run) -> None:
    """Reads corpus and corrections and sets the test voices apart.

    A correction is never added to the test split, and one that repeats a test message is left out.
    """
    messages = read_corpus()
    split = splits(messages)
    run.unseen = [one for one, name in zip(messages, split, strict=True) if name == "test"]
    run.learnt = [one for one, name in zip(messages, split, strict=True) if name != "test"]
    paths = corpus_files()
    if run.corrections is not None:
        known = {normalise(one.message.text) for one in run.unseen}
        corrections = read_messages(run.corrections)
        run.learnt += [one for one in corrections if normalise(one.message.text) not in known]
        paths = [*paths, run.corrections]
    run.data_hash = corpus_hash(paths)
    if run.limit is not None:
        run.learnt = _sample(run.learnt, run.limit)
        run.unseen = _sample(run.unseen, max(1, run.limit // 5))
    if len({one.category for one in run.learnt}) < 2 or not run.unseen:
        raise ValueError("there are too few messages to learn from and to test on")
    run.groups = groups(run.learnt)


def train(run: Run) -> None:
    """Draws the features and fits every head, on all messages and once a fold."""
    counted = features.count_features(one.message for one in run.learnt)
    run.features = features.choose_features(counted)
    counts = features.count_matrix(counted, run.features)
    run.idf = features.inverse_frequencies(counts)
    weighed = features.weigh_matrix(counts, run.idf, run.features)
    for question in heads.QUESTIONS:
        scale = heads.block_scale(question, run.features)
        rows = sparse.csr_matrix(weighed @ sparse.diags(scale))
        wanted = heads.targets(question, run.learnt)
        run.scores[question.name] = heads.out_of_fold(
            question, rows, wanted, run.groups, folds=FOLDS, seed=run.seed
        )
        fitted = heads.fit(question, rows, wanted, seed=run.seed)
        run.weights[question.name] = heads.Weights(
            matrix=fitted.matrix * scale[:, None], bias=fitted.bias
        )


def calibrate_heads(run: Run) -> None:
    """Calibrates every head and chooses all thresholds, on out-of-fold scores."""
    start = 0
    for question in heads.QUESTIONS:
        wanted = heads.targets(question, run.learnt)
        head = Head(
            name=question.name,
            labels=[str(label) for label in question.labels],
            start=start,
            exclusive=question.exclusive,
        )
        head = calibrate.calibrated(head, run.scores[question.name], wanted)
        run.heads[question.name] = head
        start += len(question.labels)
    run.heads = calibrate.with_thresholds(run.heads, run.scores, run.learnt)
    category = calibrate.head_probabilities(run.heads["category"], run.scores["category"])
    run.thresholds = calibrate.decision_thresholds(
        category, heads.targets(heads.QUESTIONS[0], run.learnt), _reviewed(run)
    )


def package_model(run: Run) -> None:
    """Writes the pipeline folder, with every file's hash."""
    assert run.idf is not None
    assert run.thresholds is not None
    matrices = [run.weights[question.name] for question in heads.QUESTIONS]
    model = LinearModel(
        features=run.features,
        idf=run.idf,
        weights=np.concatenate([each.matrix for each in matrices], axis=1).astype(np.float16),
        bias=np.concatenate([each.bias for each in matrices]).astype(np.float32),
        heads=tuple(run.heads[question.name] for question in heads.QUESTIONS),
    )
    package.write_model(
        run.out,
        model,
        run.thresholds,
        data_hash=run.data_hash,
        seed=run.seed,
        learnt=len(run.learnt),
    )


def evaluate_model(run: Run) -> None:
    """Measures the folds and the packaged model on the test split, and writes down both.

    The model it is to be compared with, if any, is asked about the same messages.
    """
    run.figures = {"cross_validation": report(_out_of_fold_pairs(run))}
    asked = [(one.message, expected_of(one)) for one in run.unseen]
    run.figures["test"] = evaluate(SpacyClassifier.load(run.out), asked)
    if run.against is not None:
        run.figures["test_of_the_other"] = evaluate(SpacyClassifier.load(run.against), asked)
    package.write_figures(run.out, run.figures)


GRAPH = (
    Step(name="prepare", needs=(), work=prepare),
    Step(name="train", needs=("prepare",), work=train),
    Step(name="calibrate", needs=("prepare", "train"), work=calibrate_heads),
    Step(name="package", needs=("train", "calibrate"), work=package_model),
    Step(name="evaluate", needs=("prepare", "calibrate", "package"), work=evaluate_model),
)


def expected_of(labelled: LabelledMessage) -> Expected:
    """What the corpus says of a message, in the words of the evaluation."""
    return Expected(
        category=labelled.category,
        urgent=labelled.urgent,
        area=labelled.area,
        landlord=labelled.landlord,
    )


def _sample(messages: Sequence[LabelledMessage], count: int) -> list[LabelledMessage]:
    """The same messages on every machine, drawn by the hash of their ids."""
    return sorted(messages, key=lambda one: fold(one.id, 2**32, salt="sample"))[:count]


def _reviewed(run: Run) -> npt.NDArray[np.bool_]:
    """Which messages an officer reads whatever their category's probability."""
    urgent = calibrate.head_probabilities(run.heads["urgent"], run.scores["urgent"])[:, 0]
    languages = LanguageDetector()
    always = [_always_reviewed(one.message, languages) for one in run.learnt]
    return np.array(always) | (urgent >= run.heads["urgent"].thresholds[0])


def _always_reviewed(message: MessageText, languages: LanguageDetector) -> bool:
    both = normalise(f"{message.subject}\n{message.text}")
    return (
        languages.detect(both) != "en"
        or len(words(both)) < FEWEST_WORDS
        or addresses_classifier(both)
    )


def _out_of_fold_pairs(run: Run) -> list[tuple[Expected, Any]]:
    assert run.thresholds is not None
    reader = AnswerReader(heads=run.heads, thresholds=run.thresholds, model_version="folds")
    languages = LanguageDetector()
    whole = {
        name: head.probabilities(run.scores[name].astype(np.float32))
        for name, head in run.heads.items()
    }
    return [
        (
            expected_of(one),
            reader.read(
                {name: rows[number] for name, rows in whole.items()},
                message=one.message,
                language=languages.detect(f"{one.message.subject}\n{one.message.text}"),
            ),
        )
        for number, one in enumerate(run.learnt)
    ]
