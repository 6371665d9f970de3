"""How facts read on the pages: days, times, shares and sizes in plain words, and the names of
states.

Times are stored in UTC and shown as clocks in England show them.
"""

from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from intake.domain.cases import Channel, LetterState, Status, TimelineKind
from intake.domain.inbound import InboundState

LONDON = ZoneInfo("Europe/London")

STATUSES = {
    Status.TO_REVIEW: "To review",
    Status.OPEN: "Open",
    Status.CLOSED: "Closed",
}
CHANNELS = {Channel.EMAIL: "Email", Channel.CHAT: "Chat"}
LETTER_STATES = {
    LetterState.QUEUED: "Waiting to be sent",
    LetterState.SENT: "Sent",
    LetterState.FAILED: "Not delivered",
}
INBOUND_STATES = {
    InboundState.RECEIVED: "Waiting",
    InboundState.CLAIMED: "Being processed",
    InboundState.PROCESSED: "Processed",
    InboundState.SET_ASIDE: "Set aside",
}
TIMELINE = {
    TimelineKind.RECEIVED: "Message received",
    TimelineKind.JOINED: "Another message joined",
    TimelineKind.CLASSIFIED: "Classified",
    TimelineKind.UNREADABLE: "Could not be read",
    TimelineKind.HAZARD: "Possible danger",
    TimelineKind.RECEIPT_QUEUED: "Receipt written",
    TimelineKind.RECEIPT_WITHHELD: "No receipt sent",
    TimelineKind.LETTER_SENT: "Letter sent",
    TimelineKind.LETTER_DELAYED: "Letter delayed",
    TimelineKind.LETTER_FAILED: "Letter not delivered",
    TimelineKind.LETTER_RETRIED: "Letter tried again",
    TimelineKind.MESSAGE_RETRIED: "Message tried again",
    TimelineKind.CONFIRMED: "Category confirmed",
    TimelineKind.CORRECTED: "Category corrected",
    TimelineKind.COMPLAINT_CHOSEN: "Resident chose to complain",
    TimelineKind.ALERTED: "Duty officers alerted",
    TimelineKind.ALERT_WITHHELD: "No alert sent",
    TimelineKind.STATUS_ASKED: "Resident asked how it is going",
    TimelineKind.MENTIONED: "Reference mentioned",
    TimelineKind.DEADLINE_NEAR: "Deadline near",
    TimelineKind.DEADLINE_MISSED: "Deadline missed",
    TimelineKind.READING_DRAWN: "Drawn for a blind reading",
    TimelineKind.READ_BLIND: "Read blind",
    TimelineKind.READING_WITHDRAWN: "Blind reading withdrawn",
}


def clock_time(at: datetime) -> str:
    """A time of day, as in ``9:05am``."""
    local = at.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local.minute:02}{'am' if local.hour < 12 else 'pm'}"


def day(on: date) -> str:
    """A date, as in ``3 March 2025``."""
    return f"{on.day} {on:%B %Y}"


def weekday(on: date) -> str:
    """A date with its weekday, as in ``Monday 3 March 2025``; a moment is of its day in England."""
    local = on.astimezone(LONDON) if isinstance(on, datetime) else on
    return f"{local:%A} {day(local)}"


def moment(at: datetime) -> str:
    """A day and time, as in ``Monday 3 March 2025 at 9:05am``."""
    local = at.astimezone(LONDON)
    return f"{local:%A} {day(local)} at {clock_time(at)}"


def short_moment(at: datetime) -> str:
    """A day and time without the weekday, for lists."""
    return f"{day(at.astimezone(LONDON))} at {clock_time(at)}"


def day_left(by: date, today: date) -> str:
    """How far off a deadline is, in calendar days."""
    left = (by - today).days
    if left == 0:
        return "today"
    if left == 1:
        return "tomorrow"
    if left > 1:
        return f"in {left} days"
    return "1 day late" if left == -1 else f"{-left} days late"


def sureness(share: float) -> str:
    """How sure the classifier is, in words beside the number."""
    if share >= 0.95:
        return "very sure"
    if share >= 0.8:
        return "fairly sure"
    if share >= 0.5:
        return "not very sure"
    return "unsure"


def percent(share: float) -> str:
    """A share as a whole percentage; never 100% or 0% unless it is exactly that."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return "over 99%"
    if whole == 0 and share > 0:
        return "under 1%"
    return f"{whole}%"


def size(count: int) -> str:
    """A file's size as people say it."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """A short time in words."""
    if seconds < 120:
        return "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


def name_of(value: Status | Channel | LetterState | InboundState | TimelineKind) -> str:
    """The name shown for a state or kind."""
    match value:
        case Status():
            return STATUSES[value]
        case Channel():
            return CHANNELS[value]
        case LetterState():
            return LETTER_STATES[value]
        case InboundState():
            return INBOUND_STATES[value]
        case TimelineKind():
            return TIMELINE[value]
        case _:
            assert_never(value)
