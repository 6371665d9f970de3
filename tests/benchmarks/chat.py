"""How soon residents in the chat are answered: by Rasa alone, and through the whole program.

So many residents write at once, each a message every few seconds, which begins with what somebody
told a chat in the corpus. The same turns go to Rasa alone, whose actions ask a small private API on
the real rules of the interview, and then through `intake serve` with its bot. An answer of the
guided form counts as an error: the bot was too slow.
"""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx2 as httpx

from intake.domain.interview.acts import choice_act
from tests.benchmarks import corpus
from tests.benchmarks.figures import Figure
from tests.support.bot import CHANNEL_TOKEN, PYTHON, Bot, run_in_project
from tests.support.chatting_council import ChattingCouncil
from tests.support.private_api import PrivateApi

EVERY_SECONDS = 5.0
# What follows the story: answers in free text, a pressed button, who they are, and its sending.
ANSWERS = (
    "It was in Elm Row, by the shops.",
    "last Friday in the morning",
    "Yes, I told somebody on the phone twice.",
    "I would like it put right, and an apology.",
    "Alex Example, alex.example.{number}@example.org",
    "skip this question",
    "send it",
)
UNLIMITED = {"CHAT_PER_CLIENT": "", "CHAT_PER_CONVERSATION": ""}

Talk = Callable[[str], Awaitable[None]]


@dataclass
class Load:
    """What residents were answered with, and how soon."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def p95_ms(self) -> float:
        return 1000 * statistics.quantiles(self.seconds, n=20)[-1]


def measure(*, residents: int = 50) -> Iterator[Figure]:
    """The 95th percentile of the answers and the errors, of Rasa alone and through the gateway."""
    if not PYTHON.exists():
        sys.stderr.write("chat: not measured; make setup-bot installs the bot\n")
        return
    scripts = list(itertools.islice(_scripts(), residents))
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        model = Path(folder) / "intake.tar.gz"
        run_in_project("start.py", "train", folder)
        alone = _through_rasa_alone(Path(folder) / "alone", model, scripts)
        whole = _through_the_program(Path(folder) / "whole", model, scripts)
    named = f"chat: {residents} residents"
    for name, load in (("Rasa alone (baseline)", alone), ("intake serve", whole)):
        yield Figure(
            name=f"{named}, {name}, p95",
            value=load.p95_ms,
            unit="milliseconds",
            ratio=load.p95_ms / alone.p95_ms,
            ceiling="250" if load is whole else "",
        )
    yield Figure(
        name=f"{named}, intake serve, errors",
        value=whole.errors,
        unit=f"of {len(whole.seconds)} answers",
        ceiling="0",
    )


def _scripts() -> Iterator[Sequence[str]]:
    told = (message["text"] for message in corpus.messages() if message["channel"] == "chat")
    for number, story in enumerate(filter(str.strip, told)):
        answers = (answer.format(number=number) for answer in ANSWERS)
        yield [story, *answers]


def _through_rasa_alone(folder: Path, model: Path, scripts: Sequence[Sequence[str]]) -> Load:
    folder.mkdir()
    api = PrivateApi()
    bot = Bot(folder, model, api)
    load = Load()

    def resident(client: httpx.AsyncClient) -> Talk:
        name = uuid4().hex

        async def talk(text: str) -> None:
            turn = uuid4().hex
            api.hear(name, turn, text)
            act = choice_act(text)
            message = f"/{act.value}" if act else text
            answer = await client.post(
                f"{bot.rasa.url}/webhooks/rest/webhook",
                params={"token": CHANNEL_TOKEN},
                json={"sender": name, "message": message, "metadata": {"turn": turn}},
            )
            load.errors += answer.status_code != httpx.codes.OK or not answer.json()

        return talk

    try:
        bot.start()
        asyncio.run(_run(resident, scripts, load))
    finally:
        bot.stop()
        api.stop()
    return load


def _through_the_program(folder: Path, model: Path, scripts: Sequence[Sequence[str]]) -> Load:
    folder.mkdir()
    council = ChattingCouncil(folder, model, LOGS_LEVEL="warning", **UNLIMITED)
    load = Load()

    def resident(client: httpx.AsyncClient) -> Talk:
        conversation: str | None = None

        async def talk(text: str) -> None:
            nonlocal conversation
            answer = await client.post(
                f"{council.intake.url}/chat/messages",
                json={"conversation": conversation, "id": str(uuid4()), "text": text},
            )
            if answer.status_code == httpx.codes.OK:
                conversation = answer.json()["conversation"]
                load.errors += answer.json()["engine"] != "rasa"
            else:
                load.errors += 1

        return talk

    try:
        council.start()
        asyncio.run(_run(resident, scripts, load))
    finally:
        council.intake.kill()
    return load


async def _run(
    resident: Callable[[httpx.AsyncClient], Talk], scripts: Sequence[Sequence[str]], load: Load
) -> None:
    limits = httpx.Limits(max_connections=len(scripts), keepalive_expiry=1)
    async with httpx.AsyncClient(timeout=60, limits=limits, trust_env=False) as client:
        # Whoever comes first finds everything loaded.
        first = resident(client)
        await first(scripts[0][0])
        load.errors = 0
        async with asyncio.TaskGroup() as group:
            for number, script in enumerate(scripts):
                begins = EVERY_SECONDS * number / len(scripts)
                group.create_task(_reside(resident(client), script, begins, load))


async def _reside(talk: Talk, script: Sequence[str], begins: float, load: Load) -> None:
    """Writes the script, a message each few seconds, or as soon as the one before is answered."""
    began = time.perf_counter() + begins
    for number, text in enumerate(script):
        await asyncio.sleep(began + number * EVERY_SECONDS - time.perf_counter())
        sent = time.perf_counter()
        await talk(text)
        load.seconds.append(time.perf_counter() - sent)
