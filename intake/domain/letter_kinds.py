"""The letters that are no receipts: a link to a case's status, a copy of a chat, an alert.

Their kinds and the facts that go into each: exactly the names that the letters' files may use. Who
gets one, and how many, is left to the services.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from intake.domain.cases import Case, Channel, Speaker, SpokenLine
from intake.domain.hazards import Hazard
from intake.domain.receipts import RECEIPT_KINDS

STATUS_LINK = "status_link"
TRANSCRIPT = "chat_transcript"
ALERT = "alert_duty"
# What goes to residents by itself: an address gets only so many of all of these together.
TO_RESIDENTS = (*RECEIPT_KINDS, STATUS_LINK, TRANSCRIPT)

LONGEST_WORDS_QUOTED = 600
LONGEST_TRANSCRIPT = 100_000
LEFT_OUT = "(left out)"
# Mail programs make links of bare names too: of those under the endings that most names have, and
# of any with a path.
_ENDINGS = "com|net|org|info|biz|uk|eu|ru|cn|io|xyz|icu"
_LINK = re.compile(rf"://|\bwww\.|.@.|[^\W_]\.(?:(?:{_ENDINGS})\b|[a-z]{{2,}}/)", re.IGNORECASE)
# Looked at one by one: with the word in the pattern, the time would grow with its length squared.
_WORD = re.compile(r"\S+")


def transcript_facts(lines: Sequence[SpokenLine], *, reference: str) -> dict[str, Any]:
    """What a copy of a chat says.

    Whoever asks for it names the address it goes to, so it must be no way to have the council send
    advertising to strangers: it is given without links and addresses, also where the chat repeats
    what the resident wrote. Of a chat longer than ``LONGEST_TRANSCRIPT`` the last part is given.
    """
    told = [(line, _without_links(line.text.strip())) for line in lines if line.text.strip()]
    kept: list[dict[str, Any]] = []
    length = 0
    for line, text in reversed(told):
        length += len(text)
        if length > LONGEST_TRANSCRIPT:
            break
        kept.append({"is_resident": line.by is Speaker.RESIDENT, "at": line.at, "text": text})
    return {
        "reference": reference,
        "lines": tuple(reversed(kept)),
        "has_gaps": any(LEFT_OUT in each["text"] for each in kept),
        "is_cut": len(kept) < len(told),
    }


def alert_facts(case: Case, *, words: str, received_at: datetime, link: str) -> dict[str, Any]:
    """What an alert tells the duty officers of a case, ``words`` being those that raised it."""
    known = set(Hazard)
    plain = " ".join(words.split())
    if len(plain) > LONGEST_WORDS_QUOTED:
        plain = plain[:LONGEST_WORDS_QUOTED].rsplit(" ", 1)[0] + " ..."
    return {
        "reference": case.reference,
        "dangers": tuple(Hazard(each).label for each in case.hazards if each in known),
        "words": plain,
        "received_at": received_at,
        "by_chat": case.channel is Channel.CHAT,
        "link": link,
    }


def _without_links(text: str) -> str:
    return _WORD.sub(lambda word: LEFT_OUT if _LINK.search(word[0]) else word[0], text)
