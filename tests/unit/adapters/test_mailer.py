"""Letters written to a folder, where no relay is set; relays are met in tests/integration."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.adapters.mailer import FolderMailer, SmtpMailer
from intake.domain.cases import Letter
from intake.domain.references import reference_from_number
from intake.errors import ConfigurationError, RelayUnavailable
from intake.settings import RelaySettings

REFERENCE = reference_from_number(41)
LETTER = Letter(
    id=7,
    case_id=1,
    purpose="receipt:1",
    kind="receipt_comment",
    to_addr="jo@example.org",
    subject=f"We have your message - {REFERENCE}: Swings",
    text="Dear Jo,\n",
    message_id="<fb.1@council.example>",
    raw=b"From: feedback@council.example\r\n\r\nDear Jo,\r\n",
    created_at=datetime(2026, 8, 7, 9, 30, tzinfo=UTC),
    next_try_at=None,
)


def test_a_letter_is_one_file_named_for_its_time_case_and_kind(tmp_path: Path):
    with FolderMailer(tmp_path / "outbox").session() as session:
        where = session.send(LETTER)
    name = f"20260807T093000Z-000007-{REFERENCE}-receipt_comment.eml"
    assert where == f"outbox/{name}"
    assert (tmp_path / "outbox" / name).read_bytes() == LETTER.raw


def test_a_letter_written_again_is_the_same_file(tmp_path: Path):
    with FolderMailer(tmp_path).session() as session:
        session.send(LETTER)
        session.send(LETTER)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_told_as_a_relay_that_is_away(tmp_path: Path):
    (tmp_path / "outbox").write_text("in the way")
    mailer = FolderMailer(tmp_path / "outbox")
    with pytest.raises(RelayUnavailable, match="folder for letters"), mailer.session():
        pass


def test_a_letter_that_cannot_be_written_leaves_no_letter(tmp_path: Path):
    folder = tmp_path / "outbox"
    name = f"20260807T093000Z-000007-{REFERENCE}-receipt_comment.eml"
    with FolderMailer(folder).session() as session:
        (folder / name).mkdir()
        with pytest.raises(RelayUnavailable):
            session.send(LETTER)
    assert list(folder.glob("*.eml")) == [folder / name]


def test_a_missing_certificate_authority_is_told_at_the_start(tmp_path: Path):
    relay = RelaySettings(
        host="relay.example.org",
        port=25,
        security="starttls",
        ca_file=str(tmp_path / "none.pem"),
        timeout_seconds=5,
    )
    with pytest.raises(ConfigurationError, match=r"relay\.ca_file"):
        SmtpMailer(relay, "intake.council.example")
