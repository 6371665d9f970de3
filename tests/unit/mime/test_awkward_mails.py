"""Every mail under tests/data/eml, each named for its oddity, gives the facts beside it."""

import pytest

from intake.mime import parse_message, parsed_as_json
from tests.unit.mime.facts import OWN_ADDRESSES, facts_of, mails, raw_of, wrong_facts


@pytest.mark.parametrize("name", mails())
def test_every_fact_holds_when_the_mail_is_parsed(name):
    parsed = parse_message(raw_of(name), own_addresses=OWN_ADDRESSES)
    reading = {**parsed_as_json(parsed, name), "to_addrs": list(parsed.to_addrs)}

    assert list(wrong_facts(facts_of(name), reading)) == []


def test_there_are_enough_mails():
    assert len(mails()) >= 180
