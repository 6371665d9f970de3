"""How many messages a second come out as receipts: the whole program, from SMTP to a relay.

The messages are the corpus's, so that reading and classifying take as long as in service.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from intake.adapters.db.store import SqlStore
from intake.domain.cases import LetterState
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import send
from tests.support.program import Intake
from tests.support.relay import Relay
from tests.support.waiting import poll_until

LONGEST_SECONDS = 90


def measure(*, messages: int = 300) -> Iterator[Figure]:
    """Messages a second, until all are cases and every receipt has left."""
    relay = Relay()
    relay.start()
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        settings = {"RELAY_HOST": relay.host, "RELAY_PORT": str(relay.port)}
        program = Intake(Path(folder), settings=settings)
        program.start()
        store = SqlStore(f"sqlite:///{program.data_folder / 'intake.db'}")
        try:
            # The first message waits for the model to be loaded.
            send(program.smtp_port, connections=1, messages=1, size_bytes=0)
            relay.wait_for(1, LONGEST_SECONDS)
            began = time.perf_counter()
            send(program.smtp_port, connections=20, messages=messages, size_bytes=0)
            poll_until(lambda: _is_done(store), LONGEST_SECONDS)
            seconds = time.perf_counter() - began
        finally:
            store.close()
            program.kill()
            relay.stop()
    yield Figure(
        name="processing: from acceptance to receipt",
        value=messages / seconds,
        unit="messages/s",
        floor="15",
    )


def _is_done(store: SqlStore) -> bool:
    with store.reading() as work:
        unfinished = sum(work.inbound.count_by_state().values())
        return not unfinished and not work.outbox.count_by_state()[LetterState.QUEUED]
