"""Runs one program for whoever started it, and ends it with them, however they end.

A program of its own, of the standard library alone: ``keeper.py PIPE NICENESS COMMAND...``. PIPE is
the reading end of a pipe whose other end only the starter holds. When that closes, by intent or
because the starter was killed, the program and its children are killed; SIGTERM is handed on to
them; the program's exit status is this one's.
"""

import ctypes
import os
import signal
import sys
import threading
from typing import NoReturn

# From <linux/prctl.h>: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1
CANNOT_START = 127
KILLED = 128


def main() -> NoReturn:
    """Keep the program of the command line."""
    pipe, niceness, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    # A terminal's Ctrl-C is for the starter, which ends its programs in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    keeper = os.getpid()
    program = os.fork()
    if program == 0:
        os.close(pipe)
        _become(command, niceness, keeper)
    signal.signal(signal.SIGTERM, lambda *_: _signal(program, signal.SIGTERM))
    threading.Thread(target=_end_with_starter, args=(pipe, program), daemon=True).start()
    # Its children are ended while its number cannot be another's yet.
    os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT)
    _signal(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else KILLED - code)


def _become(command: list[str], niceness: int, keeper: int) -> NoReturn:
    """In the new process: become the program, in a group of its own."""
    try:
        os.setpgid(0, 0)
        os.nice(niceness)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        if sys.platform == "linux":
            # Should this keeper be killed itself.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == keeper:
            os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as exc:
        sys.stderr.write(f"{command[0]}: {exc.strerror}\n")
        sys.stderr.flush()
    os._exit(CANNOT_START)


def _end_with_starter(pipe: int, program: int) -> None:
    os.read(pipe, 1)
    _signal(program, signal.SIGKILL)


def _signal(program: int, number: int) -> None:
    """Signal the program and its children; also before it has made its group."""
    try:
        os.killpg(program, number)
    except OSError:
        try:
            os.kill(program, number)
        except OSError:
            # It has ended.
            return


if __name__ == "__main__":
    main()
