"""The comparison measures every recipe alike, and the label check finds a planted mistake."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from intake.domain.categories import Category
from nlp_models.evaluation import compare, frozen_encoder, label_check
from nlp_models.evaluation.rivals import CATEGORIES, Answers
from nlp_models.training import heads
from nlp_models.training.corpus import LabelledMessage, read_corpus

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def messages() -> list[LabelledMessage]:
    return read_corpus()[:300]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    asked_for = ["--limit", "100", "--only", "signalen,spacy_bow", "--threads", "1"]
    assert compare.main(["--out", str(folder), *asked_for]) == 0
    return folder


def test_every_recipe_gets_the_same_figures_when_compared(written: Path) -> None:
    comparison = json.loads((written / "comparison.json").read_text(encoding="utf-8"))
    assert comparison["messages"] == {"train": 100, "test": 20}
    signalen, bag_of_words = comparison["rows"]
    assert signalen["name"] == "signalen"
    assert set(signalen) == set(bag_of_words)
    for row in (signalen, bag_of_words):
        assert 0 < row["accuracy"] <= 1
        assert row["learning_seconds"] > 0
        assert row["risk_coverage"][-1]["coverage"] == 1
    assert set(signalen["auto"]) >= {"coverage", "precision", "missed_complaints"}
    assert bag_of_words["auto"] is None


def test_a_table_and_a_picture_are_written_when_recipes_are_compared(written: Path) -> None:
    table = (written / "comparison.md").read_text(encoding="utf-8").splitlines()
    assert len(table) == 4
    assert len({line.count("|") for line in table}) == 1
    assert (written / "risk_coverage.png").read_bytes().startswith(b"\x89PNG")


def test_an_unknown_recipe_is_named_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        compare.main(["--out", str(tmp_path), "--only", "signalen,horoscope"])
    assert "no recipe horoscope among signalen" in capsys.readouterr().err


def test_a_missing_encoder_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")
    arguments = ["--out", str(tmp_path), "--limit", "30", "--only", "minilm"]
    assert compare.main([*arguments, "--encoder", nowhere]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_figures_are_full_marks_when_every_answer_is_right(
    messages: list[LabelledMessage],
) -> None:
    right = np.eye(len(CATEGORIES))[[CATEGORIES.index(one.category) for one in messages]]
    sure = np.ones(len(messages), dtype=np.bool_)
    measured = compare.figures(messages, Answers(probabilities=right, decided=sure))
    assert measured["accuracy"] == measured["complaint_recall"] == 1
    assert measured["calibration_error"] == 0
    assert measured["coverage"] == {"0.97": 1, "0.98": 1}
    assert measured["auto"]["missed_complaint_count"] == 0


def test_a_complaint_decided_as_something_else_is_counted_missed(
    messages: list[LabelledMessage],
) -> None:
    complaint = next(one for one in messages if one.category is Category.COMPLAINT)
    praise = np.eye(len(CATEGORIES))[[CATEGORIES.index(Category.COMPLIMENT)]]
    answers = Answers(probabilities=praise, decided=np.array([True]))
    assert compare.figures([complaint], answers)["auto"]["missed_complaint_count"] == 1


def test_a_planted_label_is_the_first_in_doubt(messages: list[LabelledMessage]) -> None:
    question = next(one for one in heads.QUESTIONS if one.name == "category")
    wanted = heads.targets(question, messages).argmax(axis=1)
    probabilities = np.full((len(messages), len(question.labels)), 0.02)
    probabilities[np.arange(len(messages)), wanted] = 0.9
    other = (wanted[7] + 1) % len(question.labels)
    probabilities[7] = 0.004
    probabilities[7, other] = 0.98
    first = label_check.doubts(question, messages, probabilities)[0]
    assert first.labelled is messages[7]
    assert first.label == question.labels[wanted[7]]
    assert first.said == question.labels[other]
    page = label_check.as_markdown({"category": [first]}, 5)
    assert f"1. `{first.labelled.id}` is **{first.label}**" in page
    assert f"> {first.labelled.message.text.splitlines()[0]}".strip() in page


def test_a_planted_yes_is_in_doubt_when_the_question_is_yes_or_no(
    messages: list[LabelledMessage],
) -> None:
    question = next(one for one in heads.QUESTIONS if one.name == "landlord")
    wanted = heads.targets(question, messages)
    probabilities = np.where(wanted, 0.95, 0.05)
    place = int(np.flatnonzero(wanted[:, 0])[0])
    probabilities[place] = 0.01
    first = label_check.doubts(question, messages, probabilities)[0]
    assert first.labelled is messages[place]
    assert (first.label, first.said) == ("landlord", "not landlord")


def test_a_vector_does_not_depend_on_its_neighbours_when_texts_are_batched(
    tmp_path: Path,
) -> None:
    folder = _tiny_encoder(tmp_path)
    encoder = frozen_encoder.FrozenEncoder.load(folder)
    texts = ["bin missed", "bin bin bin missed again", "again"]
    together = encoder.vectors(texts)
    alone = np.concatenate([encoder.vectors([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def _tiny_encoder(folder: Path) -> Path:
    words = {"[UNK]": 0, "bin": 1, "missed": 2, "again": 3}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"num_hidden_layers": 1, "num_attention_heads": 2}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    _write_safetensors(folder / "model.safetensors", _tiny_weights())
    return folder


def _tiny_weights() -> dict[str, np.ndarray]:
    draw = np.random.default_rng(5)
    layer = "encoder.layer.0"
    dense = {
        f"{layer}.attention.self.query": (4, 4),
        f"{layer}.attention.self.key": (4, 4),
        f"{layer}.attention.self.value": (4, 4),
        f"{layer}.attention.output.dense": (4, 4),
        f"{layer}.intermediate.dense": (8, 4),
        f"{layer}.output.dense": (4, 8),
    }
    norms = ["embeddings.LayerNorm", f"{layer}.attention.output.LayerNorm"]
    weights = {f"{name}.weight": draw.normal(size=shape) for name, shape in dense.items()}
    weights |= {f"{name}.bias": draw.normal(size=shape[0]) for name, shape in dense.items()}
    for name in [*norms, f"{layer}.output.LayerNorm"]:
        weights |= {f"{name}.weight": np.ones(4), f"{name}.bias": np.zeros(4)}
    for name, rows in (("word", 4), ("position", 300), ("token_type", 2)):
        weights[f"embeddings.{name}_embeddings.weight"] = draw.normal(size=(rows, 4))
    return weights


def _write_safetensors(path: Path, weights: dict[str, np.ndarray]) -> None:
    table, numbers = {}, b""
    for name, values in weights.items():
        raw = values.astype(np.float32).tobytes()
        places = [len(numbers), len(numbers) + len(raw)]
        table[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": places}
        numbers += raw
    header = json.dumps(table).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + numbers)
