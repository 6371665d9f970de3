"""Read a received message: what it says, and what kind of message it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.domain.cases import AttachmentNote, CaseMessage, Channel
from intake.domain.classification import Classification, MessageText
from intake.domain.conversation import JoinedBy
from intake.domain.inbound import ClaimedInbound
from intake.domain.receipts import is_own_address
from intake.errors import ClassifierUnavailable
from intake.mime import Automatic, ParsedMessage, parse_message
from intake.services.chat_ports import ChatSubmission
from intake.services.chat_submission import lines_from_json, submission_from_bytes
from intake.services.ports import Classifier

# A list may carry a person's mail; these three never do.
NOT_WRITTEN_BY_A_PERSON = (Automatic.AUTO_REPLY, Automatic.BOUNCE, Automatic.LOOP)
BROKEN_CHAT = "This message from the chat is damaged; what is left of it is shown as it came."
# Far more than any account; the whole stays in the stored message.
MOST_OF_A_BROKEN_CHAT = 100_000


@dataclass(frozen=True, kw_only=True)
class ReadMessage:
    """A message as it was read; ``classification`` is None when the classifier had no answer.

    ``chat`` is set for what came by chat and could be read. ``from_duty`` says that it came from
    an address that alerts go to.
    """

    inbound: ClaimedInbound
    parsed: ParsedMessage
    classification: Classification | None
    chat: ChatSubmission | None = None
    from_duty: bool = False

    @property
    def is_machine_written(self) -> bool:
        """Whether no person wrote this message."""
        return self.parsed.automatic in NOT_WRITTEN_BY_A_PERSON

    @property
    def is_urgent(self) -> bool:
        """Whether somebody may be at risk."""
        said = self.classification
        return (said is not None and said.urgent) or bool(self.chat and self.chat.in_danger)

    @property
    def hazards(self) -> tuple[str, ...]:
        """The kinds of danger in it: those of the whole, then those of single messages of a chat.

        A message of a chat is looked at alone when it comes, so that the account of a whole
        conversation cannot drown it.
        """
        said = self.classification
        of_whole = said.hazards if said is not None and said.urgent else ()
        return tuple(dict.fromkeys((*of_whole, *(self.chat.hazards if self.chat else ()))))

    @property
    def danger_words(self) -> str:
        """What raised the alarm, as it was written; empty where that is not known."""
        sentence = self.classification.hazard_sentence if self.classification else ""
        return sentence or (self.chat.danger_words if self.chat else "")


class MessageReader:
    """Reads messages; changes nothing."""

    def __init__(
        self,
        classifier: Classifier,
        own_addresses: Sequence[str],
        duty_addresses: Sequence[str] = (),
    ) -> None:
        self._classifier = classifier
        self._own_addresses = tuple(own_addresses)
        self._duty_addresses = tuple(duty_addresses)

    def read(self, inbound: ClaimedInbound) -> ReadMessage:
        """The message parsed and classified; any bytes give one."""
        if inbound.channel is Channel.CHAT:
            return self._read_chat(inbound)
        parsed = parse_message(inbound.raw, own_addresses=self._own_addresses)
        # A message that only forwards another has no words of its own: what was forwarded is then
        # what the person sent.
        text = MessageText(
            channel=inbound.channel, subject=parsed.subject, text=parsed.body or parsed.quoted
        )
        return ReadMessage(
            inbound=inbound,
            parsed=parsed,
            classification=self._classify(text),
            from_duty=is_own_address(parsed.from_addr, self._duty_addresses),
        )

    def as_case_message(self, read: ReadMessage, joined_by: JoinedBy) -> CaseMessage:
        """The message as its case keeps it."""
        parsed, chat = read.parsed, read.chat
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
            channel=read.inbound.channel,
            telephone=chat.telephone if chat else "",
            transcript=lines_from_json(chat.transcript) if chat else (),
        )

    def _read_chat(self, inbound: ClaimedInbound) -> ReadMessage:
        """What a conversation sent. A damaged document becomes a message nobody classified."""
        chat = submission_from_bytes(inbound.raw)
        if chat is None:
            rest = inbound.raw[:MOST_OF_A_BROKEN_CHAT].decode("utf-8", "replace")
            return ReadMessage(
                inbound=inbound, parsed=_spoken(body=rest, warning=BROKEN_CHAT), classification=None
            )
        # The subject is made of the account: it would count the same words twice.
        text = MessageText(channel=Channel.CHAT, subject="", text=chat.account)
        return ReadMessage(
            inbound=inbound,
            parsed=_spoken(
                body=chat.account, subject=chat.subject, name=chat.name, email=chat.email
            ),
            classification=self._classify(text),
            chat=chat,
        )

    def _classify(self, text: MessageText) -> Classification | None:
        try:
            return self._classifier.classify(text)
        except ClassifierUnavailable:
            return None

    def _participants(self, parsed: ParsedMessage) -> tuple[str, ...]:
        """Everybody in the conversation but ourselves, in lower case."""
        people = (parsed.from_addr, parsed.reply_to, *parsed.to_addrs, *parsed.cc_addrs)
        known = dict.fromkeys(address.lower() for address in people if address)
        return tuple(address for address in known if address not in self._own_addresses)


def _spoken(
    *, body: str, subject: str = "", name: str = "", email: str = "", warning: str = ""
) -> ParsedMessage:
    """A message that came as plain words, without anything that only mail has."""
    return ParsedMessage(
        from_addr=email.strip(),
        from_name=name,
        reply_to="",
        to_addrs=(),
        cc_addrs=(),
        subject=subject,
        body=body,
        quoted="",
        html=False,
        html_source=None,
        attachments=(),
        message_id="",
        in_reply_to="",
        references=(),
        date=None,
        automatic=None,
        automatic_reason="",
        return_path="",
        warnings=(warning,) if warning else (),
    )
