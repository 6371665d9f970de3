"""Automatic receipts: whether one may be sent, to whom, which one, and the facts that go into it.

A receipt says that a message came. It never defines a complaint (Housing Ombudsman Code 6.2): that
is an officer's letter. Recognising automatic mail is left to ``intake.mime``, the words to the
files in ``config/letters``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from intake.domain.cases import Case
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision
from intake.domain.references import references_in

Window = tuple[int, int]

RECEIPT_KINDS = (
    *(f"receipt_{category.value}" for category in Category),
    "receipt_unknown",
    "receipt_review",
    "receipt_added",
    "receipt_complaint_chosen",
)

REFUSED_AUTOMATIC = {
    "auto-reply": "This is an automatic reply, so no receipt was sent.",
    "bounce": "This tells of mail that could not be delivered, so no receipt was sent.",
    "list": "This came through a mailing list, so no receipt was sent.",
    "loop": "This is mail of our own that came back, so no receipt was sent.",
}
REFUSED_OTHER_AUTOMATIC = "This was sent by a machine, so no receipt was sent."
REFUSED_RETURN_PATH = "This came with an empty return path, so no receipt was sent."
REFUSED_ADDRESS = "There is no address that a receipt could go to, so none was sent."
REFUSED_OWN = "This came from one of our own addresses, so no receipt was sent."
REFUSED_MACHINE = "Nobody reads mail at the sender's address, so no receipt was sent."
REFUSED_CASE_LIMIT = "Enough receipts were sent on this case for now, so no other was sent."
REFUSED_ADDRESS_LIMIT = "Enough receipts were sent to this address for now, so no other was sent."
REFUSED_NO_ADDRESS_IN_CHAT = (
    "They left no email address: the chat gives them the reference, so no receipt was sent."
)
REFUSED_LEFT_CHAT = "They left the chat without an email address, so no receipt was sent."
REFUSED_TOLD_IN_CHAT = "The chat told them that this was added, so no receipt was sent."


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """What decides whether a receipt may be sent.

    ``automatic`` is what ``intake.mime`` recognised, None for a person's mail. ``null_return_path``
    is whether the envelope sender was known and empty. The times are those of earlier automatic
    letters, on the case and to the address; a window is how many may be sent in how many minutes.
    """

    automatic: str | None
    null_return_path: bool
    to_addr: str
    own_addresses: Collection[str]
    now: datetime
    case_times: Sequence[datetime] = ()
    address_times: Sequence[datetime] = ()
    per_case: Sequence[Window] = ()
    per_address: Sequence[Window] = ()


def receipt_refusal(facts: ReceiptFacts) -> str | None:
    """Whether an automatic receipt may be sent, and if not, why.

    The reasons, in order; the first that applies is given, as a sentence for officers:

    - the message is an automatic reply, a bounce, list mail or our own mail come back
      (RFC 3834 section 2; RFC 2919);
    - it came with an empty return path, as mail does that nobody wrote (RFC 5321 section 4.5.5);
    - it names no address that could be written to;
    - it came from one of our own addresses: two of ours would answer each other for ever;
    - it came from an address of a machine or a list's keeper (RFC 3834 section 2);
    - a limit of receipts on this case is reached: two programs that mark nothing stay on one case;
    - a limit of receipts to this address is reached: some programs start a new subject each time,
      and a forged sender must not be flooded by us.
    """
    reasons = (
        (
            facts.automatic is not None,
            REFUSED_AUTOMATIC.get(facts.automatic or "", REFUSED_OTHER_AUTOMATIC),
        ),
        (facts.null_return_path, REFUSED_RETURN_PATH),
        (not is_usable_address(facts.to_addr), REFUSED_ADDRESS),
        (is_own_address(facts.to_addr, facts.own_addresses), REFUSED_OWN),
        (is_machine_address(facts.to_addr), REFUSED_MACHINE),
        (
            limit_reached(facts.case_times, facts.now, facts.per_case) is not None,
            REFUSED_CASE_LIMIT,
        ),
        (
            limit_reached(facts.address_times, facts.now, facts.per_address) is not None,
            REFUSED_ADDRESS_LIMIT,
        ),
    )
    return next((reason for applies, reason in reasons if applies), None)


def chat_receipt_refusal(
    *, to_addr: str, left: bool, joined: bool, complaint_chosen: bool, has_receipt: bool
) -> str | None:
    """Why what came by chat gets no receipt by mail, before the rules for all; None when it may.

    The chat itself answers at once. So a mail goes out for the first thing that comes with an
    address (``has_receipt`` says that an earlier one did), and for a complaint chosen later.
    """
    if not to_addr:
        return REFUSED_LEFT_CHAT if left else REFUSED_NO_ADDRESS_IN_CHAT
    if joined and has_receipt and not complaint_chosen:
        return REFUSED_TOLD_IN_CHAT
    return None


def limit_reached(
    times: Sequence[datetime], now: datetime, windows: Sequence[Window]
) -> Window | None:
    """The first window, how many in how many minutes, that has no room for one more."""
    for how_many, minutes in windows:
        since = now - timedelta(minutes=minutes)
        if sum(time > since for time in times) >= how_many:
            return how_many, minutes
    return None


def receipt_kind(
    *,
    category: Category | None,
    decision: Decision,
    joined: bool = False,
    complaint_chosen: bool = False,
) -> str:
    """Which receipt a message gets.

    - the resident answered YES: that the complaint is made;
    - it joined a case: that it was added;
    - its category is not known: the neutral one;
    - an officer decides the category first: the one that promises nothing about it;
    - else the one of its category.
    """
    if complaint_chosen:
        return "receipt_complaint_chosen"
    if joined:
        return "receipt_added"
    if category is None:
        return "receipt_unknown"
    if decision is Decision.REVIEW:
        return "receipt_review"
    return f"receipt_{category.value}"


def receipt_address(reply_to: str, from_addr: str, own_addresses: Collection[str]) -> str:
    """Where the receipt goes: Reply-To where it can be written to and is not ours, else From.

    A person's mail program or a contact form on a website sets Reply-To on purpose (RFC 5322
    section 3.6.2). The answer may still be an address that gets no receipt.
    """
    if is_usable_address(reply_to) and not is_own_address(reply_to, own_addresses):
        return reply_to
    return from_addr


_LOCAL_PART = re.compile(r"[^\s\x00-\x1f\x7f-\x9f()<>\[\]:;@\\,.\"]+")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LONGEST_LOCAL_PART, _LONGEST_DOMAIN = 64, 255


def is_usable_address(address: str) -> bool:
    """Whether an address can be put into an envelope and a header without harm.

    A dot-atom local part and a domain of at least two labels (RFC 5321 sections 2.3.5, 4.1.2,
    4.5.3.1), both also in letters beyond ASCII (RFC 6531). Quoted local parts, address literals,
    spaces and control characters are not usable.
    """
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    return (
        0 < len(local.encode("utf-8", "replace")) <= _LONGEST_LOCAL_PART
        and len(domain.encode("utf-8", "replace")) <= _LONGEST_DOMAIN
        and all(_LOCAL_PART.fullmatch(atom) for atom in local.split("."))
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not any("\ud800" <= character <= "\udfff" for character in address)
    )


def is_own_address(address: str, own_addresses: Collection[str]) -> bool:
    """Whether this is one of our addresses, whatever its case and with or without a ``+tag``."""
    local, _, domain = address.strip().lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return bare in {own.lower() for own in own_addresses}


_MACHINES = frozenset(
    {
        "autoreply",
        "autoresponder",
        "bounce",
        "bounces",
        "daemon",
        "listserv",
        "majordomo",
        "nobody",
        "postmaster",
        "root",
    }
)
_MACHINE_BEGINNINGS = ("noreply", "donotreply", "dontreply", "mailerdaemon")
_LIST_KEEPERS = re.compile(r"owner-.+|.+-(?:bounces?|owner|request)")


def is_machine_address(address: str) -> bool:
    """Whether mail to this address is read by a program or by nobody, going by its local part."""
    local = address.strip().lower().rpartition("@")[0].partition("+")[0]
    letters = re.sub(r"[^a-z0-9]", "", local)
    return (
        letters in _MACHINES
        or letters.startswith(_MACHINE_BEGINNINGS)
        or _LIST_KEEPERS.fullmatch(local) is not None
    )


def letter_facts(
    case: Case,
    *,
    subject: str,
    received_at: datetime,
    area_names: Mapping[ServiceArea, str],
    by_chat: bool = False,
    left: bool = False,
    open_cases: Sequence[Case] = (),
) -> dict[str, Any]:
    """What a receipt says of its case: exactly the names the letters' files may use.

    ``subject`` and ``received_at`` are those of the message the receipt answers, as is whether it
    came ``by_chat``, and whether the resident ``left`` the chat before sending it. The service area
    is named only when the decision was automatic: otherwise nobody has settled it. Dates promised
    are those of the case, None where it has none. ``open_cases`` are others that the letter's own
    reader opened: they are offered, by reference and day alone, and nothing is taken for granted.
    """
    area_is_known = (
        case.decision is Decision.AUTO
        and case.area is not None
        and case.area is not ServiceArea.OTHER_AREA
    )
    return {
        "reference": case.reference,
        "name": greeting_name(case.from_name),
        "subject": letter_subject(subject),
        "received_at": received_at,
        "area": area_names[case.area] if area_is_known and case.area else "",
        "danger": case.urgent or bool(case.hazards),
        "hazards": case.hazards,
        "complaint": case.category is Category.COMPLAINT,
        "acknowledge_by": case.acknowledge_by,
        "reply_by": None if case.category is Category.COMPLAINT else case.respond_by,
        "by_chat": by_chat,
        "left": left,
        "open_cases": tuple(
            {"reference": each.reference, "received_at": each.received_at} for each in open_cases
        ),
    }


_NAME_WORD = r"[^\W\d_][^\W\d_'\u2019.\-]*(?:['\u2019\-][^\W\d_]+)*\.?"
_NAME = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,3}}")
_LONGEST_NAME = 40


def greeting_name(name: str) -> str:
    """The name a letter may greet with, or nothing.

    Up to four words of letters, as people write their names. Anything else is left out: a name
    field can hold an address, a telephone number or an advertisement, and our letter would carry
    it to whoever's address was forged.
    """
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONGEST_NAME and _NAME.fullmatch(plain) else ""


_PREFIX = re.compile(r"(?:re|fwd?|aw|wg|sv|antw|automatic reply)\s*(?:\[\d+\])?:", re.IGNORECASE)
_LINK = re.compile(r"\S*(?:://|www\.)\S*|\S+@\S+", re.IGNORECASE)
_BRACKETS_LEFT_EMPTY = re.compile(r"[\[(]\s*[\])]")
_LIKE_A_REFERENCE = re.compile(r"\bFB\W?\w{4}\W?\w{2}\b", re.IGNORECASE)
_LONGEST_SUBJECT = 60


def letter_subject(subject: str) -> str:
    """A resident's subject as ours repeats it: one line, short, and not growing from turn to turn.

    Where it names one of our references, only what follows counts: our subjects put the resident's
    own words there. Reply prefixes go; so do links and addresses, which a forger could have us
    carry to someone else.
    """
    text = "".join(character if character.isprintable() else " " for character in subject)
    text, is_reply = _without_prefixes(text)
    named = [match for match in _LIKE_A_REFERENCE.finditer(text) if any(references_in(match[0]))]
    if named:
        after = text[named[-1].end() :].strip(" :-)]")
        text = after if is_reply or after else text[: named[0].start()].rstrip(" :-([")
    text = _BRACKETS_LEFT_EMPTY.sub(" ", _LINK.sub(" ", text))
    text, _ = _without_prefixes(" ".join(text.split()).strip(" :-"))
    if len(text) > _LONGEST_SUBJECT:
        text = text[:_LONGEST_SUBJECT].rsplit(" ", 1)[0].rstrip(" ,;:-") + "..."
    return text


def _without_prefixes(subject: str) -> tuple[str, bool]:
    text = subject.strip()
    while match := _PREFIX.match(text):
        text = text[match.end() :].strip()
    return text, text != subject.strip()
