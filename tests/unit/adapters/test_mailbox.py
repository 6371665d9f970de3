from types import SimpleNamespace

import pytest

from intake.adapters.mailbox import _was_told


@pytest.mark.parametrize(
    ("exists", "expunged", "told"),
    [
        ([], 0, False),
        ([3], 0, False),
        ([3], 3, False),
        ([3, 4], 0, True),
        ([3, 4], 3, True),
        ([3, 1], 3, True),
        ([3, 3], 0, False),
        ([3, 0], 3, False),
    ],
)
def test_new_mail_is_told_from_the_counts_since_the_folder_was_selected(exists, expunged, told):
    answers = {"EXPUNGE": [b"1"] * expunged, "EXISTS": [b"%d" % count for count in exists]}
    client = SimpleNamespace(_imap=SimpleNamespace(untagged_responses=answers))
    assert _was_told(client) is told
