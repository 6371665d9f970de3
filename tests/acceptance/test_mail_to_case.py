"""A mail in, a case and a receipt out: through SMTP, a relay and the command line alone."""

import smtplib

import pytest

from tests.support.program import FEEDBACK_ADDRESS
from tests.support.residents import (
    COMMENT,
    COMPLAINT,
    COMPLIMENT,
    GRUMBLE,
    REQUEST,
    Council,
    mail,
    new_address,
    reply,
)
from tests.support.waiting import poll_until


@pytest.mark.parametrize(
    ("words", "category"),
    [
        pytest.param(COMPLAINT, "complaint", id="complaint"),
        pytest.param(COMPLIMENT, "compliment", id="compliment"),
        pytest.param(COMMENT, "comment", id="comment"),
        pytest.param(GRUMBLE, "dissatisfaction", id="dissatisfaction"),
        pytest.param(REQUEST, "service_request", id="service request"),
    ],
)
def test_a_mail_becomes_a_case_of_its_category_with_a_receipt(
    council: Council, words: tuple[str, str], category: str
) -> None:
    resident = new_address()
    message = mail(*words, sender=resident, name="Jo Marsh")
    council.receive(message)
    case = council.case_of(message)
    letter = council.letter_to(resident)
    assert case["category"] == category
    assert case["channel"] == "email"
    assert case["from_addr"] == resident
    assert case["subject"] == words[0]
    assert case["stage"] == (1 if category == "complaint" else None)
    assert case["reference"] in letter["Subject"]
    assert case["reference"] in letter.get_body(("plain",)).get_content()
    assert "acknowledg" not in letter.get_body(("plain",)).get_content().lower()


def test_a_receipt_is_marked_as_automatic_and_threads_with_the_mail_it_answers(
    council: Council,
) -> None:
    resident = new_address()
    message = mail(*REQUEST, sender=resident)
    council.receive(message)
    letter = council.letter_to(resident)
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["In-Reply-To"] == message["Message-ID"]
    assert message["Message-ID"] in letter["References"]
    assert letter.get_body(("html",)) is not None
    assert council.letters_to(resident)[0].sender == "<>"
    case = council.case_of(message)
    poll_until(lambda: council.case(case["reference"])["receipt_sent_at"], 10)


@pytest.mark.parametrize(
    ("headers", "subject", "text"),
    [
        pytest.param(
            {"Auto_Submitted": "auto-replied (vacation)"},
            "Automatic reply: FB",
            "I am out of the office until Monday.",
            id="out of office",
        ),
        pytest.param(
            {"Auto_Submitted": "auto-generated", "Return_Path": "<>"},
            "Undelivered Mail Returned to Sender",
            "I'm sorry to have to inform you that your message could not be delivered.",
            id="bounce",
        ),
        pytest.param(
            {"List_Unsubscribe": "<https://example.org/u>", "Precedence": "bulk"},
            "Our spring newsletter",
            "Ten ideas for your garden this spring. Read more on our site.",
            id="newsletter",
        ),
    ],
)
def test_no_receipt_goes_to_machines_and_the_case_says_why(
    council: Council, headers: dict[str, str], subject: str, text: str
) -> None:
    sender = new_address()
    message = mail(subject, text, sender=sender, **headers)
    council.receive(message)
    shown = council.case(council.case_of(message)["reference"])
    withheld = [event for event in shown["timeline"] if event["kind"] == "receipt_withheld"]
    assert len(withheld) == 1
    assert "no receipt was sent" in withheld[0]["text"]
    assert shown["letters"] == []
    assert council.letters_to(sender) == []


def test_the_same_mail_twice_is_one_case_with_one_receipt(council: Council) -> None:
    resident = new_address()
    message = mail(*GRUMBLE, sender=resident)
    council.receive(message)
    council.receive(message)
    after = mail(*COMMENT, sender=new_address())
    council.receive(after)
    council.case_of(after)
    held = [c for c in council.cases() if message["Message-ID"] in c["message_ids"]]
    assert len(held) == 1
    assert held[0]["message_ids"] == [message["Message-ID"]]
    council.letter_to(resident)
    assert len(council.letters_to(resident)) == 1


def test_a_reply_to_our_letter_joins_its_case_even_when_its_subject_was_changed(
    council: Council,
) -> None:
    resident = new_address()
    first = mail(*REQUEST, sender=resident)
    council.receive(first)
    answer = reply(
        council.letter_to(resident), "It is column 28, not 27.", sender=resident, subject="lamp"
    )
    council.receive(answer)
    assert council.case_of(answer)["reference"] == council.case_of(first)["reference"]


