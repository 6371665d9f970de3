"""Cases, their messages and their history: kept whole, changed one at a time, listed in order."""

import itertools
from datetime import date, timedelta

import pytest

from intake.domain.cases import AttachmentNote, Review, Status, TimelineEntry, TimelineKind
from intake.domain.categories import Category, ServiceArea
from intake.domain.references import reference_from_number
from intake.errors import StaleCase
from intake.services.ports import CaseOrder, CaseQuery
from tests.support.stored import (
    MONDAY,
    claim,
    new_case,
    new_classification,
    new_letter,
    new_message,
    open_case,
    receive,
)


def open_many(store, *cases):
    with store.writing() as work:
        opened = [work.cases.open(case) for case in cases]
        work.commit()
    return opened


def numbers(store, **query):
    with store.reading() as work:
        return [row.case.id for row in work.cases.list(CaseQuery(**query))]


def test_a_case_is_kept_as_it_was_opened(store):
    case = new_case(
        category=Category.COMPLAINT,
        stage=1,
        landlord=True,
        urgent=True,
        hazards=("gas", "electric"),
        receipt_sent_at=MONDAY,
        acknowledged_at=MONDAY + timedelta(days=1),
        acknowledge_by=date(2026, 11, 9),
        receipt_withheld="A machine sent it.",
    )
    (opened,) = open_many(store, case)
    with store.reading() as work:
        found = work.cases.by_id(opened.id)
        assert work.cases.by_reference(opened.reference) == found
    case.id, case.reference = opened.id, reference_from_number(opened.id)
    assert found == case


def test_a_case_without_category_or_area_is_kept(store):
    (opened,) = open_many(store, new_case(category=None, area=None, confidence=None))
    with store.reading() as work:
        found = work.cases.by_id(opened.id)
    assert (found.category, found.area, found.confidence) == (None, None, None)


def test_nothing_is_found_when_the_reference_or_number_is_unknown(store):
    with store.reading() as work:
        assert work.cases.by_reference("FB-2222-22") is None
        assert work.cases.by_reference("FB\x00-2222-22" * 100) is None
        assert work.cases.by_id(1) is None
        assert work.cases.file("FB-2222-22") is None
    with store.writing() as work:
        assert work.cases.by_id(1, lock=True) is None


def test_a_changed_case_is_saved_and_its_version_goes_up(store):
    (case,) = open_many(store, new_case())
    with store.writing() as work:
        case.status = Status.OPEN
        work.cases.save(case)
        case.area = ServiceArea.HOUSING_REPAIRS
        work.cases.save(case)
        work.commit()
    with store.reading() as work:
        found = work.cases.by_id(case.id)
    assert (found.status, found.area, found.version) == ("open", "housing_repairs", 2)


def test_a_case_is_stale_when_somebody_changed_it_in_the_meantime(store):
    (case,) = open_many(store, new_case())
    with store.reading() as work:
        mine, theirs = work.cases.by_id(case.id), work.cases.by_id(case.id)
    with store.writing() as work:
        work.cases.save(theirs)
        work.commit()
    with store.writing() as work, pytest.raises(StaleCase):
        work.cases.save(mine)


def test_a_locked_case_is_read_as_the_last_change_left_it(store):
    (case,) = open_many(store, new_case())
    with store.writing() as work:
        seen = work.cases.by_id(case.id, lock=True)
        seen.subject = "Changed"
        work.cases.save(seen)
        assert work.cases.by_reference(case.reference, lock=True).subject == "Changed"


def test_a_number_is_never_given_twice_when_an_opening_was_undone(store):
    first, second = open_many(store, new_case(), new_case())
    with store.writing() as work:
        work.cases.open(new_case())
    (third,) = open_many(store, new_case())
    assert first.id < second.id < third.id
    assert len({case.reference for case in (first, second, third)}) == 3


def test_a_file_holds_everything_in_the_order_it_happened(store):
    case = open_case(store, {"attachments": (AttachmentNote(name="a", type="b/c", size=3),)})
    receive(store)
    claimed = claim(store)
    entries = [
        TimelineEntry(at=MONDAY, kind=kind, by="intake", text=kind)
        for kind in (TimelineKind.RECEIVED, TimelineKind.CLASSIFIED, TimelineKind.CONFIRMED)
    ]
    review = Review(
        at=MONDAY,
        officer="robin.reader@council.example",
        model_category=None,
        officer_category=Category.COMMENT,
        reason="An idea.",
        seconds_taken=4.2,
        model="told-1",
    )
    letter = new_letter(case.id)
    with store.writing() as work:
        added = work.cases.add_message(
            case.id, new_message(claimed.id, html="<p>Yes</p>", warnings=("odd",), automatic="list")
        )
        stored = new_classification(
            added.id, urgent=True, hazards=("gas",), hazard_sentence="I smell gas."
        )
        work.cases.add_classification(case.id, stored)
        for entry in entries:
            work.cases.add_timeline(case.id, entry)
        work.cases.add_review(case.id, review)
        work.outbox.add(letter)
        work.commit()
    with store.reading() as work:
        file = work.cases.file(case.reference)
    assert file.case == case
    assert file.messages[0].attachments == (AttachmentNote(name="a", type="b/c", size=3),)
    assert file.messages[1] == added
    assert list(file.timeline) == entries
    assert file.classifications[0].classification == stored.classification
    assert file.reviews == (review,)
    assert [each.purpose for each in file.letters] == [letter.purpose]


