"""What a conversation in the chat leads to: a case, once, whatever happens on the way."""

import email
import email.policy
import json
from dataclasses import replace

import pytest

from intake.domain.cases import Channel, Status, TimelineKind
from intake.domain.categories import Category
from intake.domain.classification import Decision
from intake.domain.inbound import InboundState, NewInbound
from intake.domain.receipts import (
    REFUSED_LEFT_CHAT,
    REFUSED_NO_ADDRESS_IN_CHAT,
    REFUSED_TOLD_IN_CHAT,
)
from intake.services.chat_ports import ConversationState
from intake.services.chat_submission import submission_identity
from intake.services.open_case import CHOSEN_IN_CHAT, LEFT_THE_CHAT, UNCLASSIFIED
from intake.services.read_message import BROKEN_CHAT
from tests.support.chat import ChatDesk
from tests.support.conversations import EMAIL, STORY, TELEPHONE, begin, held, stored, turns_of
from tests.support.post_room import GRAVE, POISON
from tests.support.residents import mail

ADDED = "It was bin number 27."


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path)
    yield desk
    desk.close()


def file(chat, conversation, **how):
    return chat.application.file_conversation.file(
        conversation, turns_of(chat, conversation), **how
    )


def add(chat, conversation, text=ADDED, *, number=7, complain=False):
    now = replace(stored(chat, conversation), submissions=number)
    chat.application.file_conversation.add(now, text, complain=complain)


def whole(chat, reference):
    return chat.application.read_cases.file(reference)


def kinds(chat, reference):
    return [entry.kind for entry in whole(chat, reference).timeline]


def waiting(chat):
    with chat.application.store.reading() as work:
        return work.inbound.count_by_state()[InboundState.RECEIVED]


def work_off(chat):
    process = chat.application.process_message
    while claimed := process.claim("worker"):
        process.process(claimed)


def test_a_conversation_becomes_a_case_at_once(chat):
    conversation = begin(chat)
    case = whole(chat, file(chat, conversation)).case
    assert (case.channel, case.from_name, case.from_addr) == (Channel.CHAT, "Alex Example", EMAIL)
    assert (case.category, case.decision) == (Category.COMMENT, Decision.AUTO)
    assert "bins in Elm Row" in case.subject
    assert stored(chat, conversation).case_id == case.id
    assert waiting(chat) == 0


def test_sending_a_conversation_again_gives_the_same_case(chat):
    conversation = begin(chat)
    first = file(chat, conversation)
    assert file(chat, stored(chat, conversation)) == first
    assert len(chat.cases()) == 1
    assert len(whole(chat, first).messages) == 1


def test_what_is_said_and_answered_stands_on_the_case_with_its_times(chat):
    turns = ((STORY, "Where was that?"), ("Elm Row", "Thank you."))
    conversation = begin(chat, None, *turns)
    (message,) = whole(chat, file(chat, conversation)).messages
    said = [(line.by.value, line.text) for line in message.transcript]
    assert said == [
        ("resident", STORY),
        ("assistant", "Where was that?"),
        ("resident", "Elm Row"),
        ("assistant", "Thank you."),
    ]
    assert {line.at for line in message.transcript} == {chat.clock.now()}
    assert (message.body, message.telephone) == (STORY, TELEPHONE)
    assert message.channel is Channel.CHAT


def test_more_words_join_the_case_of_their_conversation_and_a_repeat_adds_nothing(chat):
    conversation = begin(chat)
    reference = file(chat, conversation)
    add(chat, conversation)
    add(chat, conversation)
    found = whole(chat, reference)
    assert [message.body for message in found.messages] == [STORY, ADDED]
    assert found.messages[1].joined_by == "chat"
    assert TimelineKind.JOINED in kinds(chat, reference)
    assert len(chat.cases()) == 1


