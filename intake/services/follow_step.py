"""Do what a step of the interview wants done outside it, and what follows from that.

What is sent is known by the conversation and the turn, so a step that is followed again after a
crash sends nothing twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from intake.domain.classification import Decision
from intake.domain.interview import conduct
from intake.domain.interview.account import account_of
from intake.domain.interview.held import Effect, Held, Say, Step
from intake.services.chat_ports import Conversation, Filing, StatusLinks, Transcripts, Turn
from intake.services.ports import Store
from intake.services.read_words import ReadWords


@dataclass(kw_only=True)
class Outcome:
    """What one message made of a conversation, gathered step by step before it is stored."""

    before: Conversation
    turn: Turn
    held: Held
    says: list[Say] = field(default_factory=list)
    case_id: int | None = None
    is_filed: bool = False
    is_forgotten: bool = False
    goes_on_by_form: bool = False

    @property
    def conversation(self) -> Conversation:
        """The conversation as it is by now."""
        return replace(self.before, held=self.held, case_id=self.case_id)


@dataclass(frozen=True, kw_only=True)
class FollowStep:
    """Follows steps; each effect may lead to another step, which is followed too."""

    store: Store
    read_words: ReadWords
    filing: Filing
    status_links: StatusLinks
    transcripts: Transcripts

    def __call__(self, step: Step, outcome: Outcome) -> None:
        """Do what the step wants. Raises ``StoreUnavailable``; then it is taken anew as a whole."""
        outcome.held = step.held
        outcome.says.extend(step.says)
        for effect in step.effects:
            then = self._follow(effect)(step, outcome)
            if then is not None:
                self(then, outcome)

    def _follow(self, effect: Effect) -> Callable[[Step, Outcome], Step | None]:
        return {
            Effect.SUMMARISE: self._summarise,
            Effect.FILE: self._file,
            Effect.ADD: self._add,
            Effect.DELETE: self._forget,
            Effect.STATUS_LINK: self._send_status_link,
            Effect.TRANSCRIPT: self._send_transcript,
            Effect.USE_FORM: self._use_form,
        }[effect]

    def _summarise(self, _step: Step, outcome: Outcome) -> Step:
        """What the classifier is sure of is shown; of anything else an officer decides.

        A danger that no message told of alone may stand in the account as a whole.
        """
        held = outcome.held
        account = account_of(held)
        said = self.read_words.classification(account)
        if said is None:
            return conduct.summarise(held, None, held.language)
        hazards = self.read_words.dangers_said(said, account)
        if hazards and not held.in_danger:
            return conduct.in_danger(held, hazards)
        stands = said.decision is Decision.AUTO
        return conduct.summarise(held, said.category if stands else None, said.language)

    def _file(self, _step: Step, outcome: Outcome) -> Step:
        conversation = outcome.conversation
        assert conversation.id is not None
        with self.store.reading() as work:
            turns = work.conversations.turns(conversation.id)
        reference = self.filing.file(replace(conversation, submissions=0), turns)
        outcome.is_filed = True
        if reference is None:
            return conduct.not_filed(outcome.held)
        with self.store.reading() as work:
            case = work.cases.by_reference(reference)
        assert case is not None, "a reference is given once its case is stored"
        outcome.case_id = case.id
        category = case.category if case.decision is Decision.AUTO else None
        return conduct.filed(
            outcome.held, reference, category=category, letter_to=outcome.held.email
        )

    def _add(self, step: Step, outcome: Outcome) -> None:
        chooses = step.held.complain and not outcome.before.held.complain
        numbered = replace(outcome.conversation, submissions=outcome.turn.id or 0)
        self.filing.add(numbered, step.added, complain=chooses)

    def _forget(self, _step: Step, outcome: Outcome) -> None:
        outcome.is_forgotten = True

    def _send_status_link(self, step: Step, _outcome: Outcome) -> None:
        if step.status is not None:
            self.status_links(step.status.reference, step.status.email)

    def _send_transcript(self, step: Step, outcome: Outcome) -> None:
        self.transcripts(outcome.conversation, step.transcript_to)

    def _use_form(self, _step: Step, outcome: Outcome) -> None:
        outcome.goes_on_by_form = True
