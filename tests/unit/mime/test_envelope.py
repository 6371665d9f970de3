import pytest

from intake.mime.envelope import noted_envelope


def test_the_envelope_is_read_from_what_the_mail_server_wrote_on_top():
    noted = noted_envelope(
        b"Return-Path: <alex@example.org>\r\nX-Original-To: complaints@council.example\r\n"
        b"Delivered-To: Feedback@Council.example\r\nDelivered-To: forwarded@example.org\r\n"
        b"From: somebody.else@example.org\r\n\r\nText\r\n"
    )
    assert noted.sender == "alex@example.org"
    assert noted.recipients == (
        "feedback@council.example",
        "forwarded@example.org",
        "complaints@council.example",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Return-Path: <>\r\n\r\n",
        b"From: alex@example.org\r\n\r\nReturn-Path: <body@example.org>\r\n",
        b"Return-Path: <a\x00b@example.org>\r\n\r\n",
        b"Return-Path: <" + b"a" * 150 + b"@" + b"b" * 240 + b">\r\n\r\n",
    ],
    ids=["nothing", "null sender", "in the body", "NUL", "too long"],
)
def test_there_is_no_sender_when_none_was_noted_that_can_be_one(raw):
    assert noted_envelope(raw).sender in {"", "ab@example.org"}
    assert noted_envelope(raw).recipients == ()
