"""The action that tells intake what a resident means, outside the form and off its path."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rasa_sdk import Action

from actions import mirror
from actions.client import IntakeClient, IntakeError
from actions.turn import conversation_of, intent_of, turn_of

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)

ANSWER = "answer"
UNCLEAR = "unclear"


class ActionReport(Action):
    """Reports the act, says what intake says, and starts or ends the form as intake wants it."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_report"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it.
    ) -> mirror.Events:
        """Say nothing when intake gives no answer: the gateway goes on with the guided form."""
        intake = IntakeClient.of_environment()
        conversation = conversation_of(tracker)
        try:
            act = await _act(intake, conversation, intent_of(tracker))
            standing = await intake.report(conversation, turn_of(tracker), act)
        except IntakeError as exc:
            logger.warning("Intake gave no answer: %s (%s)", type(exc).__name__, exc)
            return []
        mirror.say(dispatcher, standing)
        return [*mirror.slots(standing, tracker), *mirror.form(standing, tracker)]


async def _act(intake: IntakeClient, conversation: str, intent: str) -> str:
    """What an intent is called by intake.

    What nobody could make sense of is an answer where one is awaited that Rasa's form does not know
    of, as after it lost its trackers. Before there is a story it is no story.
    """
    if intent == "tell":
        return ANSWER
    if intent != "nlu_fallback":
        return intent
    standing = await intake.standing(conversation)
    return ANSWER if standing.asked else UNCLEAR
