"""Hold a conversation with a resident: take a message in, have it answered, keep the answer.

After each commit the program may end without a word: whoever sends the message again under its id
finds what was done and gets the rest. No transaction is open while an engine is waited for.
"""

import asyncio
import contextlib
import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from intake.domain.interview import acts
from intake.domain.interview.held import Act
from intake.errors import (
    ConversationGone,
    ConversationNotFound,
    DialogueUnavailable,
    TurnAnswered,
)
from intake.services.chat_ports import (
    Conversation,
    ConversationState,
    DialogueEngine,
    Engine,
    Reply,
    Turn,
)
from intake.services.conduct_interview import ConductInterview
from intake.services.one_at_a_time import OneAtATime
from intake.services.ports import Clock, Store, UnitOfWork
from intake.services.read_conversation import ConversationRules, key_hash_of, reference_of
from intake.services.read_words import ReadWords

# Any answer under way is given by then, and whoever waits for one has sent the message again.
LEFT_BEHIND_AFTER = timedelta(minutes=1)
MOST_LEFT_BEHIND = 100
TOO_LONG = "This conversation has become too long. Start a new one; we keep what you told us."


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """A message as a resident sends it; ``conversation`` is None for the first one.

    ``by_form`` asks to go on without the bot.
    """

    conversation: str | None
    message_id: str
    text: str
    by_form: bool = False


@dataclass(frozen=True, kw_only=True)
class ChatAnswer:
    """What a message is answered; ``case`` is the reference of the conversation's case."""

    conversation: str
    replies: tuple[Reply, ...]
    case: str | None
    engine: Engine


