"""What reading a mailbox needs from the outside beside ``ports``."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class FolderView:
    """A mailbox's folder at one moment: the UIDs in it, rising, without those marked as deleted.

    ``can_move`` says whether messages may be moved out of it: false for one that is read-only.
    """

    uid_validity: int
    can_move: bool
    uids: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class FetchedMail:
    """A message in a mailbox, and when the mail server received it where it says so."""

    raw: bytes
    arrived_at: datetime | None


class Mailbox(Protocol):
    """A mailbox on a mail server; one context is one connection."""

    def session(self) -> AbstractContextManager["MailboxSession"]:
        """A connection that is signed in. Raises ``MailboxUnavailable``."""


class MailboxSession(Protocol):
    """An open mailbox.

    Every method raises ``MailboxRefused`` when the server refused this request and others may go
    well, and ``MailboxUnavailable`` when the connection is of no more use.
    """

    @property
    def can_idle(self) -> bool:
        """Whether ``wait`` is told of new mail (RFC 2177)."""

    def look(self) -> FolderView:
        """What the folder holds now."""

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """The sizes in bytes of those messages that are still there."""

    def fetch(self, uid: int) -> FetchedMail | None:
        """A message, left unread; None when it is gone."""

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages to a folder, which is made when missing. Those gone do not matter."""

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Wait until the folder may have changed, ``is_over`` (asked each second), or so long."""
