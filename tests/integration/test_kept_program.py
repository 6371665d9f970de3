"""A server that is kept running: started again when it ends, goes dumb or finds its port taken."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator

import pytest

from intake.adapters.programs import Command, Program
from intake.entrypoints.kept_program import KeptProgram, Patience
from intake.services.bot_report import BotReport, BotState
from tests.support.ports import free_port

QUICK = Patience(
    to_start=60, between_looks_at_start=0.01, between_looks=0.01, restart_first=0.01, steady=1000
)
FOREVER = "import threading; threading.Event().wait()"


class Watched:
    """A kept program whose health a test decides; `told` gives its states as they come."""

    def __init__(self, folder, *, code: str = FOREVER, patience: Patience = QUICK) -> None:
        self.port = free_port()
        self.is_well = asyncio.Event()
        self.is_well.set()
        self.program = Program(
            Command(arguments=(sys.executable, "-c", code), folder=folder, environment={}),
            folder / "program.log",
        )
        self._told: asyncio.Queue[BotReport] = asyncio.Queue()
        self._kept = KeptProgram(
            self.program,
            name="Rasa",
            address=("127.0.0.1", self.port),
            is_well=self._looked_at,
            tell=self._told.put,
            patience=patience,
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._kept.keep())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _looked_at(self) -> bool:
        return self.is_well.is_set()

    async def told(self) -> BotReport:
        async with asyncio.timeout(60):
            return await self._told.get()

    async def states(self, count: int) -> list[BotState]:
        return [(await self.told()).state for _ in range(count)]


@pytest.fixture
async def watch(tmp_path) -> AsyncIterator:
    made = []

    def make(**options: object) -> Watched:
        made.append(Watched(tmp_path, **options))
        return made[-1]

    yield make
    for each in made:
        await each.stop()


async def test_it_is_ready_once_it_answers_and_not_before(watch):
    kept = watch()
    kept.is_well.clear()
    kept.start()
    assert (await kept.told()).state is BotState.STARTING
    kept.is_well.set()
    assert (await kept.told()).state is BotState.READY


async def test_it_is_started_again_when_it_dies(watch):
    kept = watch()
    kept.start()
    assert await kept.states(2) == [BotState.STARTING, BotState.READY]
    kept.program._process.kill()
    trouble = await kept.told()
    assert trouble.state is BotState.RESTARTING
    assert "Rasa ended with status" in trouble.detail
    assert await kept.states(2) == [BotState.STARTING, BotState.READY]


async def test_it_is_started_again_when_it_answers_no_longer(watch):
    kept = watch()
    kept.start()
    assert await kept.states(2) == [BotState.STARTING, BotState.READY]
    kept.is_well.clear()
    trouble = await kept.told()
    assert trouble.state is BotState.RESTARTING
    assert "stopped answering" in trouble.detail
    kept.is_well.set()
    assert await kept.states(2) == [BotState.STARTING, BotState.READY]


async def test_it_is_given_up_for_now_when_it_never_gets_ready(watch):
    kept = watch(patience=Patience(to_start=0, between_looks_at_start=0.01, restart_first=1000))
    kept.is_well.clear()
    kept.start()
    assert (await kept.told()).state is BotState.STARTING
    assert "did not get ready" in (await kept.told()).detail


async def test_it_is_not_ready_because_another_answers_in_its_place(watch):
    kept = watch(code="raise SystemExit(3)")
    kept.is_well.clear()
    kept.start()
    assert await kept.states(1) == [BotState.STARTING]
    assert "ended with status 3" in (await kept.told()).detail


async def test_a_port_that_is_taken_is_named_and_waited_for(watch):
    kept = watch()
    with socket.create_server(("127.0.0.1", kept.port)):
        kept.start()
        trouble = await kept.told()
        assert trouble.state is BotState.RESTARTING
        assert f"cannot listen on 127.0.0.1:{kept.port}" in trouble.detail
    while (await kept.told()).state is not BotState.READY:
        pass


async def test_it_ends_with_whoever_keeps_it(watch):
    kept = watch()
    kept.start()
    assert await kept.states(2) == [BotState.STARTING, BotState.READY]
    process = kept.program._process
    await kept.stop()
    assert process.returncode is not None
