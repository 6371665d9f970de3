"""The chat's gateway as a resident's browser uses it: nothing is lost, nothing is said twice."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx2 as httpx
import pytest

from intake.errors import DialogueUnavailable
from intake.services.chat_ports import Reply
from tests.support.chat import SEND, SKIP, STORY, ChatDesk, ToldEngine, texts
from tests.support.desk import MONDAY
from tests.support.post_room import GRAVE, THANKS

EMERGENCY = "999"


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path, CHAT_PER_CONVERSATION="")
    yield desk
    desk.close()


@pytest.fixture
def engine(chat):
    told = ToldEngine(chat)
    chat.use_engine(told)
    return told


def test_a_resident_is_greeted_before_anything_is_kept(chat):
    greeting = chat.browser.get("/chat/greeting").json()
    assert "bot" in texts(greeting)
    assert greeting["most_characters"] == 5000
    assert greeting["engine"] == "form"


def test_a_story_is_answered_with_a_question_by_the_form(chat):
    answer = chat.said(STORY)
    assert answer["replies"]
    assert (answer["case"], answer["engine"]) == (None, "form")


def test_the_same_message_twice_is_one_message_and_gets_the_same_answer(chat):
    first = chat.said(STORY)
    message = {"id": str(uuid4()), "text": SKIP}
    answer = chat.said(conversation=first["conversation"], **message)
    assert chat.said(conversation=first["conversation"], **message) == answer
    assert len(chat.shown(first["conversation"])["turns"]) == 2


def test_a_first_message_sent_again_finds_its_own_conversation(chat):
    """Whoever lost the answer to their first message does not know the conversation's id yet."""
    message = {"id": str(uuid4()), "text": STORY}
    answer = chat.said(**message)
    assert chat.said(**message) == answer
    assert chat.said(STORY)["conversation"] != answer["conversation"]


def test_an_id_written_in_capitals_is_the_same_id(chat):
    number = str(uuid4())
    assert chat.said(STORY, id=number) == chat.said(STORY, id=number.upper())


def test_a_message_sent_again_while_it_is_answered_waits_for_that_answer(chat, engine):
    heard = asyncio.run(at_once(chat, [{"id": "0" * 32, "text": STORY}] * 3))
    assert heard[0] == heard[1] == heard[2]
    assert len(engine.heard) == 1


def test_two_messages_at_the_same_time_are_answered_one_after_the_other(chat, engine):
    conversation = chat.said(STORY)["conversation"]
    running: list[int] = []

    def begin():
        assert not running
        running.append(1)

    engine.before, engine.after = begin, running.clear
    messages = [
        {"conversation": conversation, "id": str(uuid4()), "text": text}
        for text in ("At the flats on Elm Row", "It was on Friday", "Empty them every week")
    ]
    heard = asyncio.run(at_once(chat, messages))
    assert [answer["engine"] for answer in heard] == ["rasa"] * 3
    shown = chat.shown(conversation)
    assert all(turn["replies"] for turn in shown["turns"])


