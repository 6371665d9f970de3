"""How many messages a second come out as receipts: the whole program, from SMTP to a relay."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.load import send
from tests.support.program import Intake
from tests.support.relay import Relay

LONGEST_SECONDS = 90


def measure(*, messages: int = 300) -> Iterator[Figure]:
    """Messages a second, from the first connection to the last receipt at the relay."""
    relay = Relay()
    relay.start()
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        settings = {"RELAY_HOST": relay.host, "RELAY_PORT": str(relay.port)}
        program = Intake(Path(folder), settings=settings)
        program.start()
        try:
            # The first message waits for the model to be loaded.
            send(program.smtp_port, connections=1, messages=1)
            relay.wait_for(1, LONGEST_SECONDS)
            began = time.perf_counter()
            send(program.smtp_port, connections=20, messages=messages)
            relay.wait_for(1 + messages, LONGEST_SECONDS)
            seconds = time.perf_counter() - began
        finally:
            program.kill()
            relay.stop()
    yield Figure(
        name="processing: from acceptance to receipt",
        value=messages / seconds,
        unit="messages/s",
        floor="15",
    )