def test_more_words_wait_for_the_case_when_the_first_could_not_be_worked_off(chat):
    conversation = begin(chat)
    chat.words.fails_on = {"bins"}
    assert file(chat, conversation) is None
    add(chat, conversation)
    assert waiting(chat) == 2
    chat.words.fails_on = set()
    work_off(chat)
    (case,) = chat.cases()
    assert [message.body for message in whole(chat, case.reference).messages] == [STORY, ADDED]
    assert stored(chat, conversation).case_id == case.id


def test_a_resident_who_is_told_to_wait_is_told_the_reference_later(chat):
    conversation = begin(chat)
    chat.words.fails_on = {"bins"}
    assert file(chat, conversation) is None
    chat.words.fails_on = set()
    work_off(chat)
    assert file(chat, stored(chat, conversation)) == chat.cases()[0].reference


def test_a_conversation_another_worker_holds_is_left_to_it(chat):
    conversation = begin(chat)
    chat.words.fails_on = {"bins"}
    file(chat, conversation)
    chat.words.fails_on = set()
    assert chat.application.process_message.claim("worker") is not None
    assert file(chat, conversation) is None
    assert chat.cases() == []


def test_what_the_program_fails_on_is_set_aside_into_a_case_that_the_rest_joins(chat):
    conversation = begin(chat, held(story=(POISON,)))
    assert file(chat, conversation) is None
    process = chat.application.process_message
    for _ in range(2):
        claimed = process.claim("worker")
        process.failed(claimed, "ZeroDivisionError")
    add(chat, conversation)
    work_off(chat)
    (case,) = chat.cases()
    assert [message.body for message in whole(chat, case.reference).messages] == ["", ADDED]


def test_the_choice_to_complain_overrules_the_classifier(chat):
    reference = file(chat, begin(chat, held(complain=True)))
    found = whole(chat, reference)
    assert (found.case.category, found.case.stage) == (Category.COMPLAINT, 1)
    assert found.case.acknowledge_by is not None
    assert (found.case.status, found.case.decision_reason) == (Status.TO_REVIEW, CHOSEN_IN_CHAT)
    assert found.classifications[0].classification.category is Category.COMMENT
    assert TimelineKind.COMPLAINT_CHOSEN in kinds(chat, reference)
    (letter,) = found.letters
    assert letter.kind == "receipt_complaint_chosen"
    assert "You asked us in the chat to make this a formal complaint." in letter.text


def test_a_complaint_can_be_chosen_after_filing(chat):
    conversation = begin(chat)
    reference = file(chat, conversation)
    chat.clock.move(days=1)
    add(chat, conversation, "I want to complain.", complain=True)
    found = whole(chat, reference)
    assert (found.case.category, found.case.stage) == (Category.COMPLAINT, 1)
    assert found.case.decision_reason == CHOSEN_IN_CHAT
    assert [letter.kind for letter in found.letters][1:] == ["receipt_complaint_chosen"]
    add(chat, conversation, "I said that I want to complain.", number=8, complain=True)
    assert kinds(chat, reference).count(TimelineKind.COMPLAINT_CHOSEN) == 1


def test_words_in_the_chat_that_sound_like_yes_make_no_complaint(chat):
    conversation = begin(chat)
    reference = file(chat, conversation)
    add(chat, conversation, "YES it was on Friday.")
    assert whole(chat, reference).case.category is Category.COMMENT


def test_a_conversation_that_was_left_is_for_an_officer_whatever_the_classifier_says(chat):
    reference = file(chat, begin(chat, held(email="")), left=True)
    case = whole(chat, reference).case
    assert (case.status, case.decision) == (Status.TO_REVIEW, Decision.REVIEW)
    assert case.decision_reason == LEFT_THE_CHAT
    assert case.receipt_withheld == REFUSED_LEFT_CHAT


def test_who_left_the_chat_with_an_address_is_told_what_became_of_it(chat):
    (letter,) = whole(chat, file(chat, begin(chat), left=True)).letters
    assert letter.kind == "receipt_review"
    assert "You left our chat before you sent this to us." in letter.text


def test_a_complaint_chosen_before_the_chat_was_left_stays_one(chat):
    case = whole(chat, file(chat, begin(chat, held(complain=True)), left=True)).case
    assert (case.category, case.stage) == (Category.COMPLAINT, 1)
    assert case.decision_reason == f"{LEFT_THE_CHAT} {CHOSEN_IN_CHAT}"


