"""Messages built to exhaust the reader give a result like any other."""

import pytest

from intake.mime import parse_message

_HTML = b"From: a@example.org\nContent-Type: text/html\n\n"
_PLAIN = b"From: a@example.org\n\n"


def _nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(depth)
    )
    return head + b"\nthe end"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(_nested(5_000), id="nested-parts"),
        pytest.param(b"X: y\n" * 100_000 + b"From: a@example.org\n\nhi", id="100000-headers"),
        pytest.param(b"Subject: " + b" x\n" * 100_000 + b"\nhi", id="folded-forever"),
        pytest.param(b"Subject: " + b"=?a?q?" * 50_000 + b"\n\nhi", id="open-encoded-words"),
        pytest.param(b"From: " + b"(" * 100_000 + b"\n\nhi", id="open-comments"),
        pytest.param(b"From: " + b"a." * 100_000 + b"\n\nhi", id="address-without-end"),
        pytest.param(b"To: " + b"a@b.example," * 100_000 + b"\n\nhi", id="100000-recipients"),
        pytest.param(_HTML + b"<div>" * 200_000 + b"hi", id="open-divs"),
        pytest.param(_HTML + b"<a " * 300_000 + b">hi", id="open-brackets"),
        pytest.param(_HTML + b"<title>" * 100_000 + b"hi", id="open-titles"),
        pytest.param(_HTML + b"<!--" * 300_000 + b">hi", id="open-comments-in-html"),
        pytest.param(_HTML + b'<div class="gmail_quote">x</div>' * 20_000, id="many-quotes"),
        pytest.param(_PLAIN + b"On x wrote:\n" * 100_000, id="many-intros"),
        pytest.param(_PLAIN + b"From: x\n\nDate: x\n\n" * 50_000, id="many-labels"),
        pytest.param(_PLAIN + b"begin 644 x\n" * 100_000, id="open-uuencoding"),
        pytest.param(_PLAIN + b"-- \nfoo\n" * 100_000, id="many-signatures"),
        pytest.param(
            b"Content-Transfer-Encoding: base64\n\n" + b"QUJD=\n" * 200_000, id="padded-pieces"
        ),
        pytest.param(
            b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 50_000,
            id="50000-parts",
        ),
    ],
)
def test_a_result_is_given_when_a_message_is_built_to_exhaust(raw):
    parsed = parse_message(raw)

    assert parsed.automatic is None


def test_an_officer_is_warned_when_a_message_has_more_parts_than_are_read():
    parsed = parse_message(_nested(100))

    assert any("more parts" in warning for warning in parsed.warnings)


def test_an_officer_is_warned_when_the_text_is_longer_than_is_read():
    parsed = parse_message(_PLAIN + b"some words in a line\n" * 150_000)

    assert parsed.body.startswith("some words")
    assert any("very long" in warning for warning in parsed.warnings)


def test_the_first_fifty_files_are_listed_when_a_text_holds_more():
    file = b"begin 644 a.txt\n#0V%T\nend\n"

    parsed = parse_message(_PLAIN + b"Files:\n" + file * 60)

    assert len(parsed.attachments) == 50
