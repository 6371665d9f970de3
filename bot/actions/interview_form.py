"""The form's validation: hands an answer to intake, which says what comes next."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rasa_sdk import FormValidationAction
from rasa_sdk.events import SlotSet

from actions import mirror
from actions.client import IntakeClient, IntakeError
from actions.report import ANSWER
from actions.turn import conversation_of, turn_of

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

logger = logging.getLogger(__name__)


class ValidateInterviewForm(FormValidationAction):
    """Requires, turn by turn, the slot that intake awaits.

    Rasa calls it with an answer, with a command (nothing is extracted: the form steps back and a
    rule reports the command), and when the form goes on after a command.
    """

    def name(self) -> str:
        """The name in the domain."""
        return "validate_interview_form"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - Rasa passes it.
    ) -> mirror.Events:
        """Report an answer, if there is one, and require what intake awaits."""
        requested = tracker.get_slot(mirror.REQUESTED)
        if not requested or tracker.slots_to_validate().get(requested) is None:
            return [SlotSet(mirror.REQUESTED, requested)]
        try:
            intake = IntakeClient.of_environment()
            standing = await intake.report(conversation_of(tracker), turn_of(tracker), ANSWER)
        except IntakeError as exc:
            logger.warning("Intake gave no answer: %s (%s)", type(exc).__name__, exc)
            return [SlotSet(requested, None), SlotSet(mirror.REQUESTED, requested)]
        mirror.say(dispatcher, standing)
        return [
            *mirror.slots(standing, tracker),
            SlotSet(mirror.REQUESTED, standing.awaited),
        ]