def test_without_an_address_the_case_says_that_the_chat_gave_the_reference(chat):
    found = whole(chat, file(chat, begin(chat, held(email=""))))
    assert found.letters == ()
    assert found.case.receipt_withheld == REFUSED_NO_ADDRESS_IN_CHAT


def test_a_receipt_goes_by_mail_and_a_reply_to_it_joins_the_case(chat):
    reference = file(chat, begin(chat))
    (letter,) = whole(chat, reference).letters
    assert (letter.kind, letter.to_addr) == ("receipt_comment", EMAIL)
    assert letter.subject.startswith(f"We have your message - {reference}: ")
    sent = email.message_from_bytes(letter.raw, policy=email.policy.default)
    answer = mail(
        "Re: it",
        "They came today.",
        sender="another.address@example.org",
        In_Reply_To=sent["Message-ID"],
    )
    chat.receive(answer.as_bytes().decode())
    work_off(chat)
    found = whole(chat, reference)
    assert [message.joined_by for message in found.messages] == ["new", "token"]
    assert [message.channel for message in found.messages] == [Channel.CHAT, Channel.EMAIL]


def test_a_yes_by_mail_makes_a_chat_a_complaint(chat):
    reference = file(chat, begin(chat))
    sent = email.message_from_bytes(
        whole(chat, reference).letters[0].raw, policy=email.policy.default
    )
    answer = mail("Re: it", "YES", sender=EMAIL, In_Reply_To=sent["Message-ID"])
    chat.receive(answer.as_bytes().decode())
    work_off(chat)
    case = whole(chat, reference).case
    assert (case.category, case.stage) == (Category.COMPLAINT, 1)


def test_what_is_added_in_the_chat_brings_no_second_letter(chat):
    conversation = begin(chat)
    reference = file(chat, conversation)
    add(chat, conversation)
    found = whole(chat, reference)
    assert len(found.letters) == 1
    assert REFUSED_TOLD_IN_CHAT in [entry.text for entry in found.timeline]


def test_an_address_given_after_a_danger_was_filed_gets_the_receipt_and_is_the_cases(chat):
    conversation = begin(chat, held(name="", email="", telephone="", in_danger=True))
    reference = file(chat, conversation)
    with chat.application.store.writing() as work:
        known = work.conversations.by_id(conversation.id, lock=True)
        known.held = replace(known.held, name="Alex Example", email=EMAIL)
        work.conversations.save(known)
        work.commit()
    add(chat, conversation)
    found = whole(chat, reference)
    assert (found.case.from_addr, found.case.from_name) == (EMAIL, "Alex Example")
    assert [letter.kind for letter in found.letters] == ["receipt_review"]


def test_a_danger_that_one_message_told_of_makes_the_whole_urgent(chat):
    conversation = begin(
        chat, held(in_danger=True), (STORY, "Where?"), ("I smell gas here", "Call 999.")
    )
    reference = file(chat, conversation)
    found = whole(chat, reference)
    assert "gas" not in found.messages[0].body
    assert (found.case.urgent, found.case.hazards) == (True, ("gas",))
    assert (found.case.status, found.case.decision) == (Status.TO_REVIEW, Decision.REVIEW)
    assert "Somebody may be at risk: gas." in [entry.text for entry in found.timeline]


def test_a_case_is_urgent_when_the_resident_was_told_of_a_danger_nobody_can_name(chat):
    found = whole(chat, file(chat, begin(chat, held(in_danger=True))))
    assert (found.case.urgent, found.case.hazards) == (True, ())


