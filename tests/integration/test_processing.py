"""Working off messages on the real store: what fails, what is set aside, what replies do."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from intake.domain.cases import Case, Status
from intake.domain.categories import Category
from intake.domain.classification import Decision
from intake.domain.inbound import InboundState
from intake.errors import ClaimLost
from intake.services.open_case import SET_ASIDE, UNCLASSIFIED
from tests.support.post_room import GRAVE, POISON, THANKS, PostRoom
from tests.support.residents import COMMENT, COMPLIMENT, mail, new_address


def test_a_message_the_program_fails_on_is_set_aside_after_three_tries_and_the_others_go_on(
    room: PostRoom,
) -> None:
    room.receive(mail("one", POISON, sender=new_address()))
    room.receive(mail(*COMMENT, sender=new_address()))
    room.work_off()
    bad, good = sorted(room.cases(), key=lambda case: case.category is not None)
    assert good.category is Category.COMMENT
    assert (bad.category, bad.status) == (None, Status.TO_REVIEW)
    assert bad.decision_reason == SET_ASIDE
    with room.application.store.reading() as work:
        aside = work.inbound.list_set_aside()
    assert [(each.tries, each.case_reference) for each in aside] == [(3, bad.reference)]
    assert "ZeroDivisionError" in aside[0].error


def test_a_message_set_aside_is_read_into_the_same_case_when_it_is_tried_again(
    room: PostRoom,
) -> None:
    room.receive(mail("one", POISON, sender=new_address()))
    room.work_off()
    (before,) = room.cases()
    room.classifier.fails_on = set()
    with room.application.store.writing() as work:
        work.inbound.retry(work.inbound.list_set_aside()[0].id)
        work.commit()
    room.work_off()
    (after,) = room.cases()
    assert after.reference == before.reference
    assert (after.category, after.subject) == (Category.COMMENT, "one")
    assert "receipt_queued" in room.kinds(after)
    with room.application.store.reading() as work:
        assert work.inbound.list_set_aside() == []


def test_a_message_that_ended_the_worker_three_times_is_set_aside_unread(
    room: PostRoom,
) -> None:
    room.receive(mail(*COMMENT, sender=new_address()))
    process = room.application.process_message
    for _ in range(3):
        assert process.claim("a worker that dies") is not None
        room.clock.move(hours=1)
    room.work_off()
    (case,) = room.cases()
    assert case.decision_reason == SET_ASIDE
    assert "unreadable" in room.kinds(case)


def test_a_message_becomes_a_case_without_a_category_when_the_classifier_is_away(
    room: PostRoom,
) -> None:
    room.classifier.is_available = False
    room.receive(mail(*COMMENT, sender=new_address()))
    room.work_off()
    (case,) = room.cases()
    assert (case.category, case.status) == (None, Status.TO_REVIEW)
    assert case.decision_reason == UNCLASSIFIED
    assert "receipt_queued" in room.kinds(case)


def test_a_worker_whose_claim_ran_out_does_not_enter_the_message_again(room: PostRoom) -> None:
    room.receive(mail(*COMMENT, sender=new_address()))
    process = room.application.process_message
    slow = process.claim("slow worker")
    assert slow is not None
    room.clock.move(hours=1)
    room.work_off()
    with pytest.raises(ClaimLost):
        process.process(slow)
    assert len(room.cases()) == 1


def test_a_worker_takes_over_at_once_what_the_last_one_of_its_name_held(
    room: PostRoom,
) -> None:
    room.receive(mail(*COMMENT, sender=new_address()))
    name = f"{room.application.settings.node_name}:worker"
    assert room.application.process_message.claim(name) is not None
    room.work_off()
    assert len(room.cases()) == 1
    with room.application.store.reading() as work:
        assert work.inbound.count_by_state()[InboundState.CLAIMED] == 0


def follow_up(first: EmailMessage, text: str) -> EmailMessage:
    sender = first["From"].addresses[0].addr_spec
    return mail("Re: it", text, sender=sender, In_Reply_To=first["Message-ID"])


def test_a_reply_brings_a_closed_case_back_before_an_officer(room: PostRoom) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    room.close_case(room.cases()[0])
    room.receive(follow_up(first, "And another thing about those benches."))
    room.work_off()
    (case,) = room.cases()
    assert case.status is Status.TO_REVIEW


def test_mere_thanks_do_not_reopen_a_closed_case(room: PostRoom) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    room.close_case(room.cases()[0])
    room.receive(follow_up(first, f"Many {THANKS}, all done."))
    room.work_off()
    (case,) = room.cases()
    assert case.status is Status.CLOSED
    assert "joined" in room.kinds(case)


def test_a_later_message_that_reads_graver_goes_to_an_officer_and_changes_no_category(
    room: PostRoom,
) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    room.receive(follow_up(first, f"This is {GRAVE}."))
    room.work_off()
    (case,) = room.cases()
    assert case.category is Category.COMMENT
    assert case.decision is Decision.REVIEW
    assert case.decision_reason == "A later message reads as: complaint."


def test_a_danger_in_a_later_message_makes_its_case_urgent(room: PostRoom) -> None:
    first = mail(*COMPLIMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    room.receive(follow_up(first, "There is a smell of gas in the hall."))
    room.work_off()
    (case,) = room.cases()
    assert (case.urgent, case.hazards) == (True, ("gas",))
    assert "hazard" in room.kinds(case)


def test_a_machine_s_answer_in_a_thread_changes_nothing_about_its_case(room: PostRoom) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    (before,) = room.cases()
    away = follow_up(first, "YES I am away until Monday.")
    away["Auto-Submitted"] = "auto-replied"
    room.receive(away)
    room.work_off()
    (case,) = room.cases()
    assert (case.category, case.status) == (before.category, before.status)
    assert room.kinds(case).count("receipt_queued") == 1


def test_a_complaint_is_acknowledged_within_five_working_days_over_christmas(
    room: PostRoom,
) -> None:
    """Housing Ombudsman Code 6.2; 25 and 28 December 2026 and 1 January 2027 are holidays."""
    room.receive(mail("gate", f"This is {GRAVE}.", sender=new_address()))
    room.work_off()
    (case,) = room.cases()
    assert str(case.acknowledge_by) == "2027-01-05"
    assert str(case.respond_by) == "2027-01-19"


def test_yes_in_the_subject_of_an_empty_reply_is_a_yes(room: PostRoom) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    answer = follow_up(first, "")
    answer.replace_header("Subject", "YES")
    room.receive(answer)
    room.work_off()
    (case,) = room.cases()
    assert case.category is Category.COMPLAINT


@pytest.mark.parametrize("text", ["YES", "Yes please\n\nJo", "yes - make it a complaint"])
def test_yes_starts_the_complaint_s_clock_on_the_day_of_the_choice(
    room: PostRoom, text: str
) -> None:
    first = mail(*COMMENT, sender=new_address())
    room.receive(first)
    room.work_off()
    (before,) = room.cases()
    room.clock.at = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)
    room.receive(follow_up(first, text))
    room.work_off()
    (case,) = room.cases()
    assert (case.category, case.stage) == (Category.COMPLAINT, 1)
    assert str(case.acknowledge_by) == "2027-01-18"
    assert case.received_at == before.received_at


def receipt_of(room: PostRoom, case: Case) -> str:
    return room.application.read_cases.file(case.reference).letters[0].text


def test_a_receipt_offers_the_cases_its_reader_has_open_and_no_others(room: PostRoom) -> None:
    sender = new_address()
    room.receive(mail(*COMMENT, sender=new_address()))
    room.receive(mail("Brown bin", GRAVE, sender=sender))
    room.work_off()
    stranger, first = sorted(room.cases(), key=lambda case: case.from_addr == sender)
    room.receive(mail("Again", GRAVE, sender=sender))
    room.work_off()
    second = max(room.cases(), key=lambda case: case.id or 0)
    offered = f"{first.reference}, from"
    assert offered in receipt_of(room, second)
    assert offered not in receipt_of(room, first)
    assert offered not in receipt_of(room, stranger)
    assert "mentioned" in room.kinds(second)


def test_a_closed_case_is_offered_no_more(room: PostRoom) -> None:
    sender = new_address()
    room.receive(mail("Brown bin", GRAVE, sender=sender))
    room.work_off()
    (first,) = room.cases()
    room.close_case(first)
    room.receive(mail("Again", GRAVE, sender=sender))
    room.work_off()
    second = max(room.cases(), key=lambda case: case.id or 0)
    assert first.reference not in receipt_of(room, second)
