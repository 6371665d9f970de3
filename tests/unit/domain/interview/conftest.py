"""A resident who talks to the interview, with filing and summing up done as the services do it."""

from dataclasses import dataclass, field

import pytest

from intake.domain.categories import Category
from intake.domain.interview import acts, conduct
from intake.domain.interview.held import Act, Effect, Held, Say, Step
from intake.domain.references import reference_from_number

REFERENCE = reference_from_number(7)


@dataclass
class Talk:
    """One conversation. What the last message brought is in ``keys``, ``says`` and ``effects``."""

    category: Category | None = None
    language: str = "en"
    held: Held = field(default_factory=Held)
    turns: int = 0
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
    step: Step | None = None
    filings: int = 0

    def say(self, text: str, act: Act | None = None) -> "Talk":
        self.says, self.effects = (), ()
        self.turns += 1
        meant = act or acts.act_of(text, self.held)
        self.follow(conduct.answer(self.held, meant, text, category=self.category))
        return self

    def all(self, *texts: str) -> "Talk":
        for text in texts:
            self.say(text)
        return self

    def endanger(self, *hazards: str) -> "Talk":
        self.says, self.effects = (), ()
        self.follow(conduct.in_danger(self.held, hazards))
        return self

    def follow(self, step: Step) -> None:
        self.step, self.held = step, step.held
        self.says += step.says
        self.effects += step.effects
        if Effect.SUMMARISE in step.effects:
            self.show(conduct.summarise(self.held, self.category, self.language))
        if Effect.FILE in step.effects:
            self.filings += 1
            letter_to = self.held.email
            filed = conduct.filed(self.held, REFERENCE, category=self.category, letter_to=letter_to)
            self.show(filed)

    def show(self, step: Step) -> None:
        self.held = step.held
        self.says += step.says

    @property
    def keys(self) -> list[str]:
        return [say.key for say in self.says]

    @property
    def buttons(self) -> list[str]:
        return [choice.value for say in self.says for choice in say.choices]


@pytest.fixture
def talk():
    """Begins a conversation; its category is what the classifier will say of it."""
    return Talk
