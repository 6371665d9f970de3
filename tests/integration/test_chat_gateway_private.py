"""What the bot's actions are told: only with the token, and the same however often they ask."""

from uuid import uuid4

import pytest

from intake.services.chat_ports import Reply
from intake.services.hold_conversation import conversation_id
from intake.services.read_conversation import key_hash_of
from tests.support.chat import SKIP, STORY, TOKEN, ChatDesk, ToldEngine


@pytest.fixture
def chat(migrated_database_url, tmp_path):
    desk = ChatDesk(migrated_database_url, tmp_path, CHAT_PER_CONVERSATION="")
    yield desk
    desk.close()


class Bot:
    """A client with the service token, and a message that waits for its step."""

    def __init__(self, chat: ChatDesk) -> None:
        self.browser = chat.client(headers={"Authorization": f"Bearer {TOKEN}"})
        self.message = str(uuid4())
        key = chat.application.secret_key.encode()
        self.name = key_hash_of(conversation_id(key, self.message))[:32]

        self.read = chat.application.store.reading

    @property
    def turn(self) -> str:
        with self.read() as work:
            conversation = work.conversations.by_name(self.name)
            return work.conversations.turn(conversation.id, self.message).name

    def step(self, act: str = "answer", turn: str | None = None):
        address = f"/private/chat/{self.name}/turns/{turn or self.turn}"
        return self.browser.post(address, json={"act": act})

    def standing(self):
        return self.browser.get(f"/private/chat/{self.name}")


@pytest.fixture
def bot(chat):
    """The bot in the middle of a resident's first message, which is committed and not answered."""
    made = Bot(chat)
    engine = ToldEngine(chat)
    engine.fails = True
    chat.use_engine(engine)
    hold = chat.application.hold_conversation
    from intake.services.hold_conversation import ChatMessage

    hold._receive(
        conversation_id(hold.key, made.message),
        ChatMessage(conversation=None, message_id=made.message, text=STORY),
    )
    return made


def test_the_bot_is_told_where_a_conversation_stands(bot):
    told = bot.standing().json()
    assert (told["phase"], told["asked"], told["in_danger"]) == ("opening", None, False)
    assert told["missing"][0] == "story"
    after = bot.step().json()
    assert (after["phase"], bool(after["replies"])) == ("asking", True)
    told = bot.standing().json()
    assert (told["asked"], told["missing"]) == (after["asked"], after["missing"])
    assert told["asked"] == told["missing"][0]


def test_a_step_is_taken_once_however_often_and_whatever_is_said_of_it(bot, chat):
    first = bot.step()
    assert first.status_code == 200
    assert bot.step().json() == first.json()
    assert bot.step("skip").json() == first.json()
    answer = chat.said(STORY, id=bot.message)
    assert answer["replies"] == first.json()["replies"]


def test_the_private_doors_open_with_the_token_alone(bot, chat):
    stranger = chat.client()
    for token in ("", "Bearer", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer \u00fc"):
        headers = {"Authorization": token.encode()}
        for answer in (
            stranger.get(f"/private/chat/{bot.name}", headers=headers),
            stranger.post(
                f"/private/chat/{bot.name}/turns/{bot.turn}",
                json={"act": "answer"},
                headers=headers,
            ),
        ):
            assert answer.status_code == 401
            assert answer.json()["error"]
    assert bot.standing().json()["phase"] == "opening"


def test_a_conversation_or_message_nobody_knows_is_not_found(bot):
    for turn in (bot.message, str(uuid4()), "7", "-1", "\u0661", "9" * 30):
        assert bot.step(turn=turn).status_code == 404
    for name in ("0" * 32, bot.name[:-1], bot.name + "0", "", bot.name.upper(), "%25"):
        address = f"/private/chat/{name}"
        assert bot.browser.get(address).status_code == 404
        turn = bot.browser.post(f"{address}/turns/{bot.turn}", json={"act": "answer"})
        assert turn.status_code == 404


def test_a_message_of_another_conversation_is_not_found(bot, chat):
    other = Bot(chat)
    chat.said(STORY, id=other.message)
    assert bot.step(turn=other.turn).status_code == 404


def test_nothing_the_bot_knows_opens_the_conversation(chat):
    known = []

    class Listening(ToldEngine):
        async def reply(self, *, conversation, turn, text, act):
            known.extend((conversation, turn))
            return await super().reply(conversation=conversation, turn=turn, text=text, act=act)

    chat.use_engine(Listening(chat))
    message = str(uuid4())
    conversation = chat.said(STORY, id=message)["conversation"]
    assert known
    assert not {message, conversation} & set(known)


def test_an_act_nobody_knows_is_refused(bot):
    for body in ({"act": "dance"}, {}, {"act": "answer", "text": "other words"}):
        address = f"/private/chat/{bot.name}/turns/{bot.turn}"
        assert bot.browser.post(address, json=body).status_code == 422
    assert bot.standing().json()["phase"] == "opening"


def test_a_message_the_bot_answered_by_itself_takes_no_step_afterwards(chat):
    engine = ToldEngine(chat)
    engine.adds = [Reply(text="The moon is far away.")]
    chat.use_engine(engine)
    bot = Bot(chat)
    chat.said("How far is the moon?", id=bot.message)
    assert bot.step().status_code == 409


def test_the_bot_is_asked_to_come_again_while_the_database_is_away(tmp_path):
    (tmp_path / "no-database").mkdir()
    chat = ChatDesk(f"sqlite:///{tmp_path / 'no-database'}", tmp_path)
    answer = Bot(chat).step(turn="1")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/json"
    chat.close()


def test_the_bot_learns_no_word_a_resident_wrote(bot):
    assert "Elm Row" not in bot.step().text + bot.standing().text


def test_a_pressed_button_means_what_it_says(chat, bot):
    bot.step()
    chat.said(STORY, id=bot.message)
    before = bot.standing().json()["asked"]
    conversation = chat.said(STORY, id=bot.message)["conversation"]
    chat.said(SKIP, conversation)
    assert bot.standing().json()["asked"] != before
