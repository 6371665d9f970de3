"""Who gets a receipt, which one, where it goes, and what may be said in it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intake.domain import receipts
from intake.domain.cases import Case, Channel, Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.classification import Decision
from intake.domain.receipts import (
    RECEIPT_KINDS,
    ReceiptFacts,
    greeting_name,
    is_machine_address,
    is_own_address,
    is_usable_address,
    letter_facts,
    letter_subject,
    limit_reached,
    receipt_address,
    receipt_kind,
    receipt_refusal,
)
from intake.domain.references import reference_from_number

NOW = datetime(2026, 8, 7, 10, 0, tzinfo=UTC)
OWN = ("feedback@council.example", "complaints@council.example")
AREA_NAMES = {area: area.label for area in ServiceArea}


def facts(**changes: object) -> ReceiptFacts:
    values: dict[str, object] = {
        "automatic": None,
        "null_return_path": False,
        "to_addr": "jo.marsh@example.org",
        "own_addresses": OWN,
        "now": NOW,
    }
    return ReceiptFacts(**(values | changes))  # type: ignore[arg-type]


def minutes_ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


def test_a_person_gets_a_receipt():
    assert receipt_refusal(facts()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"automatic": "auto-reply"}, receipts.REFUSED_AUTOMATIC["auto-reply"]),
        ({"automatic": "bounce"}, receipts.REFUSED_AUTOMATIC["bounce"]),
        ({"automatic": "list"}, receipts.REFUSED_AUTOMATIC["list"]),
        ({"automatic": "loop"}, receipts.REFUSED_AUTOMATIC["loop"]),
        ({"automatic": "of a kind not heard of yet"}, receipts.REFUSED_OTHER_AUTOMATIC),
        ({"null_return_path": True}, receipts.REFUSED_RETURN_PATH),
        ({"to_addr": ""}, receipts.REFUSED_ADDRESS),
        ({"to_addr": "jo@"}, receipts.REFUSED_ADDRESS),
        ({"to_addr": "Complaints@Council.Example"}, receipts.REFUSED_OWN),
        ({"to_addr": "complaints+damp@council.example"}, receipts.REFUSED_OWN),
        ({"to_addr": "No-Reply@example.org"}, receipts.REFUSED_MACHINE),
        (
            {"case_times": minutes_ago(5, 10, 59), "per_case": [(3, 60)]},
            receipts.REFUSED_CASE_LIMIT,
        ),
        (
            {"address_times": minutes_ago(1, 2), "per_address": [(2, 60)]},
            receipts.REFUSED_ADDRESS_LIMIT,
        ),
    ],
)
def test_no_receipt_goes_out_and_the_reason_is_told(changes, reason):
    assert receipt_refusal(facts(**changes)) == reason


def test_the_first_reason_is_the_one_told_when_several_apply():
    refusal = receipt_refusal(facts(automatic="bounce", to_addr="mailer-daemon@example.org"))
    assert refusal == receipts.REFUSED_AUTOMATIC["bounce"]


def test_every_reason_is_a_sentence_for_officers():
    reasons = [
        value
        for name, value in vars(receipts).items()
        if name.startswith("REFUSED_") and isinstance(value, str)
    ]
    for reason in [*reasons, *receipts.REFUSED_AUTOMATIC.values()]:
        assert reason.endswith(" was sent.")


@pytest.mark.parametrize(
    ("times", "windows", "reached"),
    [
        ([], [(1, 60)], None),
        (minutes_ago(59), [(1, 60)], (1, 60)),
        (minutes_ago(60), [(1, 60)], None),
        (minutes_ago(1, 2), [(3, 60), (2, 1440)], (2, 1440)),
        (minutes_ago(1, 2), [], None),
        (minutes_ago(1, 200, 300, 400), [(2, 60), (5, 1440)], None),
    ],
)
def test_a_limit_counts_what_its_window_reaches(times, windows, reached):
    assert limit_reached(times, NOW, windows) == reached


def test_two_programs_that_answer_each_other_fall_silent_within_the_hour():
    """A responder that marks nothing and grows its subject each time (peers lost cases to it)."""
    sent: list[datetime] = []
    for second in range(3600):
        now = NOW + timedelta(seconds=second)
        if limit_reached(sent, now, [(3, 60), (6, 1440)]) is None:
            sent.append(now)
    assert len(sent) == 3


@pytest.mark.parametrize("category", list(Category))
def test_a_settled_category_gets_its_own_receipt(category):
    kind = receipt_kind(category=category, decision=Decision.AUTO)
    assert kind == f"receipt_{category.value}"
    assert kind in RECEIPT_KINDS


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"category": Category.COMPLAINT, "decision": Decision.REVIEW}, "receipt_review"),
        ({"category": None, "decision": Decision.REVIEW}, "receipt_unknown"),
        (
            {"category": Category.COMMENT, "decision": Decision.AUTO, "joined": True},
            "receipt_added",
        ),
        (
            {
                "category": Category.COMPLAINT,
                "decision": Decision.REVIEW,
                "joined": True,
                "complaint_chosen": True,
            },
            "receipt_complaint_chosen",
        ),
    ],
)
def test_a_receipt_says_no_more_than_is_known(arguments, kind):
    assert receipt_kind(**arguments) == kind
    assert kind in RECEIPT_KINDS


@pytest.mark.parametrize(
    ("reply_to", "address"),
    [
        ("", "jo@example.org"),
        ("marsh@example.com", "marsh@example.com"),
        ("not an address", "jo@example.org"),
        ("feedback@council.example", "jo@example.org"),
        ("noreply@example.com", "noreply@example.com"),
    ],
)
def test_the_receipt_goes_where_the_sender_asks_unless_that_is_us_or_nowhere(reply_to, address):
    assert receipt_address(reply_to, "jo@example.org", OWN) == address


@pytest.mark.parametrize(
    "address",
    [
        "jo@example.org",
        "jo.o'marsh+bins@mail.example.org",
        "zoë@exämple.org",
        "a" * 64 + "@example.org",
        "用户@例え.example",
    ],
)
def test_an_address_that_mail_can_go_to_is_usable(address):
    assert is_usable_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "jo",
        "jo@localhost",
        "@example.org",
        "jo@example..org",
        "jo@-example.org",
        "jo..m@example.org",
        ".jo@example.org",
        "jo m@example.org",
        "jo@example.org\r\nBcc: x@example.org",
        "jo@example.org>",
        '"jo marsh"@example.org',
        "jo,kim@example.org",
        "jo@kim@example.org",
        "jo@[192.0.2.1]",
        "jo\x00@example.org",
        "a" * 65 + "@example.org",
        "jo@" + "a." * 130 + "example",
        "jo\ud800@example.org",
    ],
)
def test_an_address_that_could_do_harm_is_not_usable(address):
    assert not is_usable_address(address)


@pytest.mark.parametrize(
    "local",
    [
        "MAILER-DAEMON",
        "postmaster",
        "noreply",
        "no_reply",
        "no.reply-1234",
        "do-not-reply",
        "donotreply+abc",
        "bounces+jo=example.org",
        "owner-residents",
        "residents-request",
        "residents-bounces",
        "LISTSERV",
        "auto-reply",
        "nobody",
    ],
)
def test_a_machines_address_is_known_by_its_local_part(local):
    assert is_machine_address(f"{local}@example.org")


@pytest.mark.parametrize(
    "local", ["norma.reply", "jo", "bouncer", "rooter", "requests", "daemona.marsh", "ownerson"]
)
def test_a_persons_address_is_not_taken_for_a_machines(local):
    assert not is_machine_address(f"{local}@example.org")


def test_a_stranger_at_our_domain_is_not_one_of_our_addresses():
    assert not is_own_address("jo.marsh@council.example", OWN)


@pytest.mark.parametrize(
    "name",
    [
        "Jo Marsh",
        "Seán O'Brien",
        "Anne-Marie D\u2019Arcy",
        "J. R. Marsh",
        "Zoë",
        "李 娜",
        "Dr. Kaur",
    ],
)
def test_a_name_is_greeted_with(name):
    assert greeting_name(f"  {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "jo@example.org",
        "Win now at example.com",
        "Call 07700 900123",
        "Marsh, Jo (Housing)",
        "one two three four five",
        "x" * 41,
        "Jo\r\nBcc: kim@example.org",
        "<b>Jo</b>",
        "Jo\u202eMarsh",
    ],
)
def test_what_may_be_no_name_is_not_greeted_with(name):
    assert greeting_name(name) == ""


@pytest.mark.parametrize(
    ("subject", "repeated"),
    [
        ("Damp in my flat", "Damp in my flat"),
        ("Re: Fwd: RE: Damp", "Damp"),
        ("", ""),
        ("  spaced \t out\r\nBcc: kim ", "spaced out Bcc: kim"),
        ("See https://example.com/win and www.example.com now", "See and now"),
        ("Write to kim@example.com today", "Write to today"),
        ("w" * 30 + " " + "v" * 40, "w" * 30 + "..."),
        ("FB page of the council", "FB page of the council"),
    ],
)
def test_a_subject_is_repeated_on_one_short_line(subject, repeated):
    assert letter_subject(subject) == repeated


def test_a_subject_does_not_grow_when_a_program_answers_our_answers():
    """Each turn of a loop puts its own words in front; ours must come out the same."""
    reference = receipts_reference()
    subject = "Damp in my flat"
    for _ in range(20):
        subject = letter_subject(f"RE: We have your message - {reference}: {subject}")
    assert subject == "Damp in my flat"


def test_a_reference_in_a_subject_is_not_repeated():
    reference = receipts_reference()
    assert letter_subject(f"Re: We have your message - {reference}") == ""
    assert letter_subject(f"My case ({reference})") == "My case"
    assert letter_subject(f"{reference.lower()} still damp") == "still damp"


def receipts_reference() -> str:
    return reference_from_number(41)


def a_case(**changes: object) -> Case:
    values: dict[str, object] = {
        "reference": "FB-7K3M-Q2",
        "channel": Channel.EMAIL,
        "status": Status.OPEN,
        "category": Category.SERVICE_REQUEST,
        "decision": Decision.AUTO,
        "decision_reason": "",
        "confidence": 0.97,
        "area": ServiceArea.HOUSING_REPAIRS,
        "subject": "Damp",
        "from_addr": "jo@example.org",
        "from_name": "Jo Marsh",
        "received_at": NOW,
        "respond_by": date(2026, 8, 21),
    }
    return Case(**(values | changes))  # type: ignore[arg-type]


def test_the_service_area_is_named_when_it_is_settled():
    assert (
        letter_facts(a_case(), subject="", received_at=NOW, area_names=AREA_NAMES)["area"]
        == "Housing repairs"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": Decision.REVIEW},
        {"area": None},
        {"area": ServiceArea.OTHER_AREA},
    ],
)
def test_the_service_area_is_not_named_when_nobody_settled_it(changes):
    assert (
        letter_facts(a_case(**changes), subject="", received_at=NOW, area_names=AREA_NAMES)["area"]
        == ""
    )


@pytest.mark.parametrize("changes", [{"urgent": True}, {"hazards": ("damp_mould",)}])
def test_a_danger_of_any_kind_is_a_fact_of_the_letter(changes):
    assert (
        letter_facts(a_case(**changes), subject="", received_at=NOW, area_names=AREA_NAMES)[
            "danger"
        ]
        is True
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"to_addr": ""}, receipts.REFUSED_NO_ADDRESS_IN_CHAT),
        ({"to_addr": "", "left": True}, receipts.REFUSED_LEFT_CHAT),
        ({"left": True}, None),
        ({"joined": True}, None),
        ({"joined": True, "has_receipt": True}, receipts.REFUSED_TOLD_IN_CHAT),
        ({"joined": True, "has_receipt": True, "complaint_chosen": True}, None),
    ],
)
def test_a_chat_gets_its_first_letter_and_one_for_a_complaint_chosen_later(changes, refusal):
    asked = {
        "to_addr": "jo.marsh@example.org",
        "left": False,
        "joined": False,
        "complaint_chosen": False,
        "has_receipt": False,
    }
    assert receipts.chat_receipt_refusal(**{**asked, **changes}) == refusal


def test_a_complaint_promises_no_date_of_an_answer():
    """Its clock starts with the letter that defines it (Housing Ombudsman Code 6.3)."""
    complaint = a_case(category=Category.COMPLAINT, acknowledge_by=date(2026, 8, 14))
    told = letter_facts(complaint, subject="", received_at=NOW, area_names=AREA_NAMES)
    assert told["reply_by"] is None
    assert told["acknowledge_by"] == date(2026, 8, 14)
