"""Work off one received message: read it, find or open its case, answer it, in one transaction.

The worker claims a message first, in a transaction of its own, so that a crash counts as a try.
Reading and classifying happen outside any transaction; what they found is written in one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.domain.cases import (
    AttachmentNote,
    Case,
    CaseMessage,
    Status,
    StoredClassification,
    TimelineEntry,
    TimelineKind,
)
from intake.domain.categories import Category
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.conversation import (
    Candidate,
    JoinedBy,
    Joining,
    chooses_complaint,
    join,
    more_serious,
    thread_ids,
)
from intake.domain.deadlines import (
    DeadlineRules,
    HolidaysBetween,
    deadlines_for,
    local_date,
)
from intake.domain.inbound import ClaimedInbound
from intake.domain.letter_tokens import references_from_tokens
from intake.domain.references import references_in
from intake.errors import ClassifierUnavailable
from intake.mime import Automatic, ParsedMessage, parse_message
from intake.services.ports import Classifier, Clock, Store, UnitOfWork
from intake.services.write_receipt import PROGRAM, WriteReceipt

UNCLASSIFIED = "The classifier could not read this message, so an officer decides."
SET_ASIDE = "The program failed on this message; read the original."
MACHINE_WRITTEN = "A machine sent this message: "
NOT_WRITTEN_BY_A_PERSON = (Automatic.AUTO_REPLY, Automatic.BOUNCE, Automatic.LOOP)
COMPLAINT_CHOSEN = "The resident answered YES: treat this as a formal complaint."
NEW_MESSAGE = "A new message came in on this case."


@dataclass(frozen=True, kw_only=True)
class ProcessingRules:
    """What the council decides about processing."""

    own_addresses: Sequence[str]
    key: bytes
    deadlines: DeadlineRules
    max_tries: int
    claim_seconds: float


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A message as it was read: parsed, and classified where that worked."""

    inbound: ClaimedInbound
    parsed: ParsedMessage
    classification: Classification | None


