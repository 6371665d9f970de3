"""Dates that come near or pass are noted on the case, once."""

from datetime import UTC, datetime

from tests.support.post_room import GRAVE, PostRoom
from tests.support.residents import COMMENT, COMPLIMENT, mail, new_address


def run(room: PostRoom, day: int) -> str:
    room.clock.at = datetime(2027, 1, day, 9, 0, tzinfo=UTC)
    return room.application.check_deadlines.run()


def test_a_complaint_s_date_is_noted_when_near_and_when_missed_and_each_once(
    room: PostRoom,
) -> None:
    room.receive(mail("gate", f"This is {GRAVE}.", sender=new_address()))
    room.work_off()
    (case,) = room.cases()
    assert str(case.acknowledge_by) == "2027-01-05"
    assert room.application.check_deadlines.run() == "nothing due"
    assert run(room, 4) == "notes written: 1"
    assert run(room, 4) == "nothing due"
    assert run(room, 6) == "notes written: 1"
    assert room.kinds(case)[-2:] == ["deadline_near", "deadline_missed"]


def test_thanks_have_no_date_to_miss(room: PostRoom) -> None:
    room.receive(mail(COMPLIMENT[0], "many thanks to you all", sender=new_address()))
    room.work_off()
    assert run(room, 31) == "nothing due"


def test_a_closed_case_misses_no_date(room: PostRoom) -> None:
    room.receive(mail(*COMMENT, sender=new_address()))
    room.work_off()
    room.close_case(room.cases()[0])
    assert run(room, 31) == "nothing due"
