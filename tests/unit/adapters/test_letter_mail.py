"""Our letters as mail: marks, threading, both texts, and nothing forged in."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.adapters.letter_mail import ReceiptMail, ascii_domain, build_letter
from intake.errors import InvalidSubmission
from intake.services.ports import LetterText

TEXT = LetterText(
    subject="We have your message - FB-7K3M-Q2: Damp",
    text="Dear Jo,\n\nWe aim to write by Friday \u2013 or sooner.\n.\nThe council\n",
    html="<!DOCTYPE html>\n<p>Dear Jo,</p>\n",
)
WRITTEN_AT = datetime(2026, 8, 7, 9, 30, tzinfo=UTC)
OUR_ID = "<fb.7k3mq2.0123456789abcdef.0123456789abcdef0123456789abcdef@council.example>"


def raw_letter(text: LetterText = TEXT, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "sender_name": "The council",
        "sender_addr": "feedback@council.example",
        "to_addr": "jo@example.org",
        "message_id": OUR_ID,
        "written_at": WRITTEN_AT,
        "in_reply_to": "<jo-1@example.org>",
        "references": (),
    }
    return build_letter(text, **(values | changes))


def letter(text: LetterText = TEXT, **changes: Any) -> EmailMessage:
    return email.message_from_bytes(raw_letter(text, **changes), policy=email.policy.default)


def test_a_letter_carries_the_marks_of_an_automatic_reply():
    mail = letter()
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "auto_reply"


def test_a_letter_names_its_sender_recipient_and_time():
    mail = letter()
    assert mail["From"] == "The council <feedback@council.example>"
    assert mail["Reply-To"] == "feedback@council.example"
    assert mail["To"] == "jo@example.org"
    assert mail["Date"].datetime == WRITTEN_AT
    assert mail["Message-ID"] == OUR_ID
    assert mail["Content-Language"] == "en-GB"
    assert mail["Subject"] == TEXT.subject


def test_a_letter_holds_the_same_words_as_text_and_as_html():
    plain, html = letter().iter_parts()
    assert plain.get_content().splitlines() == TEXT.text.splitlines()
    assert html.get_content().splitlines() == TEXT.html.splitlines()
    assert [part["Content-Transfer-Encoding"] for part in (plain, html)] == ["quoted-printable"] * 2


def test_a_letter_answers_the_residents_message_in_their_thread():
    mail = letter(references=("<first@example.org>", "<second@example.org>"))
    assert mail["In-Reply-To"] == "<jo-1@example.org>"
    assert mail["References"] == "<first@example.org> <second@example.org> <jo-1@example.org>"


def test_a_message_without_an_id_is_answered_without_a_thread():
    mail = letter(in_reply_to="")
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_a_long_thread_keeps_its_first_and_its_newest_messages():
    chain = tuple(f"<{number}@example.org>" for number in range(500))
    kept = letter(references=chain)["References"].split()
    assert kept[0] == "<0@example.org>"
    assert kept[-2:] == ["<499@example.org>", "<jo-1@example.org>"]
    assert len(kept) == 21


def test_a_long_id_goes_out_as_it_came():
    """The standard library would fold it into an encoded word and break the thread."""
    long = f"<{'a' * 300}@example.org>"
    raw = raw_letter(in_reply_to=long, references=(long,))
    assert f"In-Reply-To: {long}\r\n".encode() in raw
    assert f"References: {long}\r\n".encode() in raw


@pytest.mark.parametrize(
    "strange", ["", "no id", "<>", "<a b@example.org>", "<a@example.org\r\nBcc: kim@example.org>"]
)
def test_what_is_no_message_id_is_left_out(strange):
    mail = letter(in_reply_to=strange, references=(strange,))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None
    assert mail["Bcc"] is None


@given(
    sender_name=st.text(max_size=300),
    subject=st.text(max_size=300),
    in_reply_to=st.text(max_size=300),
    references=st.lists(st.text(max_size=100), max_size=5),
)
def test_no_text_of_a_stranger_puts_in_a_header_or_breaks_a_line(
    sender_name, subject, in_reply_to, references
):
    raw = raw_letter(
        LetterText(subject=subject, text="Dear Jo,\n", html="<p>Dear Jo,</p>\n"),
        sender_name=sender_name,
        in_reply_to=in_reply_to,
        references=references,
    )
    head = raw.partition(b"\r\n\r\n")[0]
    names = set(re.findall(rb"(?m)^([\w-]+):", head))
    assert names <= {
        b"Date", b"To", b"Message-ID", b"In-Reply-To", b"References", b"From", b"Reply-To",
        b"Subject", b"Auto-Submitted", b"X-Auto-Response-Suppress", b"Precedence",
        b"Content-Language", b"MIME-Version", b"Content-Type",
    }  # fmt: skip
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


def test_a_council_with_a_comma_in_its_name_is_one_sender():
    mail = letter(sender_name='The "Council", Ltd <x@example.org>')
    assert [address.addr_spec for address in mail["From"].addresses] == ["feedback@council.example"]


def test_a_subject_in_any_script_arrives_as_it_was():
    subject = "We have your message - FB-7K3M-Q2: Влага на стене 🙂"
    assert letter(LetterText(subject=subject, text="x\n", html="x\n"))["Subject"] == subject


def test_a_domain_in_another_script_is_written_for_the_wire():
    assert ascii_domain("jo@bücher.example") == "jo@xn--bcher-kva.example"


def test_an_address_in_another_script_keeps_its_own_letters():
    assert "\r\nTo: zoë@example.org\r\n".encode() in raw_letter(to_addr="zoë@example.org")


@pytest.mark.parametrize(
    "address",
    ["", "jo", "jo@example.org\r\nBcc: kim@example.org", "jo@example.org, kim@example.org"],
)
def test_an_address_that_could_do_harm_is_refused(address):
    with pytest.raises(InvalidSubmission) as caught:
        letter(to_addr=address)
    assert "example.org" not in str(caught.value)


def test_a_domain_that_cannot_be_written_for_the_wire_is_refused():
    with pytest.raises(InvalidSubmission):
        ascii_domain("jo@" + "ü" * 62 + ".example")


def test_our_own_id_is_refused_when_it_cannot_be_written():
    with pytest.raises(InvalidSubmission):
        letter(message_id="<a b>")


def test_receipts_come_from_the_councils_one_sender():
    mail = ReceiptMail(sender_name="The council", sender_addr="feedback@council.example")
    built = mail.build(
        TEXT,
        to_addr="jo@example.org",
        message_id=OUR_ID,
        in_reply_to="<jo-1@example.org>",
        references=(),
        sent_at=WRITTEN_AT,
    )
    parsed = email.message_from_bytes(built, policy=email.policy.default)
    assert parsed["From"] == "The council <feedback@council.example>"
    assert parsed["Message-ID"] == OUR_ID
