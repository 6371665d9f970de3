"""Fine-tunes the encoder: `python -m nlp_models.training.encoder --work DIR --out DIR`.

An hour or several on two processor cores, by what they count in; a second call with the same
`--work` goes on where the first was cut off.
"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer

from nlp_models.training.corpus import corpus_files, corpus_hash, fold, read_corpus, splits
from nlp_models.training.encoder.export import export
from nlp_models.training.encoder.fine_tune import Recipe, examples, fine_tune_averaged
from nlp_models.training.encoder.network import Network
from nlp_models.training.encoder.refit import refit_heads
from nlp_models.training.encoder.weights import NAME, unpacked_weights


def main(arguments: list[str] | None = None) -> int:
    """Fine-tunes and exports. Ends with status 1 and one sentence when something is missing."""
    options = _parser().parse_args(arguments)
    recipe = Recipe(epochs=options.epochs, seeds=tuple(options.seeds))
    try:
        weights = options.weights or unpacked_weights(options.work)
        messages = read_corpus()
        learnt = [
            one for one, name in zip(messages, splits(messages), strict=True) if name == "train"
        ]
        learnt = sorted(learnt, key=lambda one: fold(one.id, 2**32, salt="sample"))
        learnt = learnt[: options.limit]
        tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        options.work.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seeds[0])
        network = Network.from_weights(weights)
        fine_tune_averaged(network, examples(learnt, tokenizer), recipe, work=options.work)
        facts = {
            "pretrained": NAME,
            "messages": len(learnt),
            "data_sha256": corpus_hash(corpus_files()),
            "recipe": asdict(recipe),
        }
        export(network, weights / "tokenizer.json", options.out, facts=facts)
        refit_heads(options.out, learnt)
    except (OSError, ValueError) as exc:
        print(f"training: {exc}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nlp_models.training.encoder", description=__doc__
    )
    parser.add_argument("--work", type=Path, required=True, help="where the run's state is kept")
    parser.add_argument("--out", type=Path, required=True, help="where the encoder is written")
    parser.add_argument("--weights", type=Path, help="a folder with pretrained weights")
    parser.add_argument("--epochs", type=float, default=Recipe.epochs)
    parser.add_argument("--limit", type=int, help="learn from so many messages only")
    parser.add_argument("--seeds", type=int, nargs="+", default=Recipe.seeds)
    return parser


if __name__ == "__main__":
    sys.exit(main())
