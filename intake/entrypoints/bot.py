"""The bot's part of the program: prepares Rasa and its action server and keeps them running.

It starts last and nothing waits for it: until it is ready, and whenever it is not, the chat goes on
as a guided form. How it is doing is noted in the record ``bot``.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import structlog

from intake.adapters.bot_health import BotHealth
from intake.adapters.programs import Command, Program
from intake.bootstrap import Application
from intake.entrypoints.back_off import BackOff
from intake.entrypoints.kept_program import KeptProgram, Patience
from intake.errors import BotUnavailable, IntakeError
from intake.services.bot_report import BOT, BotReport, BotState, noted
from intake.services.operations_ports import JobRecord

log = structlog.get_logger()

# A bot that is not installed or cannot be trained is looked at again after such waits.
PREPARE_FIRST_SECONDS = 30.0
PREPARE_MOST_SECONDS = 600.0
TRAINING_TOLD_SECONDS = 10.0
HEARTBEAT_SECONDS = 30.0
RASA, ACTIONS = "Rasa", "the bot's action server"


async def serve_bot(application: Application, ready: Callable[[str], None]) -> None:
    """Keep the bot running until SIGTERM or SIGINT."""
    bot = Bot(application, ready)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stopping = loop.create_task(stop.wait())
    working = loop.create_task(bot.run())
    beating = loop.create_task(bot.beat())
    await asyncio.wait({stopping, working}, return_when=asyncio.FIRST_COMPLETED)
    for task in (stopping, beating, working):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    await bot.stopped()


class Bot:
    """One bot: its preparation, its two servers, and the record of how they do."""

    def __init__(
        self,
        application: Application,
        ready: Callable[[str], None],
        *,
        patience: Patience | None = None,
    ) -> None:
        """``ready`` is told once who answers the chat, as soon as that is known."""
        self._application = application
        self._project = application.bot_project
        self._places = application.bot_places
        self._ready: Callable[[str], None] | None = ready
        self._patience = patience or Patience()
        self._report = BotReport(state=BotState.PREPARING)
        self._parts: dict[str, BotReport] = {}
        self._record = JobRecord(name=BOT, node=application.settings.node_name)

    async def run(self) -> None:
        """Prepare the bot, however often that takes, and keep its servers running."""
        model = await self._prepared()
        health = BotHealth(self._places)
        host, port, action_port = self._places.host, self._places.port, self._places.action_port
        acting, serving = (
            self._project.acting(self._places),
            self._project.serving(model, self._places),
        )
        try:
            await asyncio.gather(
                self._kept(ACTIONS, acting, (host, action_port), health.actions).keep(),
                self._kept(RASA, serving, (host, port), health.rasa).keep(),
            )
        finally:
            await health.close()

    async def beat(self) -> None:
        """Note now and then that the bot is looked after."""
        while True:
            await self._note()
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def stopped(self) -> None:
        """Note that it is looked after no longer."""
        await self._tell(BotReport(state=BotState.STOPPED))

    async def _prepared(self) -> Path:
        """The file of a model for the project as it is."""
        waits = BackOff(PREPARE_FIRST_SECONDS, PREPARE_MOST_SECONDS)
        while True:
            try:
                return await self._prepare()
            except BotUnavailable as exc:
                await self._tell(BotReport(state=BotState.UNAVAILABLE, detail=str(exc)))
            await asyncio.sleep(waits.next_seconds())

    async def _prepare(self) -> Path:
        found = await asyncio.to_thread(self._project.check)
        log.info("bot_found", found=found)
        model = await asyncio.to_thread(self._project.model)
        if not model.is_file():
            await self._train(model)
        return model

    async def _train(self, model: Path) -> None:
        await self._tell(BotReport(state=BotState.TRAINING))
        began = time.monotonic()
        training = Program(self._project.training(), self._project.logs / "training.log")
        try:
            await training.start()
            ended = asyncio.create_task(training.ended())
            while not (await asyncio.wait({ended}, timeout=TRAINING_TOLD_SECONDS))[0]:
                log.info("bot_training", seconds=round(time.monotonic() - began))
        finally:
            await training.stop()
        if status := ended.result():
            raise BotUnavailable(
                f"its training ended with status {status}; see training.log in data_dir/bot/logs"
            )
        self._project.take_trained(model)
        log.info("bot_trained", seconds=round(time.monotonic() - began))

    def _kept(
        self,
        name: str,
        command: Command,
        address: tuple[str, int],
        is_well: Callable[[], Awaitable[bool]],
    ) -> KeptProgram:
        file = "rasa.log" if name == RASA else "actions.log"
        self._parts[name] = BotReport(state=BotState.STARTING)
        return KeptProgram(
            Program(command, self._project.logs / file),
            name=name,
            address=address,
            is_well=is_well,
            tell=partial(self._part_changed, name),
            patience=self._patience,
        )

    async def _part_changed(self, name: str, report: BotReport) -> None:
        """The bot is as well as the worse of its servers."""
        self._parts[name] = report
        worst = min(self._parts.values(), key=lambda part: _ORDER.index(part.state))
        await self._tell(worst)

    async def _tell(self, report: BotReport) -> None:
        if report == self._report:
            return
        self._report = report
        say = log.info if report.is_well or not report.detail else log.warning
        say("bot_state", state=report.state.value, detail=report.detail)
        if self._ready and (report.is_well or report.detail):
            self._ready(report.in_words)
            self._ready = None
        await self._note()

    async def _note(self) -> None:
        self._record = noted(self._record, self._report, self._application.clock.now())
        try:
            await asyncio.to_thread(self._write, self._record)
        except IntakeError as exc:
            log.warning("bot_not_noted", reason=str(exc))

    def _write(self, record: JobRecord) -> None:
        with self._application.store.writing() as work:
            work.operations.record_job(record)
            work.commit()


# From what keeps residents from the bot the longest.
_ORDER = (BotState.RESTARTING, BotState.STARTING, BotState.READY)
