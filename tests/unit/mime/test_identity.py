"""The same message delivered twice has one identity; two messages have two."""

from intake.mime import message_identity

_MAIL = (
    b"Received: from a.example by b.example; Tue, 3 Mar 2026 10:15:01 +0000\r\n"
    b"From: Jane Doe <jane.doe@example.org>\r\nTo: feedback@council.example\r\n"
    b"Subject: Missed bin\r\nDate: Tue, 3 Mar 2026 10:15:00 +0000\r\n"
    b"Message-ID: <m1@example.org>\r\n\r\nMy bin was missed.\r\n"
)
_WITHOUT_ID = _MAIL.replace(b"Message-ID: <m1@example.org>\r\n", b"")
_WITHOUT_DATE = _WITHOUT_ID.replace(b"Date: Tue, 3 Mar 2026 10:15:00 +0000\r\n", b"")


def test_identity_is_the_same_when_only_trace_headers_differ():
    again = b"Return-Path: <jane.doe@example.org>\r\nDelivered-To: x@council.example\r\n" + _MAIL

    assert message_identity(again.replace(b"10:15:01", b"10:16:44")) == message_identity(_MAIL)


def test_identity_is_the_same_when_line_ends_and_folding_differ():
    folded = _MAIL.replace(b"\r\n", b"\n").replace(b"Missed bin", b"Missed\n bin") + b"\n"

    assert message_identity(folded) == message_identity(_MAIL)


def test_identity_differs_when_the_body_differs():
    other = _MAIL.replace(b"missed.", b"missed again.")

    assert message_identity(other) != message_identity(_MAIL)


def test_identity_differs_when_the_message_id_differs():
    assert message_identity(_MAIL.replace(b"<m1@", b"<m2@")) != message_identity(_MAIL)


def test_identity_is_the_same_when_a_dated_message_has_no_id():
    again = b"Received: from c.example\r\n" + _WITHOUT_ID

    assert message_identity(again) == message_identity(_WITHOUT_ID)


def test_identity_differs_each_time_when_there_is_neither_id_nor_date():
    assert message_identity(_WITHOUT_DATE) != message_identity(_WITHOUT_DATE)
    assert message_identity(_WITHOUT_DATE, nonce="a") != message_identity(_WITHOUT_DATE, nonce="b")
    assert message_identity(_WITHOUT_DATE, nonce="a") == message_identity(_WITHOUT_DATE, nonce="a")


def test_the_first_subject_counts_when_there_are_two():
    twice = _MAIL.replace(b"Subject: Missed bin\r\n", b"Subject: Missed bin\r\nSubject: x\r\n")

    assert message_identity(twice) == message_identity(_MAIL)


def test_identity_is_the_same_when_a_body_of_over_a_megabyte_ends_in_blank_lines():
    large = _MAIL + b"My bin was missed.\r\n" * 60_000

    assert message_identity(large + b"\r\n\r\n") == message_identity(large)


def test_identity_is_the_same_when_an_unused_field_is_folded():
    folded = b"X-Trace: one\r\n two\r\n" + _MAIL

    assert message_identity(folded) == message_identity(_MAIL)


def test_an_identity_is_given_when_there_is_no_body():
    assert message_identity(b"Message-ID: <m1@example.org>") == message_identity(
        b"Message-ID: <m1@example.org>\n\n"
    )
