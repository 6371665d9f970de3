"""How fast mail is accepted for good, against aiosmtpd's own Mailbox handler in the same run.

Four servers take the same load in turns, and the median of the rounds counts: Mailbox (which writes
a file a message and forces it to disk), our server with one commit a message and with shared
commits, and the whole of `intake serve` as it is started by its user, its worker at work on what
comes in. Whoever is not measured stands still.
"""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure
from tests.benchmarks.load import send
from tests.benchmarks.mail_servers import GROUP, MAILBOX, SINGLE, running
from tests.support.program import Intake

PROGRAM = "intake serve"
CONNECTIONS = 20
ROUNDS = 5
WARM_UP = 100


def measure(
    *, rounds: int = ROUNDS, messages: int = 600, mails_each: int = 1_000_000
) -> Iterator[Figure]:
    """The four servers' median messages a second."""
    rates = _rates(rounds, messages, mails_each)
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    names = {
        MAILBOX: "acceptance: aiosmtpd Mailbox (baseline)",
        SINGLE: "acceptance: our server, one commit each",
        GROUP: "acceptance: our server, shared commits",
        PROGRAM: "acceptance: intake serve, worker busy",
    }
    for kind, name in names.items():
        yield Figure(
            name=name,
            value=medians[kind],
            unit="messages/s",
            ratio=medians[kind] / medians[MAILBOX],
            floor="1.3" if kind == PROGRAM else "",
        )


def _rates(rounds: int, messages: int, mails_each: int) -> dict[str, list[float]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="intake-bench-")))
        ports = {
            kind: stack.enter_context(running(kind, folder / kind.replace(" ", "-")))
            for kind in (MAILBOX, SINGLE, GROUP)
        }
        program = _start_program(stack, folder)
        ports[PROGRAM] = program.smtp_port
        for port in ports.values():
            send(port, connections=CONNECTIONS, messages=WARM_UP, mails_each=mails_each)
        rates: dict[str, list[float]] = {kind: [] for kind in ports}
        tree = _tree(program)
        for _ in range(rounds):
            for kind, port in ports.items():
                _stand_still(tree, still=kind != PROGRAM)
                sent = send(port, connections=CONNECTIONS, messages=messages, mails_each=mails_each)
                rates[kind].append(sent.per_second)
    return rates


def _start_program(stack: ExitStack, folder: Path) -> Intake:
    home = folder / "program"
    home.mkdir()
    program = Intake(home, settings={"LOGS_LEVEL": "warning"})
    stack.callback(program.kill)
    program.start()
    return program


def _tree(program: Intake) -> Sequence[psutil.Process]:
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.environ().get("INTAKE_DATA_DIR") == str(program.data_folder)
    ]


def _stand_still(tree: Sequence[psutil.Process], *, still: bool) -> None:
    for process in tree:
        if still:
            process.suspend()
        else:
            process.resume()