async def at_once(chat, messages):
    transport = httpx.ASGITransport(app=chat.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        answers = await asyncio.gather(
            *(client.post("/chat/messages", json=message) for message in messages)
        )
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def test_a_conversation_is_shown_to_its_holder_after_a_reload(chat):
    first = chat.said(STORY)
    second = chat.said(SKIP, first["conversation"])
    shown = chat.shown(first["conversation"])
    assert [turn["text"] for turn in shown["turns"]] == [STORY, SKIP]
    assert [turn["replies"] for turn in shown["turns"]] == [first["replies"], second["replies"]]
    assert shown["greeting"] == chat.browser.get("/chat/greeting").json()["replies"]
    assert (shown["state"], shown["engine"], shown["case"]) == ("open", "form", None)
    assert shown["expires_at"] == "2025-03-04T09:05:00+00:00"
    assert shown["warn_at"] == "2025-03-04T09:00:00+00:00"
    assert shown["turns"][0]["at"] == MONDAY.isoformat()


def test_nobody_sees_or_goes_on_with_a_conversation_whose_id_they_do_not_know(chat):
    conversation = chat.said(STORY)["conversation"]
    with chat.application.store.reading() as work:
        kept = work.conversations.by_id(1)
    for guess in ("1", "x" * 43, conversation[:-1], kept.key_hash, kept.name, conversation.lower()):
        assert chat.browser.get(f"/chat/conversations/{guess}").status_code == 404
        assert chat.send("Hello", guess).status_code == 404


def test_the_database_does_not_hold_what_opens_a_conversation(chat, tmp_path):
    conversation = chat.said(STORY)["conversation"]
    with chat.application.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM chat_conversation").all()
        rows += connection.exec_driver_sql("SELECT * FROM chat_turn").all()
    assert conversation not in str(rows)


def test_a_message_that_says_nothing_or_too_much_is_refused_and_not_kept(chat):
    conversation = chat.said(STORY)["conversation"]
    empty = chat.send(" \n ", conversation)
    assert (empty.status_code, "Write something" in empty.json()["detail"]) == (422, True)
    long = chat.send("x" * 5001, conversation)
    assert (long.status_code, "5,000 characters" in long.json()["detail"]) == (413, True)
    assert chat.send("x" * 1_100_000, conversation).status_code == 413
    assert chat.send("x", conversation, id="7").status_code == 422
    assert chat.said("y" * 5000, conversation)
    assert len(chat.shown(conversation)["turns"]) == 2


def test_any_characters_are_kept_and_answered(chat):
    text = "Bins \x00 \ud800 \U0001f600 \u202e in Elm Row were missed \r\n again and again"
    body = '{"conversation": null, "id": "%s", "text": "Bins \\u0000 \\ud800 missed in Elm Row"}'
    answer = chat.browser.post(
        "/chat/messages",
        content=body % uuid4(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in (200, 422)
    clean = text.replace("\ud800", "")
    assert chat.said(clean)["replies"]


def test_a_client_that_sends_too_fast_is_told_when_to_come_again(migrated_database_url, tmp_path):
    chat = ChatDesk(migrated_database_url, tmp_path, CHAT_PER_CLIENT="3/minute")
    for _ in range(3):
        chat.said(STORY)
    refused = chat.send(STORY)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert "Send" in refused.json()["detail"] or "send" in refused.json()["detail"]
    chat.close()


def test_one_conversation_that_goes_too_fast_keeps_no_other_waiting(
    migrated_database_url, tmp_path
):
    chat = ChatDesk(migrated_database_url, tmp_path, CHAT_PER_CONVERSATION="2/minute")
    conversation = chat.said(STORY)["conversation"]
    chat.talk(SKIP, SKIP, conversation=conversation)
    assert chat.send(SKIP, conversation).status_code == 429
    assert chat.said(STORY)["replies"]
    assert len(chat.shown(conversation)["turns"]) == 3
    chat.close()


def test_residents_behind_a_trusted_proxy_are_told_apart(migrated_database_url, tmp_path):
    chat = ChatDesk(
        migrated_database_url,
        tmp_path,
        CHAT_PER_CLIENT="1/minute",
        HTTP_TRUSTED_PROXIES="192.0.2.7",
    )
    through = {"192.0.2.7": (200, 200, 429), "192.0.2.8": (200, 429, 429)}
    for proxy, statuses in through.items():
        browser = chat.client(client=(proxy, 4000))
        found = tuple(
            browser.post(
                "/chat/messages",
                json={"conversation": None, "id": str(uuid4()), "text": STORY},
                headers={"X-Forwarded-For": resident},
            ).status_code
            for resident in ("198.51.100.1", "198.51.100.2", "198.51.100.1")
        )
        assert found == statuses
    chat.close()


def test_a_conversation_can_be_gone_on_with_for_a_day_after_its_last_message(chat):
    conversation = chat.said(STORY)["conversation"]
    chat.clock.move(hours=23)
    chat.said(SKIP, conversation)
    chat.clock.move(hours=23)
    assert chat.shown(conversation)["turns"]
    chat.clock.move(hours=2)
    assert chat.browser.get(f"/chat/conversations/{conversation}").status_code == 410
    gone = chat.send(SKIP, conversation)
    assert gone.status_code == 410
    assert "Start a new one" in gone.json()["detail"]


def test_a_message_answered_before_is_answered_the_same_however_late_it_is_sent_again(chat):
    message = {"id": str(uuid4()), "text": STORY}
    answer = chat.said(**message)
    chat.clock.move(days=3)
    assert chat.said(**message) == answer


def test_a_conversation_does_not_become_endless(migrated_database_url, tmp_path):
    chat = ChatDesk(migrated_database_url, tmp_path, CHAT_MOST_TURNS="2")
    conversation = chat.talk(STORY, SKIP)["conversation"]
    assert chat.send(SKIP, conversation).status_code == 410
    chat.close()


def test_stopping_deletes_every_word_and_says_so_again_when_asked_again(chat):
    story = "The secret word is marmalade and the bins in Elm Row were missed again"
    conversation = chat.talk(story, "stop and delete")["conversation"]
    last = {"id": str(uuid4()), "text": "delete everything"}
    answer = chat.said(conversation=conversation, **last)
    assert answer["replies"]
    assert chat.said(conversation=conversation, **last) == answer
    assert chat.browser.get(f"/chat/conversations/{conversation}").status_code == 410
    assert chat.send("Hello", conversation).status_code == 410
    with chat.application.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM chat_conversation").all()
        rows += connection.exec_driver_sql("SELECT * FROM chat_turn").all()
    assert "marmalade" not in str(rows)
    assert chat.cases() == []


@pytest.mark.parametrize(
    ("word", "category"), [(GRAVE, "complaint"), (THANKS, "compliment"), ("", "comment")]
)
def test_a_conversation_with_the_form_ends_in_a_case_of_its_category(chat, word, category):
    summary = chat.to_summary(f"{STORY} {word}")
    answer = chat.said(SEND, summary["conversation"])
    (case,) = chat.cases()
    assert answer["case"] == case.reference
    assert case.reference in texts(answer)
    assert (case.category, case.channel) == (category, "chat")
    shown = chat.shown(summary["conversation"])
    assert (shown["state"], shown["case"]) == ("filed", case.reference)


def test_sending_twice_makes_one_case(chat):
    conversation = chat.filed()["conversation"]
    chat.said(SEND, conversation)
    assert len(chat.cases()) == 1


def test_a_resident_overrules_the_machine_before_sending(chat):
    conversation = chat.to_summary()["conversation"]
    answer = chat.talk("treat this as a complaint", SEND, conversation=conversation)
    (case,) = chat.cases()
    assert answer["case"] == case.reference
    assert (case.category, case.stage) == ("complaint", 1)


def test_what_is_added_afterwards_joins_the_case(chat):
    conversation = chat.filed()["conversation"]
    chat.said("One more thing: the lid of the bin is broken as well", conversation)
    (case,) = chat.cases()
    with chat.application.store.reading() as work:
        messages = work.cases.file(case.reference).messages
    assert len(messages) == 2
    assert "lid of the bin" in messages[1].body


def test_danger_gets_the_emergency_words_first_and_an_urgent_case_at_once(chat):
    answer = chat.said("There is a smell of gas in our hall at 7 Elm Row")
    assert EMERGENCY in answer["replies"][0]["text"]
    (case,) = chat.cases()
    assert (case.urgent, answer["case"]) == (True, case.reference)


def test_danger_in_the_middle_files_what_was_told_and_what_follows_joins_it(chat):
    conversation = chat.said(STORY)["conversation"]
    answer = chat.said("Now it smells of gas here too", conversation)
    assert EMERGENCY in answer["replies"][0]["text"]
    (case,) = chat.cases()
    assert case.urgent
    with chat.application.store.reading() as work:
        bodies = "\n".join(each.body for each in work.cases.file(case.reference).messages)
    assert "Elm Row" in bodies
    assert "smells of gas" in bodies
    chat.said("It is 12 Elm Row, flat 3", conversation)
    assert len(chat.cases()) == 1


def test_danger_is_found_by_its_signs_while_the_classifier_is_away(chat):
    chat.words.is_available = False
    answer = chat.said("There is a smell of gas in our hall")
    assert EMERGENCY in answer["replies"][0]["text"]


def test_a_button_is_never_taken_for_a_danger(chat):
    chat.words.fails_on = {SKIP}
    conversation = chat.said(STORY)["conversation"]
    assert chat.said(SKIP, conversation)["replies"]


def test_an_officer_decides_where_the_classifier_gives_no_answer(chat):
    chat.words.is_available = False
    conversation = chat.to_summary()["conversation"]
    assert chat.said(SEND, conversation)["case"]
    (case,) = chat.cases()
    assert (case.category, case.status) == (None, "to_review")


def test_a_text_is_classified_once_on_its_way(chat, monkeypatch):
    asked = []
    classify = chat.words.classify
    monkeypatch.setattr(chat.words, "classify", lambda text: asked.append(text) or classify(text))
    chat.filed()
    assert len(asked) == len(set(asked))


def test_the_engine_answers_and_is_told_of_buttons_as_what_they_mean(chat, engine):
    conversation = chat.said(STORY)["conversation"]
    answer = chat.said(SKIP, conversation)
    assert engine.heard == [(STORY, None), (SKIP, "skip")]
    assert answer["engine"] == "rasa"
    assert chat.filed()["case"]


def test_what_the_engine_says_of_its_own_is_passed_on(chat, engine):
    engine.adds = [Reply(text="The moon is far away.")]
    assert texts(chat.said("How far is the moon?")) == "The moon is far away."


@pytest.mark.parametrize("fault", ["fails", "is_silent"])
def test_an_engine_without_an_answer_hands_over_to_the_form_for_good(chat, engine, fault):
    conversation = chat.said(STORY)["conversation"]
    setattr(engine, fault, True)
    answer = chat.said(SKIP, conversation)
    assert answer["engine"] == "form"
    assert answer["replies"]
    setattr(engine, fault, False)
    assert chat.said(SKIP, conversation)["engine"] == "form"
    assert len(engine.heard) == 2
    assert chat.said(STORY)["engine"] == "rasa"


def test_the_form_repeats_the_step_that_a_dying_engine_took_and_asks_nothing_twice(chat, engine):
    def die():
        raise DialogueUnavailable

    summary = chat.to_summary()
    engine.after = die
    answer = chat.said(SEND, summary["conversation"])
    assert answer["engine"] == "form"
    (case,) = chat.cases()
    assert case.reference in texts(answer)
    engine.after = lambda: None
    assert chat.said("thanks", summary["conversation"])["case"] == case.reference


def test_a_message_that_another_node_answered_meanwhile_gets_that_answer(chat, engine):
    def answered_elsewhere() -> None:
        now = chat.application.clock.now()
        with chat.application.store.writing() as work:
            (turn,) = work.conversations.left_behind(before=now + timedelta(days=1), limit=9)
            turn.replies, turn.answered_at = (Reply(text="The moon is far away."),), now
            work.conversations.save_turn(turn)
            work.commit()
        raise DialogueUnavailable

    engine.before = answered_elsewhere
    assert "moon" in texts(chat.said(STORY))


def test_a_resident_who_prefers_the_form_gets_it(chat, engine):
    conversation = chat.said(STORY)["conversation"]
    assert chat.said(SKIP, conversation, engine="form")["engine"] == "form"
    assert chat.said("use the form", chat.said(STORY)["conversation"])["engine"] == "form"
    assert chat.said(STORY, engine="form")["engine"] == "form"


def test_emergency_words_come_first_whatever_engine_answers(chat, engine):
    answer = chat.said("There is a smell of gas in our hall at 7 Elm Row")
    assert EMERGENCY in answer["replies"][0]["text"]
    assert answer["engine"] == "rasa"
    assert len(chat.cases()) == 1
    engine.fails = True
    chat.said("It is flat 3, and there is gas on the stairs too", answer["conversation"])
    assert len(chat.cases()) == 1


def test_only_websites_of_the_settings_may_use_the_chat(migrated_database_url, tmp_path):
    council = "https://www.council.example"
    chat = ChatDesk(migrated_database_url, tmp_path, CHAT_ALLOWED_ORIGINS=council)
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    allowed = chat.browser.options("/chat/messages", headers={"Origin": council, **asks})
    assert allowed.headers["access-control-allow-origin"] == council
    assert "access-control-allow-credentials" not in allowed.headers
    for origin in ("https://www.elsewhere.example", "null", "https://www.council.example.org"):
        refused = chat.browser.options("/chat/messages", headers={"Origin": origin, **asks})
        assert "access-control-allow-origin" not in refused.headers
    greeting = chat.browser.get("/chat/greeting", headers={"Origin": council})
    assert greeting.headers["access-control-allow-origin"] == council
    too_long = chat.browser.post("/chat/messages", json={}, headers={"Origin": council})
    assert too_long.status_code == 422
    assert too_long.headers["access-control-allow-origin"] == council
    for closed in ("/sign-in", "/api/v1/session", "/private/chat/" + "a" * 32):
        answer = chat.browser.get(closed, headers={"Origin": council})
        assert "access-control-allow-origin" not in answer.headers
    chat.close()


def test_no_website_may_use_the_chat_unless_the_settings_say_so(chat):
    answer = chat.browser.get("/chat/greeting", headers={"Origin": "https://www.council.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_nothing_is_lost_while_the_database_is_away(tmp_path, sqlite_template):
    folder = tmp_path / "away"
    chat = ChatDesk(f"sqlite:///{folder / 'intake.db'}", tmp_path)
    message = {"id": str(uuid4()), "text": STORY}
    refused = chat.send(**message)
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert "Nothing is lost" in refused.json()["detail"]
    folder.mkdir()
    (folder / "intake.db").write_bytes(sqlite_template.read_bytes())
    assert chat.said(**message)["replies"]
    chat.close()


def test_no_word_of_a_resident_stands_in_the_log(chat, capsys):
    chat.filed()
    printed = capsys.readouterr()
    assert "Elm Row" not in printed.out + printed.err