def test_a_file_holds_nothing_of_another_case(store):
    case, other = open_case(store), open_case(store)
    with store.writing() as work:
        work.outbox.add(new_letter(other.id))
        work.commit()
    with store.reading() as work:
        file = work.cases.file(case.reference)
    assert (len(file.messages), file.letters) == (1, ())


def test_a_message_read_anew_takes_the_place_of_the_one_before(store):
    case = open_case(store, {"body": "", "subject": "unread"})
    with store.writing() as work:
        (before,) = work.cases.file(case.reference).messages
        after = work.cases.add_message(case.id, new_message(before.inbound_id, body="A wheelchair"))
        work.commit()
    assert after.id == before.id
    with store.reading() as work:
        assert work.cases.file(case.reference).messages == (after,)
    assert numbers(store, words="wheelchair") == [case.id]
    assert numbers(store, words="unread") == []


def test_whoever_took_part_in_a_message_of_a_case_is_known(store):
    case = open_case(store, {"participants": ("Alex.Example@example.org", "sam@example.org")})
    with store.reading() as work:
        people = work.cases.participants(case.id)
        assert work.cases.participants(case.id + 1) == frozenset()
    assert people == {"alex.example@example.org", "sam@example.org"}


def test_cases_are_found_by_the_ids_of_their_messages(store):
    first = open_case(store, {"message_id": "<one@example.org>"})
    second = open_case(store, {"message_id": "<two@example.org>"})
    open_case(store, {"message_id": ""})
    with store.reading() as work:
        found = work.cases.cases_of_messages
        assert found(["<two@example.org>", "<one@example.org>"]) == [first.id, second.id]
        assert found(["<two@example.org>", "<two@example.org>", "<x@example.org>"]) == [second.id]
        assert found(["", "<ONE@example.org>"]) == []
        assert found([]) == []


def test_a_case_is_found_by_the_last_of_any_number_of_ids(store):
    case = open_case(store, {"message_id": "<one@example.org>"})
    ids = [f"<{number}@example.org>" for number in range(70_000)]
    with store.reading() as work:
        assert work.cases.cases_of_messages([*ids, "<one@example.org>"]) == [case.id]


def test_a_case_is_found_by_an_id_no_database_could_hold_or_index(store):
    odd = "<\x00\ud800" + "x" * 100_000 + "@example.org>"
    case = open_case(store, {"message_id": odd})
    with store.reading() as work:
        assert work.cases.cases_of_messages([odd]) == [case.id]


def test_lists_show_the_newest_first_and_go_on_where_a_page_ended(store):
    moments = [MONDAY + timedelta(hours=hours) for hours in (3, 1, 2, 2, 5)]
    opened = open_many(
        store,
        *(
            new_case(received_at=at, urgent=number % 2 == 0, status=list(Status)[number % 3])
            for number, at in enumerate(moments)
        ),
    )
    in_order = [opened[place].id for place in (4, 0, 3, 2, 1)]
    assert numbers(store) == in_order
    assert numbers(store, limit=2) == in_order[:2]
    assert numbers(store, limit=2, after_id=in_order[1]) == in_order[2:4]
    assert numbers(store, limit=2, after_id=in_order[3]) == in_order[4:]
    assert numbers(store, limit=2, after_id=in_order[4]) == []


def test_the_queue_shows_urgent_cases_first_and_then_the_longest_waiting(store):
    wanted = ((False, 2), (True, 3), (False, 1), (True, 1), (False, 3))
    opened = open_many(
        store,
        *(
            new_case(urgent=urgent, received_at=MONDAY + timedelta(hours=hours))
            for urgent, hours in wanted
        ),
        new_case(status=Status.OPEN, urgent=True),
    )
    in_order = [opened[place].id for place in (3, 1, 2, 0, 4)]
    queue = {"status": Status.TO_REVIEW, "order": CaseOrder.QUEUE}
    assert numbers(store, **queue) == in_order
    pages, after = [], None
    while page := numbers(store, limit=2, after_id=after, **queue):
        pages.append(page)
        after = page[-1]
    assert list(itertools.chain(*pages)) == in_order


