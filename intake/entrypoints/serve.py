"""`intake serve`: one process for each role, watched and restarted, ended together.

The roles are forks of this process, which stays small: one thread, no open connection, nothing but
what all of them need loaded. Mail comes first: its process starts before the others and is the last
to be ended. A role that dies is started again after a wait that grows while it keeps dying; the
others are not touched. Should this process be killed, the roles notice and end at once: everything
they accepted is on disk.
"""

import contextlib
import os
import selectors
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

log = structlog.get_logger()

# A role is given this long to be ready before the next one starts without waiting for it.
READY_SECONDS = 15.0
STOP_SECONDS = 20.0
RESTART_FIRST_SECONDS = 0.5
RESTART_MOST_SECONDS = 60.0
# A role that ran this long had started well: its next death is a new trouble, not the same one.
STEADY_SECONDS = 60.0
CONFIGURATION_STATUS = 2
# Accepting mail first, then seeing it, then working it off. The bot takes its time, and the chat
# can do without it.
START_ORDER = ("smtp", "web", "worker", "jobs", "imap", "bot")

Ready = Callable[[str], None]
RunRole = Callable[[str, Ready], int]


@dataclass
class Role:
    """One role's process as the supervisor sees it."""

    name: str
    pid: int = 0
    ready_fd: int = -1
    where: str = ""
    started_at: float = 0.0
    restart_at: float | None = None
    wait_seconds: float = RESTART_FIRST_SECONDS
    said: bytearray = field(default_factory=bytearray)


class Supervisor:
    """Runs roles as processes of their own until told to stop.

    ``run_role`` is called in the new process with the role's name and a function to call when the
    role is ready; what it gives is the process's exit status.
    """

    def __init__(
        self, roles: Sequence[str], *, run_role: RunRole, announce: Callable[[str, str], None]
    ) -> None:
        self._roles = [Role(name) for name in START_ORDER if name in roles]
        self._run_role = run_role
        self._announce = announce
        self._selector = selectors.DefaultSelector()
        # Each role holds the reading end: when this process goes, however it goes, they see it.
        self._parent_read, self._parent_write = os.pipe()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; gives the exit status."""
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        status = 0
        for role in self._roles:
            self._start(role)
            if role is not self._roles[-1]:
                self._await_ready(role)
            status = self._look_after()
            if status:
                break
        while not self._stopping and not status:
            self._listen(self._seconds_to_restart())
            status = self._look_after()
        self._stop_all()
        return status

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, role: Role) -> None:
        if self._stopping:
            return
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            self._become(role, write)
        os.close(write)
        role.pid, role.ready_fd, role.where, role.restart_at = pid, read, "", None
        role.started_at = time.monotonic()
        role.said.clear()
        self._selector.register(read, selectors.EVENT_READ, role)

    def _become(self, role: Role, ready_fd: int) -> NoReturn:
        """In the new process: forget the supervisor, do the role's work, end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            # Until the role has handlers of its own, a signal to end simply ends it: it has begun
            # nothing. The supervisor's handlers would take the signal and do nothing here.
            for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            self._selector.close()
            for fd in (self._parent_write, self._wake_read, self._wake_write):
                os.close(fd)
            # A terminal's Ctrl-C goes to the supervisor alone, which ends the roles in their order.
            os.setpgid(0, 0)
            threading.Thread(
                target=_end_with_supervisor, args=(self._parent_read,), daemon=True
            ).start()

            def ready(where: str) -> None:
                os.write(ready_fd, f"{where}\n".encode())
                os.close(ready_fd)

            status = self._run_role(role.name, ready)
        except Exception:
            log.exception("role_failed", role=role.name)
        finally:
            os._exit(status)

    def _await_ready(self, role: Role) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while role.ready_fd >= 0 and not self._stopping and time.monotonic() < deadline:
            self._listen(deadline - time.monotonic())

    def _listen(self, seconds: float | None) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(self._wake_read, 4096)
            else:
                self._hear(key.data)

    def _hear(self, role: Role) -> None:
        """Take what a role says of itself, once: where it is reached, or nothing when it ended."""
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
                continue
            status = self._ended(role)
            if status is None:
                continue
            if status == CONFIGURATION_STATUS and not role.where:
                # Its one line about the setting is on the screen already.
                return CONFIGURATION_STATUS
            self._plan_restart(role, status)
        return 0

    def _ended(self, role: Role) -> int | None:
        """The exit status of a role that ended, None while it runs."""
        if not role.pid:
            return None
        pid, status = os.waitpid(role.pid, os.WNOHANG)
        if pid == 0:
            return None
        role.pid = 0
        while role.ready_fd >= 0:
            self._hear(role)
        return os.waitstatus_to_exitcode(status)

    @staticmethod
    def _plan_restart(role: Role, status: int) -> None:
        now = time.monotonic()
        if now - role.started_at > STEADY_SECONDS:
            role.wait_seconds = RESTART_FIRST_SECONDS
        role.restart_at = now + role.wait_seconds
        log.error("role_ended", role=role.name, status=status, restart_seconds=role.wait_seconds)
        role.wait_seconds = min(2 * role.wait_seconds, RESTART_MOST_SECONDS)

    def _seconds_to_restart(self) -> float | None:
        times = [role.restart_at for role in self._roles if role.restart_at is not None]
        return max(min(times) - time.monotonic(), 0) if times else None

    def _stop_all(self) -> None:
        """End the roles, mail last, and wait; what does not end in time is killed."""
        for role in reversed(self._roles):
            if role.pid:
                os.kill(role.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(role.pid and self._ended(role) is None for role in self._roles):
            left = deadline - time.monotonic()
            if left <= 0:
                self._kill_all()
                return
            self._listen(left)

    def _kill_all(self) -> None:
        for role in self._roles:
            if role.pid:
                log.error("role_killed", role=role.name)
                os.kill(role.pid, signal.SIGKILL)
                os.waitpid(role.pid, 0)


def _end_with_supervisor(parent_fd: int) -> None:
    with contextlib.suppress(OSError):
        os.read(parent_fd, 1)
    # Not a soft stop: a new supervisor may be starting already and wants the ports.
    os._exit(1)
