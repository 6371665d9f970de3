"""Read a received message: what it says, and what kind of message it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.domain.cases import AttachmentNote, CaseMessage
from intake.domain.classification import Classification, MessageText
from intake.domain.conversation import JoinedBy
from intake.domain.inbound import ClaimedInbound
from intake.errors import ClassifierUnavailable
from intake.mime import Automatic, ParsedMessage, parse_message
from intake.services.ports import Classifier

# A list may carry a person's mail; these three never do.
NOT_WRITTEN_BY_A_PERSON = (Automatic.AUTO_REPLY, Automatic.BOUNCE, Automatic.LOOP)


@dataclass(frozen=True, kw_only=True)
class ReadMessage:
    """A message as it was read; ``classification`` is None when the classifier had no answer."""

    inbound: ClaimedInbound
    parsed: ParsedMessage
    classification: Classification | None

    @property
    def is_machine_written(self) -> bool:
        """Whether no person wrote this message."""
        return self.parsed.automatic in NOT_WRITTEN_BY_A_PERSON

    @property
    def is_urgent(self) -> bool:
        """Whether somebody may be at risk."""
        return self.classification is not None and self.classification.urgent


class MessageReader:
    """Reads messages; changes nothing."""

    def __init__(self, classifier: Classifier, own_addresses: Sequence[str]) -> None:
        self._classifier = classifier
        self._own_addresses = tuple(own_addresses)

    def read(self, inbound: ClaimedInbound) -> ReadMessage:
        """The message parsed and classified; any bytes give one."""
        parsed = parse_message(inbound.raw, own_addresses=self._own_addresses)
        # A message that only forwards another has no words of its own: what was forwarded is then
        # what the person sent.
        text = MessageText(
            channel=inbound.channel, subject=parsed.subject, text=parsed.body or parsed.quoted
        )
        try:
            classification = self._classifier.classify(text)
        except ClassifierUnavailable:
            classification = None
        return ReadMessage(inbound=inbound, parsed=parsed, classification=classification)

    def as_case_message(self, read: ReadMessage, joined_by: JoinedBy) -> CaseMessage:
        """The message as its case keeps it."""
        parsed = read.parsed
        return CaseMessage(
            inbound_id=read.inbound.id,
            message_id=parsed.message_id,
            from_addr=parsed.from_addr,
            from_name=parsed.from_name,
            participants=self._participants(parsed),
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

    def _participants(self, parsed: ParsedMessage) -> tuple[str, ...]:
        """Everybody in the conversation but ourselves, in lower case."""
        people = (parsed.from_addr, parsed.reply_to, *parsed.to_addrs, *parsed.cc_addrs)
        known = dict.fromkeys(address.lower() for address in people if address)
        return tuple(address for address in known if address not in self._own_addresses)
