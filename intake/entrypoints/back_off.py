"""How long to wait before something that failed is tried again."""

import secrets
from collections.abc import Callable


class BackOff:
    """Waits that double from the first to the longest, each shortened by chance by up to half.

    The chance keeps several from knocking on a server together when it comes back.
    """

    def __init__(
        self,
        first_seconds: float,
        most_seconds: float,
        *,
        chance: Callable[[], float] | None = None,
    ) -> None:
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._chance = chance or secrets.SystemRandom().random
        self._seconds = first_seconds

    def next_seconds(self) -> float:
        """How long to wait this time."""
        seconds = min(self._seconds, self._most_seconds)
        self._seconds = min(seconds * 2, self._most_seconds)
        return seconds * (1 - self._chance() / 2)

    def reset(self) -> None:
        """Begin with the first again."""
        self._seconds = self._first_seconds