def test_a_chat_becomes_a_case_without_a_category_when_the_classifier_is_away(chat):
    chat.words.is_available = False
    case = whole(chat, file(chat, begin(chat))).case
    assert (case.category, case.decision_reason) == (None, UNCLASSIFIED)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00 not json",
        b"[]",
        b"null",
        b'{"account": 7}',
        b'{"account": "words", "transcript": [{"at": "soon", "by": "resident", "text": "x"}]}',
        b'{"account": "words", "number": 1e999}',
        b"[" * 100_000,
    ],
    ids=["empty", "no text", "list", "null", "number", "time", "infinite", "deep"],
)
def test_a_damaged_document_becomes_a_case_for_an_officer(chat, raw):
    with chat.application.store.writing() as work:
        work.inbound.add_many(
            [
                NewInbound(
                    identity="d" * 64,
                    channel=Channel.CHAT,
                    source="chat",
                    envelope_from="",
                    recipients=(),
                    raw=raw,
                    received_at=chat.clock.now(),
                )
            ]
        )
        work.commit()
    work_off(chat)
    (case,) = chat.cases()
    assert (case.category, case.status) == (None, Status.TO_REVIEW)
    assert whole(chat, case.reference).messages[0].warnings == (BROKEN_CHAT,)


def test_a_grave_story_reads_as_a_complaint_and_is_told_its_dates(chat):
    reference = file(chat, begin(chat, held(story=(f"This is {GRAVE}.",))))
    found = whole(chat, reference)
    assert (found.case.category, found.letters[0].kind) == (Category.COMPLAINT, "receipt_complaint")


def test_the_document_is_readable_and_holds_the_whole_conversation(chat):
    conversation = begin(chat)
    file(chat, conversation)
    (case,) = chat.cases()
    message = whole(chat, case.reference).messages[0]
    original = chat.application.read_cases.original(case.reference, message.id)
    document = json.loads(original.raw)
    assert original.channel is Channel.CHAT
    assert document["account"] == STORY
    assert [line["by"] for line in document["transcript"]] == ["resident", "assistant"]
    with chat.application.store.reading() as work:
        assert work.inbound.case_of(submission_identity(conversation.key_hash, 0)) == case.id


def idle(chat, **length):
    chat.clock.move(**length)
    return chat.application.leave_conversations.run()


def test_a_conversation_left_with_a_story_becomes_a_case_once(chat):
    conversation = begin(chat)
    assert idle(chat, minutes=59) == ""
    assert idle(chat, minutes=2) == "1 left, 1 of them sent to an officer"
    assert idle(chat, minutes=2) == ""
    work_off(chat)
    (case,) = chat.cases()
    assert case.decision_reason == LEFT_THE_CHAT
    now = stored(chat, conversation)
    assert (now.state, now.case_id) == (ConversationState.LEFT, case.id)


def test_a_conversation_without_a_story_is_left_without_a_case_and_then_forgotten(chat):
    conversation = begin(chat, held(story=(), email=""), ("hello", "Tell us."))
    assert idle(chat, hours=2) == "1 left"
    work_off(chat)
    assert chat.cases() == []
    assert stored(chat, conversation).state is ConversationState.LEFT
    assert idle(chat, days=29) == ""
    assert idle(chat, days=2) == "1 forgotten"
    assert stored(chat, conversation).state is ConversationState.DELETED
    assert [turn.text for turn in turns_of(chat, conversation)] == [""]


def test_words_on_their_way_to_a_case_are_not_forgotten(chat):
    conversation = begin(chat)
    idle(chat, hours=2)
    assert idle(chat, days=60) == ""
    assert stored(chat, conversation).held.story == (STORY,)


def test_a_conversation_that_was_sent_is_not_sent_again_when_it_is_left(chat):
    conversation = begin(chat)
    file(chat, conversation)
    idle(chat, hours=2)
    work_off(chat)
    assert len(chat.cases()) == 1
    assert len(whole(chat, chat.cases()[0].reference).messages) == 1


def test_through_the_gateway_a_resident_gets_a_reference_and_a_case(chat):
    answer = chat.filed()
    (case,) = chat.cases()
    assert answer["case"] == case.reference
    assert case.channel is Channel.CHAT
    chat.said("And the lid is broken too, please bring another one.", answer["conversation"])
    assert len(whole(chat, case.reference).messages) == 2
