"""What officers see of a case that came by chat."""

import json

import pytest

from intake.domain.cases import Status
from intake.services.read_cases import case_file_as_json
from tests.support.chat import ChatDesk
from tests.support.conversations import EMAIL, STORY, TELEPHONE, begin, held, turns_of
from tests.support.desk import MAIL


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path)
    desk.officer()
    yield desk
    desk.close()


@pytest.fixture
def browser(chat):
    return chat.signed_in()


def filed(chat, **known):
    conversation = begin(chat, held(**known))
    return chat.application.file_conversation.file(conversation, turns_of(chat, conversation))


def message_of(chat, reference):
    return chat.application.read_cases.file(reference).messages[0]


def original(chat, reference):
    return f"/cases/{reference}/messages/{message_of(chat, reference).id}/original"


def test_the_page_of_a_case_shows_the_account_the_telephone_and_the_whole_conversation(
    chat, browser
):
    reference = filed(chat)
    page = browser.get(f"/cases/{reference}").text
    for shown in (STORY, TELEPHONE, EMAIL, "by chat", "The whole conversation", "Where was that?"):
        assert shown in page
    assert page.index(STORY) < page.index("The whole conversation")
    assert "Chat assistant" in page


def test_a_resident_without_a_name_is_a_resident(chat, browser):
    page = browser.get(f"/cases/{filed(chat, name='', email='')}").text
    assert "A resident" in page
    assert "Unknown sender" not in page


def test_words_of_a_chat_cannot_put_markup_into_the_page(chat, browser):
    conversation = begin(chat, None, ("<script>alert(1)</script>", "Where?"))
    reference = chat.application.file_conversation.file(conversation, turns_of(chat, conversation))
    assert "<script>alert(1)</script>" not in browser.get(f"/cases/{reference}").text


def test_the_original_of_a_chat_is_its_document(chat, browser):
    reference = filed(chat)
    answer = browser.get(original(chat, reference))
    assert answer.headers["content-type"] == "application/json"
    name = f"{reference}-{message_of(chat, reference).id}.json"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    assert json.loads(answer.content)["account"] == STORY
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_original_of_a_mail_is_still_a_mail(chat, browser):
    reference = chat.mail(MAIL)
    answer = browser.get(original(chat, reference))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert ".eml" in answer.headers["content-disposition"]


def test_a_chat_has_no_attachments_to_download(chat, browser):
    reference = filed(chat)
    number = message_of(chat, reference).id
    assert browser.get(f"/cases/{reference}/messages/{number}/attachments/0").status_code == 404


def test_scripts_get_the_conversation_too(chat, browser):
    reference = filed(chat)
    told = browser.get(f"/api/v1/cases/{reference}").json()
    assert told["channel"] == "chat"
    (message,) = told["messages"]
    assert (message["channel"], message["telephone"]) == ("chat", TELEPHONE)
    assert message["transcript"][0] == {
        "at": "2025-03-03T09:05:00+00:00",
        "by": "resident",
        "text": STORY,
    }
    shown = case_file_as_json(chat.application.read_cases.file(reference))
    assert shown["messages"] == told["messages"]


def test_a_case_left_in_the_chat_says_so_in_the_queue(chat, browser):
    conversation = begin(chat)
    turns = turns_of(chat, conversation)
    reference = chat.application.file_conversation.file(conversation, turns, left=True)
    assert (
        "The resident left the chat before sending this." in browser.get(f"/cases/{reference}").text
    )
    assert reference in browser.get("/cases").text


def test_a_chat_read_blind_tells_nothing_of_what_the_assistant_answered(
    migrated_database_url, tmp_path
):
    """The answers are made with the classifier's word in mind."""
    chat = ChatDesk(migrated_database_url, tmp_path, LEARNING_BLIND_READING_SHARE="1")
    chat.officer()
    browser = chat.signed_in()
    conversation = begin(chat, None, (STORY, "This looks like a comment."))
    reference = chat.application.file_conversation.file(conversation, turns_of(chat, conversation))
    assert chat.application.read_cases.file(reference).case.status is Status.OPEN
    page = browser.get(f"/cases/{reference}").text
    assert STORY in page
    assert "This looks like a comment." not in page
    told = browser.get(f"/api/v1/cases/{reference}").json()
    assert [line["by"] for line in told["messages"][0]["transcript"]] == ["resident"]
    message = message_of(chat, reference)
    for address in (
        original(chat, reference),
        f"/operations/messages/{message.inbound_id}/original",
    ):
        answer = browser.get(address)
        assert answer.status_code == 409
        assert "looks like" not in answer.text
    chat.close()
