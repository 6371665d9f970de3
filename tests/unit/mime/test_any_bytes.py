"""Any bytes give a result, and no word of a text is lost between body and quoted."""

import json
import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.mime import attachment_content, message_identity, parse_message, parsed_as_json
from tests.unit.mime.facts import mails, raw_of

_PHRASES = (
    "Dear council,", "My bin was missed.", "", "> quoted words", ">> deeper", "-- ", "--",
    "On Mon, 2 Mar 2026 at 09:00, Council <feedback@council.example> wrote:", "From: Bob Example",
    "Sent: 2 March 2026 09:00", "To: Jane Doe", "Subject: Bins", "-----Original Message-----",
    "Sent from my iPhone", "Kind regards", "Jane Doe", "Tel: 01632 960123", "www.stores.example",
    "CONFIDENTIALITY NOTICE", "The intended recipient must delete this confidential message.",
    "________________________________", "Begin forwarded message:", "    indented", "14 Mill Lane",
)  # fmt: skip
_PIECES = st.sampled_from(
    (
        b"From: ", b"Subject: ", b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--",
        b"Content-Type: text/html", b"Content-Transfer-Encoding: base64", b"\r\n", b"\n", b"\r",
        b"\r\n\r\n", b"=?utf-8?B?w4", b"?=", b"<blockquote type=cite>", b"<div", b">", b"\x00",
        b"\xff\xfe", b"begin 644 x\n", b"=?x-unknown?q?", b"a@b.example", b"(", b'"', b";", b"*0*=",
        b"charset=utf-7", b"+AGE-", b"\x1b$B", b"message/rfc822", b"> ", b" ", b"\t", b"&#55296;",
    )
)  # fmt: skip


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\S+", text))


@given(st.binary(max_size=2_000) | st.lists(_PIECES, max_size=60).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_a_result_is_given_when_the_bytes_are_arbitrary(raw):
    parsed = parse_message(raw)

    json.dumps(parsed_as_json(parsed, "x"), ensure_ascii=False).encode("utf-8")
    assert "\x00" not in parsed.body + parsed.quoted + parsed.subject + parsed.from_addr
    for index, attachment in enumerate(parsed.attachments):
        found, content = attachment_content(raw, index)
        assert (found, len(content)) == (attachment, attachment.size)
    assert len(message_identity(raw)) == 64


@given(
    name=st.sampled_from(mails()),
    place=st.floats(min_value=0, max_value=1),
    cut=st.integers(min_value=0, max_value=60),
    put=st.binary(max_size=20),
)
@settings(max_examples=400, deadline=None)
def test_a_result_is_given_when_a_mail_is_damaged(name, place, cut, put):
    raw = raw_of(name)
    start = int(len(raw) * place)

    parsed = parse_message(raw[:start] + put + raw[start + cut :])

    json.dumps(parsed_as_json(parsed, name), ensure_ascii=False).encode("utf-8")


@given(lines=st.lists(st.sampled_from(_PHRASES), max_size=30), is_reply=st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_word_is_in_body_or_quoted_when_the_text_is_plain(lines, is_reply):
    text = "\n".join(lines)
    headers = "In-Reply-To: <a@b.example>\n" if is_reply else ""
    raw = f"From: jane@example.org\n{headers}Content-Type: text/plain\n\n{text}".encode()

    parsed = parse_message(raw)

    assert _words(parsed.body) + _words(parsed.quoted) == _words(text)


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=300))
@settings(max_examples=200, deadline=None)
def test_every_letter_is_kept_when_the_text_is_of_any_script(text):
    raw = b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()

    parsed = parse_message(raw)

    assert "".join((parsed.body + parsed.quoted).split()) == "".join(text.split())
