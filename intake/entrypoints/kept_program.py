"""A server of the bot that is kept running: started again when it ends or answers no longer."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from intake.adapters.programs import Program
from intake.entrypoints.back_off import BackOff
from intake.errors import BotUnavailable
from intake.services.bot_report import BotReport, BotState

Tell = Callable[[BotReport], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long things may take, in seconds."""

    to_start: float = 180.0
    between_looks_at_start: float = 0.5
    between_looks: float = 5.0
    # So many looks in a row without an answer, and the program counts as dumb.
    looks_missed: int = 3
    # A program that worked for so long had started well: its next end is a new trouble.
    steady: float = 60.0
    restart_first: float = 1.0
    restart_most: float = 60.0


class KeptProgram:
    """Keeps a program running on an address of its own until cancelled.

    ``is_well`` asks the program; ``tell`` is told each change of its state.
    """

    def __init__(
        self,
        program: Program,
        *,
        name: str,
        address: tuple[str, int],
        is_well: Callable[[], Awaitable[bool]],
        tell: Tell,
        patience: Patience,
    ) -> None:
        self._program = program
        self._name = name
        self._address = address
        self._is_well = is_well
        self._tell = tell
        self._patience = patience
        self._back_off = BackOff(patience.restart_first, patience.restart_most)

    async def keep(self) -> None:
        """Run it again and again."""
        while True:
            try:
                await self._run()
            except BotUnavailable as exc:
                await self._tell(BotReport(state=BotState.RESTARTING, detail=str(exc)))
            finally:
                await self._program.stop()
            await asyncio.sleep(self._back_off.next_seconds())

    async def _run(self) -> None:
        """One run. Raises ``BotUnavailable`` with what ended it."""
        self._check_address()
        await self._tell(BotReport(state=BotState.STARTING))
        await self._program.start()
        ended = asyncio.create_task(self._program.ended())
        try:
            await self._become_well(ended)
            await self._tell(BotReport(state=BotState.READY))
            await self._stay_well(ended)
        finally:
            ended.cancel()

    async def _become_well(self, ended: "asyncio.Task[int]") -> None:
        deadline = time.monotonic() + self._patience.to_start
        while not await self._is_well():
            await self._wait(ended, self._patience.between_looks_at_start)
            if time.monotonic() > deadline:
                raise BotUnavailable(f"{self._name} did not get ready; {self._see}")
        # Somebody else may have answered at its address.
        await self._wait(ended, 0)

    async def _stay_well(self, ended: "asyncio.Task[int]") -> None:
        well_since = time.monotonic()
        missed = 0
        while missed < self._patience.looks_missed:
            await self._wait(ended, self._patience.between_looks)
            self._program.limit_log()
            missed = 0 if await self._is_well() else missed + 1
            if time.monotonic() - well_since > self._patience.steady:
                self._back_off.reset()
        raise BotUnavailable(f"{self._name} stopped answering; {self._see}")

    async def _wait(self, ended: "asyncio.Task[int]", seconds: float) -> None:
        """Wait so long, or until the program ends, which raises ``BotUnavailable``."""
        done, _ = await asyncio.wait({ended}, timeout=seconds)
        if done:
            raise BotUnavailable(f"{self._name} ended with status {ended.result()}; {self._see}")

    def _check_address(self) -> None:
        """Raises ``BotUnavailable`` when another program listens there: it would answer for us."""
        host, port = self._address
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as tried:
                # As servers do: connections of an earlier run that are not quite closed yet.
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind((host, port))
        except OSError as exc:
            raise BotUnavailable(
                f"{self._name} cannot listen on {host}:{port}: {exc.strerror}"
            ) from exc

    @property
    def _see(self) -> str:
        # Not where it lies: this is told to monitoring too.
        return f"see {self._program.log.name} in data_dir/bot/logs"
