"""The raw thing received, stored before anything else happens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.domain.cases import Channel


class InboundState(StrEnum):
    """How far a received message has come."""

    RECEIVED = "received"
    CLAIMED = "claimed"
    PROCESSED = "processed"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, kw_only=True)
class NewInbound:
    """A message as it comes off the wire.

    ``identity`` is the same for the same message delivered twice; ``source`` names the way in
    (``smtp``, ``imap:NAME``, ``chat``); ``recipients`` are the council's addresses it was sent to.
    """

    identity: str
    channel: Channel
    source: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimedInbound:
    """A stored message that ``worker`` has taken up. ``tries`` counts this one.

    ``case_id`` is set when the message was set aside into a case before and is tried again.
    """

    id: int
    worker: str
    channel: Channel
    source: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    received_at: datetime
    tries: int
    case_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A message the program failed on too often, as officers see it in their list."""

    id: int
    received_at: datetime
    source: str
    size: int
    tries: int
    error: str
    case_reference: str | None
