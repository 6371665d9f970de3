"""Mail in by IMAP: a thread for each mailbox that looks, waits to be told, and reconnects.

What is taken and when the server is touched is decided by ``CollectMailbox``. Here: when to look,
which node reads, how long to wait after a failure, and what is noted and logged.
"""

import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from intake.adapters.mailbox import ImapMailbox
from intake.bootstrap import Application
from intake.entrypoints.back_off import BackOff
from intake.errors import (
    ConfigurationError,
    IntakeError,
    MailboxRefused,
    MailboxUnavailable,
)
from intake.services.collect_mailbox import Collected, CollectMailbox, MailboxRules
from intake.services.mailbox_ports import MailboxSession
from intake.services.operations_ports import JobRecord
from intake.settings import MailboxSettings

log = structlog.get_logger()

# A node that died holds a mailbox so long; started again under its name it need not wait.
LEASE_SECONDS = 90.0
LEASE_RENEWED_SECONDS = 20.0
# A mailbox in which nothing happens is noted this often.
QUIET_NOTED_SECONDS = 30.0
# At stop, threads end within about a second, or after the request in which they are.
STOP_SECONDS = 10.0
# A message that breaks the connection is tried this often in one poll, others go on in between.
POLL_CONNECTIONS = 10


def run_imap(application: Application, stop: threading.Event) -> None:
    """Read every mailbox of the settings until stopped.

    Raises ``ConfigurationError`` before anything is read.
    """
    watchers = [
        Watcher(application, mailbox, stop) for mailbox in application.settings.imap.mailboxes
    ]
    threads = [
        threading.Thread(target=watcher.run, name=f"imap-{watcher.name}", daemon=True)
        for watcher in watchers
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    ends = time.monotonic() + STOP_SECONDS
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))


def poll_mailbox(application: Application, name: str) -> str:
    """Look into one mailbox now, unless somebody is reading it; gives what was done, or nothing.

    Raises ``MailboxUnavailable``, ``StoreUnavailable``, and ``ConfigurationError`` for a name that
    no mailbox has.
    """
    mailbox = _mailbox_named(application, name)
    # A holder of its own: the watcher of this node is somebody else.
    lease = Lease(application, name, holder=f"{application.settings.node_name}/poll")
    if not lease.keep():
        return ""
    server = _imap_mailbox(application, mailbox)
    collect = _collect_mailbox(application, mailbox)
    report = Collected()
    try:
        for connections_left in reversed(range(POLL_CONNECTIONS)):
            try:
                with server.session() as session:
                    collect.collect(session, report, is_over=lambda: not lease.keep())
                break
            except MailboxUnavailable:
                if not collect.has_suspects or not connections_left:
                    raise
    finally:
        _log_pass(name, report)
        lease.release()
    return report.in_words()


class Watcher:
    """Reads one mailbox for as long as the program runs; nothing that happens there ends it."""

    def __init__(
        self, application: Application, mailbox: MailboxSettings, stop: threading.Event
    ) -> None:
        self.name = mailbox.name
        self._settings = application.settings.imap
        self._stop = stop
        self._server = _imap_mailbox(application, mailbox)
        self._collect = _collect_mailbox(application, mailbox)
        self._lease = Lease(application, mailbox.name, holder=application.settings.node_name)
        self._diary = Diary(application, mailbox.name)
        self._back_off = BackOff(
            self._settings.retry_first_seconds, self._settings.retry_most_seconds
        )

    def run(self) -> None:
        """Connect, read and reconnect until stopped."""
        while not self._stop.is_set():
            self._stop.wait(self._turn())
        try:
            self._lease.release()
        except IntakeError as exc:
            log.warning("imap_lease_not_released", mailbox=self.name, reason=str(exc))

    def _turn(self) -> float:
        """Read until something ends it; gives how many seconds to wait before the next turn."""
        try:
            if not self._lease.keep():
                self._diary.note_quiet("another node reads this mailbox")
                return min(self._settings.poll_seconds, LEASE_RENEWED_SECONDS)
            with self._server.session() as session:
                self._watch(session)
        except MailboxRefused as exc:
            # A wrong password or a missing folder: people have to see to it, and servers lock out
            # whoever asks often.
            self._diary.note_failure(str(exc))
            return self._settings.retry_most_seconds
        except IntakeError as exc:
            self._diary.note_failure(str(exc))
        except Exception as exc:
            log.exception("imap_failed", mailbox=self.name)
            self._diary.note_failure(f"{type(exc).__name__} (see the log)")
        else:
            return 0.0
        return self._back_off.next_seconds()

    def _watch(self, session: MailboxSession) -> None:
        while not self._is_over():
            seconds = self._pass(session)
            self._wait(session, seconds)

    def _pass(self, session: MailboxSession) -> float:
        """Take what there is; gives how many seconds to wait for more."""
        report = Collected()
        self._diary.begin()
        try:
            self._collect.collect(session, report, self._is_over)
        finally:
            _log_pass(self.name, report)
        seconds = min(self._settings.poll_seconds, self._settings.idle_seconds)
        if report.left:
            seconds = min(seconds, self._back_off.next_seconds())
        else:
            self._back_off.reset()
        self._diary.note_pass(report.in_words(), seconds)
        return seconds

    def _wait(self, session: MailboxSession, seconds: float) -> None:
        if session.can_idle:
            try:
                session.wait(seconds, self._is_over)
            except MailboxRefused as exc:
                log.warning("imap_idle_refused", mailbox=self.name, reason=str(exc))
            else:
                return
        ends = time.monotonic() + seconds
        while not self._is_over() and (left := ends - time.monotonic()) > 0:
            self._stop.wait(min(left, LEASE_RENEWED_SECONDS))

    def _is_over(self) -> bool:
        return self._stop.is_set() or not self._lease.keep()


