"""`intake serve`: one process for each role, watched and restarted, ended together.

Mail comes first: its process starts before the others and is the last to be ended. A role that dies is
started again after a wait that grows while it keeps dying; the others are not touched. Should this
process be killed, the roles notice and end at once: everything they accepted is on disk.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

READY_VARIABLE = "INTAKE_PROCESS_READY_FD"
PARENT_VARIABLE = "INTAKE_PROCESS_PARENT_FD"
# A role is given this long to be ready before the next one starts without waiting for it.
READY_SECONDS = 15.0
STOP_SECONDS = 20.0
RESTART_FIRST_SECONDS = 0.5
RESTART_MOST_SECONDS = 60.0
# A role that ran this long had started well: its next death is a new trouble, not the same one.
STEADY_SECONDS = 60.0
CONFIGURATION_STATUS = 2
# Accepting mail first, then seeing it, then working it off.
START_ORDER = ("smtp", "web", "worker", "jobs", "imap")


@dataclass
class Role:
    """One role's process as the supervisor sees it."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    ready_fd: int = -1
    where: str = ""
    started_at: float = 0.0
    restart_at: float | None = None
    wait_seconds: float = RESTART_FIRST_SECONDS
    said: bytearray = field(default_factory=bytearray)


class Supervisor:
    """Runs roles as processes of their own until told to stop."""

    def __init__(
        self,
        roles: Sequence[str],
        *,
        config_file: Path | None,
        announce: Callable[[str, str], None],
    ) -> None:
        self._roles = [Role(name) for name in START_ORDER if name in roles]
        self._config_file = config_file
        self._announce = announce
        self._selector = selectors.DefaultSelector()
        # Each role holds the reading end: when this process goes, however it goes, they see its end.
        self._parent_read, self._parent_write = os.pipe()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._stopping = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; gives the exit status."""
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        status = 0
        for role in self._roles:
            self._start(role)
            self._await_ready(role)
        while not self._stopping:
            self._listen(self._seconds_to_restart())
            status = self._look_after()
            if status:
                break
        self._stop_all()
        return status

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, role: Role) -> None:
        if self._stopping:
            return
        read, write = os.pipe()
        command = [sys.executable, "-m", "intake"]
        if self._config_file is not None:
            command += ["--config", str(self._config_file)]
        role.process = subprocess.Popen(
            [*command, "serve", "--only", role.name],
            pass_fds=(write, self._parent_read),
            env=os.environ
            | {READY_VARIABLE: str(write), PARENT_VARIABLE: str(self._parent_read)},
            # A terminal's Ctrl-C goes to this process alone, which ends the roles in their order.
            process_group=0,
        )
        os.close(write)
        role.ready_fd, role.where, role.restart_at = read, "", None
        role.started_at = time.monotonic()
        role.said.clear()
        self._selector.register(read, selectors.EVENT_READ, role)

    def _await_ready(self, role: Role) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not role.where and not self._stopping:
            left = deadline - time.monotonic()
            if left <= 0 or role.process is None or role.process.poll() is not None:
                return
            self._listen(left)

    def _listen(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            role = key.data
            if role is None:
                os.read(self._wake_read, 4096)
            else:
                self._hear(role)

    def _hear(self, role: Role) -> None:
        """Take what a role says of itself: where it is reached, once."""
        said = os.read(role.ready_fd, 4096)
        role.said += said
        if said and not role.said.endswith(b"\n"):
            return
        self._selector.unregister(role.ready_fd)
        os.close(role.ready_fd)
        role.ready_fd = -1
        role.where = role.said.decode().strip()
        if role.where:
            self._announce(role.name, role.where)

    def _look_after(self) -> int:
        """Restart what died; gives an exit status when going on makes no sense."""
        for role in self._roles:
            if role.restart_at is not None:
                if time.monotonic() >= role.restart_at:
                    self._start(role)
            elif role.process is not None and role.process.poll() is not None:
                if self._died(role) == CONFIGURATION_STATUS and not role.where:
                    # Its one line about the setting is on the screen already.
                    return CONFIGURATION_STATUS
        return 0

    def _died(self, role: Role) -> int:
        assert role.process is not None
        if role.ready_fd >= 0:
            self._hear(role)
        status = role.process.returncode
        now = time.monotonic()
        if now - role.started_at > STEADY_SECONDS:
            role.wait_seconds = RESTART_FIRST_SECONDS
        role.restart_at = now + role.wait_seconds
        log.error("role_ended", role=role.name, status=status, restart_seconds=role.wait_seconds)
        role.wait_seconds = min(2 * role.wait_seconds, RESTART_MOST_SECONDS)
        return status

    def _seconds_to_restart(self) -> float | None:
        times = [role.restart_at for role in self._roles if role.restart_at is not None]
        return max(min(times) - time.monotonic(), 0) if times else None

    def _stop_all(self) -> None:
        """End the roles, mail last, and wait; what does not end in time is killed."""
        for role in reversed(self._roles):
            if role.process is not None and role.process.poll() is None:
                role.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for role in self._roles:
            if role.process is None:
                continue
            try:
                role.process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                log.error("role_killed", role=role.name)
                role.process.kill()
                role.process.wait()


def tell_supervisor(where: str) -> bool:
    """Tell the supervisor that this role is ready; False when there is none."""
    fd = os.environ.pop(READY_VARIABLE, None)
    if fd is None:
        return False
    with open(int(fd), "wb", closefd=True) as channel:
        channel.write(f"{where}\n".encode())
    return True


def end_with_supervisor() -> None:
    """End this process at once when its supervisor is gone; nothing without a supervisor."""
    fd = os.environ.pop(PARENT_VARIABLE, None)
    if fd is not None:
        threading.Thread(target=_wait_for_end, args=(int(fd),), daemon=True).start()


def _wait_for_end(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.read(fd, 1)
    # Not a soft stop: a new supervisor may be starting already and wants the ports.
    os._exit(1)
