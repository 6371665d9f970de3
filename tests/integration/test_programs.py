"""Programs kept in processes of their own: what they say is kept, and none is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from intake.adapters import programs
from intake.adapters.programs import Command, Program
from tests.support.waiting import poll_until

FOREVER = "import threading; threading.Event().wait()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOREVER}"
TELL = "import os, pathlib; pathlib.Path('pid').write_text(str(os.getpid()));"
WITH_A_CHILD = f"""
import os, pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {DEAF!r}])
pathlib.Path("child").write_text(str(child.pid))
{TELL}{FOREVER}
"""
# Starts a program as `intake` does, and waits.
STARTER = """
import asyncio, pathlib, sys
from intake.adapters.programs import Command, Program
async def main():
    command = Command(
        arguments=(sys.executable, "-c", sys.argv[1]), folder=pathlib.Path(), environment={}
    )
    program = Program(command, pathlib.Path("program.log"))
    await program.start()
    await program.ended()
asyncio.run(main())
"""


def command(code: str, folder: Path, niceness: int = 0, **environment: str) -> Command:
    return Command(
        arguments=(sys.executable, "-c", code),
        folder=folder,
        environment=environment,
        niceness=niceness,
    )


def process(folder: Path, name: str = "pid") -> psutil.Process:
    """The process that wrote its number down, once it has."""
    file = folder / name
    return psutil.Process(int(poll_until(lambda: file.exists() and file.read_text(), 30)))


def is_gone(*processes: psutil.Process) -> bool:
    """Whether none of them runs; one that is dead and waits to be collected does not."""
    return not any(
        each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes
    )


@pytest.fixture
async def programs_of(tmp_path) -> AsyncIterator:
    """Starts programs in the test's folder."""
    started = []

    async def start(code: str, **options: object) -> Program:
        program = Program(command(code, tmp_path, **options), tmp_path / "logs" / "program.log")
        started.append(program)
        await program.start()
        return program

    yield start
    for program in started:
        await program.stop()


async def test_what_a_program_says_is_kept_for_its_owner_alone(programs_of):
    program = await programs_of("import sys; print('one'); print('two', file=sys.stderr)")
    assert await program.ended() == 0
    assert sorted(program.log.read_text().split()) == ["one", "two"]
    assert program.log.stat().st_mode & 0o077 == 0


async def test_a_new_run_keeps_what_the_one_before_said(programs_of, tmp_path):
    for word in ("first", "second", "third"):
        program = await programs_of(f"print({word!r})")
        await program.ended()
    kept = {file.name: file.read_text() for file in (tmp_path / "logs").iterdir()}
    assert kept == {"program.log": "third\n", "program.1.log": "second\n"}


async def test_what_is_said_at_length_is_not_kept_for_ever(programs_of, monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "LOG_BYTES", 1000)
    program = await programs_of(f"print('a' * 2000, flush=True); {FOREVER}")
    poll_until(lambda: program.log.stat().st_size > 2000)
    program.limit_log()
    assert program.log.read_bytes() == b""
    older = (tmp_path / "logs" / "program.1.log").stat()
    assert (older.st_size, older.st_mode & 0o077) == (2001, 0)


@pytest.mark.parametrize(
    ("code", "status"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 128 + signal.SIGKILL)],
)
async def test_the_status_a_program_ends_with_is_known(programs_of, code, status):
    program = await programs_of(code)
    assert await program.ended() == status


async def test_a_program_that_is_not_there_is_named_in_its_log(tmp_path):
    missing = Command(arguments=("/no/such/program",), folder=tmp_path, environment={})
    program = Program(missing, tmp_path / "program.log")
    await program.start()
    assert await program.ended() == 127
    assert "/no/such/program: No such file or directory" in program.log.read_text()
    await program.stop()


async def test_a_program_sees_only_the_variables_it_is_given(programs_of, monkeypatch, tmp_path):
    monkeypatch.setenv("INTAKE_SECRET_KEY", "k" * 40)
    program = await programs_of(
        "import os, sys; print(*os.environ); print(os.environ['GIVEN'])", GIVEN="given"
    )
    await program.ended()
    names, given = program.log.read_text().splitlines()
    assert "INTAKE_SECRET_KEY" not in names.split()
    assert given == "given"


async def test_a_program_may_be_made_to_give_way_to_others(programs_of):
    program = await programs_of("import os; print(os.nice(0))", niceness=10)
    await program.ended()
    assert int(program.log.read_text()) >= 10


async def test_stopping_ends_a_program_and_its_children(programs_of, tmp_path):
    program = await programs_of(WITH_A_CHILD)
    parent, child = process(tmp_path), process(tmp_path, "child")
    await program.stop()
    poll_until(lambda: is_gone(parent, child))


async def test_a_program_that_does_not_listen_is_killed(programs_of, monkeypatch, tmp_path):
    monkeypatch.setattr(programs, "STOP_SECONDS", 0.1)
    program = await programs_of(f"{TELL} {DEAF}")
    running = process(tmp_path)
    await program.stop()
    poll_until(lambda: is_gone(running))


async def test_children_of_a_program_that_ended_do_not_stay(programs_of, tmp_path):
    program = await programs_of(WITH_A_CHILD)
    parent, child = process(tmp_path), process(tmp_path, "child")
    parent.kill()
    assert await program.ended() == 128 + signal.SIGKILL
    poll_until(lambda: is_gone(child))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_programs_end_with_whoever_started_them(tmp_path, number):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, WITH_A_CHILD],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    parent, child = process(tmp_path), process(tmp_path, "child")
    starter.send_signal(number)
    starter.wait(30)
    poll_until(lambda: is_gone(parent, child))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell of a parent's end")
async def test_a_program_ends_when_its_keeper_is_killed(programs_of, tmp_path):
    await programs_of(f"{TELL} {DEAF}")
    running = process(tmp_path)
    running.parent().kill()
    poll_until(lambda: is_gone(running))
