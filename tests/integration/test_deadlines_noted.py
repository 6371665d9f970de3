"""Dates that come near or pass are noted on the case, once."""

from datetime import UTC, datetime

from tests.support.post_room import GRAVE, PostRoom
from tests.support.residents import COMMENT, COMPLIMENT, mail, new_address


def run(post_room: PostRoom, day: int) -> str:
    post_room.clock.at = datetime(2027, 1, day, 9, 0, tzinfo=UTC)
    return post_room.application.check_deadlines.run()


def test_a_complaint_s_date_is_noted_when_near_and_when_missed_and_each_once(
    post_room: PostRoom,
) -> None:
    post_room.receive(mail("gate", f"This is {GRAVE}.", sender=new_address()))
    post_room.work_off()
    (case,) = post_room.cases()
    assert str(case.acknowledge_by) == "2027-01-05"
    assert post_room.application.check_deadlines.run() == "nothing due"
    assert run(post_room, 4) == "1 notes written"
    assert run(post_room, 4) == "nothing due"
    assert run(post_room, 6) == "1 notes written"
    assert post_room.kinds(case)[-2:] == ["deadline_near", "deadline_missed"]


def test_thanks_have_no_date_to_miss(post_room: PostRoom) -> None:
    post_room.receive(mail(COMPLIMENT[0], "many thanks to you all", sender=new_address()))
    post_room.work_off()
    assert run(post_room, 31) == "nothing due"


def test_a_closed_case_misses_no_date(post_room: PostRoom) -> None:
    post_room.receive(mail(*COMMENT, sender=new_address()))
    post_room.work_off()
    post_room.close_case(post_room.cases()[0])
    assert run(post_room, 31) == "nothing due"
