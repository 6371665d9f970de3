"""The steps from corpus to packaged model, each with what it needs and what it makes.

    prepare ─► read ─► fit ─► encode ─► calibrate ─► package ─► evaluate

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

from intake.adapters.classifier import SpacyClassifier
from intake.adapters.encoder import Encoder
from intake.adapters.heads import Head
from intake.adapters.language_detection import LanguageDetector
from intake.adapters.linear_model import LinearModel
from intake.adapters.message_features import message_parts
from intake.adapters.message_text import CleanMessage
from intake.adapters.spacy_components import ENCODER
from intake.domain.classification import FEWEST_WORDS, MessageText, Thresholds
from intake.domain.text import addresses_classifier, normalise, words
from intake.services.evaluate_classifier import Expected, evaluate
from nlp_models.training import calibrate, features, heads, package
from nlp_models.training.corpus import (
    LabelledMessage,
    corpus_files,
    corpus_hash,
    fold,
    read_corpus,
    read_messages,
    splits,
)

MODEL_DIR = Path(__file__).resolve().parent.parent / "model"


@dataclass(kw_only=True)
class Run:
    """One training run: what was asked for, and what the steps have made so far."""

    out: Path
    seed: int
    encoder: Path = MODEL_DIR / ENCODER
    corrections: Path | None = None
    limit: int | None = None
    against: Path | None = None
    data_hash: str = ""
    learnt: list[LabelledMessage] = field(default_factory=list)
    dev: list[LabelledMessage] = field(default_factory=list)
    unseen: list[LabelledMessage] = field(default_factory=list)
    learnt_clean: list[CleanMessage] = field(default_factory=list)
    dev_clean: list[CleanMessage] = field(default_factory=list)
    linear: LinearModel | None = None
    scores: dict[str, calibrate.Pair] = field(default_factory=dict)
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
    """Reads corpus and corrections and divides them.

    A correction is never added to the test split, and one that repeats a test message is left out.
    The encoder has not learnt from corrections, so half of them, by voice, join dev: thresholds
    follow what this council's residents write.
    """
    messages = read_corpus()
    paths = corpus_files()
    split = splits(messages)
    run.unseen = [one for one, name in zip(messages, split, strict=True) if name == "test"]
    if run.corrections is not None:
        known = {normalise(one.message.text) for one in run.unseen}
        corrections = [
            one
            for one in read_messages(run.corrections)
            if normalise(one.message.text) not in known
        ]
        messages += corrections
        split += [
            "dev" if fold(one.voice, 2, salt="corrections") else "train" for one in corrections
        ]
        paths = [*paths, run.corrections]
    run.learnt = [one for one, name in zip(messages, split, strict=True) if name == "train"]
    run.dev = [one for one, name in zip(messages, split, strict=True) if name == "dev"]
    run.data_hash = corpus_hash(paths)
    if run.limit is not None:
        run.learnt = _sample(run.learnt, run.limit)
        run.dev = _sample(run.dev, max(1, run.limit // 3))
        run.unseen = _sample(run.unseen, max(1, run.limit // 5))
    if len({one.category for one in run.learnt}) < 2 or not run.unseen or not run.dev:
        raise ValueError("there are too few messages to learn from and to test on")


def read(run: Run) -> None:
    """Reads the messages as the run-time reads them."""
    run.learnt_clean = features.clean_messages(one.message for one in run.learnt)
    run.dev_clean = features.clean_messages(one.message for one in run.dev)


def fit(run: Run) -> None:
    """Draws the features and fits the linear model's head of every question."""
    counted = features.count_features(run.learnt_clean)
    names = features.choose_features(counted)
    counts = features.count_matrix(counted, names)
    idf = features.inverse_frequencies(counts)
    weighed = features.weigh_matrix(counts, idf, names)
    fitted = []
    for question in heads.QUESTIONS:
        scale = heads.block_scale(question, names)
        rows = sparse.csr_matrix(weighed @ sparse.diags(scale))
        weights = heads.fit(question, rows, heads.targets(question, run.learnt), seed=run.seed)
        fitted.append(heads.Weights(matrix=weights.matrix * scale[:, None], bias=weights.bias))
    run.linear = LinearModel(
        features=names,
        idf=idf,
        weights=np.concatenate([each.matrix for each in fitted], axis=1).astype(np.float16),
        bias=np.concatenate([each.bias for each in fitted]).astype(np.float32),
        columns=_columns(),
    )


