"""Read what residents write in the chat: what kind of message it is, whether it tells of danger."""

from typing import Protocol

from intake.domain.cases import Channel
from intake.domain.categories import Category
from intake.domain.classification import Classification, Decision, MessageText
from intake.domain.hazards import dangers_by_signs, interrupts
from intake.domain.text import normalise
from intake.errors import ClassifierUnavailable
from intake.services.ports import Classifier


class PatientClassifier(Classifier, Protocol):
    """A classifier that may still be loading; ``classify`` then waits for it, within reason."""

    @property
    def is_ready(self) -> bool:
        """Whether it answers without waiting."""


class ReadWords:
    """Judges texts of the chat; may be shared between threads."""

    def __init__(self, classifier: PatientClassifier) -> None:
        self._classifier = classifier

    def dangers(self, text: str) -> tuple[str, ...]:
        """The kinds of danger a message tells of; never waits for the model.

        Without it the signs in the words decide, and err towards danger.
        """
        plain = normalise(text)
        said = self.classification(plain) if self._classifier.is_ready else None
        return dangers_by_signs(plain) if said is None else self.dangers_said(said, plain)

    @staticmethod
    def dangers_said(said: Classification, plain: str) -> tuple[str, ...]:
        """The kinds of danger to interrupt a conversation for, where the model has answered."""
        return said.hazards if said.urgent and interrupts(said.danger, plain) else ()

    def category_so_far(self, account: str) -> Category | None:
        """What an unfinished account looks like, if the model knows at once and is sure."""
        said = self.classification(account) if self._classifier.is_ready else None
        return said.category if said is not None and said.decision is Decision.AUTO else None

    def classification(self, text: str) -> Classification | None:
        """What the classifier says of a text, which may take a moment; None without an answer."""
        # As it is asked when the account is filed: the summary must not say otherwise.
        message = MessageText(channel=Channel.CHAT, subject="", text=text)
        try:
            return self._classifier.classify(message)
        except ClassifierUnavailable:
            return None
