"""How long the officers' questions take on a large store, on SQLite and on PostgreSQL.

`python -m tests.benchmarks.case_lists --cases 200000 [--database sqlite|postgres]` fills a database
of its own in bulk, asks each question with changing values and prints p50 and p95 in milliseconds.
The cases are spread over a year, the newest three in a hundred are unfinished, one in six of those
waits for review; `--unfinished` leaves all of them so, as a council has them that closes none.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from intake.adapters.db import schema
from intake.adapters.db.full_text import CONFIGURATION
from intake.adapters.db.store import SqlStore, SqlUnitOfWork
from intake.domain.cases import Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.references import ALPHABET, reference_from_number
from intake.services.ports import CaseOrder, CaseQuery
from tests.support.postgres import PostgresServer, find_programs

BEGAN = datetime(2025, 4, 1, tzinfo=UTC)
SECONDS_A_YEAR = 365 * 86_400
# Every second message says "the bin", one in a hundred "mould", one in ten thousand "wheelchair".
COMMON, SCARCE, RARE = "the bin", "mould", "wheelchair"
FILLER = """
collection missed again street council nobody answered telephone week morning please tell when
happen lorry drove past house neighbour also waiting letter promised date road lamp repair kitchen
officer visit report number reply still nothing done thank you regards
"""
BODIES = 500
Question = Callable[[SqlUnitOfWork], object]

# One number of a case becomes many that look unrelated: products with primes, cut to a range.
CASES = """
INSERT INTO cases (id, reference, channel, status, category, decision, decision_reason, confidence,
    stage, area, landlord, urgent, hazards, language, subject, from_addr, from_name, received_at,
    receipt_withheld, acknowledge_by, respond_by, version)
SELECT n, {reference}, 'email',
    CASE WHEN n <= :closed THEN 'closed' WHEN n * 7907 % 6 = 0 THEN 'to_review' ELSE 'open' END,
    categories.name, 'auto', 'Well above the threshold of its category.', 0.93,
    CASE WHEN categories.name = 'complaint' THEN 1 END, areas.name,
    {false}, n * 7919 % 100 < 3, '[]', 'en', 'Matter ' || n,
    'resident' || n % 90000 || '@example.org', 'Alex Reader', {received},
    '', CASE WHEN categories.name = 'complaint' THEN {due} END, {due}, 1
FROM numbers
JOIN choices AS categories ON categories.kind = 'category' AND categories.place = n * 7927 % 100
JOIN choices AS areas ON areas.kind = 'area' AND areas.place = n * 7933 % 100
"""
INBOUND = """
INSERT INTO inbound_message (id, identity, channel, source, envelope_from, recipients, size,
    received_at, state, tries, error, case_id)
SELECT id, 'identity' || id, 'email', 'smtp', from_addr, '["feedback@council.example"]', 2000,
    received_at, 'processed', 1, '', id
FROM cases
"""
MESSAGES = """
INSERT INTO case_message (id, case_id, inbound_id, message_id, message_id_hash, from_addr,
    from_name, participants, subject, body, quoted, attachments, automatic_reason, warnings,
    received_at, joined_by)
SELECT cases.id, cases.id, cases.id, '<' || cases.id || '@example.org>', 'hash' || cases.id,
    from_addr, from_name, '[]', subject,
    CASE WHEN cases.id * 7937 % 2 = 0 THEN '{common} ' ELSE '' END ||
    CASE WHEN cases.id * 7949 % 100 = 0 THEN '{scarce} ' ELSE '' END ||
    CASE WHEN cases.id * 7951 % 10000 = 0 THEN '{rare} ' ELSE '' END || choices.name,
    '', '[]', '', '[]', received_at, 'new'
FROM cases JOIN choices ON kind = 'body' AND place = cases.id * 7963 % {bodies}
"""
WORDS = """
INSERT INTO case_words (case_message_id, case_id, words)
SELECT id, case_id, {indexed} FROM (
    SELECT id, case_id,
        lower(subject || ' alex reader ' || replace(from_addr, '@', ' ') || ' ' || body) AS words
    FROM case_message
) AS said
"""
REST = """
INSERT INTO classification (case_id, case_message_id, at, category, confidence, probabilities, area,
    landlord, urgent, hazards, language, evidence, decision, reason, model)
SELECT id, id, received_at, category, 0.93, '{"complaint": 0.93}', area, landlord, urgent, '[]',
    'en', '[]', 'auto', '', 'invented-1' FROM cases;
