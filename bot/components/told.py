"""What a message means when the classifier is unsure of it, or it is too long for a command."""

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

TOLD = "tell"
UNCLEAR = "nlu_fallback"
STATUS = "status"
_REFERENCE = re.compile(r"\W*FB[-\u2010-\u2015 ]?\w{4}[-\u2010-\u2015 ]?\w{2}\W*", re.IGNORECASE)


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER,
    is_trainable=False,
)
class LongTextsAreTold(GraphComponent):
    """Takes long messages for a story: a command missed is asked again, a story missed is lost.

    - A reference and nothing else asks after its case.
    - More than `most_words` words tell something, whatever the classifier made of them.
    - More than `most_unclear_words` that it made nothing of tell something too.
    """

    def __init__(self, *, most_words: int, most_unclear_words: int) -> None:
        self._most_words = most_words
        self._most_unclear_words = most_unclear_words

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 - Rasa passes these by name.
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "LongTextsAreTold":
        """Make one with the settings of `config.yml`."""
        return cls(most_words=config["most_words"], most_unclear_words=config["most_unclear_words"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What holds where `config.yml` says nothing."""
        return {"most_words": 14, "most_unclear_words": 4}

    def process(self, messages: list[Message]) -> list[Message]:
        """Settle what each message means."""
        for message in messages:
            settled = self._settled(message.get(TEXT) or "", message.get(INTENT) or {})
            if settled:
                message.set(INTENT, {"name": settled, "confidence": 1.0}, add_to_output=True)
        return messages

    def _settled(self, text: str, intent: dict[str, Any]) -> str | None:
        if _REFERENCE.fullmatch(text):
            return STATUS
        most = self._most_unclear_words if intent.get("name") == UNCLEAR else self._most_words
        return TOLD if len(text.split()) > most else None
