"""A short real training run yields a model that loads, answers and guards its files."""

import json
import math
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from intake.adapters.classifier import SpacyClassifier
from intake.adapters.linear_model import weigh
from intake.adapters.message_features import BLOCKS
from intake.domain.categories import Category
from intake.domain.classification import Decision, MessageText, classification_as_json
from intake.errors import ConfigurationError
from nlp_models.training.__main__ import main
from nlp_models.training.features import (
    choose_features,
    clean_messages,
    count_features,
    count_matrix,
    inverse_frequencies,
    weigh_matrix,
)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    assert main(["--out", str(folder), "--limit", "150", "--seed", "3"]) == 0
    return folder


@pytest.fixture(scope="module")
def classifier(model_dir: Path) -> SpacyClassifier:
    return SpacyClassifier.load(model_dir)


def test_a_fresh_model_answers_every_field(classifier: SpacyClassifier) -> None:
    said = classifier.classify(
        MessageText(channel="email", subject="Bins", text="My bin was missed again. Third time!")
    )
    assert math.isclose(sum(said.probabilities.values()), 1.0, abs_tol=1e-4)
    assert set(said.probabilities) == set(Category)
    assert said.confidence == max(said.probabilities.values())
    assert said.model == classifier.model_version
    assert len(classification_as_json(said)) == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "🙂",
        "a" * 5000,
        "ok",
        "\x00\ufffd",
        "wall of text " * 20000,
        ".\n" * 4000,
        "!?" * 30000,
    ],
)
def test_awkward_text_still_gets_an_answer(classifier: SpacyClassifier, text: str) -> None:
    said = classifier.classify(MessageText(channel="chat", subject="", text=text))
    assert said.language
    assert len(said.evidence) <= 3
    if len(text.split()) < 4:
        assert said.decision is Decision.REVIEW


def test_many_messages_get_the_answers_they_get_one_by_one(classifier: SpacyClassifier) -> None:
    messages = [
        MessageText(channel="chat", subject="", text=f"Bin number {number} was not emptied. Why?")
        for number in range(70)
    ]
    assert list(classifier.classify_many(messages)) == [
        classifier.classify(message) for message in messages
    ]


def test_nothing_in_the_folder_is_pickled(model_dir: Path) -> None:
    files = [path for path in model_dir.rglob("*") if path.is_file()]
    assert files
    assert not [
        path
        for path in files
        if path.suffix in {".pkl", ".pickle", ".joblib", ".bin"} and path.name != "lookups.bin"
    ]
    with np.load(model_dir / "intake_linear" / "weights.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"idf", "weights", "bias"}
    with np.load(model_dir / "intake_encoder" / "heads.npz", allow_pickle=False) as arrays:
        assert {"category.query", "category.matrix", "category.bias"} <= set(arrays)


@pytest.mark.parametrize(
    "name",
    [
        "intake_linear/weights.npz",
        "intake_linear/features.txt",
        "intake_encoder/encoder.onnx",
        "intake_encoder/heads.npz",
        "intake_answers/heads.json",
    ],
)
def test_an_altered_file_is_refused_by_name(model_dir: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    with (copy / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ConfigurationError, match=f"{name}: this file was altered"):
        SpacyClassifier.load(copy)


def test_a_missing_file_or_folder_is_refused_by_name(model_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    (copy / "intake_answers" / "heads.json").unlink()
    with pytest.raises(ConfigurationError, match=r"heads\.json: this file is missing"):
        SpacyClassifier.load(copy)
    with pytest.raises(ConfigurationError, match="there is no model here"):
        SpacyClassifier.load(tmp_path / "nowhere")


def test_a_model_of_other_features_is_refused(model_dir: Path, tmp_path: Path) -> None:
    """An old model after an update would answer nonsense: its features are no longer drawn."""
    copy = shutil.copytree(model_dir, tmp_path / "copy")
    linear = copy / "intake_linear" / "linear.json"
    fields = json.loads(linear.read_text(encoding="utf-8")) | {"features_version": 0}
    linear.write_text(json.dumps(fields), encoding="utf-8")
    meta = json.loads((copy / "meta.json").read_text(encoding="utf-8"))
    del meta["intake"]["files"]["intake_linear/linear.json"]
    (copy / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="features of version 0"):
        SpacyClassifier.load(copy)


def test_the_model_writes_down_where_it_comes_from(model_dir: Path) -> None:
    facts = json.loads((model_dir / "meta.json").read_text(encoding="utf-8"))["intake"]
    assert len(facts["data_sha256"]) == 64
    assert facts["seed"] == 3
    assert {"spacy", "numpy", "scikit-learn"} <= set(facts["libraries"])
    assert set(facts["figures"]) == {"dev", "test"}


def test_training_ends_with_a_sentence_when_corrections_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "corrections.jsonl"
    bad.write_text("{}\n", encoding="utf-8")
    assert main(["--out", str(tmp_path / "m"), "--corrections", str(bad)]) == 1
    assert "corrections.jsonl, line 1" in capsys.readouterr().err


def test_training_and_run_time_weigh_the_same_counts_alike() -> None:
    messages = [
        MessageText(channel="email", subject="Bin", text="My bin was missed. My bin again!"),
        MessageText(channel="chat", subject="", text="lovely park, lovely swings"),
        MessageText(channel="chat", subject="", text="smell of gas on the stairs, help"),
    ]
    counted = count_features(clean_messages(messages * 4))
    features = choose_features(counted)
    counts = count_matrix(counted, features)
    idf = inverse_frequencies(counts)
    block = np.array([BLOCKS.index(name[0]) for name in features], dtype=np.int8)
    assert Counter(block.tolist())
    assert np.allclose(
        weigh_matrix(counts, idf, features).toarray(),
        weigh(counts.toarray(), idf, block),
        atol=1e-5,
    )
