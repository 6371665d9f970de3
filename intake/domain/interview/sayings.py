"""Everything the interview can say, and the facts that each saying is filled in with.

The words of each are the council's. Who writes them down tries each out with these facts.
"""

from intake.domain.categories import Category
from intake.domain.interview.choices import BUTTON_NAMES

_HANDLINGS = ("complaint_chosen", "unknown", *(category.value for category in Category))
_ASKED = (
    "story",
    "place",
    "when",
    "told_before",
    "outcome",
    "name",
    "contact",
    "name_and_contact",
    "adjustments",
    "on_behalf",
)
_WHO_AND_WHAT = (
    "story",
    "place",
    "when",
    "told_before",
    "outcome",
    "contact",
    "adjustments",
    "on_behalf",
    "name",
)

_GROUPS: dict[str, tuple[str, ...]] = {
    "greeting": ("hello", "ask"),
    "ask": (*_ASKED, "story_of_complaint"),
    "again": _ASKED,
    "back": ("story",),
    "story": ("thanks", "waiting"),
    "summary": ("sent", "ask", "again"),
    "handling": _HANDLINGS,
    "next": _HANDLINGS,
    "filed": (
        *("reference", "later", "more", "add", "added", "yes", "already", "bye"),
        *("complaint", "complaint_already"),
    ),
    "danger": ("first", "again", "ask_place", "ask_contact", "thanks"),
    "about": (
        *("stages", "ombudsman", "help", "person", "out_of_scope", "thanks", "form", "left"),
        "complaint_noted",
    ),
    "language": ("notice",),
    "stop": ("confirm", "kept", "done", "over", "filed"),
    "status": (
        *("ask_reference", "ask_reference_again", "ask_email", "ask_email_again", "sent"),
        *("without_reference", "without_email"),
    ),
    "transcript": ("ask_email", "ask_email_again", "sent", "without_email"),
    "change": ("which", "which_again", "story", "more", "added"),
    "unclear": ("first", "second"),
    "choice": BUTTON_NAMES,
}

KEYS = tuple(f"{group}.{name}" for group, names in _GROUPS.items() for name in names)
"""The key of every saying and of every button's title."""

FACTS: dict[str, tuple[str, ...]] = {
    "story.thanks": ("category",),
    "summary.sent": _WHO_AND_WHAT,
    "filed.reference": ("reference", "letter_to"),
    "filed.later": ("email",),
    "filed.added": ("reference",),
    "filed.yes": ("reference",),
    "filed.already": ("reference",),
    "filed.bye": ("reference",),
    "danger.first": ("hazards",),
    "danger.again": ("hazards",),
    "about.person": ("can_send",),
    "language.notice": ("language",),
    "transcript.sent": ("email",),
}
"""The names of the facts of a saying; one that is not here has none."""
