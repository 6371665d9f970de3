"""The only place that knows every class: settings in, ready services out.

Each part is built when it is first asked for, so a process loads what its role needs and no more.
"""

import hmac
import platform
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from intake.adapters.bot_project import BotPlaces, BotProject
from intake.adapters.chat_words import JinjaChatWords, council_facts
from intake.adapters.clock import SystemClock
from intake.adapters.db import schema
from intake.adapters.db.group_commit import GroupCommitInbound
from intake.adapters.db.store import SqlStore
from intake.adapters.letter_mail import ReceiptMail
from intake.adapters.letters import Council, JinjaLetterWriter
from intake.adapters.loaded_later import LoadedLater
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
from intake.services.compose_letter import ComposeLetter
from intake.services.conduct_interview import ConductInterview
from intake.services.deliver_outbox import DeliverOutbox, DeliveryPolicy
from intake.services.draw_readings import DrawReadings
from intake.services.file_conversation import FileConversation
from intake.services.follow_step import FollowStep
from intake.services.hold_conversation import HoldConversation
from intake.services.keep_conversation import KeepConversation
from intake.services.leave_conversations import LeaveConversations, LeavingRules
from intake.services.open_case import CaseRules
from intake.services.operations import Operations
from intake.services.ports import Classifier, Clock, Holidays, Mailer
from intake.services.process_message import ProcessingRules, ProcessMessage
from intake.services.raise_alert import AlertRules, RaiseAlert
from intake.services.read_blind import ReadBlind
from intake.services.read_cases import ReadCases
from intake.services.read_conversation import ConversationRules, ReadConversation
from intake.services.read_message import MessageReader
from intake.services.read_words import ReadWords
from intake.services.report_agreement import ReportAgreement
from intake.services.retry_work import RetryWork
from intake.services.review_case import ReviewCase
from intake.services.send_status_link import SendStatusLink, StatusLinkRules
from intake.services.send_transcript import SendTranscript, TranscriptRules
from intake.services.show_status import ShowStatus
from intake.services.sign_in import SignIn
from intake.services.watch_drift import WatchDrift
from intake.services.write_receipt import ReceiptRules, WriteReceipt
from intake.settings import Settings, resolved

# How long a resident's summary waits for a model that still loads; after that an officer decides.
CHAT_PATIENCE_SECONDS = 5.0


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
    def chat_classifier(self) -> LoadedLater:
        """The model for the chat, which goes on without it while it loads."""
        if self._given_classifier is not None:
            return LoadedLater.of(self._given_classifier)
        return LoadedLater(lambda: self.classifier, patience_seconds=CHAT_PATIENCE_SECONDS)

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
    def chat_words(self) -> JinjaChatWords:
        """What the chat says. Raises ``ConfigurationError`` naming the text that is wrong."""
        facts = council_facts(
            self.council,
            resolved(self.settings.receipts.letters_dir) / "standing.toml",
            reply_working_days=self.settings.deadlines.reply_working_days,
        )
        return JinjaChatWords(resolved(self.settings.chat.words_file), facts)

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

    @cached_property
    def file_conversation(self) -> FileConversation:
        """Sends what residents tell the chat, and works it off at once."""
        return FileConversation(
            store=self.store,
            process_message=self._processing(self.chat_classifier),
            dangers=self.read_words.dangers,
            clock=self.clock,
            node=self.settings.node_name,
        )

    @cached_property
    def leave_conversations(self) -> LeaveConversations:
        """Ends conversations that were left, and removes words that need not be kept."""
        chat = self.settings.chat
        return LeaveConversations(
            store=self.store,
            file_conversation=self.file_conversation,
            clock=self.clock,
            rules=LeavingRules(
                left_after=timedelta(minutes=chat.left_minutes),
                kept_for=timedelta(days=chat.keep_days),
            ),
        )

    @cached_property
    def send_status_link(self) -> SendStatusLink:
        """Mails links to the status of a case."""
        settings = self.settings
        return SendStatusLink(
            store=self.store,
            compose=self.compose_letter,
            clock=self.clock,
            rules=StatusLinkRules(
                lasts=timedelta(minutes=settings.chat.status_link_minutes),
                per_case=settings.receipts.per_case,
                per_address=settings.receipts.per_address,
                own_addresses=self.staff_addresses,
                public_url=settings.public_url,
            ),
        )

    @property
    def show_status(self) -> ShowStatus:
        """Shows the status of a case once a link."""
        return ShowStatus(store=self.store, clock=self.clock)

    @cached_property
    def send_transcript(self) -> SendTranscript:
        """Mails residents their chats."""
        receipts = self.settings.receipts
        return SendTranscript(
            store=self.store,
            compose=self.compose_letter,
            clock=self.clock,
            rules=TranscriptRules(
                per_chat=receipts.per_case,
                per_address=receipts.per_address,
                own_addresses=self.staff_addresses,
            ),
        )

    @cached_property
    def read_words(self) -> ReadWords:
        """Judges what residents write in the chat."""
        return ReadWords(self.chat_classifier)

    @cached_property
    def interview(self) -> ConductInterview:
        """Takes the steps of conversations."""
        return ConductInterview(
            store=self.store,
            words=self.chat_words,
            read_words=self.read_words,
            follow=FollowStep(
                store=self.store,
                read_words=self.read_words,
                filing=self.file_conversation,
                status_links=self.send_status_link,
                transcripts=self.send_transcript,
            ),
        )

    @cached_property
    def conversation_rules(self) -> ConversationRules:
        """How long a conversation can be gone on with."""
        chat = self.settings.chat
        return ConversationRules(
            resume=timedelta(minutes=chat.resume_minutes),
            warn_before=timedelta(minutes=chat.warn_minutes_before),
            most_turns=chat.most_turns,
        )

    @cached_property
    def hold_conversation(self) -> HoldConversation:
        """Answers residents in the chat."""
        return HoldConversation(
            store=self.store,
            clock=self.clock,
            interview=self.interview,
            read_words=self.read_words,
            dialogue=self.dialogue,
            rules=self.conversation_rules,
            key=self.secret_key.encode(),
        )

    @cached_property
    def read_conversation(self) -> ReadConversation:
        """Shows conversations of the chat."""
        return ReadConversation(store=self.store, clock=self.clock, rules=self.conversation_rules)

    @property
    def keep_conversation(self) -> KeepConversation:
        """Keeps conversations of the chat open."""
        return KeepConversation(store=self.store, clock=self.clock, rules=self.conversation_rules)

    def begin_chat(self) -> None:
        """Begin to load what the chat needs; returns at once."""
        self.chat_classifier.begin()

    async def end_chat(self) -> None:
        """Let go of what the chat holds open."""
        if self.dialogue is not None:
            await self.dialogue.close()

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
