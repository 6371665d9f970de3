"""The worker: works off received messages one after the other until it is stopped."""

import threading
import time

import structlog

from intake.bootstrap import Application
from intake.domain.inbound import ClaimedInbound
from intake.errors import ClaimLost, StoreUnavailable
from intake.services.operations import WORKER
from intake.services.operations_ports import JobRecord

log = structlog.get_logger()

HEARTBEAT_SECONDS = 10.0
STORE_RETRY_SECONDS = 1.0
LONGEST_ERROR = 500


class Worker:
    """One worker of one node, named after it: a new one takes over what the last one held."""

    def __init__(self, application: Application, stop: threading.Event) -> None:
        self._application = application
        self._process = application.process_message
        self._settings = application.settings.worker
        self._name = f"{application.settings.node_name}:worker"
        self._stop = stop
        self._started_at = application.clock.now()
        self._beat_at = 0.0
        self._done = 0
        self._failed = 0

    def run(self) -> None:
        """Work until stopped; a message under way is finished first."""
        self._release_claims()
        while not self._stop.is_set():
            try:
                self._beat()
                claimed = self._process.claim(self._name)
            except StoreUnavailable as exc:
                log.warning("worker_store_unavailable", reason=str(exc))
                self._stop.wait(STORE_RETRY_SECONDS)
                continue
            if claimed is None:
                self._stop.wait(self._settings.poll_seconds)
            else:
                self._work_off(claimed)

    def _release_claims(self) -> None:
        while not self._stop.is_set():
            try:
                with self._application.store.writing() as work:
                    released = work.inbound.release_claims(worker=self._name)
                    work.commit()
            except StoreUnavailable as exc:
                log.warning("worker_store_unavailable", reason=str(exc))
                self._stop.wait(STORE_RETRY_SECONDS)
            else:
                if released:
                    log.info("worker_took_over", messages=released)
                return

    def _work_off(self, claimed: ClaimedInbound) -> None:
        """Process a message; a store that is away is waited for, with the claim in hand."""
        step = self._try if not self._process.is_exhausted(claimed) else self._give_up
        while True:
            try:
                step(claimed)
            except StoreUnavailable as exc:
                log.warning("worker_store_unavailable", inbound=claimed.id, reason=str(exc))
                if self._stop.wait(STORE_RETRY_SECONDS):
                    return
            except ClaimLost:
                log.warning("worker_claim_lost", inbound=claimed.id)
                return
            else:
                return

    def _try(self, claimed: ClaimedInbound) -> None:
        try:
            reference = self._process.process(claimed)
        except (StoreUnavailable, ClaimLost):
            raise
        except Exception as exc:
            # Whatever a message does to the program, the next one must be worked off.
            self._failed += 1
            error = f"{type(exc).__name__}: {exc}"[:LONGEST_ERROR]
            aside = self._process.failed(claimed, error)
            log.exception("message_failed", inbound=claimed.id, tries=claimed.tries, aside=aside)
        else:
            self._done += 1
            log.info("message_processed", inbound=claimed.id, case=reference)

    def _give_up(self, claimed: ClaimedInbound) -> None:
        self._failed += 1
        self._process.failed(claimed, "The program ended while it worked on this message.")
        log.error("message_set_aside", inbound=claimed.id, tries=claimed.tries)

    def _beat(self) -> None:
        if time.monotonic() - self._beat_at < HEARTBEAT_SECONDS:
            return
        now = self._application.clock.now()
        with self._application.store.writing() as work:
            work.operations.record_job(
                JobRecord(
                    name=WORKER,
                    node=self._application.settings.node_name,
                    last_started_at=self._started_at,
                    last_finished_at=now,
                    last_result=f"{self._done} messages processed since the start",
                    runs=self._done,
                    failures=self._failed,
                )
            )
            work.commit()
        self._beat_at = time.monotonic()