class ProcessMessage:
    """Works off received messages, one at a time.

    Running it again on a message it finished changes nothing: a finished message is never claimed.
    """

    def __init__(
        self,
        store: Store,
        classifier: Classifier,
        write_receipt: WriteReceipt,
        clock: Clock,
        holidays_between: HolidaysBetween,
        rules: ProcessingRules,
    ) -> None:
        self._store = store
        self._classifier = classifier
        self._write_receipt = write_receipt
        self._clock = clock
        self._holidays_between = holidays_between
        self._rules = rules

    def claim(self, worker: str) -> ClaimedInbound | None:
        """Take up the next message; None when none waits. Raises ``StoreUnavailable``."""
        with self._store.reading() as work:
            if work.inbound.oldest_waiting_at() is None:
                return None
        with self._store.writing() as work:
            claimed = work.inbound.claim_next(
                worker=worker, now=self._clock.now(), claim_seconds=self._rules.claim_seconds
            )
            work.commit()
        return claimed

    def process(self, inbound: ClaimedInbound) -> str:
        """Make this message part of a case; gives the case's reference.

        Raises ``StoreUnavailable``, after which nothing is changed and the claim still stands, and
        ``ClaimLost`` when it no longer does.
        """
        parsed = parse_message(inbound.raw, own_addresses=self._rules.own_addresses)
        read = _Read(inbound=inbound, parsed=parsed, classification=self._classify(inbound, parsed))
        with self._store.writing() as work:
            reference = self._enter(work, read)
            work.commit()
        return reference

    def failed(self, inbound: ClaimedInbound, error: str) -> bool:
        """Give a message back after a failure, or set it aside when its tries are used up.

        A message set aside still becomes a case, for an officer to read the original: nothing that
        was accepted stays out of sight. Gives whether it was set aside.
        """
        with self._store.writing() as work:
            aside = inbound.tries >= self._rules.max_tries
            if aside:
                case = self._open_unread(work, inbound)
                work.inbound.set_aside(
                    inbound, at=self._clock.now(), case_id=case.id, error=error
                )
            else:
                work.inbound.fail(inbound, error=error)
            work.commit()
        return aside

    def exhausted(self, inbound: ClaimedInbound) -> bool:
        """Whether earlier tries ended without a word, as when the process died on the message."""
        return inbound.tries > self._rules.max_tries

    def _classify(self, inbound: ClaimedInbound, parsed: ParsedMessage) -> Classification | None:
        # A message that only forwards another has no words of its own: what was forwarded is then
        # what the person sent.
        text = MessageText(
            channel=inbound.channel, subject=parsed.subject, text=parsed.body or parsed.quoted
        )
        try:
            return self._classifier.classify(text)
        except ClassifierUnavailable:
            return None

    def _enter(self, work: UnitOfWork, read: _Read) -> str:
        now = self._clock.now()
        joining = self._joining(work, read.parsed)
        if read.inbound.case_id is not None:
            joining = Joining(case_id=read.inbound.case_id, joined_by=JoinedBy.NEW, mentioned=())
        case = None if joining.case_id is None else work.cases.by_id(joining.case_id, lock=True)
        joined = case is not None and read.inbound.case_id is None
        if case is None or not joined:
            case = self._begin(work, read, case)
        assert case.id is not None
        message = work.cases.add_message(case.id, _case_message(read, joining.joined_by))
        self._note_arrival(work, case, read, joined=joined, now=now)
        if read.classification is not None and message.id is not None:
            work.cases.add_classification(
                case.id,
                StoredClassification(
                    case_message_id=message.id, at=now, classification=read.classification
                ),
            )
        chosen = joined and self._take_reply(work, case, read, now)
        self._note_hazards(work, case, read, now)
        for mentioned in joining.mentioned:
            text = f"A message from an address unknown to this case names it: {case.reference}."
            _note(work, mentioned, now, TimelineKind.MENTIONED, text)
        self._write_receipt(
            work, case, read.inbound, read.parsed, now=now, joined=joined, complaint_chosen=chosen
        )
        work.cases.save(case)
        work.inbound.finish(read.inbound, at=now, case_id=case.id)
        return case.reference

    def _joining(self, work: UnitOfWork, parsed: ParsedMessage) -> Joining:
        threads = thread_ids(parsed.in_reply_to, parsed.references)
        found: list[Candidate] = []

        def add(case_id: int | None, joined_by: JoinedBy) -> None:
            if case_id is not None:
                people = work.cases.participants(case_id)
                found.append(Candidate(case_id=case_id, joined_by=joined_by, participants=people))

        for reference in references_from_tokens(threads, self._rules.key):
            case = work.cases.by_reference(reference)
            add(case.id if case else None, JoinedBy.TOKEN)
        for reference in references_in(parsed.subject):
            case = work.cases.by_reference(reference)
            add(case.id if case else None, JoinedBy.REFERENCE)
        for case_id in work.cases.cases_of_messages(threads):
            add(case_id, JoinedBy.THREAD)
        return join(found, (parsed.from_addr, parsed.reply_to))

    def _begin(self, work: UnitOfWork, read: _Read, known: Case | None) -> Case:
        """A new case, or the case of a message set aside before, which is now read after all."""
        case = self._new_case(read)
        if known is None:
            return work.cases.open(case)
        case.id, case.reference, case.version = known.id, known.reference, known.version
        case.status = Status.TO_REVIEW
        return case

    def _new_case(self, read: _Read) -> Case:
        parsed, said = read.parsed, read.classification
        category = said.category if said else None
        decision = said.decision if said else Decision.REVIEW
        reason = said.reason if said else UNCLASSIFIED
        if parsed.automatic in NOT_WRITTEN_BY_A_PERSON and not (said and said.urgent):
            category, decision = Category.OTHER, Decision.AUTO
            reason = MACHINE_WRITTEN + parsed.automatic_reason
        dates = deadlines_for(
            category,
            local_date(read.inbound.received_at),
            self._rules.deadlines,
            self._holidays_between,
        )
        return Case(
            channel=read.inbound.channel,
            status=Status.OPEN if decision is Decision.AUTO else Status.TO_REVIEW,
            category=category,
            decision=decision,
            decision_reason=reason,
            confidence=said.confidence if said and said.category is category else None,
            stage=1 if category is Category.COMPLAINT else None,
            area=said.area if said else None,
            landlord=bool(said and said.landlord),
            urgent=bool(said and said.urgent),
            hazards=said.hazards if said else (),
            language=said.language if said else "",
            subject=parsed.subject,
            from_addr=parsed.from_addr,
            from_name=parsed.from_name,
            received_at=read.inbound.received_at,
            acknowledge_by=dates.acknowledge_by,
            respond_by=dates.respond_by,
        )

    def _open_unread(self, work: UnitOfWork, inbound: ClaimedInbound) -> Case:
        """A case for a message nothing is known of but that it came."""
        dates = deadlines_for(
            None, local_date(inbound.received_at), self._rules.deadlines, self._holidays_between
        )
        case = work.cases.open(
            Case(
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
                receipt_withheld="The message could not be read, so no receipt was sent.",
                respond_by=dates.respond_by,
            )
        )
        assert case.id is not None
        now = self._clock.now()
        work.cases.add_message(case.id, _unread_message(inbound))
        _note(work, case.id, now, TimelineKind.RECEIVED, f"Received by {inbound.source}.")
        _note(work, case.id, now, TimelineKind.UNREADABLE, SET_ASIDE)
        return case

    def _take_reply(self, work: UnitOfWork, case: Case, read: _Read, now: datetime) -> bool:
        """Let a message that joined change its case; gives whether it chose to complain.

        A machine's message changes nothing. A person's brings the case before an officer, but for
        mere thanks on a closed one. The category only ever changes here by the resident's own YES.
        """
        if read.parsed.automatic in NOT_WRITTEN_BY_A_PERSON:
            return False
        if chooses_complaint(read.parsed.body, case.category):
            self._make_complaint(work, case, read, now)
            return True
        said = read.classification
        thanks = said is not None and said.category is Category.COMPLIMENT
        if not (case.status is Status.CLOSED and thanks):
            case.status = Status.TO_REVIEW
            case.decision_reason = NEW_MESSAGE
        if said is not None and more_serious(said.category, case.category):
            case.decision = Decision.REVIEW
            case.decision_reason = f"A later message reads as: {said.category.label.lower()}."
        return False

    def _make_complaint(self, work: UnitOfWork, case: Case, read: _Read, now: datetime) -> None:
        # The clock runs from the choice; the day of the first message stays, because the limit of
        # twelve months and the ombudsman look back to it.
        dates = deadlines_for(
            Category.COMPLAINT,
            local_date(read.inbound.received_at),
            self._rules.deadlines,
            self._holidays_between,
        )
        case.category, case.stage = Category.COMPLAINT, 1
        case.status, case.decision_reason = Status.TO_REVIEW, COMPLAINT_CHOSEN
        case.acknowledge_by, case.respond_by = dates.acknowledge_by, dates.respond_by
        assert case.id is not None
        _note(work, case.id, now, TimelineKind.COMPLAINT_CHOSEN, COMPLAINT_CHOSEN)

    def _note_arrival(
        self, work: UnitOfWork, case: Case, read: _Read, *, joined: bool, now: datetime
    ) -> None:
        assert case.id is not None
        kind = TimelineKind.JOINED if joined else TimelineKind.RECEIVED
        _note(work, case.id, now, kind, f"Received by {read.inbound.source}.")
        said = read.classification
        if said is None:
            _note(work, case.id, now, TimelineKind.UNREADABLE, UNCLASSIFIED)
        else:
            text = f"{said.category.label}, {said.confidence:.0%} sure. {said.reason}"
            _note(work, case.id, now, TimelineKind.CLASSIFIED, text)

    def _note_hazards(self, work: UnitOfWork, case: Case, read: _Read, now: datetime) -> None:
        said = read.classification
        if said is None or not said.urgent:
            return
        assert case.id is not None
        case.urgent = True
        case.hazards = tuple(dict.fromkeys((*case.hazards, *said.hazards)))
        kinds = ", ".join(said.hazards).replace("_", " ") or "not named"
        _note(work, case.id, now, TimelineKind.HAZARD, f"Somebody may be at risk: {kinds}.")


