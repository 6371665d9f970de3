"""Which case a message belongs to, and what a reply may change about it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.categories import SEVERITY, Category

_GREETING = r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|to whom it may concern)\b"
_GREETING_LINE = re.compile(rf"(?!.*\byes\b)\W*{_GREETING}[^.!?]{{0,60}}[.!]?\s*", re.IGNORECASE)
_YES_FIRST = re.compile(
    rf"\W*(?:{_GREETING}[^,.!?\n]{{0,40}}?[,.!\s]\s*)?(?:(?:ok|okay|oh|well)\W+)?"
    r"(?:yes+|yeah|yep|yup|y\W*$)(?![\w'’])",
    re.IGNORECASE,
)
_YES_IN_CAPITALS = re.compile(r"(?<!\bNOT )(?<!\bNO )\bYES\b")
# The thing asked for by its name, and nothing else: "formal complaint please", "STAGE 1".
_BY_NAME = re.compile(
    r"\W*(?:please\W+|yes\W+)?"
    r"(?:i(?:'d|\s+would)?\s+(?:want|like|wish)\s+(?:to\s+make\s+)?(?:(?:it|this)\s+)?"
    r"|(?:make|treat)\s+(?:it|this)\s+)?"
    r"(?:to\s+be\s+|as\s+)?(?:an?\s+)?"
    r"(?:(?:formal|stage\s+(?:1|one))\s+complaint|stage\s+(?:1|one))"
    r"\W*(?:please|pls|plz|thanks|thank\s+you|now)?\W*",
    re.IGNORECASE,
)
# "No" as an answer of its own; "no reply" and "no one" are what people complain of.
_BUT_NO = re.compile(
    r"\byes\W+(?:(?:but|and|or|well)\W+)?no\b(?:\s+(?:thank|need|problem|worries)|(?!\s*\w))",
    re.IGNORECASE,
)
_SETTLED = re.compile(
    r"\b(?:all|now|is|it['’]?s|are|was|been|got|everything)\s+(?:(?:now|all|been|is)\s+)*"
    r"(?:sorted|resolved|fixed|settled|done|good|fine|ok|okay|well|dealt with)\b",
    re.IGNORECASE,
)
_UNSETTLED = re.compile(
    r"\b(?:not|never|nothing|nobody|no one|still|yet|but|until|again|wants?|wish|like|please"
    r"|complain\w*|formal\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_LONGEST_OPENING = 300


class JoinedBy(StrEnum):
    """How a message was recognised as part of a case."""

    NEW = "new"
    TOKEN = "token"  # noqa: S105 - a way of joining, no secret
    REFERENCE = "reference"
    THREAD = "thread"
    CHAT = "chat"


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
            others = (case_id for case_id in mentioned if case_id != candidate.case_id)
            return Joining(
                case_id=candidate.case_id,
                joined_by=candidate.joined_by,
                mentioned=tuple(dict.fromkeys(others)),
            )
        mentioned.append(candidate.case_id)
    return Joining(case_id=None, joined_by=JoinedBy.NEW, mentioned=tuple(dict.fromkeys(mentioned)))


def chooses_complaint(body: str, category: Category | None) -> bool:
    """Whether a reply to one of our letters takes up the offer to make it a formal complaint.

    The receipts ask for the word YES (Housing Ombudsman Code 1.3: the choice is the resident's). A
    YES taken wrongly is put right by the officer who reads the complaint; one missed takes a right
    away. So in doubt it is a YES. The words that count are the reply's opening: its first lines up
    to an empty one, without greeting and quoted lines.

    - A case that is a complaint already has no such offer: no.
    - The opening begins with yes, yeah, yep or a lone y, in any case, after a greeting or an "ok"
      too: yes. "Yesterday" is another word.
    - Its first line holds YES in capitals, and no "not" before it: yes.
    - The opening asks by name for a formal complaint or stage 1 and says nothing else: yes.
    - But "yes but no", "yes/no", "yes, no need" is no; "yes, no one came" is yes.
    - And "yes thanks, all sorted now" is no, unless a word of doubt or wish stands with it: not,
      never, still, but, want, please, complaint, ...
    """
    if category is Category.COMPLAINT:
        return False
    opening = _opening(body)
    first = opening.partition("\n")[0]
    if _BY_NAME.fullmatch(opening):
        return True
    if not (_YES_FIRST.match(opening) or _YES_IN_CAPITALS.search(first)):
        return False
    if _BUT_NO.search(first):
        return False
    return not _SETTLED.search(opening) or _UNSETTLED.search(opening) is not None


def _opening(body: str) -> str:
    """The first paragraph of somebody's own words, as far as an answer is looked for in it."""
    lines: list[str] = []
    for line in body.splitlines():
        is_own = line.strip() and not line.lstrip().startswith(">")
        if is_own and not (not lines and _GREETING_LINE.fullmatch(line)):
            lines.append(line.strip())
        elif lines:
            break
    return "\n".join(lines)[:_LONGEST_OPENING]


def more_serious(new: Category, known: Category | None) -> bool:
    """Whether a later message reads as something graver than its case is known as."""
    return known is None or SEVERITY.index(new) < SEVERITY.index(known)


def thread_ids(in_reply_to: str, references: Iterable[str]) -> list[str]:
    """The Message-IDs a message answers, nearest first, each once."""
    chain = [in_reply_to, *reversed(list(references))]
    return [each for each in dict.fromkeys(chain) if each]
