"""Work off one received message: read it, find or open its case, answer it, in one transaction.

The worker claims a message first, in a transaction of its own, so that a crash counts as a try.
Reading and classifying happen outside any transaction; what they found is written in one.
"""

from dataclasses import dataclass
from datetime import datetime

from intake.domain.cases import Case, CaseMessage, Status, StoredClassification, TimelineKind
from intake.domain.conversation import JoinedBy, Joining
from intake.domain.inbound import ClaimedInbound
from intake.services.draw_readings import DrawReadings
from intake.services.find_case import find_case, find_chat_case
from intake.services.open_case import SET_ASIDE, CaseRules, note, note_arrival
from intake.services.ports import Clock, Store, UnitOfWork
from intake.services.raise_alert import RaiseAlert
from intake.services.read_message import MessageReader, ReadMessage
from intake.services.write_receipt import WriteReceipt


@dataclass(frozen=True, kw_only=True)
class ProcessingRules:
    """How long a claim lasts, how often a message is tried, and the key of our letters' tokens."""

    key: bytes
    max_tries: int
    claim_seconds: float


@dataclass(frozen=True, kw_only=True)
class ProcessMessage:
    """Works off received messages, one at a time.

    Running it again on a message it finished changes nothing: a finished message is never claimed.
    """

    store: Store
    reader: MessageReader
    case_rules: CaseRules
    write_receipt: WriteReceipt
    draw_readings: DrawReadings
    raise_alert: RaiseAlert
    clock: Clock
    rules: ProcessingRules

    def claim(self, worker: str) -> ClaimedInbound | None:
        """Take up the next message; None when none waits. Raises ``StoreUnavailable``."""
        with self.store.reading() as work:
            if work.inbound.oldest_waiting_at() is None:
                return None
        with self.store.writing() as work:
            claimed = work.inbound.claim_next(
                worker=worker, now=self.clock.now(), claim_seconds=self.rules.claim_seconds
            )
            work.commit()
        return claimed

    def claim_this(self, identity: str, worker: str) -> ClaimedInbound | None:
        """Take up the message with this identity; None when it does not wait, or was tried before.

        Raises ``StoreUnavailable``.
        """
        with self.store.writing() as work:
            claimed = work.inbound.claim(
                identity=identity,
                worker=worker,
                now=self.clock.now(),
                claim_seconds=self.rules.claim_seconds,
            )
            if claimed is None or claimed.tries > 1:
                return None
            work.commit()
        return claimed

    def process(self, inbound: ClaimedInbound) -> str:
        """Make this message part of a case; gives the case's reference.

        Raises ``StoreUnavailable``, after which nothing is changed and the claim still stands, and
        ``ClaimLost`` when it no longer does.
        """
        read = self.reader.read(inbound)
        with self.store.writing() as work:
            case = self._enter(work, read)
            work.inbound.finish(inbound, at=self.clock.now(), case_id=case.id or 0)
            work.commit()
        return case.reference

    def failed(self, inbound: ClaimedInbound, error: str) -> bool:
        """Give a message back after a failure, or set it aside when its tries are used up.

        A message set aside still becomes a case, for an officer to read the original: nothing that
        was accepted stays out of sight. Gives whether it was set aside.
        """
        aside = inbound.tries >= self.rules.max_tries
        with self.store.writing() as work:
            if aside:
                case_id = inbound.case_id or self._open_unread(work, inbound)
                work.inbound.set_aside(inbound, at=self.clock.now(), case_id=case_id, error=error)
            else:
                work.inbound.fail(inbound, error=error)
            work.commit()
        return aside

    def is_exhausted(self, inbound: ClaimedInbound) -> bool:
        """Whether earlier tries ended without a word, as when the process died on the message."""
        return inbound.tries > self.rules.max_tries

    def _enter(self, work: UnitOfWork, read: ReadMessage) -> Case:
        now = self.clock.now()
        joining = self._joining(work, read)
        joined = joining.joined_by is not JoinedBy.NEW
        case = self._case(work, read, joining)
        assert case.id is not None
        message = work.cases.add_message(
            case.id, self.reader.as_case_message(read, joining.joined_by)
        )
        self._keep_classification(work, case, read, message)
        known_dangers = case.hazards
        note_arrival(work, case, read, joined=joined, now=now)
        if joined:
            self.draw_readings.withdraw(work, case, read, now)
        else:
            self.draw_readings.draw(work, case, read, now)
        if joined:
            chosen = self.case_rules.take_reply(work, case, read, now)
        else:
            chosen = bool(read.chat and read.chat.complain)
        _note_mentions(work, case, joining, now)
        self.write_receipt(work, case, read, now=now, joined=joined, complaint_chosen=chosen)
        self.raise_alert(work, case, read, now=now, known_dangers=known_dangers)
        work.cases.save(case)
        _tell_conversation(work, case, read)
        return case

    def _joining(self, work: UnitOfWork, read: ReadMessage) -> Joining:
        if read.inbound.case_id is not None:
            # Set aside before and tried again: it is the first message of the case made then.
            return Joining(case_id=read.inbound.case_id, joined_by=JoinedBy.NEW, mentioned=())
        if read.chat is not None:
            return find_chat_case(work, read.chat)
        return find_case(work, read.parsed, self.rules.key)

    def _case(self, work: UnitOfWork, read: ReadMessage, joining: Joining) -> Case:
        known = None if joining.case_id is None else work.cases.by_id(joining.case_id, lock=True)
        if known is not None and joining.joined_by is not JoinedBy.NEW:
            return known
        case = self.case_rules.opened_by(read)
        if known is None:
            return work.cases.open(case)
        case.id, case.reference, case.version = known.id, known.reference, known.version
        case.status = Status.TO_REVIEW
        return case

    @staticmethod
    def _keep_classification(
        work: UnitOfWork, case: Case, read: ReadMessage, message: CaseMessage
    ) -> None:
        assert case.id is not None
        assert message.id is not None
        if read.classification is not None:
            stored = StoredClassification(
                case_message_id=message.id,
                at=message.received_at,
                classification=read.classification,
            )
            work.cases.add_classification(case.id, stored)

    def _open_unread(self, work: UnitOfWork, inbound: ClaimedInbound) -> int:
        case = work.cases.open(self.case_rules.opened_unread(inbound))
        assert case.id is not None
        now = self.clock.now()
        work.cases.add_message(case.id, _unread_message(inbound))
        note(work, case, now, TimelineKind.RECEIVED, f"Received by {inbound.source}.")
        note(work, case, now, TimelineKind.UNREADABLE, SET_ASIDE)
        return case.id


def _note_mentions(work: UnitOfWork, case: Case, joining: Joining, now: datetime) -> None:
    for mentioned in joining.mentioned:
        other = work.cases.by_id(mentioned)
        if other is not None:
            text = f"A message from an address unknown to this case names it: {case.reference}."
            note(work, other, now, TimelineKind.MENTIONED, text)


def _tell_conversation(work: UnitOfWork, case: Case, read: ReadMessage) -> None:
    """Let a conversation know its case, also when nobody waited for it any more."""
    if read.chat is None:
        return
    conversation = work.conversations.by_key_hash(read.chat.conversation, lock=True)
    if conversation is None or conversation.case_id is not None:
        return
    conversation.case_id = case.id
    work.conversations.save(conversation)


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
        channel=inbound.channel,
    )
