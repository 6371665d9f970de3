"""What a case page showed and when, carried through its forms.

Signed, so that neither the version an officer decided on nor the time they took can be made up.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, URLSafeSerializer

from intake.domain.cases import Case
from intake.domain.categories import Category
from intake.entrypoints.web.parts import WebParts
from intake.entrypoints.web.sessions import FORGED
from intake.errors import NotPermitted


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A case as it was on an officer's screen."""

    version: int
    category: Category | None
    seconds_ago: float


def write_shown(parts: WebParts, case: Case) -> str:
    """The value for a form of this case's page, served now."""
    now = parts.clock.now().timestamp()
    return _signer(parts).dumps([case.reference, case.version, case.category, now])


def read_shown(parts: WebParts, reference: str, value: str) -> Shown:
    """What the form's page had shown. Raises ``NotPermitted`` when the form is not of this case."""
    try:
        shown, version, category, at = _signer(parts).loads(value)
    except BadSignature as exc:
        raise NotPermitted(FORGED) from exc
    if shown != reference:
        raise NotPermitted(FORGED)
    taken = parts.clock.now() - datetime.fromtimestamp(at, UTC)
    return Shown(
        version=version,
        category=Category(category) if category else None,
        seconds_ago=taken.total_seconds(),
    )


def _signer(parts: WebParts) -> URLSafeSerializer:
    return URLSafeSerializer(parts.secret_key, salt="case page")
