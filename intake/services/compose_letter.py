"""Put a letter together for the outbox: its words, the mail they travel in, the id replies name."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.cases import Case, Letter
from intake.domain.letter_tokens import message_id_for
from intake.services.ports import LetterMail, LetterWriter


@dataclass(frozen=True, kw_only=True)
class ComposeLetter:
    """Composes letters; ``key`` and ``domain`` make their Message-IDs."""

    letters: LetterWriter
    mail: LetterMail
    key: bytes
    domain: str

    def __call__(
        self,
        kind: str,
        facts: Mapping[str, Any],
        *,
        case: Case | None,
        purpose: str,
        to_addr: str,
        now: datetime,
        in_reply_to: str = "",
        references: Sequence[str] = (),
    ) -> Letter:
        """The letter of this kind, to be sent at once; a reply to one on a case joins the case.

        Raises ``InvalidSubmission`` for an address that cannot be written to.
        """
        text = self.letters.write(kind, facts)
        message_id = self._message_id(case, purpose)
        raw = self.mail.build(
            text,
            to_addr=to_addr,
            message_id=message_id,
            in_reply_to=in_reply_to,
            references=references,
            sent_at=now,
        )
        return Letter(
            case_id=case.id if case else None,
            purpose=purpose,
            kind=kind,
            to_addr=to_addr,
            subject=text.subject,
            text=text.text,
            message_id=message_id,
            raw=raw,
            created_at=now,
            next_try_at=now,
        )

    def _message_id(self, case: Case | None, purpose: str) -> str:
        if case is not None:
            return message_id_for(case.reference, purpose, self.key, self.domain)
        digest = hmac.digest(self.key, f"letter without a case:{purpose}".encode(), hashlib.sha256)
        return f"<chat.{digest.hex()[:32]}@{self.domain}>"