def _note(work: UnitOfWork, case_id: int, at: datetime, kind: TimelineKind, text: str) -> None:
    work.cases.add_timeline(case_id, TimelineEntry(at=at, kind=kind, by=PROGRAM, text=text))


def _case_message(read: _Read, joined_by: JoinedBy) -> CaseMessage:
    parsed = read.parsed
    people = (parsed.from_addr, parsed.reply_to, *parsed.to_addrs, *parsed.cc_addrs)
    return CaseMessage(
        inbound_id=read.inbound.id,
        message_id=parsed.message_id,
        from_addr=parsed.from_addr,
        from_name=parsed.from_name,
        participants=tuple(dict.fromkeys(each.lower() for each in people if each)),
        subject=parsed.subject,
        body=parsed.body,
        quoted=parsed.quoted,
        html=parsed.html_source,
        attachments=tuple(
            AttachmentNote(name=each.name, type=each.type, size=each.size)
            for each in parsed.attachments
        ),
        automatic=parsed.automatic,
        automatic_reason=parsed.automatic_reason,
        warnings=parsed.warnings,
        received_at=read.inbound.received_at,
        joined_by=joined_by,
    )


def _unread_message(inbound: ClaimedInbound) -> CaseMessage:
    return CaseMessage(
        inbound_id=inbound.id,
        message_id="",
        from_addr=inbound.envelope_from,
        from_name="",
        participants=(),
        subject="",
        body="",
        quoted="",
        html=None,
        attachments=(),
        automatic=None,
        automatic_reason="",
        warnings=(SET_ASIDE,),
        received_at=inbound.received_at,
        joined_by=JoinedBy.NEW,
    )