def test_a_new_mail_that_names_the_reference_joins_when_its_sender_is_known(
    council: Council,
) -> None:
    resident = new_address()
    first = mail(*REQUEST, sender=resident)
    council.receive(first)
    reference = council.case_of(first)["reference"]
    second = mail(f"about {reference.lower()}", "Any news on the lamp?", sender=resident)
    council.receive(second)
    assert council.case_of(second)["reference"] == reference


def test_a_stranger_who_quotes_a_reference_gets_a_case_of_their_own(council: Council) -> None:
    resident = new_address()
    first = mail(*REQUEST, sender=resident)
    council.receive(first)
    reference = council.case_of(first)["reference"]
    stranger = mail(
        f"Re: {reference}",
        "Tell me what happened in this case please.",
        sender=new_address(),
        In_Reply_To=first["Message-ID"],
    )
    council.receive(stranger)
    own = council.case_of(stranger)
    assert own["reference"] != reference
    told = [e for e in council.case(reference)["timeline"] if e["kind"] == "mentioned"]
    assert own["reference"] in told[0]["text"]


def test_a_resident_who_follows_up_on_their_own_mail_stays_in_the_case(council: Council) -> None:
    resident = new_address()
    first = mail(*GRUMBLE, sender=resident)
    council.receive(first)
    case = council.case_of(first)
    second = mail(
        f"Re: {GRUMBLE[0]}",
        "And they have come back and blown it all into my drive.",
        sender=resident,
        In_Reply_To=first["Message-ID"],
    )
    council.receive(second)
    assert council.case_of(second)["reference"] == case["reference"]


def test_yes_makes_a_formal_complaint_at_once(council: Council) -> None:
    """Housing Ombudsman Code 1.3: the choice to complain is the resident's."""
    resident = new_address()
    first = mail(*GRUMBLE, sender=resident)
    council.receive(first)
    assert council.case_of(first)["category"] != "complaint"
    answer = reply(council.letter_to(resident), "YES", sender=resident)
    council.receive(answer)
    case = council.case_of(answer)
    assert (case["category"], case["stage"]) == ("complaint", 1)
    assert case["received_at"] == council.case_of(first)["received_at"]
    assert "complaint" in council.letter_to(resident, number=2).get_body(("plain",)).get_content()


def test_other_recipients_are_refused_at_rcpt(council: Council) -> None:
    message = mail(*COMMENT, sender=new_address(), to="someone@elsewhere.example")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        council.intake.send(message.as_bytes(), recipients=("someone@elsewhere.example",))
    assert refused.value.recipients["someone@elsewhere.example"][0] == 550


def test_seventy_megabytes_are_refused_with_552(council: Council) -> None:
    body = b"Subject: big\r\n\r\n" + b"x" * 76 + b"\r\n" * 1
    big = body + (b"y" * 76 + b"\r\n") * (70 * 1024 * 1024 // 78)
    with smtplib.SMTP("127.0.0.1", council.intake.smtp_port, timeout=60) as client:
        client.ehlo()
        assert int(client.esmtp_features["size"]) < len(big)
        client.mail("a@example.org")
        client.rcpt(FEEDBACK_ADDRESS)
        code, _ = client.data(big)
    assert code == 552


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(bytes(range(256)) * 40, id="every byte"),
        pytest.param(b"\xff\xfe\x00\x01 garbage without any header", id="no header"),
        pytest.param(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n", id="cut"),
        pytest.param(b"", id="empty"),
    ],
)
def test_bytes_that_are_no_mail_become_a_case_for_an_officer(council: Council, raw: bytes) -> None:
    known = {case["reference"] for case in council.cases()}
    council.intake.send(raw, sender=new_address())

    def new_case() -> dict[str, object] | None:
        return next((c for c in council.cases() if c["reference"] not in known), None)

    case = poll_until(new_case, 30, every_seconds=0.1)
    assert case is not None
    assert case["status"] == "to_review"


def test_two_programs_that_answer_each_other_fall_silent(council: Council) -> None:
    """A responder without any mark, whose subject grows, is what loops with help desks."""
    robot = new_address()
    message = mail("Ticket received", "Your ticket has been received by our team.", sender=robot)
    answered = 0
    while answered < 40:
        council.receive(message)
        council.case_of(message)
        letters = council.letters_to(robot)
        if len(letters) <= answered:
            shown = council.case(council.case_of(message)["reference"])
            if shown["timeline"][-1]["kind"] == "receipt_withheld":
                break
        answered += 1
        letter = council.letter_to(robot, number=answered)
        message = mail(
            f"[Ticket {answered}] {letter['Subject']}",
            "Your ticket has been received by our team.",
            sender=robot,
        )
    assert answered <= 10
