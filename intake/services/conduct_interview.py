"""Take the step of the interview that a message causes, once, and keep it with the message.

The guided form and the dialogue engine both come here. What a step sends outside goes first; then
the step and what is held afterwards are stored in one transaction. A step that was cut off before
that is taken again and sends the same things again, which are known and make no second case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from intake.domain.interview import acts, conduct
from intake.domain.interview.held import Act, Held, Phase, Question
from intake.domain.text import normalise
from intake.errors import ConversationNotFound, StaleConversation, TurnAnswered
from intake.services.chat_ports import (
    ChatWords,
    Conversation,
    ConversationState,
    Engine,
    Reply,
    StoredStep,
    Turn,
)
from intake.services.follow_step import FollowStep, Outcome
from intake.services.one_at_a_time import OneAtATime
from intake.services.ports import Store, UnitOfWork
from intake.services.read_conversation import reference_of
from intake.services.read_words import ReadWords

# Nodes that step on each other's conversation more often than this are not taking turns.
MOST_TRIES = 5
NO_SUCH_TURN = "This conversation has no such message."


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a conversation stands, as an engine is told it."""

    phase: Phase
    asked: Question | None
    missing: tuple[Question, ...]
    in_danger: bool


@dataclass(frozen=True, kw_only=True)
class ConductInterview:
    """Takes steps; those of one conversation one after the other."""

    store: Store
    words: ChatWords
    read_words: ReadWords
    follow: FollowStep
    _stepping: OneAtATime[Lock] = field(default_factory=lambda: OneAtATime(Lock))

    def greeting(self) -> tuple[Reply, ...]:
        """What a resident is greeted with."""
        return tuple(self.words.write(say) for say in conduct.begin())

    def standing(self, name: str) -> Standing:
        """Where the conversation of this name stands. Raises ``ConversationNotFound``."""
        with self.store.reading() as work:
            held = _by_name(work, name).held
        return Standing(
            phase=held.phase,
            asked=held.asked,
            missing=conduct.missing(held),
            in_danger=held.in_danger,
        )

    def step(
        self, name: str, message_id: str, act: Act | None, *, hazards: Sequence[str] = ()
    ) -> StoredStep:
        """The step of this message, taken now if it was not before.

        ``act`` is what an engine says the resident meant; without one it is read from plain words.
        ``hazards`` are dangers the message tells of. Raises ``ConversationNotFound``,
        ``TurnAnswered`` when it was answered without a step, and ``StoreUnavailable``.
        """
        with self._stepping(name):
            for _ in range(MOST_TRIES):
                outcome = self._begun(name, message_id)
                if outcome.turn.step is not None:
                    return outcome.turn.step
                if outcome.turn.replies is not None:
                    raise TurnAnswered
                if hazards:
                    self._warn(outcome, hazards)
                self._take(outcome, act)
                stored = self._store(outcome)
                if stored is not None:
                    return stored
        raise StaleConversation

    def step_told(self, name: str, number: int, act: Act) -> StoredStep:
        """``step`` for the message with this number, which is all that an engine knows of it."""
        with self.store.reading() as work:
            conversation = _by_name(work, name)
            assert conversation.id is not None
            turn = work.conversations.turn_numbered(conversation.id, number)
        if turn is None:
            raise ConversationNotFound(NO_SUCH_TURN)
        return self.step(name, turn.message_id, act)

    def _begun(self, name: str, message_id: str) -> Outcome:
        with self.store.reading() as work:
            conversation = _by_name(work, name)
            return Outcome(
                before=conversation,
                turn=_turn(work, conversation, message_id),
                held=_as_it_stands(work, conversation),
                case_id=conversation.case_id,
            )

    def _warn(self, outcome: Outcome, hazards: Sequence[str]) -> None:
        """Say the emergency words first, and send at once what was told before this message.

        The danger is kept before anything is sent, so that whatever is sent tells of it.
        """
        warning = conduct.in_danger(outcome.held, hazards)
        outcome.turn.hazards = tuple(hazards)
        outcome.turn.emergency = tuple(self.words.write(say) for say in warning.says)
        with self.store.writing() as work:
            work.conversations.save_turn(outcome.turn)
            work.commit()
        self.follow(replace(warning, says=()), outcome)

    def _take(self, outcome: Outcome, act: Act | None) -> None:
        held, text = outcome.held, outcome.turn.text
        meant = act or acts.act_of(text, held)
        category = None
        # An engine may have heard "thank you" of a whole letter of thanks.
        if held.phase is Phase.OPENING and acts.heard(held, meant, text)[0] is Act.ANSWER:
            told = "\n\n".join((*held.story, normalise(text)))
            category = self.read_words.category_so_far(told)
        self.follow(conduct.answer(held, meant, text, category=category), outcome)

    def _store(self, outcome: Outcome) -> StoredStep | None:
        """Keep the step; None when what it was taken from is no longer what is held."""
        step = self._as_stored(outcome)
        with self.store.writing() as work:
            conversation = _by_name(work, outcome.before.name, lock=True)
            turn = _turn(work, conversation, outcome.turn.message_id)
            if turn.step is not None:
                return turn.step
            if conversation.held != outcome.before.held:
                return None
            turn.step = step
            _change(conversation, outcome)
            work.conversations.save(conversation)
            if outcome.is_forgotten:
                work.conversations.forget_words(turn.conversation_id)
                turn.text = ""
            work.conversations.save_turn(turn)
            work.commit()
        return step

    def _as_stored(self, outcome: Outcome) -> StoredStep:
        return StoredStep(
            replies=tuple(self.words.write(say) for say in outcome.says),
            phase=outcome.held.phase,
            asked=outcome.held.asked,
            missing=conduct.missing(outcome.held),
        )


def _by_name(work: UnitOfWork, name: str, *, lock: bool = False) -> Conversation:
    found = work.conversations.by_name(name, lock=lock)
    if found is None:
        raise ConversationNotFound
    return found


def _turn(work: UnitOfWork, conversation: Conversation, message_id: str) -> Turn:
    assert conversation.id is not None
    found = work.conversations.turn(conversation.id, message_id)
    if found is None:
        raise ConversationNotFound(NO_SUCH_TURN)
    return found


def _as_it_stands(work: UnitOfWork, conversation: Conversation) -> Held:
    """What is held, with what happened since the last step: the account was sent, or has a case."""
    held = conversation.held
    if not conversation.submissions or held.phase is Phase.STOPPED:
        return held
    reference = held.reference or reference_of(work, conversation) or ""
    if held.phase is Phase.FILED:
        return replace(held, reference=reference)
    return replace(held, phase=Phase.FILED, reference=reference, asked=None, detour=None)


def _change(conversation: Conversation, outcome: Outcome) -> None:
    conversation.held = outcome.held
    conversation.case_id = conversation.case_id or outcome.case_id
    if outcome.is_filed:
        conversation.submissions = 1
        conversation.state = ConversationState.FILED
    if outcome.goes_on_by_form:
        conversation.engine = Engine.FORM
