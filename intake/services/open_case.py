"""Make the case that a first message opens, and change it by what later ones say."""

from datetime import datetime

from intake.domain.cases import Case, Status, TimelineEntry, TimelineKind
from intake.domain.categories import Category
from intake.domain.classification import REASON_URGENT, Decision
from intake.domain.conversation import chooses_complaint, more_serious
from intake.domain.deadlines import DeadlineRules, HolidaysBetween, deadlines_for, local_date
from intake.domain.inbound import ClaimedInbound
from intake.services.ports import UnitOfWork
from intake.services.read_message import ReadMessage

PROGRAM = "intake"
UNCLASSIFIED = "The classifier could not read this message, so an officer decides."
SET_ASIDE = "The program failed on this message; read the original."
UNREAD_NO_RECEIPT = "The message could not be read, so no receipt was sent."
MACHINE_WRITTEN = "A machine sent this message: "
COMPLAINT_CHOSEN = "The resident answered YES: treat this as a formal complaint."
CHOSEN_IN_CHAT = "The resident chose in the chat: treat this as a formal complaint."
LEFT_THE_CHAT = "The resident left the chat before sending this."
NEW_MESSAGE = "A new message came in on this case."


class CaseRules:
    """What a message makes of a case. Only the resident's own choice changes a category here."""

    def __init__(self, deadlines: DeadlineRules, holidays_between: HolidaysBetween) -> None:
        self._deadlines = deadlines
        self._holidays_between = holidays_between

    def opened_by(self, read: ReadMessage) -> Case:
        """The case a first message opens.

        A machine's message is not feedback, whatever its words look like, unless they tell of a
        danger: then a person looks. A person looks as well at what the resident never sent, and at
        a danger that the chat saw and the account does not show.
        """
        parsed, said = read.parsed, read.classification
        category = said.category if said else None
        decision = said.decision if said else Decision.REVIEW
        reason = said.reason if said else UNCLASSIFIED
        if read.is_machine_written and not read.is_urgent:
            category, decision = Category.OTHER, Decision.AUTO
            reason = MACHINE_WRITTEN + parsed.automatic_reason
        elif read.chat and read.chat.left:
            decision, reason = Decision.REVIEW, LEFT_THE_CHAT
        elif read.chat and read.chat.in_danger and decision is Decision.AUTO:
            decision, reason = Decision.REVIEW, REASON_URGENT
        case = Case(
            channel=read.inbound.channel,
            status=Status.OPEN if decision is Decision.AUTO else Status.TO_REVIEW,
            category=category,
            decision=decision,
            decision_reason=reason,
            confidence=said.confidence if said and said.category is category else None,
            stage=1 if category is Category.COMPLAINT else None,
            area=said.area if said else None,
            landlord=bool(said and said.landlord),
            language=said.language if said else "",
            subject=parsed.subject,
            from_addr=parsed.from_addr,
            from_name=parsed.from_name,
            received_at=read.inbound.received_at,
        )
        if read.chat and read.chat.complain:
            left = f"{LEFT_THE_CHAT} " if read.chat.left else ""
            self._file_as_complaint(case, read, left + CHOSEN_IN_CHAT)
        else:
            self._start_clocks(case, read.inbound.received_at)
        return case

    def opened_unread(self, inbound: ClaimedInbound) -> Case:
        """The case of a message nothing is known of but that it came."""
        case = Case(
            channel=inbound.channel,
            status=Status.TO_REVIEW,
            category=None,
            decision=Decision.REVIEW,
            decision_reason=SET_ASIDE,
            confidence=None,
            subject="",
            from_addr=inbound.envelope_from,
            from_name="",
            received_at=inbound.received_at,
            receipt_withheld=UNREAD_NO_RECEIPT,
        )
        self._start_clocks(case, inbound.received_at)
        return case

    def take_reply(self, work: UnitOfWork, case: Case, read: ReadMessage, now: datetime) -> bool:
        """Let a message that joined change its case; gives whether it chose to complain.

        A machine's message changes nothing, nor does one from the council's own duty officers. A
        resident's brings the case before an officer, but for mere thanks on a closed one.
        """
        if read.is_machine_written or read.from_duty:
            return False
        if read.chat:
            _make_known(case, read)
        if _chooses_complaint(case, read):
            words = CHOSEN_IN_CHAT if read.chat else COMPLAINT_CHOSEN
            self._file_as_complaint(case, read, words)
            note(work, case, now, TimelineKind.COMPLAINT_CHOSEN, words)
            return True
        said = read.classification
        thanks = said is not None and said.category is Category.COMPLIMENT
        if not (case.status is Status.CLOSED and thanks):
            case.status, case.decision_reason = Status.TO_REVIEW, NEW_MESSAGE
        if said is not None and more_serious(said.category, case.category):
            case.decision = Decision.REVIEW
            case.decision_reason = f"A later message reads as: {said.category.label.lower()}."
        return False

    def _file_as_complaint(self, case: Case, read: ReadMessage, words: str) -> None:
        """Make a case a complaint by the resident's choice, which ``words`` tells officers of."""
        if case.category is not Category.COMPLAINT:
            case.confidence = None
        case.category, case.stage = Category.COMPLAINT, 1
        case.status, case.decision_reason = Status.TO_REVIEW, words
        # The clock runs from the choice; the day of the first message stays, because the limit of
        # twelve months and the ombudsman look back to it.
        self._start_clocks(case, read.inbound.received_at)

    def _start_clocks(self, case: Case, from_moment: datetime) -> None:
        dates = deadlines_for(
            case.category, local_date(from_moment), self._deadlines, self._holidays_between
        )
        case.acknowledge_by, case.respond_by = dates.acknowledge_by, dates.respond_by


