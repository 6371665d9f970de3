"""Message-IDs of our letters that carry the case they belong to, signed with the secret key.

A reply names the letter it answers in In-Reply-To or References. When that name is one of these,
the reply belongs to the case whoever sent it and whatever became of its subject; nobody without
the key can make one up. What joins a case otherwise is left to the conversation rules.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from intake.domain.references import references_in

_PURPOSE_DIGITS = 16
# 128 bits: not to be guessed, and short enough for a header line.
_SIGNATURE_DIGITS = 32
_TOKEN = re.compile(
    r"(?<![0-9a-z])fb\.([2-9a-z]{6})\.([0-9a-f]{16})\.([0-9a-f]{32})(?![0-9a-f])", re.IGNORECASE
)


def message_id_for(case_reference: str, purpose: str, key: bytes, domain: str) -> str:
    """The Message-ID of the letter written for this purpose on this case, with its brackets.

    The same inputs give the same id, so a letter sent twice after a crash is recognised as one by
    mail programs that compare ids.
    """
    case = case_reference.lower().removeprefix("fb-").replace("-", "")
    about = _digest(key, f"purpose:{case}:{purpose}")[:_PURPOSE_DIGITS]
    return f"<fb.{case}.{about}.{_signature(key, case, about)}@{domain}>"


def references_from_tokens(message_ids: Iterable[str], key: bytes) -> list[str]:
    """The case references in those Message-IDs that carry our signature, in order, each once.

    Brackets, surrounding text and the case of letters do not matter: mail systems change them.
    """
    found: dict[str, None] = {}
    for message_id in message_ids:
        for match in _TOKEN.finditer(message_id):
            case, about, signature = (part.lower() for part in match.groups())
            if hmac.compare_digest(signature, _signature(key, case, about)):
                found |= dict.fromkeys(references_in(f"FB-{case[:4]}-{case[4:]}"))
    return list(found)


def _signature(key: bytes, case: str, about: str) -> str:
    return _digest(key, f"letter:{case}:{about}")[:_SIGNATURE_DIGITS]


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
