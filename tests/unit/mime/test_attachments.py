"""Attachments are fetched by their place in the parsed message."""

import pytest

from intake.mime import attachment_content, parse_message
from tests.unit.mime.facts import raw_of


def test_the_bytes_are_those_of_the_listed_attachment_when_fetched_by_place():
    raw = raw_of("mixed-text-and-pdf")

    attachment, content = attachment_content(raw, 0)

    assert attachment == parse_message(raw).attachments[0]
    assert content == b"%PDF-1.4\n"


def test_an_attached_mail_is_whole_when_fetched():
    _, content = attachment_content(raw_of("forwarded-as-attachment"), 0)

    assert content.startswith(b"From: bob@example.org\r\nSubject: ")


def test_a_uuencoded_file_is_decoded_when_fetched():
    assert attachment_content(raw_of("uuencoded-file-in-text"), 0)[1] == b"Cat"


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_a_lookup_error_is_raised_when_there_is_no_such_attachment(index):
    with pytest.raises(LookupError):
        attachment_content(raw_of("mixed-text-and-pdf"), index)
