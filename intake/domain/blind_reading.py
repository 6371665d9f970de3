"""Which cases officers read blind, and what of such a case a reader may see.

Drawing is by the case's reference under the installation's key: the same case is always drawn or
never, and nobody without the key can tell which. Keeping what was drawn and answered is left to the
services.
"""

import hashlib
import hmac
from dataclasses import replace
from enum import IntEnum, StrEnum

from intake.domain.cases import Case, CaseFile, CaseMessage, Speaker, Status, TimelineKind

WAITS_FOR_A_READING = "The case waits for a blind reading."
DIGEST_RANGE = 2**256
# What comes from the resident; every other event tells what was made of it.
TOLD = (TimelineKind.RECEIVED,)


class Place(IntEnum):
    """Which reading of a case: the first, or the second, by another officer."""

    FIRST = 1
    SECOND = 2


class ReadingState(StrEnum):
    """Whether a drawn reading waits, was given, or was withdrawn before anybody gave it."""

    WAITING = "waiting"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


def drawn_places(
    key: bytes, reference: str, *, share: float, second_share: float
) -> tuple[Place, ...]:
    """The readings this case is drawn for.

    ``share`` of all cases get a first one, ``second_share`` of these a second one; both from 0,
    none, to 1, all.
    """
    if not _is_drawn(key, Place.FIRST, reference, share):
        return ()
    if not _is_drawn(key, Place.SECOND, reference, second_share):
        return (Place.FIRST,)
    return (Place.FIRST, Place.SECOND)


def blinded_case(case: Case) -> Case:
    """The case without anything that tells what the model or anybody made of it.

    Left out with the category is what follows from it: the dates, the stage, whether a receipt
    went out. A second reader sees an open case also when the first one sent it to review.
    """
    return replace(
        case,
        status=Status.CLOSED if case.status is Status.CLOSED else Status.OPEN,
        category=None,
        decision_reason=WAITS_FOR_A_READING,
        confidence=None,
        stage=None,
        area=None,
        landlord=False,
        urgent=False,
        hazards=(),
        language="",
        receipt_sent_at=None,
        receipt_withheld="",
        acknowledged_at=None,
        acknowledge_by=None,
        respond_by=None,
        version=0,
    )


def blinded(file: CaseFile) -> CaseFile:
    """The case whole, as ``blinded_case``, with the message that opened it and nothing later."""
    return CaseFile(
        case=blinded_case(file.case),
        messages=tuple(map(_unanswered, file.messages[:1])),
        timeline=tuple(entry for entry in file.timeline if entry.kind in TOLD)[:1],
        classifications=(),
        reviews=(),
        is_blind=True,
    )


def _unanswered(message: CaseMessage) -> CaseMessage:
    """The message without what the chat answered, which tells what the classifier made of it."""
    said = tuple(line for line in message.transcript if line.by is Speaker.RESIDENT)
    return replace(message, transcript=said)


def _is_drawn(key: bytes, place: Place, reference: str, share: float) -> bool:
    said = f"blind reading {place.value} of {reference}".encode()
    number = int.from_bytes(hmac.digest(key, said, hashlib.sha256), "big")
    # Python compares a whole number with a fraction exactly, so a share of 1 draws every case.
    return number < share * DIGEST_RANGE