INSERT INTO timeline (case_id, at, kind, "by", text)
SELECT id, received_at, 'received', 'intake', 'Received by smtp.' FROM cases;
INSERT INTO timeline (case_id, at, kind, "by", text)
SELECT id, received_at, 'classified', 'intake', 'Comment, 93% sure.' FROM cases;
INSERT INTO letter (case_id, purpose, kind, to_addr, subject, text, message_id, raw, state, tries,
    created_at, sent_at, last_error)
SELECT id, 'receipt:' || id, 'receipt_comment', from_addr, 'Your message', 'We have it.',
    '<r' || id || '@council.example>', {raw}, 'sent', 1, received_at, received_at, '' FROM cases
"""
# The same in the words of each database.
SQLITE = {
    "false": "0",
    "received": f"strftime('%Y-%m-%d %H:%M:%S', '{BEGAN:%Y-%m-%d}', "
    "(n * :seconds) || ' seconds') || '.000000'",
    "due": f"date('{BEGAN:%Y-%m-%d}', (n * :seconds + 1209600) || ' seconds')",
    "indexed": "words",
    "raw": "x'00'",
}
POSTGRESQL = {
    "false": "false",
    "received": f"timestamptz '{BEGAN:%Y-%m-%d}Z' + n * :seconds * interval '1 second'",
    "due": f"(date '{BEGAN:%Y-%m-%d}' + (n * :seconds / 86400 + 14)::int)",
    "indexed": f"to_tsvector('{CONFIGURATION}', words)",
    "raw": "'\\x00'::bytea",
}
# FTS5 indexes a whole table faster than its rows one by one.
PUT_OFF_INDEXING = "DROP TRIGGER case_words_added"
INDEX_ALL = "INSERT INTO case_words_index(case_words_index) VALUES ('rebuild')"


def reference_in_sql() -> str:
    """`reference_from_number` as an expression; the questions would find nothing were it wrong."""
    rest = "((n * CAST(7654321 AS BIGINT) + 5551234) % 24300000)"
    digits = [f"({rest} / {30**place} % 30)" for place in range(5)]
    product = "30"
    for digit in digits:
        product = f"(2 * (({product} + {digit} - 1) % 30 + 1) % 31)"
    characters = [
        f"substr('{ALPHABET}', CAST({each} AS INTEGER) + 1, 1)"
        for each in (*digits, f"((31 - {product}) % 30)")
    ]
    return " || ".join(["'FB-'", *characters[:4], "'-'", *characters[4:]])


def choices() -> Iterator[tuple[str, int, str]]:
    """What a case may be filled with: kinds of value, each under a hundred places or more."""
    chance = random.Random(20260401)
    areas = [2 ** (-place / 3) for place in range(len(ServiceArea))]
    for place in range(100):
        yield "category", place, chance.choices(tuple(Category), (10, 12, 30, 14, 26, 8))[0].value
        # The last area has one place of its own: one case in a hundred.
        area = chance.choices(tuple(ServiceArea), areas)[0] if place else list(ServiceArea)[-1]
        yield "area", place, area.value
    for place in range(BODIES):
        yield "body", place, " ".join(chance.choices(FILLER.split(), k=90))


def fill(connection: Connection, cases: int, *, unfinished: bool) -> None:
    """Writes so many cases with all that belongs to one, by the database itself."""
    is_sqlite = connection.dialect.name == "sqlite"
    own = SQLITE if is_sqlite else POSTGRESQL

    def run(statement: str, **values: object) -> None:
        connection.execute(text(statement), values)

    run("CREATE TEMPORARY TABLE choices (kind TEXT, place BIGINT, name TEXT)")
    connection.execute(
        text("INSERT INTO choices VALUES (:kind, :place, :name)"),
        [{"kind": kind, "place": place, "name": name} for kind, place, name in choices()],
    )
    run("CREATE TEMPORARY TABLE numbers (n BIGINT)")
    run(
        f"INSERT INTO numbers WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up "
        f"WHERE n < {cases}) SELECT n FROM up"
    )
    values = {"closed": 0 if unfinished else cases * 97 // 100, "seconds": SECONDS_A_YEAR / cases}
    run(CASES.format(reference=reference_in_sql(), **own), **values)
    run(INBOUND)
    run(MESSAGES.format(common=COMMON, scarce=SCARCE, rare=RARE, bodies=BODIES))
    if is_sqlite:
        run(PUT_OFF_INDEXING)
    run(WORDS.format(indexed=own["indexed"]))
    if is_sqlite:
        run(INDEX_ALL)
    for statement in REST.replace("{raw}", own["raw"]).split(";"):
        run(statement)


def questions(cases: int, chance: random.Random) -> dict[str, Question]:
    """What officers, scripts and jobs ask, by name; values change from call to call."""

    def listed(work: SqlUnitOfWork, **query: object) -> object:
        return work.cases.list(CaseQuery(limit=51, **query))

    def category() -> Category:
        return chance.choice(tuple(Category))

    def area() -> ServiceArea:
        return chance.choice(tuple(ServiceArea))

    def address() -> str:
        return f"resident{chance.randrange(90_000)}@example.org"

    def reference() -> str:
        return reference_from_number(chance.randrange(1, cases))

    queue = {"status": Status.TO_REVIEW, "order": CaseOrder.QUEUE}
    today = (BEGAN + timedelta(seconds=SECONDS_A_YEAR)).date()
    now = datetime(2026, 4, 1, tzinfo=UTC)
    return {
        "queue": lambda work: listed(work, **queue),
        "queue, category and area": lambda work: listed(
            work, category=category(), area=area(), **queue
        ),
        "newest": listed,
        "newest, deep page": lambda work: listed(work, after_id=chance.randrange(1, cases)),
        "open": lambda work: listed(work, status=Status.OPEN),
        "open, category": lambda work: listed(work, status=Status.OPEN, category=category()),
        "closed, category and area": lambda work: listed(
            work, status=Status.CLOSED, category=category(), area=area()
        ),
        "any state, category and area": lambda work: listed(work, category=category(), area=area()),
        "any state, area": lambda work: listed(work, area=area()),
        "any state, rarest area": lambda work: listed(work, area=list(ServiceArea)[-1]),
        "search, rare word": lambda work: listed(work, words=RARE),
        "search, scarce word": lambda work: listed(work, words=SCARCE),
        "search, common words": lambda work: listed(work, words=COMMON),
        "search, common words to review": lambda work: listed(
            work, words=COMMON, status=Status.TO_REVIEW
        ),
        "search, address": lambda work: listed(work, words=address()),
        "by reference": lambda work: work.cases.by_reference(reference()),
        "case file": lambda work: work.cases.file(reference()),
        "counts by state": lambda work: work.cases.count_by_status(),
        "message counts": lambda work: work.inbound.count_by_state(),
        "letter counts": lambda work: work.outbox.count_by_state(),
        "oldest waiting": lambda work: work.inbound.oldest_waiting_at(),
        "due letters": lambda work: work.outbox.due(now=now, limit=50),
        "due deadlines, a portion": lambda work: work.cases.due(
            by=today, after_id=chance.randrange(cases), limit=200
        ),
        "due deadlines, none due": lambda work: work.cases.due(
            by=date(2020, 1, 1), after_id=0, limit=200
        ),
        "receipts to an address": lambda work: work.outbox.receipts_since(
            since=now - timedelta(days=1), to_addr=address()
        ),
    }


def measure(store: SqlStore, cases: int, repeats: int) -> None:
    """Asks each question so often and prints how long it took."""
    for name, ask in questions(cases, random.Random(7)).items():
        taken = []
        for _ in range(repeats + 1):
            began = time.perf_counter()
            with store.reading() as work:
                ask(work)
            taken.append((time.perf_counter() - began) * 1000)
        taken = sorted(taken[1:])
        p95 = taken[min(len(taken) - 1, round(len(taken) * 0.95))]
        say(f"{name:32} p50 {statistics.median(taken):8.1f} ms   p95 {p95:8.1f} ms")


def say(line: str) -> None:
    """Prints at once, so that a run cut short has told what it found."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(url: str, options: argparse.Namespace) -> None:
    """Fills the database at an address and measures on it."""
    store = SqlStore(url)
    schema.migrate(store.engine)
    began = time.perf_counter()
    with store.engine.begin() as connection:
        fill(connection, options.cases, unfinished=options.unfinished)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM ANALYZE")
    seconds = time.perf_counter() - began
    say(f"{store.engine.dialect.name}: {options.cases} cases, written in {seconds:.0f} s")
    measure(store, options.cases, options.repeats)
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--database", choices=("sqlite", "postgres"), action="append")
    parser.add_argument("--unfinished", action="store_true")
    options = parser.parse_args()
    for kind in options.database or ("sqlite", "postgres"):
        if kind == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                run(f"sqlite:///{Path(folder) / 'intake.db'}", options)
        elif (programs := find_programs()) is None:
            say("PostgreSQL is not installed: not measured")
        else:
            server = PostgresServer(programs)
            try:
                server.start()
                run(server.url(server.create_database()), options)
            finally:
                server.remove()


if __name__ == "__main__":
    main()
