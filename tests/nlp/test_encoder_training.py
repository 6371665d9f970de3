"""Fine-tuning learns, goes on after a cut, and exports what the run time answers with.

A network of small layers stands for the pretrained one: the same code, seconds instead of hours.
"""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from intake.adapters.encoder import MOST_TOKENS, Encoder
from nlp_models.training import heads
from nlp_models.training.corpus import read_corpus
from nlp_models.training.features import clean_messages
from tests.support.requirement import missing

try:
    import torch
    from transformers import MPNetConfig, MPNetModel

    from nlp_models.training.encoder import fine_tune as tuning
    from nlp_models.training.encoder.export import export
    from nlp_models.training.encoder.network import FROZEN_LAYERS, Network
except ImportError:
    torch = None

pytestmark = pytest.mark.timeout(300)
WORDS = ("the", "a", "bin", "missed", "thank", "you", "light", "out", "not", "again")


@pytest.fixture(autouse=True)
def _libraries() -> None:
    if torch is None:
        missing("torch", "run make setup-encoder")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    vocabulary = {word: place for place, word in enumerate(["<s>", "<pad>", "</s>", "<unk>"])}
    for letter in [*"abcdefghijklmnopqrstuvwxyz0123456789'.,!?£-", *WORDS]:
        vocabulary.setdefault(letter, len(vocabulary))
        vocabulary.setdefault(f"##{letter}", len(vocabulary))
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="<unk>"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("</s>", 2), ("<s>", 0))
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    made.save(str(path))
    return path


@pytest.fixture
def network() -> "Network":
    torch.manual_seed(1)
    settings = MPNetConfig(
        vocab_size=200,
        hidden_size=32,
        num_hidden_layers=FROZEN_LAYERS + 2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=MOST_TOKENS + 2,
    )
    made = Network(MPNetModel(settings, add_pooling_layer=False))
    made.freeze()
    return made


@pytest.fixture(scope="module")
def learnt(tokenizer: Path) -> list[object]:
    messages = [one for one in read_corpus() if one.split == ""][:80]
    return tuning.examples(messages, Tokenizer.from_file(str(tokenizer)))


def recipe(epochs: float) -> "tuning.Recipe":
    return tuning.Recipe(epochs=epochs, rate=1e-3, head_rate=1e-2, save_every=2)


def losses(told: list[str]) -> list[float]:
    return [float(line.split("loss ")[1].split(",")[0]) for line in told if "loss" in line]


def test_the_loss_falls_while_it_learns(network, learnt, tmp_path: Path) -> None:
    told: list[str] = []
    tuning.fine_tune(network, learnt, recipe(8), state=tmp_path / "s.pt", tell=told.append)
    found = losses(told)
    assert found[-1] < found[0]


def test_a_frozen_layer_stays_as_it_was(network, learnt, tmp_path: Path) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    tuning.fine_tune(network, learnt, recipe(1), state=tmp_path / "s.pt", tell=lambda _: None)
    after = network.state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert "queries" in moved
    assert not {name for name in moved if "layer.0." in name or "embeddings" in name}


def test_a_run_that_was_cut_off_goes_on_where_it_was(network, learnt, tmp_path: Path) -> None:
    state = tmp_path / "s.pt"

    class CutError(Exception):
        pass

    def cut(line: str) -> None:
        if "step 10 " in line:
            raise CutError

    with pytest.raises(CutError):
        tuning.fine_tune(network, learnt, recipe(6), state=state, tell=cut)
    told: list[str] = []
    tuning.fine_tune(network, learnt, recipe(6), state=state, tell=told.append)
    assert told[0] == "taking up at step 8"
    again: list[str] = []
    tuning.fine_tune(network, learnt, recipe(6), state=state, tell=again.append)
    assert len(again) == 1


def test_of_several_runs_from_one_beginning_the_mean_is_kept(
    network, learnt, tmp_path: Path
) -> None:
    beginning = network.state_dict()["queries"].clone()
    tuning.fine_tune_averaged(network, learnt, recipe(2), work=tmp_path, tell=lambda _: None)
    runs = [
        torch.load(tmp_path / f"seed-{seed}.pt", weights_only=True)["network"]["queries"]
        for seed in tuning.Recipe.seeds
    ]
    assert not torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], beginning)
    assert torch.allclose(network.state_dict()["queries"], sum(runs) / len(runs), atol=1e-6)


def test_the_run_time_answers_as_the_trained_network_does(
    network, learnt, tokenizer: Path, tmp_path: Path
) -> None:
    tuning.fine_tune(network, learnt, recipe(4), state=tmp_path / "s.pt", tell=lambda _: None)
    export(network, tokenizer, tmp_path / "encoder", facts={})
    encoder = Encoder.from_disk(tmp_path / "encoder")
    messages = [one for one in read_corpus() if one.split == ""][:12]
    for clean, example in zip(
        clean_messages(one.message for one in messages), learnt[:12], strict=True
    ):
        said = encoder.scores(*clean.joined())
        ids = torch.tensor([example.ids])
        with torch.no_grad():
            wanted = network.eval()(ids, torch.ones_like(ids))
        for question, scores in zip(heads.QUESTIONS, wanted, strict=True):
            # Integer weights are near, not equal.
            assert np.allclose(said.whole[question.name], scores[0].numpy(), atol=0.5)
        assert said.without["category"].shape == (len(clean.sentences), 6)


def test_every_sentence_of_a_long_letter_is_looked_at(
    network, tokenizer: Path, tmp_path: Path
) -> None:
    export(network, tokenizer, tmp_path / "encoder", facts={})
    encoder = Encoder.from_disk(tmp_path / "encoder")
    sentences = [f"the light was out again and it is not {number}" for number in range(120)]
    text = "\n".join(sentences)
    spans, start = [], 0
    for sentence in sentences:
        spans.append((start, start + len(sentence)))
        start += len(sentence) + 1
    said = encoder.scores(text, spans)
    moved = np.abs(said.without["category"] - said.whole["category"]).max(axis=1)
    assert (moved > 0).all()
