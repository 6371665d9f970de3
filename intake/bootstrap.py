"""The only place that knows every class: settings in, ready services out.

Each part is built when it is first asked for, so a process loads what its role needs and no more.
"""

import hmac
import platform
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from intake.adapters.bot_project import BotPlaces, BotProject
from intake.adapters.clock import SystemClock
from intake.adapters.db import schema
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.adapters.letter_mail import ReceiptMail
from intake.adapters.letters import Council, JinjaLetterWriter
from intake.adapters.mailer import FolderMailer, SmtpMailer
from intake.adapters.passwords import Argon2Passwords
from intake.adapters.secret_key import secret_key
from intake.adapters.service_areas import load_service_areas
from intake.domain.categories import AreaTeam, ServiceArea
from intake.domain.deadlines import DeadlineRules
from intake.domain.drift import DriftRules
from intake.domain.officers import SignInRules
from intake.errors import DependencyError
from intake.services.chat_ports import DialogueEngine
from intake.services.check_deadlines import CheckDeadlines
from intake.services.deliver_outbox import DeliverOutbox, DeliveryPolicy
from intake.services.draw_readings import DrawReadings
from intake.services.open_case import CaseRules
from intake.services.operations import Operations
from intake.services.ports import Classifier, Clock, Holidays, Mailer
from intake.services.process_message import ProcessingRules, ProcessMessage
from intake.services.read_blind import ReadBlind
from intake.services.read_cases import ReadCases
from intake.services.read_message import MessageReader
from intake.services.report_agreement import ReportAgreement
from intake.services.retry_work import RetryWork
from intake.services.review_case import ReviewCase
from intake.services.sign_in import SignIn
from intake.services.watch_drift import WatchDrift
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


