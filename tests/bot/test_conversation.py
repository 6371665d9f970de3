"""Conversations with the real Rasa; what is asked and said comes from the real interview."""

import sqlite3
import time
from uuid import uuid4

import psutil
import pytest

from tests.support.bot import CHANNEL_TOKEN, Resident

STORY = "The lift in our block has been broken for nine days and my mother cannot get out at all."
ANSWERS = {
    "place": "Beacon Court, the back entrance",
    "when": "since the third of March",
    "told_before": "yes I rang twice and was promised a call back",
    "outcome": "mend the lift and say sorry to her",
    "name": "Jean Hartley",
    "contact": "jean.hartley@example.org",
    "adjustments": "large print please, her eyes are bad",
    "on_behalf": "it's for my mother, she is 91",
}


def tell_all(resident: Resident) -> list[str]:
    """Tells a story and answers whatever is asked; what was said last."""
    said = resident.write(STORY)
    for _ in ANSWERS:
        if resident.asked is None:
            break
        said = resident.write(ANSWERS[resident.asked])
    return said


def test_every_question_is_asked_once_and_the_account_is_filed(resident, running_bot):
    said = tell_all(resident)
    assert resident.phase == "summary"
    assert any(key.startswith("summary.") for key in said)
    assert set(resident.acts) == {"answer"}
    resident.press("file", "send it")
    assert resident.phase == "filed"
    held = running_bot.api.conversations[resident.name].held
    assert held.email == "jean.hartley@example.org"


def test_the_bot_says_what_the_interview_says_and_nothing_else(resident, running_bot):
    replies = resident.send(STORY, STORY)
    (said,) = running_bot.api.conversations[resident.name].said.values()
    assert [reply["text"] for reply in replies] == [reply["text"] for reply in said]


def test_a_no_at_the_summary_changes_an_answer(resident, running_bot):
    tell_all(resident)
    resident.write("no")
    resident.write("the place")
    assert resident.asked == "place"
    resident.write("it was Lathom House, not Beacon Court")
    assert resident.phase == "summary"
    answers = running_bot.api.conversations[resident.name].held.answers
    assert "Lathom House" in str(answers)


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(resident):
    resident.write(STORY)
    asked = resident.asked
    said = resident.write("how long does it take?")
    assert resident.acts[-1] == "stages"
    assert "about.stages" in said
    assert resident.asked == asked
    resident.write(ANSWERS[asked])
    assert resident.acts[-1] == "answer"
    assert resident.asked != asked


def test_a_person_may_be_asked_for_at_any_time(resident):
    resident.write(STORY)
    assert "about.person" in resident.write("can I speak to a person")
    resident.write(ANSWERS[resident.asked])
    assert resident.acts[-2:] == ["person", "answer"]


def test_an_answer_that_nobody_could_understand_is_an_answer(resident):
    resident.write(STORY)
    resident.write("Xyth Brrgl 7")
    assert resident.acts[-1] == "answer"


def test_a_long_message_is_told_even_when_it_speaks_of_a_command(resident):
    resident.write(STORY)
    resident.write(
        "I asked to speak to a person, then to a manager, and then I wanted to stop and delete the"
        " whole account but nobody at your desk would help me"
    )
    assert resident.acts[-1] == "answer"


def test_gibberish_at_the_start_is_no_story(resident):
    resident.write("sdfkjh")
    assert resident.acts == ["unclear"]


def test_a_conversation_stopped_in_the_middle_is_over(resident):
    resident.write(STORY)
    resident.write("stop and delete")
    resident.write("yes")
    assert resident.phase == "stopped"
    assert resident.acts[-2:] == ["stop", "yes"]


def test_nothing_is_said_while_intake_is_away_and_the_question_stays_open(resident, running_bot):
    resident.write(STORY)
    asked = resident.asked
    running_bot.api.is_away = True
    try:
        assert resident.write(ANSWERS[asked]) == []
        assert resident.write("can I speak to a person") == []
    finally:
        running_bot.api.is_away = False
    assert resident.write(ANSWERS[asked])
    assert resident.acts[-1] == "answer"
    assert resident.asked != asked


def test_intake_away_at_the_start_loses_nothing(resident, running_bot):
    running_bot.api.is_away = True
    try:
        assert resident.write(STORY) == []
    finally:
        running_bot.api.is_away = False
    assert resident.write(STORY)
    assert resident.asked


def test_a_message_without_the_token_is_refused(running_bot):
    message = {"sender": uuid4().hex, "message": "hello", "metadata": {"turn": "t"}}
    assert running_bot.post(message, token="wrong").status_code == 401
    assert running_bot.post(message, token="").status_code == 401


def test_a_message_that_is_none_is_an_error_and_no_empty_answer(running_bot):
    assert running_bot.post({"sender": "s"}).status_code == 500


def test_the_bot_listens_on_loopback_alone_and_keeps_its_token_from_the_command_line(running_bot):
    for program in (running_bot.rasa, running_bot.actions):
        process = psutil.Process(program.pid)
        listening = {
            each.laddr.ip
            for each in process.net_connections(kind="inet")
            if each.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        assert CHANNEL_TOKEN not in " ".join(process.cmdline())


def test_neither_the_trackers_nor_the_logs_hold_a_word(resident, running_bot):
    resident.write(STORY)
    resident.write("Quernmore Cottage, where the Zebulons live")
    kept = b"".join(
        file.read_bytes()
        for file in (*running_bot.store.parent.glob("*"), running_bot.actions.log)
        if file.is_file()
    )
    assert resident.name.encode() in kept
    for words in (b"Quernmore", b"broken for nine days", b"said once"):
        assert words not in kept


@pytest.mark.timeout(1200)
def test_a_conversation_goes_on_after_rasa_started_again_and_old_ones_are_gone(
    resident, running_bot
):
    resident.write(STORY)
    old = Resident(running_bot)
    old.write(STORY)
    assert running_bot.rasa.stop() == 0
    month_ago = time.time() - 31 * 24 * 60 * 60
    with sqlite3.connect(running_bot.store) as store:
        store.execute("UPDATE events SET timestamp = ? WHERE sender_id = ?", (month_ago, old.name))
    store.close()
    running_bot.start_rasa()
    asked = resident.asked
    resident.write("Xyth Brrgl 7")
    assert resident.acts[-1] == "answer"
    assert resident.asked != asked
    with sqlite3.connect(running_bot.store) as store:
        kept = {name for (name,) in store.execute("SELECT DISTINCT sender_id FROM events")}
    store.close()
    assert resident.name in kept
    assert old.name not in kept
