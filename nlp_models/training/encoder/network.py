"""The network that is fine-tuned: a sentence encoder, and per question a pooling and a head.

Each question weighs the words of a message by its own attention, so that one sentence at the end
of a long letter can carry the urgency while the whole carries the area. The weights start at zero,
which is the plain mean the encoder was made for. `intake.adapters.encoder` repeats pooling and
heads in numpy over the exported encoder's word vectors, and a test holds the two equal.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import MPNetModel

from nlp_models.training.heads import QUESTIONS, Question

# The lowest layers know spelling and grammar, which the corpus is too small to teach better.
FROZEN_LAYERS = 3
# Of twelve: the last two serve the likeness of sentences that the encoder was made for, and
# without them it is a sixth smaller and quicker.
LAYERS = 10
DROPOUT = 0.1


class MessageDropout(nn.Module):
    """Drops the same features of every word of a message.

    One draw a message and feature: on a processor the usual draw for every word takes more time
    than the network itself.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, words: Tensor) -> Tensor:
        """The same shape, with features dropped while training."""
        if not self.training:
            return words
        shape = (words.shape[0], *(1,) * (words.dim() - 2), words.shape[-1])
        return words * (torch.rand(shape) >= self.share) / (1 - self.share)


class Network(nn.Module):
    """Token ids to the raw scores of every question, in the order of `heads.QUESTIONS`."""

    def __init__(self, encoder: MPNetModel, questions: Sequence[Question] = QUESTIONS) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.queries = nn.Parameter(torch.zeros(len(questions), width))
        self.heads = nn.ModuleList(nn.Linear(width, len(each.labels)) for each in questions)
        self.dropout = MessageDropout(DROPOUT)

    @classmethod
    def from_weights(cls, folder: Path) -> "Network":
        """The network over the pretrained encoder in this folder; its heads know nothing yet."""
        encoder = MPNetModel.from_pretrained(
            folder, add_pooling_layer=False, num_hidden_layers=LAYERS
        )
        network = cls(encoder)
        network.freeze()
        return network

    def freeze(self) -> None:
        """Keeps the word table and the lowest layers as they are, and sets the dropouts."""
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        self.encoder.embeddings.dropout = MessageDropout(0.0)
        # All layers share it, so learning it would mean going back through the frozen ones.
        self.encoder.encoder.relative_attention_bias.requires_grad_(requires_grad=False)
        for number, layer in enumerate(self.encoder.encoder.layer):
            frozen = number < FROZEN_LAYERS
            layer.requires_grad_(requires_grad=not frozen)
            layer.attention.attn.dropout = MessageDropout(0.0)
            layer.attention.dropout = MessageDropout(0.0 if frozen else DROPOUT)
            layer.output.dropout = MessageDropout(0.0 if frozen else DROPOUT)

    def forward(self, ids: Tensor, mask: Tensor) -> list[Tensor]:
        """Scores, a tensor (messages, labels) for each question."""
        words = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        looks = torch.einsum("qw,btw->bqt", self.queries, words)
        looks = looks.masked_fill(mask[:, None, :] == 0, float("-inf")).softmax(dim=-1)
        pooled = torch.einsum("bqt,btw->bqw", looks, words)
        return [head(self.dropout(pooled[:, number])) for number, head in enumerate(self.heads)]
