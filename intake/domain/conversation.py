"""Which case a message belongs to, and what a reply may change about it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.categories import SEVERITY, Category

# The word on a line of its own or opening the reply, as the receipts ask for it.
_YES = re.compile(r"\A\W*yes\b(?!\s*(?:,|\.)?\s*(?:but|and\s+no|no)\b)", re.IGNORECASE)
_LONGEST_YES_LINE = 80


class JoinedBy(StrEnum):
    """How a message was recognised as part of a case."""

    NEW = "new"
    TOKEN = "token"  # noqa: S105 - a way of joining, no secret
    REFERENCE = "reference"
    THREAD = "thread"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case a message may belong to, found in one of the three ways."""

    case_id: int
    joined_by: JoinedBy
    participants: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Joining:
    """The case a message joins, and the cases it names without a right to join them."""

    case_id: int | None
    joined_by: JoinedBy
    mentioned: tuple[int, ...]


def join(candidates: Sequence[Candidate], senders: Collection[str]) -> Joining:
    """Which of the candidates, in the order found, the message joins.

    - a token of ours: only somebody who holds our letter has it, so it joins whoever sends it;
    - a case reference, or the thread of an earlier message: joins when a sender's address took part
      in the case before. A reference is printed on paper and read out on the telephone; a stranger
      who quotes it gets a case of their own, and the case named is told of it.
    """
    senders = {address.lower() for address in senders if address}
    mentioned: list[int] = []
    for candidate in candidates:
        if candidate.joined_by is JoinedBy.TOKEN or senders & candidate.participants:
            return Joining(
                case_id=candidate.case_id,
                joined_by=candidate.joined_by,
                mentioned=tuple(dict.fromkeys(mentioned)),
            )
        mentioned.append(candidate.case_id)
    return Joining(
        case_id=None, joined_by=JoinedBy.NEW, mentioned=tuple(dict.fromkeys(mentioned))
    )


def chooses_complaint(body: str, category: Category | None) -> bool:
    """Whether a reply to one of our letters takes up the offer to make it a formal complaint.

    The receipts ask for the word YES (Housing Ombudsman Code 1.3: the choice is the resident's).
    It counts as the first word of the reply's first line, when that line is short; a case that is a
    complaint already has no such offer.
    """
    if category is Category.COMPLAINT:
        return False
    first = next((line for line in body.splitlines() if line.strip()), "")
    return len(first) <= _LONGEST_YES_LINE and _YES.search(first) is not None


def more_serious(new: Category, known: Category | None) -> bool:
    """Whether a later message reads as something graver than its case is known as."""
    return known is None or SEVERITY.index(new) < SEVERITY.index(known)


def thread_ids(in_reply_to: str, references: Iterable[str]) -> list[str]:
    """The Message-IDs a message answers, nearest first, each once."""
    chain = [in_reply_to, *reversed(list(references))]
    return [each for each in dict.fromkeys(chain) if each]