class Lease:
    """The right to read a mailbox, so that two nodes never read it at once.

    Only a saving of work: were two to read it all the same, each message is still stored once.
    """

    def __init__(self, application: Application, mailbox: str, *, holder: str) -> None:
        self._store = application.store
        self._clock = application.clock
        self._name = f"mailbox:{mailbox}"
        self._holder = holder
        self._kept_until = 0.0

    def keep(self) -> bool:
        """Take the lease, or renew it when it is time. Raises ``StoreUnavailable``."""
        if time.monotonic() < self._kept_until:
            return True
        with self._store.writing() as work:
            is_held = work.operations.take_lease(
                self._name, holder=self._holder, now=self._clock.now(), seconds=LEASE_SECONDS
            )
            work.commit()
        self._kept_until = time.monotonic() + LEASE_RENEWED_SECONDS if is_held else 0.0
        return is_held

    def release(self) -> None:
        """Let others read at once. Raises ``StoreUnavailable``."""
        self._kept_until = 0.0
        with self._store.writing() as work:
            work.operations.release_lease(self._name, holder=self._holder)
            work.commit()


class Diary:
    """The record ``imap:NAME`` of how reading a mailbox goes.

    Written when something happened, and every half minute while nothing does.
    """

    def __init__(self, application: Application, mailbox: str) -> None:
        self._store = application.store
        self._clock = application.clock
        self._mailbox = mailbox
        self._record = JobRecord(name=f"imap:{mailbox}", node=application.settings.node_name)
        self._started_at: datetime | None = None
        self._written = -QUIET_NOTED_SECONDS

    def begin(self) -> None:
        """A pass begins."""
        self._started_at = self._clock.now()

    def note_pass(self, result: str, seconds: float) -> None:
        """A pass went well; the next is in so many seconds at the latest."""
        now = self._clock.now()
        is_news = bool(result) or bool(self._record.last_error) or not self._record.runs
        self._record = replace(
            self._record,
            last_started_at=self._started_at,
            last_finished_at=now,
            next_run_at=now + timedelta(seconds=seconds),
            last_result=result or self._record.last_result or "no messages yet",
            last_error="",
            runs=self._record.runs + 1,
        )
        self._write(is_news=is_news)

    def note_quiet(self, result: str) -> None:
        """Nothing was to be done here, and why."""
        self._record = replace(
            self._record, last_finished_at=self._clock.now(), last_result=result, last_error=""
        )
        self._write(is_news=False)

    def note_failure(self, error: str) -> None:
        """Reading failed."""
        log.warning("imap_mailbox_unavailable", mailbox=self._mailbox, reason=error)
        self._record = replace(
            self._record,
            last_started_at=self._started_at or self._record.last_started_at,
            last_finished_at=self._clock.now(),
            next_run_at=None,
            last_error=error,
            runs=self._record.runs + 1,
            failures=self._record.failures + 1,
        )
        self._write(is_news=True)

    def _write(self, *, is_news: bool) -> None:
        if not is_news and time.monotonic() - self._written < QUIET_NOTED_SECONDS:
            return
        try:
            with self._store.writing() as work:
                work.operations.record_job(self._record)
                work.commit()
        except IntakeError as exc:
            log.warning("imap_not_noted", mailbox=self._mailbox, reason=str(exc))
        except Exception:
            # A record that cannot be written is no reason to stop reading mail.
            log.exception("imap_not_noted", mailbox=self._mailbox)
        else:
            self._written = time.monotonic()


def _mailbox_named(application: Application, name: str) -> MailboxSettings:
    for mailbox in application.settings.imap.mailboxes:
        if mailbox.name == name:
            return mailbox
    raise ConfigurationError(f"imap.mailboxes: none is named {name}")


def _imap_mailbox(application: Application, mailbox: MailboxSettings) -> ImapMailbox:
    return ImapMailbox(mailbox, timeout_seconds=application.settings.imap.timeout_seconds)


def _collect_mailbox(application: Application, mailbox: MailboxSettings) -> CollectMailbox:
    settings = application.settings
    return CollectMailbox(
        store=application.store,
        clock=application.clock,
        rules=MailboxRules(
            name=mailbox.name,
            address=mailbox.username,
            addresses=settings.addresses,
            processed_folder=mailbox.processed_folder,
            failed_folder=mailbox.failed_folder,
            max_size_bytes=settings.smtp.max_size_bytes,
        ),
    )


def _log_pass(mailbox: str, report: Collected) -> None:
    if report.is_read_anew:
        log.warning("imap_folder_was_made_anew", mailbox=mailbox)
    for reason in report.failed:
        log.warning("imap_message_failed", mailbox=mailbox, reason=reason)
    if result := report.in_words():
        log.info("imap_pass", mailbox=mailbox, result=result)