def conversation_id(key: bytes, message_id: str) -> str:
    """The id of the conversation that this message begins: nobody without our key can make it."""
    made = hmac.digest(key, f"chat:{message_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(made).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class HoldConversation:
    """Answers residents' messages, those of one conversation one after the other."""

    store: Store
    clock: Clock
    interview: ConductInterview
    read_words: ReadWords
    dialogue: DialogueEngine | None
    rules: ConversationRules
    key: bytes
    _holding: OneAtATime[asyncio.Lock] = field(default_factory=lambda: OneAtATime(asyncio.Lock))

    @property
    def first_engine(self) -> Engine:
        """Who answers at the beginning of a conversation."""
        return Engine.FORM if self.dialogue is None else Engine.RASA

    async def answer(self, message: ChatMessage) -> ChatAnswer:
        """Have a message answered; one answered before gets the same answer.

        Raises ``ConversationNotFound`` and ``ConversationGone``, and ``StoreUnavailable``, after
        which the same message can be sent again.
        """
        name = message.conversation or conversation_id(self.key, message.message_id)
        turn = await asyncio.to_thread(self._receive, name, message)
        if turn.replies is None:
            async with self._holding(key_hash_of(name)):
                await self._have_all_answered(turn)
        return await asyncio.to_thread(self._answer, name, turn)

    async def answer_left_behind(self) -> tuple[int, Sequence[str]]:
        """Answer what a death of the program left unanswered and nobody has sent again since.

        Whoever wrote it may never come back, and may have told of a danger. Gives how many were
        found, and the kind of error for each that the program failed on again; one holds up no
        other. Raises ``StoreUnavailable``.
        """
        found = await asyncio.to_thread(self._left_behind)
        failures: list[str] = []
        for turn, key_hash in found:
            async with self._holding(key_hash):
                try:
                    await self._have_all_answered(turn)
                except Exception as exc:  # noqa: BLE001 - the caller tells of it.
                    failures.append(type(exc).__name__)
        return len(found), failures

    def _left_behind(self) -> Sequence[tuple[Turn, str]]:
        before = self.clock.now() - LEFT_BEHIND_AFTER
        with self.store.reading() as work:
            turns = work.conversations.left_behind(before=before, limit=MOST_LEFT_BEHIND)
            return [(turn, _conversation(work, turn).key_hash) for turn in turns]

    def _receive(self, name: str, message: ChatMessage) -> Turn:
        """Commit the message; one that came before stays as it was."""
        with self.store.writing() as work:
            conversation = work.conversations.by_key_hash(key_hash_of(name), lock=True)
            if conversation is None:
                if message.conversation is not None:
                    raise ConversationNotFound
                conversation = work.conversations.add(self._begun(name))
            assert conversation.id is not None
            turn = work.conversations.turn(conversation.id, message.message_id)
            if turn is None:
                turn = self._add(work, conversation, message)
                work.commit()
            elif turn.replies is None and turn.step is None and _is_deleted(conversation):
                raise ConversationGone
        return turn

    def _begun(self, name: str) -> Conversation:
        now = self.clock.now()
        return Conversation(
            key_hash=key_hash_of(name), started_at=now, last_at=now, engine=self.first_engine
        )

    def _add(self, work: UnitOfWork, conversation: Conversation, message: ChatMessage) -> Turn:
        assert conversation.id is not None
        now = self.clock.now()
        self.rules.check_goes_on(conversation, now)
        if work.conversations.count_turns(conversation.id) >= self.rules.most_turns:
            raise ConversationGone(TOO_LONG)
        if conversation.state is ConversationState.LEFT:
            # Whoever comes back goes on: with the case that was made meanwhile, where there is one.
            was_sent = conversation.submissions > 0
            conversation.state = ConversationState.FILED if was_sent else ConversationState.OPEN
        if message.by_form:
            conversation.engine = Engine.FORM
        conversation.last_at = now
        work.conversations.save(conversation)
        return work.conversations.add_turn(
            Turn(
                conversation_id=conversation.id,
                message_id=message.message_id,
                text=message.text,
                received_at=now,
            )
        )

    def _unanswered(self, turn: Turn) -> Sequence[Turn]:
        """What has no answer yet up to this turn, this one last: a crash leaves some behind."""
        assert turn.id is not None
        with self.store.reading() as work:
            return work.conversations.unanswered(turn.conversation_id, upto=turn.id)

    async def _have_all_answered(self, turn: Turn) -> None:
        for waiting in await asyncio.to_thread(self._unanswered, turn):
            is_own = waiting.id == turn.id
            # What an earlier one fails on is seen when it is sent again; it holds up no other.
            # What another node has answered meanwhile is done.
            with contextlib.suppress(TurnAnswered if is_own else Exception):
                await self._have_answered(waiting)

    async def _have_answered(self, turn: Turn) -> None:
        said: Sequence[Reply] = ()
        if turn.step is None:
            button = acts.choice_act(turn.text)
            if button is None:
                await asyncio.to_thread(self._look_for_danger, turn)
            said = await self._ask_engine(turn, button)
        await asyncio.to_thread(self._keep_answer, turn, said)

    def _look_for_danger(self, turn: Turn) -> None:
        """Take the step of a message that tells of a danger at once, before any engine."""
        hazards = self.read_words.dangers(turn.text)
        if hazards:
            with self.store.reading() as work:
                name = _conversation(work, turn).name
            self.interview.step(name, turn.message_id, None, hazards=hazards)

    async def _ask_engine(self, turn: Turn, button: Act | None) -> Sequence[Reply]:
        """What the dialogue engine says; nothing when the form has to answer.

        Where the engine failed the form keeps the conversation: the engine has missed something.
        """
        engine, name = await asyncio.to_thread(self._engine_of, turn)
        if self.dialogue is None or engine is Engine.FORM:
            return ()
        act = button.value if button else None
        said: Sequence[Reply] = ()
        with contextlib.suppress(DialogueUnavailable):
            said = await self.dialogue.reply(
                conversation=name, turn=turn.name, text=turn.text, act=act
            )
        if not said:
            await asyncio.to_thread(self._go_on_by_form, turn)
        return said

    def _engine_of(self, turn: Turn) -> tuple[Engine, str]:
        with self.store.reading() as work:
            conversation = _conversation(work, turn)
        return conversation.engine, conversation.name

    def _go_on_by_form(self, turn: Turn) -> None:
        with self.store.writing() as work:
            conversation = _conversation(work, turn, lock=True)
            conversation.engine = Engine.FORM
            work.conversations.save(conversation)
            work.commit()

    def _keep_answer(self, turn: Turn, said: Sequence[Reply]) -> None:
        """Commit the answer: the words of the step where one was taken, else the engine's."""
        if not said:
            _, name = self._engine_of(turn)
            self.interview.step(name, turn.message_id, None)
        with self.store.writing() as work:
            conversation = _conversation(work, turn, lock=True)
            kept = work.conversations.turn(turn.conversation_id, turn.message_id)
            assert kept is not None
            if kept.replies is None:
                own = kept.step.replies if kept.step else tuple(said)
                kept.replies = (*kept.emergency, *own)
                kept.engine = conversation.engine
                kept.answered_at = self.clock.now()
                work.conversations.save_turn(kept)
                work.commit()

    def _answer(self, name: str, turn: Turn) -> ChatAnswer:
        with self.store.reading() as work:
            conversation = _conversation(work, turn)
            kept = work.conversations.turn(turn.conversation_id, turn.message_id)
            reference = reference_of(work, conversation)
        assert kept is not None
        if kept.replies is None:
            # Its words were deleted by a message that came after it.
            raise ConversationGone
        return ChatAnswer(
            conversation=name,
            replies=kept.replies,
            case=reference,
            engine=kept.engine or conversation.engine,
        )


def _is_deleted(conversation: Conversation) -> bool:
    return conversation.state is ConversationState.DELETED


def _conversation(work: UnitOfWork, turn: Turn, *, lock: bool = False) -> Conversation:
    found = work.conversations.by_id(turn.conversation_id, lock=lock)
    assert found is not None, "a conversation is never removed while it has turns"
    return found
