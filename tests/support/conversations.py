"""Conversations of the chat as they lie in the store, without the talk that led to them."""

from itertools import count

from intake.domain.interview.held import Held
from intake.services.chat_ports import Conversation, Engine, Reply, Turn
from tests.support.desk import Desk

STORY = "The bins in Elm Row were missed again. Nobody came when I called you."
EMAIL = "alex.example@example.org"
TELEPHONE = "07700 900123"
_numbers = count(1)


def held(**fields: object) -> Held:
    """A story of somebody who said who they are."""
    values = {
        "story": (STORY,),
        "name": "Alex Example",
        "email": EMAIL,
        "telephone": TELEPHONE,
    }
    return Held(**{**values, **fields})


def begin(desk: Desk, known: Held | None = None, *turns: tuple[str, str]) -> Conversation:
    """A conversation with these messages and answers, one of each by default."""
    now = desk.clock.now()
    new = Conversation(
        key_hash=f"{next(_numbers):064x}",
        started_at=now,
        last_at=now,
        engine=Engine.FORM,
        held=known or held(),
    )
    with desk.application.store.writing() as work:
        stored = work.conversations.add(new)
        assert stored.id is not None
        for text, answer in turns or ((STORY, "Where was that?"),):
            turn = work.conversations.add_turn(
                Turn(
                    conversation_id=stored.id,
                    message_id=f"message {next(_numbers)}",
                    text=text,
                    received_at=now,
                )
            )
            turn.replies, turn.answered_at = (Reply(text=answer),), now
            work.conversations.save_turn(turn)
        work.commit()
    return stored


def turns_of(desk: Desk, conversation: Conversation) -> list[Turn]:
    with desk.application.store.reading() as work:
        return list(work.conversations.turns(conversation.id or 0))


def stored(desk: Desk, conversation: Conversation) -> Conversation:
    """The conversation as it is by now."""
    with desk.application.store.reading() as work:
        found = work.conversations.by_id(conversation.id or 0)
    assert found
    return found