def test_the_queue_goes_on_after_a_case_that_left_it(store):
    opened = open_many(
        store, *(new_case(received_at=MONDAY + timedelta(hours=hours)) for hours in range(3))
    )
    with store.writing() as work:
        opened[1].status = Status.OPEN
        work.cases.save(opened[1])
        work.commit()
    queue = {"status": Status.TO_REVIEW, "order": CaseOrder.QUEUE}
    assert numbers(store, after_id=opened[1].id, **queue) == [opened[2].id]


def test_every_combination_of_filters_lists_exactly_what_fits(store):
    statuses = (Status.TO_REVIEW, Status.OPEN, Status.CLOSED)
    categories = (Category.COMMENT, Category.COMPLAINT, None)
    areas = (ServiceArea.HOUSING_REPAIRS, ServiceArea.WASTE_RECYCLING, None)
    opened = open_many(
        store,
        *(
            new_case(
                status=status,
                category=category,
                area=area,
                urgent=urgent,
                received_at=MONDAY + timedelta(minutes=minute),
            )
            for minute, (status, category, area, urgent) in enumerate(
                itertools.product(statuses, categories, areas, (True, False))
            )
        ),
    )
    choices = itertools.product(
        (None, *statuses), (None, *categories[:2]), (None, *areas[:2]), (None, True, False)
    )
    for status, category, area, urgent in choices:
        filters = {"status": status, "category": category, "area": area, "urgent": urgent}
        fits = [
            case.id
            for case in opened
            if all(value in (None, getattr(case, name)) for name, value in filters.items())
        ]
        assert numbers(store, limit=100, **filters) == fits[::-1]
        by_number = {case.id: case for case in opened}
        waiting = sorted(fits, key=lambda number: (not by_number[number].urgent, number))
        assert numbers(store, limit=100, order=CaseOrder.QUEUE, **filters) == waiting


def test_a_case_in_a_list_names_the_ids_of_its_messages(store):
    case = open_case(store, {"message_id": "<one@example.org>"})
    receive(store)
    claimed = claim(store)
    with store.writing() as work:
        work.cases.add_message(case.id, new_message(claimed.id, message_id=""))
        work.commit()
    with store.reading() as work:
        (row,) = work.cases.list(CaseQuery())
    assert row.message_ids == ("<one@example.org>",)


def test_all_cases_are_given_oldest_first_however_many_there_are(store):
    opened = open_many(store, *(new_case(status=Status.OPEN) for _ in range(501)), new_case())
    with store.reading() as work:
        every = [row.case.id for row in work.cases.iterate(CaseQuery())]
        still_open = [row.case.id for row in work.cases.iterate(CaseQuery(status=Status.OPEN))]
    assert every == [case.id for case in opened]
    assert still_open == every[:-1]


def test_unfinished_cases_are_counted(store):
    open_many(store, new_case(), new_case(), new_case(status=Status.CLOSED))
    with store.reading() as work:
        assert work.cases.count_by_status() == {Status.TO_REVIEW: 2, Status.OPEN: 0}


def test_cases_with_a_date_that_is_near_or_past_are_due(store):
    friday, monday = date(2026, 11, 13), date(2026, 11, 16)
    answer_due, acknowledge_due, *_ = open_many(
        store,
        new_case(respond_by=friday),
        new_case(acknowledge_by=friday, respond_by=monday, status=Status.OPEN),
        new_case(acknowledge_by=friday, respond_by=monday, acknowledged_at=MONDAY),
        new_case(respond_by=monday),
        new_case(respond_by=None),
        new_case(respond_by=friday, status=Status.CLOSED),
    )

    def due(**where):
        with store.reading() as work:
            return [case.id for case in work.cases.due(**{"by": friday, "limit": 9, **where})]

    assert due(after_id=0) == [answer_due.id, acknowledge_due.id]
    assert due(after_id=0, limit=1) == [answer_due.id]
    assert due(after_id=answer_due.id) == [acknowledge_due.id]
    assert due(after_id=acknowledge_due.id) == []


def test_an_event_is_known_only_in_the_case_it_happened_to(store):
    case, other = open_many(store, new_case(), new_case())
    near, text = TimelineKind.DEADLINE_NEAR, "The answer is due."
    with store.writing() as work:
        work.cases.add_timeline(case.id, TimelineEntry(at=MONDAY, kind=near, by="x", text=text))
        work.commit()
    with store.reading() as work:
        assert work.cases.has_timeline(case.id, near, text)
        assert not work.cases.has_timeline(case.id, TimelineKind.DEADLINE_MISSED, text)
        assert not work.cases.has_timeline(case.id, near, "The answer was due.")
        assert not work.cases.has_timeline(other.id, near, text)
