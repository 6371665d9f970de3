"""Fine-tuning the encoder on the corpus: batches, losses, schedule, and taking up a cut-off run.

On two processor cores a pass over 6,500 messages takes six minutes where the processor counts in
bfloat16 by itself and up to half an hour where it does not, so the run writes its whole state
every few minutes and a second call goes on from there. What is learnt from is decided
by the caller; calibration and thresholds are chosen afterwards on messages this run did not see.
"""

import copy
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from intake.adapters.encoder import MOST_TOKENS
from nlp_models.training.corpus import LabelledMessage
from nlp_models.training.encoder.network import Network
from nlp_models.training.features import clean_messages
from nlp_models.training.heads import QUESTIONS, targets

# How much each question's loss counts: the category is what a resident's rights hang on.
_LOSS_WEIGHTS = {"category": 1.0, "urgent": 0.5, "hazards": 1.0, "area": 1.0, "landlord": 0.25}
_TOKENS_IN_BATCH = 2_048
_POOL_OF_BATCHES = 40
_WARM_UP_SHARE = 0.06


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a run. `epochs` may be a fraction; rates are peak learning rates."""

    epochs: float = 5.0
    rate: float = 4e-5
    head_rate: float = 5e-4
    layer_decay: float = 0.95
    weight_decay: float = 0.01
    smoothing: float = 0.05
    seeds: tuple[int, ...] = (1, 2)
    save_every: int = 150


@dataclass(frozen=True, kw_only=True)
class Example:
    """One message as token ids with its wanted answers, one tensor a question."""

    ids: list[int]
    wanted: tuple[Tensor, ...]


def examples(messages: Sequence[LabelledMessage], tokenizer: Tokenizer) -> list[Example]:
    """Tokenises the messages as the run-time does; of a longer one the middle is left out."""
    answers = [torch.tensor(targets(each, messages), dtype=torch.float32) for each in QUESTIONS]
    return [
        Example(
            ids=_within_window(tokenizer.encode(message.joined()[0]).ids),
            wanted=tuple(answer[number] for answer in answers),
        )
        for number, message in enumerate(clean_messages(one.message for one in messages))
    ]


def fine_tune_averaged(
    network: Network,
    learnt: Sequence[Example],
    recipe: Recipe,
    *,
    work: Path,
    tell: Callable[[str], None] = print,
) -> None:
    """Trains once a seed, each time from the network as it came, and keeps the mean of the weights.

    Runs that share their beginning end in one valley, and its middle judges unseen messages better
    than any of them (Wortsman and others, "Model soups", 2022) at the cost of one at run time. The
    states of the runs stay in `work`.
    """
    beginning = copy.deepcopy(network.state_dict())
    mean: dict[str, Tensor] = {}
    for seed in recipe.seeds:
        network.load_state_dict(beginning)
        tell(f"seed {seed}")
        fine_tune(network, learnt, recipe, state=work / f"seed-{seed}.pt", seed=seed, tell=tell)
        for name, value in network.state_dict().items():
            mean[name] = mean.get(name, 0) + value / len(recipe.seeds)
    network.load_state_dict(mean)


def fine_tune(
    network: Network,
    learnt: Sequence[Example],
    recipe: Recipe,
    *,
    state: Path,
    seed: int = 1,
    tell: Callable[[str], None] = print,
) -> None:
    """Trains the network in place, writing `state` as it goes; goes on from there if it exists."""
    torch.manual_seed(seed)
    batches = list(_batches(learnt, recipe, seed))
    optimizer = torch.optim.AdamW(_parameter_groups(network, recipe), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, len(batches)))
    done = 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
        done = kept["done"]
        tell(f"taking up at step {done}")
    network.train()
    # Where the processor only imitates it, bfloat16 is slower than full precision.
    in_bfloat16 = torch.cpu.get_capabilities().get("avx512_bf16", False)
    started = time.monotonic()
    running = 0.0
    for number, batch in enumerate(batches[done:], start=done + 1):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=in_bfloat16):
            loss = _loss(network, batch, recipe)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        running = 0.95 * running + 0.05 * loss.item() if running else loss.item()
        if number % 10 == 0 or number == len(batches):
            left = (time.monotonic() - started) / (number - done) * (len(batches) - number)
            tell(f"step {number} of {len(batches)}, loss {running:.3f}, {left / 60:.0f} min left")
        if number % recipe.save_every == 0 or number == len(batches):
            _save(state, network, optimizer, schedule, number)


def _within_window(ids: list[int]) -> list[int]:
    if len(ids) <= MOST_TOKENS:
        return ids
    start = MOST_TOKENS // 3
    return ids[:start] + ids[len(ids) - (MOST_TOKENS - start) :]


def _batches(learnt: Sequence[Example], recipe: Recipe, seed: int) -> Iterator[list[Example]]:
    """Batches of about the same number of tokens, messages of like length together."""
    draw = random.Random(seed)  # noqa: S311 - shuffles, keeps no secret
    order: list[Example] = []
    while len(order) < recipe.epochs * len(learnt):
        order += draw.sample(list(learnt), len(learnt))
    order = order[: round(recipe.epochs * len(learnt))]
    mean = max(1, sum(len(each.ids) for each in learnt) // len(learnt))
    pool = max(1, _POOL_OF_BATCHES * _TOKENS_IN_BATCH // mean)
    for start in range(0, len(order), pool):
        packed = _packed(sorted(order[start : start + pool], key=lambda each: len(each.ids)))
        draw.shuffle(packed)
        yield from packed


def _packed(ordered: Sequence[Example]) -> list[list[Example]]:
    packed: list[list[Example]] = [[]]
    for each in ordered:
        if (len(packed[-1]) + 1) * len(each.ids) > _TOKENS_IN_BATCH and packed[-1]:
            packed.append([])
        packed[-1].append(each)
    return packed


def _loss(network: Network, batch: Sequence[Example], recipe: Recipe) -> Tensor:
    longest = max(len(each.ids) for each in batch)
    ids = torch.ones((len(batch), longest), dtype=torch.long)
    mask = torch.zeros((len(batch), longest), dtype=torch.long)
    for row, each in enumerate(batch):
        ids[row, : len(each.ids)] = torch.tensor(each.ids)
        mask[row, : len(each.ids)] = 1
    total = torch.zeros(())
    for number, narrow in enumerate(network(ids, mask)):
        scores = narrow.float()
        question = QUESTIONS[number]
        wanted = torch.stack([each.wanted[number] for each in batch])
        if question.exclusive:
            loss = functional.cross_entropy(scores, wanted, label_smoothing=recipe.smoothing)
        else:
            loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        total = total + _LOSS_WEIGHTS[question.name] * loss
    return total


def _parameter_groups(network: Network, recipe: Recipe) -> list[dict[str, object]]:
    """Lower layers learn more slowly than higher ones; what is frozen stays out."""
    layers = network.encoder.encoder.layer
    groups = [
        (list(layer.named_parameters()), recipe.rate * recipe.layer_decay ** (len(layers) - 1 - at))
        for at, layer in enumerate(layers)
    ]
    own = [("queries", network.queries), *network.heads.named_parameters()]
    groups.append((own, recipe.head_rate))
    return [
        {
            "params": [
                each for name, each in named if each.requires_grad and _decays(name) is decays
            ],
            "lr": rate,
            "weight_decay": recipe.weight_decay if decays else 0.0,
        }
        for named, rate in groups
        for decays in (True, False)
    ]


def _decays(name: str) -> bool:
    return not (name.endswith("bias") or "LayerNorm" in name or name == "queries")


def _rate(step: int, steps: int) -> float:
    warm = max(1, round(_WARM_UP_SHARE * steps))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _save(
    state: Path,
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    done: int,
) -> None:
    """Writes the state beside the old one and then over it, so that a cut leaves one whole."""
    fresh = state.with_suffix(".new")
    torch.save(
        {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "done": done,
        },
        fresh,
    )
    fresh.replace(state)
    state.with_suffix(".json").write_text(json.dumps({"done": done}), encoding="utf-8")
