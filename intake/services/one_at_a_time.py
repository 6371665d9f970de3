"""Locks by name, made when first asked for and gone when nobody holds or awaits them."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

AnyLock = TypeVar("AnyLock")


class OneAtATime(Generic[AnyLock]):
    """Gives everybody who names the same thing the same lock; ``make`` makes one."""

    def __init__(self, make: Callable[[], AnyLock]) -> None:
        self._make = make
        self._locks: WeakValueDictionary[str, AnyLock] = WeakValueDictionary()
        self._looking = Lock()

    def __call__(self, name: str) -> AnyLock:
        """The lock of this name; it lives for as long as somebody keeps it."""
        with self._looking:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = self._make()
            return lock
