"""What the bot's actions ask of the interview, each with the service token.

Rasa is sent a resident's message and says what was meant. Of what is held it hears no more than
stands in the answers it repeats.
"""

import hmac
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException
from pydantic import BaseModel, ConfigDict

from intake.domain.interview.held import Act
from intake.entrypoints.web.chat import replies_as_json
from intake.entrypoints.web.parts import Parts
from intake.errors import ConversationNotFound

NO_TOKEN = "The service token is missing or wrong."  # noqa: S105 - a sentence, no secret


def with_service_token(parts: Parts, authorization: Annotated[str, Header()] = "") -> None:
    """Refuses whoever does not bring the service token."""
    expected = f"Bearer {parts.service_token}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise HTTPException(401, NO_TOKEN, {"WWW-Authenticate": "Bearer"})


def known_name(name: str) -> str:
    """A name that a conversation could have. Raises ``ConversationNotFound`` for any other."""
    if re.fullmatch("[0-9a-f]{32}", name) is None:
        raise ConversationNotFound
    return name


def known_turn(turn: str) -> int:
    """A number that a message could have. Raises ``ConversationNotFound`` for anything else."""
    if re.fullmatch("[0-9]{1,18}", turn) is None:
        raise ConversationNotFound
    return int(turn)


Name = Annotated[str, Depends(known_name)]
Turn = Annotated[int, Depends(known_turn)]
router = APIRouter(
    prefix="/private/chat", include_in_schema=False, dependencies=[Depends(with_service_token)]
)


class Meaning(BaseModel):
    """What a resident meant by a message."""

    model_config = ConfigDict(extra="forbid")
    act: Act


@router.get("/{name}")
def standing(parts: Parts, name: Name) -> dict[str, Any]:
    """Where a conversation stands."""
    now = parts.interview.standing(name)
    return {
        "phase": now.phase.value,
        "asked": now.asked.value if now.asked else None,
        "missing": [question.value for question in now.missing],
        "in_danger": now.in_danger,
    }


@router.post("/{name}/turns/{turn}")
def take_step(parts: Parts, name: Name, turn: Turn, meaning: Meaning) -> dict[str, Any]:
    """Take the step of a message; a repeat answers what the first time did."""
    step = parts.interview.step_told(name, turn, meaning.act)
    return {
        "replies": replies_as_json(step.replies),
        "phase": step.phase.value,
        "asked": step.asked.value if step.asked else None,
        "missing": [question.value for question in step.missing],
    }
