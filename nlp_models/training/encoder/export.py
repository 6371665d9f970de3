"""Writing the fine-tuned encoder as the run time reads it: ONNX with integer weights, no pickle."""

import json
import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from nlp_models.training.encoder.network import Network
from nlp_models.training.heads import QUESTIONS

_OPSET = 17


class _Words(nn.Module):
    """Token ids to word vectors: all of the network that onnxruntime is to run."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.encoder = network.encoder

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        words: Tensor = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return words


def export(network: Network, tokenizer: Path, folder: Path, *, facts: dict[str, object]) -> None:
    """Writes `encoder.onnx`, `heads.npz`, `tokenizer.json` and `encoder.json` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    network.eval()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        _export_words(network, whole)
        # Seven bits a weight: with eight, processors without VNNI overflow and answer nonsense.
        quantize_dynamic(
            whole,
            folder / "encoder.onnx",
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    arrays = {}
    for number, question in enumerate(QUESTIONS):
        head = network.heads[number]
        assert isinstance(head, nn.Linear)
        arrays[f"{question.name}.query"] = network.queries[number].detach().numpy()
        arrays[f"{question.name}.matrix"] = head.weight.detach().numpy().T
        arrays[f"{question.name}.bias"] = head.bias.detach().numpy()
    np.savez(folder / "heads.npz", **arrays)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    facts = {"questions": [question.name for question in QUESTIONS], **facts}
    (folder / "encoder.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _export_words(network: Network, path: Path) -> None:
    ids = torch.randint(5, network.encoder.config.vocab_size, (1, 64))
    axes = {0: "messages", 1: "tokens"}
    with warnings.catch_warnings():
        # It warns that it is the older exporter and that the shapes it sees are an example's.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Words(network),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["ids", "mask"],
            output_names=["words"],
            dynamic_axes={"ids": axes, "mask": axes, "words": axes},
            opset_version=_OPSET,
            # The newer exporter writes the example's relative positions into the graph.
            dynamo=False,
        )
