"""What asking for the status of a case needs from the outside beside ``ports``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class StatusRequest:
    """Somebody asked how a case is doing; whether they may know is not looked at yet."""

    id: int | None = None
    reference: str
    email: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class StatusLink:
    """A one-time link to the status of a case. Its token is mailed; only the token's hash is kept.

    ``used_by`` is the hash of what marks the browser that used it.
    """

    token_hash: str
    case_id: int
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = ""


class StatusRepository(Protocol):
    """Requests for the status of a case, and the links that answer them."""

    def ask(self, request: StatusRequest) -> None:
        """Keep a request; the same one that still waits is kept once."""

    def has_requests(self) -> bool:
        """Whether a request waits."""

    def take_requests(self, *, limit: int) -> Sequence[StatusRequest]:
        """The oldest requests, which are kept no longer."""

    def add_link(self, link: StatusLink) -> None:
        """Store a link."""

    def link(self, token_hash: str, *, lock: bool = False) -> StatusLink | None:
        """The link with this token's hash; ``lock`` keeps others from using it until commit."""

    def use_link(self, token_hash: str, *, at: datetime, by: str) -> None:
        """Note that a link was used, and by which browser."""

    def remove_links(self, *, before: datetime) -> int:
        """Remove links that ended before then; gives how many."""
