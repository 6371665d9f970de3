"""Text that databases refuse: what mail may hold is stored all the same, alike on both."""

from datetime import datetime

import pytest
from sqlalchemy.exc import StatementError

from intake.domain.cases import AttachmentNote, TimelineEntry, TimelineKind
from intake.services.operations_ports import JobRecord
from intake.services.ports import CaseQuery
from tests.support.stored import (
    MONDAY,
    claim,
    new_case,
    new_classification,
    new_inbound,
    new_letter,
    new_message,
    new_officer,
    receive,
)

HOSTILE = "Zo\x00e \ud83d\udc00 \udfff 🐀 \ufffe \x1b \u202e"
STORED = "Zo\ufffde \ufffd\ufffd \ufffd 🐀 \ufffe \x1b \u202e"


def test_every_text_of_a_case_is_stored_whatever_it_holds(store):
    receive(store, new_inbound(envelope_from=HOSTILE, recipients=(HOSTILE,), source=HOSTILE))
    claimed = claim(store, HOSTILE)
    texts = dict.fromkeys(("subject", "from_addr", "from_name", "body", "quoted", "html"), HOSTILE)
    message = new_message(
        claimed.id,
        **texts,
        message_id=HOSTILE,
        participants=(HOSTILE,),
        attachments=(AttachmentNote(name=HOSTILE, type=HOSTILE, size=2**40),),
        warnings=(HOSTILE,),
        automatic_reason=HOSTILE,
    )
    with store.writing() as work:
        case = work.cases.open(
            new_case(
                subject=HOSTILE,
                from_addr=HOSTILE,
                from_name=HOSTILE,
                decision_reason=HOSTILE,
                hazards=(HOSTILE,),
                language=HOSTILE,
            )
        )
        added = work.cases.add_message(case.id, message)
        said = new_classification(
            added.id,
            evidence=(HOSTILE,),
            hazard_sentence=HOSTILE,
            reason=HOSTILE,
            model=HOSTILE,
        )
        work.cases.add_classification(case.id, said)
        work.cases.add_timeline(
            case.id,
            TimelineEntry(at=MONDAY, kind=TimelineKind.RECEIVED, by=HOSTILE, text=HOSTILE),
        )
        work.outbox.add(new_letter(case.id, to_addr=HOSTILE, subject=HOSTILE, text=HOSTILE))
        work.inbound.finish(claimed, at=MONDAY, case_id=case.id)
        work.commit()
    with store.reading() as work:
        file = work.cases.file(case.reference)
        (row,) = work.cases.list(CaseQuery(words=HOSTILE))
    assert (claimed.envelope_from, claimed.recipients) == (STORED, (STORED,))
    assert (file.case.subject, file.case.hazards) == (STORED, (STORED,))
    assert {getattr(file.messages[0], name) for name in texts} == {STORED}
    assert file.messages[0].attachments[0].name == STORED
    said = file.classifications[0].classification
    assert (said.evidence, said.hazard_sentence) == ((STORED,), STORED)
    assert file.timeline[0].text == file.letters[0].subject == STORED
    assert row.message_ids == (STORED,)


def test_a_text_too_long_for_its_column_is_cut_alike_on_both_databases(store):
    long = "é" * 5000
    with store.writing() as work:
        work.outbox.add(new_letter(None, to_addr=long, kind="k" * 500))
        officer = work.officers.add(new_officer(email=long, name=long))
        work.operations.record_job(JobRecord(name=long, node=long, last_error=long))
        work.commit()
    with store.reading() as work:
        (letter,) = work.outbox.due(now=MONDAY, limit=1)
        (job,) = work.operations.jobs()
        assert work.officers.by_email(long) == work.officers.by_id(officer.id)
    assert (len(letter.to_addr), len(letter.kind)) == (320, 40)
    assert (len(job.name), len(job.node), len(job.last_error)) == (100, 200, 5000)


def test_a_message_of_many_megabytes_is_stored(store):
    body = "a word and another " * 500_000
    receive(store, new_inbound(raw=body.encode()))
    claimed = claim(store)
    with store.writing() as work:
        case = work.cases.open(new_case(subject=body[:1_000_000]))
        work.cases.add_message(case.id, new_message(claimed.id, body=body, html=body))
        work.commit()
    with store.reading() as work:
        assert work.cases.file(case.reference).messages[0].body == body
        assert work.inbound.raw(claimed.id) == body.encode()


def test_a_moment_without_a_time_zone_is_refused(store):
    naive = datetime(2026, 11, 2, 9)  # noqa: DTZ001 - the mistake under test.
    with store.writing() as work, pytest.raises(StatementError, match="without a time zone"):
        work.cases.open(new_case(received_at=naive))
