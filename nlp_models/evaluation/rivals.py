"""The recipes that the shipped classifier is compared with, each learnt from the same messages.

A recipe learns from labelled messages and gives back something that answers. What is measured of
the answers, and on which messages, is left to `compare`.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import snowballstemmer
import spacy
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.training import Example
from spacy.util import fix_random_seed, minibatch

from intake.adapters.classifier import SpacyClassifier
from intake.adapters.encoder import Encoder
from intake.adapters.heads import CATEGORY, Head
from intake.adapters.linear_model import LinearModel
from intake.adapters.message_features import message_parts
from intake.adapters.spacy_components import ENCODER, LINEAR
from intake.domain.categories import Category
from intake.domain.classification import Decision, MessageText
from nlp_models.evaluation.frozen_encoder import FrozenEncoder
from nlp_models.training import calibrate, features, heads
from nlp_models.training.corpus import LabelledMessage, groups, read_corpus, splits

CATEGORIES = list(Category)
SIGNALEN_THRESHOLD = 0.40

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a recipe says of some messages.

    `probabilities` has a row a message and a column a category, in the order of `Category`.
    `decided` says which messages it would file without a person; None when it has no such rule.
    """

    probabilities: Probabilities
    decided: npt.NDArray[np.bool_] | None = None


Answering = Callable[[Sequence[MessageText]], Answers]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One row of the comparison. `learns` is false for a model that comes ready from disk."""

    name: str
    title: str
    learn: Callable[[Sequence[LabelledMessage]], Answering]
    learns: bool = True


def recipes(*, model_dir: Path, encoder_dir: Path | None, seed: int) -> tuple[Recipe, ...]:
    """Every row of the comparison; a new one needs only a function from messages to `Answers`."""
    found = [
        Recipe(
            name="signalen",
            title="Signalen: stemmed counts, L1 logistic regression, one threshold 0.40",
            learn=lambda learnt: _learn_signalen(learnt, seed),
        ),
        Recipe(
            name="spacy_bow",
            title="spaCy bag of words (`TextCatBOW.v3`)",
            learn=lambda learnt: _learn_textcat(learnt, _BAG_OF_WORDS, seed, epochs=10),
        ),
        Recipe(
            name="spacy_ensemble",
            title="spaCy ensemble (`TextCatEnsemble.v2`)",
            learn=lambda learnt: _learn_textcat(learnt, _ENSEMBLE, seed, epochs=8),
        ),
        *(
            Recipe(
                name=half,
                title=f"the shipped model's {half} half alone",
                learn=lambda learnt, half=half: _half(model_dir, half, learnt),
                learns=False,
            )
            for half in ("linear", "encoder")
        ),
        Recipe(
            name="ours",
            title="the shipped model",
            learn=lambda _: _shipped(model_dir),
            learns=False,
        ),
    ]
    if encoder_dir is not None:
        frozen = Recipe(
            name="minilm",
            title="all-MiniLM-L6-v2, frozen, with logistic regression",
            learn=lambda learnt: _learn_frozen(learnt, encoder_dir, seed),
        )
        found.insert(3, frozen)
    return tuple(found)


def plain_text(message: MessageText) -> str:
    """Subject and text as one, for recipes that know no subject."""
    return f"{message.subject}\n{message.text}".strip()


def _learn_signalen(learnt: Sequence[LabelledMessage], seed: int) -> Answering:
    # Repeated from the public recipe (Signalen/classification, app/engine.py): lower case, pieces
    # between white space stemmed unless they are stop words, counted as words with stop words left
    # out, brought to unit length, L1 logistic regression by liblinear, the settings chosen among
    # eight by five folds, and 0.40 in the officers' screen. English stands for Dutch. Theirs
    # leaves the inverse document frequency out and tries two limits of rounds; here both weighings
    # are tried and the rounds are the larger, so that nothing is lost that would have helped it.
    search = GridSearchCV(
        Pipeline(
            [
                ("counts", CountVectorizer(preprocessor=_stemmed, stop_words=sorted(_STOPS))),
                ("weights", TfidfTransformer()),
                ("model", OneVsRestClassifier(_sparse_regression(seed))),
            ]
        ),
        {
            "model__estimator__class_weight": (None, "balanced"),
            "weights__use_idf": (False, True),
            "counts__ngram_range": ((1, 1), (1, 2)),
        },
        cv=5,
    )
    search.fit([plain_text(one.message) for one in learnt], _numbers(learnt))

    def answer(messages: Sequence[MessageText]) -> Answers:
        texts = [plain_text(message) for message in messages]
        probabilities = _in_order(search.predict_proba(texts), search.classes_)
        return Answers(
            probabilities=probabilities, decided=probabilities.max(axis=1) >= SIGNALEN_THRESHOLD
        )

    return answer


# The pieces that the counting makes of a word with an apostrophe are stop words as well.
_STOPS = {part for word in STOP_WORDS for part in re.findall(r"\w\w+", word)}


_STEMMER = snowballstemmer.stemmer("english")


def _stemmed(text: str) -> str:
    return " ".join(map(_stem, text.lower().split()))


@cache
def _stem(word: str) -> str:
    return word if word in STOP_WORDS else str(_STEMMER.stemWord(word))


def _sparse_regression(seed: int) -> LogisticRegression:
    return LogisticRegression(l1_ratio=1.0, solver="liblinear", max_iter=500, random_state=seed)


_BAG_OF_WORDS: dict[str, Any] = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": True,
    "length": 262144,
    "ngram_size": 1,
    "no_output_layer": False,
    "nO": None,
}

# The sizes of spaCy's own quick-start for English on a processor.
_ENSEMBLE: dict[str, Any] = {
    "@architectures": "spacy.TextCatEnsemble.v2",
    "nO": None,
    "linear_model": _BAG_OF_WORDS,
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 64,
            "rows": [2000, 2000, 500, 1000, 500],
            "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 64,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 2,
        },
    },
}


def _learn_textcat(
    learnt: Sequence[LabelledMessage], model: dict[str, Any], seed: int, *, epochs: int
) -> Answering:
    fix_random_seed(seed)
    order = random.Random(seed)  # noqa: S311 - The order of examples is no secret.
    pipeline = spacy.blank("en")
    textcat = pipeline.add_pipe("textcat", config={"model": model})
    examples = [_example(pipeline.make_doc(plain_text(one.message)), one) for one in learnt]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(epochs):
        order.shuffle(examples)
        for batch in minibatch(examples, 32):
            pipeline.update(batch, sgd=optimizer, drop=0.2)
    labels = [CATEGORIES.index(Category(label)) for label in textcat.labels]

    def answer(messages: Sequence[MessageText]) -> Answers:
        docs = pipeline.pipe(plain_text(message) for message in messages)
        rows = [[doc.cats[label] for label in textcat.labels] for doc in docs]
        return Answers(probabilities=_in_order(np.array(rows, dtype=np.float64), labels))

    return answer


def _example(doc: spacy.tokens.Doc, labelled: LabelledMessage) -> Example:
    cats = {str(each): float(each is labelled.category) for each in Category}
    return Example.from_dict(doc, {"cats": cats})


def _learn_frozen(learnt: Sequence[LabelledMessage], encoder_dir: Path, seed: int) -> Answering:
    encoder = FrozenEncoder.load(encoder_dir)
    search = GridSearchCV(
        LogisticRegression(max_iter=2000, random_state=seed),
        {"C": (1.0, 3.0, 10.0, 30.0, 100.0)},
        cv=GroupKFold(n_splits=5),
        scoring="neg_log_loss",
    )
    vectors = encoder.vectors([plain_text(one.message) for one in learnt])
    search.fit(vectors, _numbers(learnt), groups=groups(learnt))

    def answer(messages: Sequence[MessageText]) -> Answers:
        rows = encoder.vectors([plain_text(message) for message in messages])
        return Answers(probabilities=_in_order(search.predict_proba(rows), search.classes_))

    return answer


def _shipped(model_dir: Path) -> Answering:
    classifier = SpacyClassifier.load(model_dir)

    def answer(messages: Sequence[MessageText]) -> Answers:
        said = list(classifier.classify_many(messages))
        rows = [[one.probabilities[each] for each in CATEGORIES] for one in said]
        return Answers(
            probabilities=np.array(rows, dtype=np.float64),
            decided=np.array([one.decision is Decision.AUTO for one in said]),
        )

    return answer


def _half(model_dir: Path, half: str, learnt: Sequence[LabelledMessage]) -> Answering:
    """One of the two models by itself, calibrated on dev as both are together.

    A short run takes as much less of dev as it takes of train.
    """
    messages = read_corpus()
    dev = [one for one, name in zip(messages, splits(messages), strict=True) if name == "dev"]
    dev = dev[: len(learnt)]
    question = heads.QUESTIONS[0]
    empty = Head(name=question.name, labels=question.labels, exclusive=True)
    scores = _raw_scores(model_dir, half)

    def pair(messages: Sequence[MessageText]) -> calibrate.Pair:
        found = scores(messages)
        nothing = np.zeros_like(found)
        if half == "linear":
            return calibrate.Pair(linear=found, encoder=nothing)
        return calibrate.Pair(linear=nothing, encoder=found)

    head = calibrate.calibrated(
        empty, pair([one.message for one in dev]), heads.targets(question, dev)
    )
    return lambda messages: Answers(
        probabilities=calibrate.head_probabilities(head, pair(messages))
    )


def _raw_scores(model_dir: Path, half: str) -> Callable[[Sequence[MessageText]], Probabilities]:
    linear = LinearModel.from_disk(model_dir / LINEAR)
    encoder = Encoder.from_disk(model_dir / ENCODER)

    def scores(messages: Sequence[MessageText]) -> Probabilities:
        clean = features.clean_messages(messages)
        said = (
            [linear.scores(message_parts(one)) for one in clean]
            if half == "linear"
            else [encoder.scores(*one.joined()) for one in clean]
        )
        return np.array([one.whole[CATEGORY] for one in said], dtype=np.float64)

    return scores


def _numbers(learnt: Sequence[LabelledMessage]) -> list[int]:
    return [CATEGORIES.index(one.category) for one in learnt]


def _in_order(
    probabilities: Probabilities, numbers: Sequence[int] | npt.NDArray[np.int_]
) -> Probabilities:
    """The columns put where `Category` has them; a category never learnt gets nothing."""
    whole = np.zeros((len(probabilities), len(CATEGORIES)))
    whole[:, list(numbers)] = probabilities
    return whole
