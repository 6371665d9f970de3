"""Store received messages from many connections with few commits.

A commit to disk costs about as much for fifty messages as for one. While one commit is under way,
what other connections bring in the meantime waits together for the next: nobody waits longer than
for two commits, and no timer is needed. Measured figures: see ``intake/decisions``.
"""

import threading
from concurrent.futures import Future
from queue import SimpleQueue

from intake.adapters.db.store import SqlStore
from intake.domain.inbound import NewInbound
from intake.errors import StoreUnavailable

# A commit takes at most this many messages or bytes, so that one of many large mails stays short.
MOST_MESSAGES = 200
MOST_BYTES = 32 * 1024 * 1024

_Waiting = tuple[NewInbound, "Future[bool]"]


class GroupCommitInbound:
    """Implements ``ports.InboundStore``; one thread of its own writes."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._submitting = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="inbound-commit", daemon=True)
        self._thread.start()

    def submit(self, message: NewInbound) -> "Future[bool]":
        """Store and force to disk; done when lasting, with whether the message is new."""
        done: Future[bool] = Future()
        # From here on it cannot be cancelled: a sender that hangs up takes nothing back.
        done.set_running_or_notify_cancel()
        with self._submitting:
            if self._closed:
                done.set_exception(StoreUnavailable("The program is ending."))
            else:
                self._queue.put((message, done))
        return done

    def close(self) -> None:
        """Finish what was submitted and end the thread; a repeat call does nothing."""
        with self._submitting:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = self._gather(first)
            self._write(group)
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """What waits together with the first; whether it was the last of all."""
        group = [first]
        size = len(first[0].raw)
        while len(group) < MOST_MESSAGES and size < MOST_BYTES and not self._queue.empty():
            waiting = self._queue.get()
            if waiting is None:
                return group, True
            group.append(waiting)
            size += len(waiting[0].raw)
        return group, False

    def _write(self, group: list[_Waiting]) -> None:
        try:
            new = self._store_all([message for message, _ in group])
        except StoreUnavailable as exc:
            self._refuse(group, exc)
        except Exception as exc:  # noqa: BLE001 - see below
            # One message the database cannot take must not keep the others out; and whatever it
            # was, no connection may wait for ever or be told that it is stored.
            if len(group) > 1:
                for waiting in group:
                    self._write([waiting])
            else:
                self._refuse(group, StoreUnavailable(f"A message was not taken: {_kind(exc)}"))
        else:
            for (_, done), is_new in zip(group, new, strict=True):
                done.set_result(is_new)

    def _store_all(self, messages: list[NewInbound]) -> list[bool]:
        with self._store.writing() as work:
            new = work.inbound.add_many(messages)
            work.commit()
        return new

    @staticmethod
    def _refuse(group: list[_Waiting], error: Exception) -> None:
        for _, done in group:
            done.set_exception(error)


def _kind(error: Exception) -> str:
    """What happened, without the values that a database error's text quotes."""
    return type(error).__name__
