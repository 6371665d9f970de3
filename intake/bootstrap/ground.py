"""What the program's parts rest on, and where its models lie."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from intake.adapters.clock import SystemClock
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.adapters.letter_mail import ReceiptMail
from intake.adapters.letters import Council, JinjaLetterWriter
from intake.adapters.secret_key import secret_key
from intake.adapters.service_areas import load_service_areas
from intake.domain.categories import AreaTeam, ServiceArea
from intake.domain.deadlines import DeadlineRules
from intake.services.compose_letter import ComposeLetter
from intake.services.draw_readings import DrawReadings
from intake.services.open_case import CaseRules
from intake.services.ports import Classifier, Clock, Holidays, Mailer
from intake.services.process_message import ProcessingRules, ProcessMessage
from intake.services.raise_alert import AlertRules, RaiseAlert
from intake.services.read_message import MessageReader
from intake.services.write_receipt import ReceiptRules, WriteReceipt
from intake.settings import Settings, resolved


def active_model_file(settings: Settings) -> Path:
    """The file that names the model in use among those this installation trained."""
    return settings.data_dir / "models" / "active"


def model_dir(settings: Settings) -> Path:
    """The folder of the model in use: one trained here and taken, else the shipped one."""
    active = active_model_file(settings)
    if active.is_file():
        return active.parent / active.read_text(encoding="utf-8").strip()
    return resolved(settings.classifier.model_dir)


class Ground:
    """What several parts rest on: the store, keys, the model, letters, the way to a case."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        classifier: Classifier | None = None,
        mailer: Mailer | None = None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._given_classifier = classifier
        self._given_mailer = mailer

    @cached_property
    def store(self) -> SqlStore:
        """The database; on SQLite its folder is made when it is missing."""
        if not self.settings.database.url:
            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        return SqlStore(self.settings.database_url)

    @cached_property
    def inbound(self) -> GroupCommitInbound:
        """The durable way in for ways that take many messages at once."""
        return GroupCommitInbound(self.store)

    @cached_property
    def secret_key(self) -> str:
        """The key in force. Raises ``ConfigurationError``."""
        return secret_key(self.settings.secret_key.get_secret_value(), self.settings.data_dir)

    @cached_property
    def classifier(self) -> Classifier:
        """The model. Raises ``ClassifierUnavailable`` or ``ConfigurationError``."""
        if self._given_classifier is not None:
            return self._given_classifier
        # spaCy takes a second to import; the process that accepts mail has no use for it.
        from intake.adapters.classifier import SpacyClassifier

        return SpacyClassifier.load(model_dir(self.settings))

    @cached_property
    def service_areas(self) -> Mapping[ServiceArea, AreaTeam]:
        """The council's names and teams. Raises ``ConfigurationError``."""
        return load_service_areas(resolved(self.settings.service_areas))

    @cached_property
    def holidays(self) -> Holidays:
        """Bank holidays of England and Wales."""
        # Its library brings an HTTP client along, which would keep mail waiting at the start.
        from intake.adapters.holidays import BankHolidaysOfEngland

        return BankHolidaysOfEngland()

    @cached_property
    def deadline_rules(self) -> DeadlineRules:
        """The clocks of the settings."""
        clocks = self.settings.deadlines
        return DeadlineRules(
            acknowledge=clocks.acknowledge_working_days,
            respond=clocks.respond_working_days,
            reply=clocks.reply_working_days,
        )

    @property
    def council(self) -> Council:
        """What letters and the chat say of the council."""
        receipts, clocks = self.settings.receipts, self.settings.deadlines
        return Council(
            council_name=self.settings.council_name,
            telephone=receipts.telephone,
            telephone_hours=receipts.telephone_hours,
            emergency_telephone=receipts.emergency_telephone,
            acknowledge_working_days=clocks.acknowledge_working_days,
            respond_working_days=clocks.respond_working_days,
        )

    @cached_property
    def letter_writer(self) -> JinjaLetterWriter:
        """The council's texts. Raises ``ConfigurationError`` naming a file that is wrong."""
        return JinjaLetterWriter(resolved(self.settings.receipts.letters_dir), self.council)

    @cached_property
    def compose_letter(self) -> ComposeLetter:
        """Puts letters together."""
        sender = self.settings.sender_address
        return ComposeLetter(
            letters=self.letter_writer,
            mail=ReceiptMail(sender_name=self.settings.council_name, sender_addr=sender),
            key=self.secret_key.encode(),
            domain=sender.rpartition("@")[2],
        )

    @property
    def staff_addresses(self) -> tuple[str, ...]:
        """Addresses that no letter to residents may go to."""
        return (*self.settings.addresses, *self.settings.hazards.duty_addresses)

    @cached_property
    def write_receipt(self) -> WriteReceipt:
        """Writes receipts into the outbox."""
        settings = self.settings
        rules = ReceiptRules(
            own_addresses=self.staff_addresses,
            per_case=settings.receipts.per_case,
            per_address=settings.receipts.per_address,
            area_names={area: each.name for area, each in self.service_areas.items()},
        )
        return WriteReceipt(self.compose_letter, rules)

    @cached_property
    def raise_alert(self) -> RaiseAlert:
        """Tells the duty officers of dangers."""
        rules = AlertRules(
            duty_addresses=self.settings.hazards.duty_addresses,
            public_url=self.settings.public_url,
        )
        return RaiseAlert(self.compose_letter, rules)

    @cached_property
    def process_message(self) -> ProcessMessage:
        """Works off received messages."""
        return self._processing(self.classifier)

    def _processing(self, classifier: Classifier) -> ProcessMessage:
        worker = self.settings.worker
        return ProcessMessage(
            store=self.store,
            reader=MessageReader(
                classifier, self.settings.addresses, self.settings.hazards.duty_addresses
            ),
            case_rules=CaseRules(self.deadline_rules, self.holidays.between),
            write_receipt=self.write_receipt,
            raise_alert=self.raise_alert,
            draw_readings=DrawReadings(
                key=self.secret_key.encode(),
                share=self.settings.learning.blind_reading_share,
                second_share=self.settings.learning.second_reading_share,
            ),
            clock=self.clock,
            rules=ProcessingRules(
                key=self.secret_key.encode(),
                max_tries=worker.max_tries,
                claim_seconds=worker.claim_seconds,
            ),
        )
