"""Working off messages on the real store: what fails, what is set aside, what replies do."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.bootstrap import Application
from intake.domain.cases import Case, Channel, Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.inbound import InboundState, NewInbound
from intake.entrypoints.worker import Worker
from intake.errors import ClaimLost, ClassifierUnavailable
from intake.mime import message_identity
from intake.services.open_case import SET_ASIDE, UNCLASSIFIED
from intake.services.ports import CaseQuery
from intake.settings import load_settings
from tests.support.desk import StandingClock
from tests.support.residents import COMMENT, COMPLIMENT, mail, new_address

NOW = datetime(2026, 12, 24, 10, 0, tzinfo=UTC)
POISON = "poison"
GRAVE = "grave"
THANKS = "thanks"


class WordClassifier:
    """Answers by one word of the text; fails on some as a faulty model would."""

    model_version = "words-1"

    def __init__(self) -> None:
        self.is_available = True
        self.fails_on = {POISON}

    def classify(self, message: MessageText) -> Classification:
        if not self.is_available:
            raise ClassifierUnavailable
        if any(word in message.text for word in self.fails_on):
            raise ZeroDivisionError
        category = Category.COMMENT
        if GRAVE in message.text:
            category = Category.COMPLAINT
        if THANKS in message.text:
            category = Category.COMPLIMENT
        return Classification(
            category=category,
            confidence=0.9,
            probabilities={each: 0.9 if each is category else 0.02 for each in Category},
            area=ServiceArea.STREET_SCENE,
            landlord=False,
            urgent="gas" in message.text,
            hazards=("gas",) if "gas" in message.text else (),
            language="en",
            evidence=(),
            decision=Decision.AUTO,
            reason="by its word",
            model=self.model_version,
        )

    def classify_many(self, messages: Iterable[MessageText]) -> Iterator[Classification]:
        return map(self.classify, messages)


class Desk:
    """An application on a store of its own, and a worker that runs until nothing waits."""

    def __init__(self, database_url: str, folder: Path) -> None:
        settings = load_settings(
            None, {"INTAKE_DATA_DIR": str(folder), "INTAKE_DATABASE_URL": database_url}
        )
        self.clock = StandingClock(NOW)
        self.classifier = WordClassifier()
        self.application = Application(settings, clock=self.clock, classifier=self.classifier)

    def receive(self, message: EmailMessage) -> None:
        raw = message.as_bytes()
        new = NewInbound(
            identity=message_identity(raw),
            channel=Channel.EMAIL,
            source="smtp",
            envelope_from=str(message["From"]),
            recipients=("feedback@council.example",),
            raw=raw,
            received_at=self.clock.now(),
        )
        with self.application.store.writing() as work:
            work.inbound.add_many([new])
            work.commit()

    def work_off(self) -> None:
        """Run the worker until the queue is empty."""
        stop = threading.Event()
        worker = Worker(self.application, stop)
        process = self.application.process_message

        class UntilEmpty:
            def claim(self, name: str):
                claimed = process.claim(name)
                if claimed is None:
                    stop.set()
                return claimed

            def __getattr__(self, name: str) -> object:
                return getattr(process, name)

        worker._process = UntilEmpty()  # type: ignore[assignment]
        worker.run()

    def cases(self) -> list[Case]:
        with self.application.store.reading() as work:
            return [row.case for row in work.cases.iterate(CaseQuery())]

    def kinds(self, case: Case) -> list[str]:
        with self.application.store.reading() as work:
            file = work.cases.file(case.reference)
        assert file is not None
        return [event.kind.value for event in file.timeline]

    def close_case(self, case: Case) -> None:
        with self.application.store.writing() as work:
            work.cases.save(replace(case, status=Status.CLOSED))
            work.commit()


@pytest.fixture
def desk(migrated_database_url: str, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(migrated_database_url, tmp_path)
    yield found
    found.application.store.close()


def test_a_message_the_program_fails_on_is_set_aside_after_three_tries_and_the_others_go_on(
    desk: Desk,
) -> None:
    desk.receive(mail("one", POISON, sender=new_address()))
    desk.receive(mail(*COMMENT, sender=new_address()))
    desk.work_off()
    bad, good = sorted(desk.cases(), key=lambda case: case.category is not None)
    assert good.category is Category.COMMENT
    assert (bad.category, bad.status) == (None, Status.TO_REVIEW)
    assert bad.decision_reason == SET_ASIDE
    with desk.application.store.reading() as work:
        aside = work.inbound.list_set_aside()
    assert [(each.tries, each.case_reference) for each in aside] == [(3, bad.reference)]
    assert "ZeroDivisionError" in aside[0].error


def test_a_message_set_aside_is_read_into_the_same_case_when_it_is_tried_again(desk: Desk) -> None:
    desk.receive(mail("one", POISON, sender=new_address()))
    desk.work_off()
    (before,) = desk.cases()
    desk.classifier.fails_on = set()
    with desk.application.store.writing() as work:
        work.inbound.retry(work.inbound.list_set_aside()[0].id)
        work.commit()
    desk.work_off()
    (after,) = desk.cases()
    assert after.reference == before.reference
    assert (after.category, after.subject) == (Category.COMMENT, "one")
    assert "receipt_queued" in desk.kinds(after)
    with desk.application.store.reading() as work:
        assert work.inbound.list_set_aside() == []


def test_a_message_that_ended_the_worker_three_times_is_set_aside_unread(desk: Desk) -> None:
    desk.receive(mail(*COMMENT, sender=new_address()))
    process = desk.application.process_message
    for _ in range(3):
        assert process.claim("a worker that dies") is not None
        desk.clock.move(hours=1)
    desk.work_off()
    (case,) = desk.cases()
    assert case.decision_reason == SET_ASIDE
    assert "unreadable" in desk.kinds(case)


def test_a_message_becomes_a_case_without_a_category_when_the_classifier_is_away(
    desk: Desk,
) -> None:
    desk.classifier.is_available = False
    desk.receive(mail(*COMMENT, sender=new_address()))
    desk.work_off()
    (case,) = desk.cases()
    assert (case.category, case.status) == (None, Status.TO_REVIEW)
    assert case.decision_reason == UNCLASSIFIED
    assert "receipt_queued" in desk.kinds(case)


def test_a_worker_whose_claim_ran_out_does_not_enter_the_message_again(desk: Desk) -> None:
    desk.receive(mail(*COMMENT, sender=new_address()))
    process = desk.application.process_message
    slow = process.claim("slow worker")
    assert slow is not None
    desk.clock.move(hours=1)
    desk.work_off()
    with pytest.raises(ClaimLost):
        process.process(slow)
    assert len(desk.cases()) == 1


def test_a_worker_takes_over_at_once_what_the_last_one_of_its_name_held(desk: Desk) -> None:
    desk.receive(mail(*COMMENT, sender=new_address()))
    name = f"{desk.application.settings.node_name}:worker"
    assert desk.application.process_message.claim(name) is not None
    desk.work_off()
    assert len(desk.cases()) == 1
    with desk.application.store.reading() as work:
        assert work.inbound.count_by_state()[InboundState.CLAIMED] == 0


def follow_up(first: EmailMessage, text: str) -> EmailMessage:
    sender = first["From"].addresses[0].addr_spec
    return mail("Re: it", text, sender=sender, In_Reply_To=first["Message-ID"])


def test_a_reply_brings_a_closed_case_back_before_an_officer(desk: Desk) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    desk.close_case(desk.cases()[0])
    desk.receive(follow_up(first, "And another thing about those benches."))
    desk.work_off()
    (case,) = desk.cases()
    assert case.status is Status.TO_REVIEW


def test_mere_thanks_do_not_reopen_a_closed_case(desk: Desk) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    desk.close_case(desk.cases()[0])
    desk.receive(follow_up(first, f"Many {THANKS}, all done."))
    desk.work_off()
    (case,) = desk.cases()
    assert case.status is Status.CLOSED
    assert "joined" in desk.kinds(case)


def test_a_later_message_that_reads_graver_goes_to_an_officer_and_changes_no_category(
    desk: Desk,
) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    desk.receive(follow_up(first, f"This is {GRAVE}."))
    desk.work_off()
    (case,) = desk.cases()
    assert case.category is Category.COMMENT
    assert case.decision is Decision.REVIEW
    assert case.decision_reason == "A later message reads as: complaint."


def test_a_danger_in_a_later_message_makes_its_case_urgent(desk: Desk) -> None:
    first = mail(*COMPLIMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    desk.receive(follow_up(first, "There is a smell of gas in the hall."))
    desk.work_off()
    (case,) = desk.cases()
    assert (case.urgent, case.hazards) == (True, ("gas",))
    assert "hazard" in desk.kinds(case)


def test_a_machine_s_answer_in_a_thread_changes_nothing_about_its_case(desk: Desk) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    (before,) = desk.cases()
    away = follow_up(first, "YES I am away until Monday.")
    away["Auto-Submitted"] = "auto-replied"
    desk.receive(away)
    desk.work_off()
    (case,) = desk.cases()
    assert (case.category, case.status) == (before.category, before.status)
    assert desk.kinds(case).count("receipt_queued") == 1


def test_a_complaint_is_acknowledged_within_five_working_days_over_christmas(desk: Desk) -> None:
    """Housing Ombudsman Code 6.2; 25 and 28 December 2026 and 1 January 2027 are holidays."""
    desk.receive(mail("gate", f"This is {GRAVE}.", sender=new_address()))
    desk.work_off()
    (case,) = desk.cases()
    assert str(case.acknowledge_by) == "2027-01-05"
    assert str(case.respond_by) == "2027-01-19"


def test_yes_in_the_subject_of_an_empty_reply_is_a_yes(desk: Desk) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    answer = follow_up(first, "")
    answer.replace_header("Subject", "YES")
    desk.receive(answer)
    desk.work_off()
    (case,) = desk.cases()
    assert case.category is Category.COMPLAINT


@pytest.mark.parametrize("text", ["YES", "Yes please\n\nJo", "yes - make it a complaint"])
def test_yes_starts_the_complaint_s_clock_on_the_day_of_the_choice(desk: Desk, text: str) -> None:
    first = mail(*COMMENT, sender=new_address())
    desk.receive(first)
    desk.work_off()
    (before,) = desk.cases()
    desk.clock.at = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
    desk.receive(follow_up(first, text))
    desk.work_off()
    (case,) = desk.cases()
    assert (case.category, case.stage) == (Category.COMPLAINT, 1)
    assert str(case.acknowledge_by) == "2027-01-18"
    assert case.received_at == before.received_at
