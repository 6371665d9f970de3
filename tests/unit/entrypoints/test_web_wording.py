"""How facts read on the pages."""

from datetime import UTC, date, datetime

import pytest

from intake.domain.cases import Channel, LetterState, Status, TimelineKind
from intake.domain.inbound import InboundState
from intake.entrypoints.web import wording

SUMMER = datetime(2025, 7, 1, 23, 30, tzinfo=UTC)


def test_a_moment_reads_as_clocks_in_england_show_it():
    assert wording.moment(SUMMER) == "Wednesday 2 July 2025 at 12:30am"
    assert wording.short_moment(SUMMER) == "2 July 2025 at 12:30am"
    assert wording.clock_time(datetime(2025, 1, 1, 12, 5, tzinfo=UTC)) == "12:05pm"


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (date(2025, 3, 3), "today"),
        (date(2025, 3, 4), "tomorrow"),
        (date(2025, 3, 10), "in 7 days"),
        (date(2025, 3, 2), "1 day late"),
        (date(2025, 2, 24), "7 days late"),
    ],
)
def test_a_deadline_says_how_far_off_it_is(by, words):
    assert wording.day_left(by, date(2025, 3, 3)) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "100%"),
        (0.9999, "over 99%"),
        (0.82, "82%"),
        (0.004, "under 1%"),
        (0.0, "0%"),
    ],
)
def test_a_share_never_reads_as_certain_unless_it_is(share, words):
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.95, "very sure"),
        (0.94, "fairly sure"),
        (0.8, "fairly sure"),
        (0.79, "not very sure"),
        (0.5, "not very sure"),
        (0.49, "unsure"),
    ],
)
def test_sureness_reads_in_words(share, words):
    assert wording.sureness(share) == words


@pytest.mark.parametrize(
    ("count", "words"), [(12, "12 bytes"), (2048, "2 KB"), (3_500_000, "3.5 MB")]
)
def test_a_size_reads_as_people_say_it(count, words):
    assert wording.size(count) == words


def test_a_duration_reads_in_seconds_then_minutes():
    assert wording.duration(1.2) == "1 second"
    assert wording.duration(41.3) == "41 seconds"
    assert wording.duration(600) == "10 minutes"


@pytest.mark.parametrize("value", [*Status, *Channel, *LetterState, *InboundState, *TimelineKind])
def test_every_state_and_kind_of_event_has_a_name(value):
    assert wording.name_of(value)