class Application:
    """The services of one run. A part given by keyword takes the place of the one built here."""

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

    @property
    def bot_token(self) -> str:
        """What the bot asks of whoever asks it something."""
        return self.settings.bot.token.get_secret_value() or self._derived("bot")

    @property
    def service_token(self) -> str:
        """What this program asks of the bot."""
        return self.settings.bot.service_token.get_secret_value() or self._derived("bot's actions")

    def _derived(self, purpose: str) -> str:
        """A password of the installation's own, the same on every node."""
        return hmac.digest(self.secret_key.encode(), purpose.encode(), "sha256").hex()

    @property
    def bot_places(self) -> BotPlaces:
        """Where the bot and this program reach each other."""
        bot = self.settings.bot
        return BotPlaces(
            host=bot.host,
            port=bot.port,
            action_port=bot.action_port,
            token=self.bot_token,
            api=self.settings.bot_api_url,
            service_token=self.service_token,
        )

    @property
    def bot_project(self) -> BotProject:
        """The bot as it lies on this machine."""
        bot = self.settings.bot
        return BotProject(
            project=resolved(bot.project),
            environment=resolved(bot.environment),
            folder=self.settings.data_dir / "bot",
        )

    @cached_property
    def dialogue(self) -> DialogueEngine | None:
        """The bot, where it is not switched off."""
        if not self.settings.bot.enabled:
            return None
        # Of all processes only the one that serves the chat needs an HTTP client.
        from intake.adapters.rasa_dialogue import RasaDialogue, RasaServer

        return RasaDialogue(
            RasaServer(
                url=self.bot_places.url,
                token=self.bot_token,
                reply_seconds=self.settings.bot.reply_seconds,
            )
        )

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

    @cached_property
    def letter_writer(self) -> JinjaLetterWriter:
        """The council's texts. Raises ``ConfigurationError`` naming a file that is wrong."""
        receipts, clocks = self.settings.receipts, self.settings.deadlines
        council = Council(
            council_name=self.settings.council_name,
            telephone=receipts.telephone,
            telephone_hours=receipts.telephone_hours,
            emergency_telephone=receipts.emergency_telephone,
            acknowledge_working_days=clocks.acknowledge_working_days,
            respond_working_days=clocks.respond_working_days,
        )
        return JinjaLetterWriter(resolved(receipts.letters_dir), council)

    @cached_property
    def write_receipt(self) -> WriteReceipt:
        """Writes receipts into the outbox."""
        settings = self.settings
        mail = ReceiptMail(sender_name=settings.council_name, sender_addr=settings.sender_address)
        rules = ReceiptRules(
            own_addresses=settings.addresses,
            key=self.secret_key.encode(),
            per_case=settings.receipts.per_case,
            per_address=settings.receipts.per_address,
            area_names={area: each.name for area, each in self.service_areas.items()},
        )
        return WriteReceipt(self.letter_writer, mail, rules)

    @cached_property
    def process_message(self) -> ProcessMessage:
        """Works off received messages."""
        worker = self.settings.worker
        return ProcessMessage(
            store=self.store,
            reader=MessageReader(self.classifier, self.settings.addresses),
            case_rules=CaseRules(self.deadline_rules, self.holidays.between),
            write_receipt=self.write_receipt,
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

    @cached_property
    def mailer(self) -> Mailer:
        """The way out for letters: the relay, or a folder where none is set."""
        if self._given_mailer is not None:
            return self._given_mailer
        if self.settings.relay.host:
            return SmtpMailer(self.settings.relay, self.hostname)
        return FolderMailer(self.settings.data_dir / "outbox")

    @cached_property
    def deliver_outbox(self) -> DeliverOutbox:
        """Sends letters."""
        outbox = self.settings.outbox
        return DeliverOutbox(
            store=self.store,
            mailer=self.mailer,
            clock=self.clock,
            policy=DeliveryPolicy(
                batch=outbox.batch,
                retry_first_seconds=outbox.retry_first_seconds,
                retry_most_seconds=outbox.retry_most_seconds,
                max_tries=outbox.max_tries,
            ),
            node=self.settings.node_name,
        )

    @cached_property
    def check_deadlines(self) -> CheckDeadlines:
        """Notes dates that come near or have passed."""
        return CheckDeadlines(self.store, self.clock, self.holidays.between)

    @cached_property
    def watch_drift(self) -> WatchDrift:
        """Looks whether the classifier keeps its promise."""
        learning = self.settings.learning
        rules = DriftRules(
            promised_precision=learning.promised_precision,
            alarm_chance=learning.alarm_chance,
            mix_bound=learning.mix_bound,
            mix_fewest_cases=learning.mix_fewest_cases,
        )
        return WatchDrift(self.store, self.clock, rules)

    @cached_property
    def report_agreement(self) -> ReportAgreement:
        """How far officers and the classifier agree."""
        return ReportAgreement(self.store, self.clock)

    @cached_property
    def read_blind(self) -> ReadBlind:
        """Blind readings and their answers."""
        return ReadBlind(store=self.store, clock=self.clock)

    @cached_property
    def read_cases(self) -> ReadCases:
        """Lists and shows cases."""
        return ReadCases(store=self.store)

    @cached_property
    def review_case(self) -> ReviewCase:
        """Confirms and corrects categories."""
        return ReviewCase(
            store=self.store,
            clock=self.clock,
            rules=self.deadline_rules,
            holidays=self.holidays,
        )

    @cached_property
    def retry_work(self) -> RetryWork:
        """Tries again what was given up on."""
        return RetryWork(store=self.store, clock=self.clock)

    @cached_property
    def passwords(self) -> Argon2Passwords:
        """Hashes passwords."""
        return Argon2Passwords()

    @cached_property
    def sign_in(self) -> SignIn:
        """Sessions of officers."""
        return SignIn(
            store=self.store,
            clock=self.clock,
            passwords=self.passwords,
            rules=self.sign_in_rules,
        )

    @cached_property
    def sign_in_rules(self) -> SignInRules:
        """Attempts, locking and the life of a session."""
        return SignInRules.from_minutes(
            attempts=self.settings.http.sign_in_attempts,
            lock=self.settings.http.lock_minutes,
            idle=self.settings.http.session_idle_minutes,
            lasts=60 * self.settings.http.session_hours,
        )

    @cached_property
    def operations(self) -> Operations:
        """How the program is doing."""
        return Operations(
            store=self.store,
            clock=self.clock,
            mailboxes=[mailbox.name for mailbox in self.settings.imap.mailboxes],
            checks={"schema": self.check_schema},
            is_bot_enabled=self.settings.bot.enabled,
        )

    @property
    def hostname(self) -> str:
        """The name this machine greets with."""
        return self.settings.smtp.hostname or platform.node() or "localhost"

    def check_schema(self) -> str:
        """Whether the database has this program's schema. Raises ``DependencyError``."""
        found, wanted = schema.current(self.store.engine), schema.head()
        if found != wanted:
            raise DependencyError(
                f"the database has schema {found or 'none'}, this program needs {wanted}: "
                "run `intake migrate`"
            )
        return f"version {found}"

    def make_ready(self) -> None:
        """Make a database without a schema ready. Raises ``DependencyError`` for an outdated one.

        A program that runs on it may need the schema it has: only ``migrate`` changes that.
        """
        if not schema.current(self.store.engine):
            self.migrate()
        self.check_schema()

    def migrate(self) -> None:
        """Bring the schema up to date. Raises ``StoreUnavailable``."""
        schema.migrate(self.store.engine)
