"""The program as a whole: the chat, and all that receives, sends, shows and looks after."""

import platform
from functools import cached_property

from intake.adapters.db import schema
from intake.adapters.mailer import FolderMailer, SmtpMailer
from intake.adapters.passwords import Argon2Passwords
from intake.bootstrap.chat import ChatParts
from intake.domain.drift import DriftRules
from intake.domain.officers import SignInRules
from intake.errors import DependencyError
from intake.services.check_deadlines import CheckDeadlines
from intake.services.deliver_outbox import DeliverOutbox, DeliveryPolicy
from intake.services.operations import Operations
from intake.services.ports import Mailer
from intake.services.read_blind import ReadBlind
from intake.services.read_cases import ReadCases
from intake.services.report_agreement import ReportAgreement
from intake.services.retry_work import RetryWork
from intake.services.review_case import ReviewCase
from intake.services.sign_in import SignIn
from intake.services.watch_drift import WatchDrift


class Application(ChatParts):
    """The services of one run. A part given by keyword takes the place of the one built here."""

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
