"""Waits for something in another process or thread to become true.

In one event loop await the event itself; this is for what offers no event.
"""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def poll_until(
    condition: Callable[[], T], timeout_seconds: float = 15.0, *, every_seconds: float = 0.02
) -> T:
    """The first true value that `condition` gives.

    Raises AssertionError, naming the last value, when the deadline passes first. The deadline
    bounds a failure; a test that passes never waits for it.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            name = getattr(condition, "__qualname__", repr(condition))
            raise AssertionError(f"{name} stayed {value!r} for {timeout_seconds} seconds")
        time.sleep(every_seconds)