def note(work: UnitOfWork, case: Case, at: datetime, kind: TimelineKind, text: str) -> None:
    """Append an event of the program's own to a case's history."""
    assert case.id is not None
    work.cases.add_timeline(case.id, TimelineEntry(at=at, kind=kind, by=PROGRAM, text=text))


def note_arrival(
    work: UnitOfWork, case: Case, read: ReadMessage, *, joined: bool, now: datetime
) -> None:
    """Tell in a case's history how a message came, how it was read, and of any danger in it."""
    kind = TimelineKind.JOINED if joined else TimelineKind.RECEIVED
    note(work, case, now, kind, f"Received by {read.inbound.source}.")
    said = read.classification
    if said is None:
        note(work, case, now, TimelineKind.UNREADABLE, UNCLASSIFIED)
    else:
        text = f"{said.category.label}, {said.confidence:.0%} sure. {said.reason}"
        note(work, case, now, TimelineKind.CLASSIFIED, text)
    if read.is_urgent:
        case.urgent = True
        case.hazards = tuple(dict.fromkeys((*case.hazards, *read.hazards)))
        kinds = ", ".join(read.hazards).replace("_", " ") or "not named"
        note(work, case, now, TimelineKind.HAZARD, f"Somebody may be at risk: {kinds}.")
    if read.chat and read.chat.complain and not joined:
        note(work, case, now, TimelineKind.COMPLAINT_CHOSEN, CHOSEN_IN_CHAT)


def _chooses_complaint(case: Case, read: ReadMessage) -> bool:
    if read.chat:
        return read.chat.complain and case.category is not Category.COMPLAINT
    # A reply typed on a telephone may hold its one word in the subject alone.
    return chooses_complaint(read.parsed.body.strip() or read.parsed.subject, case.category)


def _make_known(case: Case, read: ReadMessage) -> None:
    """Keep who the resident is, once they say it: a danger opens a case before anybody asked."""
    case.from_addr = case.from_addr or read.parsed.from_addr
    case.from_name = case.from_name or read.parsed.from_name