def encode(run: Run) -> None:
    """Asks both models about the dev messages."""
    assert run.linear is not None
    encoder = Encoder.from_disk(run.encoder)
    by_words = [run.linear.scores(message_parts(one)).whole for one in run.dev_clean]
    by_meaning = [encoder.scores(*one.joined()).whole for one in run.dev_clean]
    for question in heads.QUESTIONS:
        run.scores[question.name] = calibrate.Pair(
            linear=np.array([each[question.name] for each in by_words], dtype=np.float64),
            encoder=np.array([each[question.name] for each in by_meaning], dtype=np.float64),
        )


def calibrate_heads(run: Run) -> None:
    """Weighs the two models, calibrates every head and chooses all thresholds, on dev."""
    for question in heads.QUESTIONS:
        head = Head(
            name=question.name,
            labels=[str(label) for label in question.labels],
            exclusive=question.exclusive,
        )
        wanted = heads.targets(question, run.dev)
        run.heads[question.name] = calibrate.calibrated(head, run.scores[question.name], wanted)
    run.heads = calibrate.with_thresholds(run.heads, run.scores, run.dev)
    category = calibrate.head_probabilities(run.heads["category"], run.scores["category"])
    run.thresholds = calibrate.decision_thresholds(
        category, heads.targets(heads.QUESTIONS[0], run.dev), _reviewed(run)
    )


def package_model(run: Run) -> None:
    """Writes the pipeline folder, with every file's hash."""
    assert run.linear is not None
    assert run.thresholds is not None
    package.write_model(
        run.out,
        run.linear,
        run.encoder,
        [run.heads[question.name] for question in heads.QUESTIONS],
        run.thresholds,
        facts={
            "data_sha256": run.data_hash,
            "messages": len(run.learnt),
            "dev_messages": len(run.dev),
            "seed": run.seed,
        },
    )


def evaluate_model(run: Run) -> None:
    """Measures the packaged model on the dev and test splits, and writes down both.

    Dev figures flatter: thresholds were chosen there. The model it is to be compared with, if any,
    is asked about the same test messages.
    """
    model = SpacyClassifier.load(run.out)
    run.figures = {
        "dev": evaluate(model, [(one.message, expected_of(one)) for one in run.dev]),
    }
    asked = [(one.message, expected_of(one)) for one in run.unseen]
    run.figures["test"] = evaluate(model, asked)
    if run.against is not None:
        run.figures["test_of_the_other"] = evaluate(SpacyClassifier.load(run.against), asked)
    package.write_figures(run.out, run.figures)


GRAPH = (
    Step(name="prepare", needs=(), work=prepare),
    Step(name="read", needs=("prepare",), work=read),
    Step(name="fit", needs=("read",), work=fit),
    Step(name="encode", needs=("read", "fit"), work=encode),
    Step(name="calibrate", needs=("encode",), work=calibrate_heads),
    Step(name="package", needs=("fit", "calibrate"), work=package_model),
    Step(name="evaluate", needs=("prepare", "package"), work=evaluate_model),
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
    always = [_always_reviewed(one.message, languages) for one in run.dev]
    return np.array(always) | (urgent >= run.heads["urgent"].thresholds[0])


def _always_reviewed(message: MessageText, languages: LanguageDetector) -> bool:
    both = normalise(f"{message.subject}\n{message.text}")
    return (
        languages.detect(both) != "en"
        or len(words(both)) < FEWEST_WORDS
        or addresses_classifier(both)
    )


def _columns() -> dict[str, slice]:
    columns = {}
    start = 0
    for question in heads.QUESTIONS:
        columns[question.name] = slice(start, start + len(question.labels))
        start += len(question.labels)
    return columns
