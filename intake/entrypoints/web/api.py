"""The JSON API: the same cases and the same reviews as the pages, for scripts of the council.

A script signs in as the pages do and sends the session's token in ``X-CSRF-Token`` with every
change. The fields are those of ``intake cases list --json`` and ``show --json``.
A case that the signed-in officer has yet to read blind is answered without what was made of it: no
category, dates, letters or history.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from intake.domain.cases import Status
from intake.domain.categories import Category, ServiceArea
from intake.entrypoints.web.api_models import CasePage, CaseWhole, Problem
from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.sessions import HeaderOfficer, Officer, signed_in
from intake.services.ports import CaseOrder, CaseQuery
from intake.services.read_blind import BlindAnswer
from intake.services.read_cases import case_as_json, case_file_as_json

MOST_A_PAGE = 200
PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "Nobody is signed in."},
    403: {
        "model": Problem,
        "description": "The token is missing, or the role does not allow this.",
    },
    404: {"model": Problem, "description": "There is no such case."},
    409: {"model": Problem, "description": "The case has changed, or is closed."},
    503: {"model": Problem, "description": "The database cannot be reached; try again later."},
}
router = APIRouter(
    prefix="/api/v1", tags=["cases"], responses=PROBLEMS, dependencies=[Depends(signed_in)]
)


class SessionAnswer(BaseModel):
    """Who is signed in, and the token that changes need."""

    email: str
    name: str
    role: str
    csrf_token: str


class Confirmation(BaseModel):
    """An officer agrees with the category a case has."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(description="The version of the case that the officer looked at.")
    seconds_taken: float | None = Field(default=None, description="How long they looked at it.")


class Correction(Confirmation):
    """An officer gives a case another category."""

    category: Category
    reason: str = Field(min_length=1, max_length=2000)


class BlindReading(BaseModel):
    """What an officer says of a case they read blind."""

    model_config = ConfigDict(extra="forbid")
    category: Category
    seconds_taken: float | None = Field(default=None, description="How long they looked at it.")


@router.get("/session")
def session(officer: Officer) -> SessionAnswer:
    """The signed-in officer and the token for ``X-CSRF-Token``."""
    account = officer.officer
    return SessionAnswer(
        email=account.email, name=account.name, role=account.role, csrf_token=officer.csrf_token
    )


@router.get("/cases", response_model=CasePage)
def list_cases(
    *,
    parts: Parts,
    officer: Officer,
    status: Status | None = None,
    category: Category | None = None,
    area: ServiceArea | None = None,
    urgent: bool | None = None,
    q: Annotated[str, Query(max_length=200, description="Words to look for.")] = "",
    order: Literal["newest", "queue"] = "newest",
    after: Annotated[
        int | None, Query(ge=1, le=2**62, description="`next` of the last page.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 50,
) -> dict[str, Any]:
    """Cases, a page at a time."""
    query = CaseQuery(
        status=status,
        category=category,
        area=area,
        urgent=urgent,
        words=q.strip(),
        order=CaseOrder(order),
        after_id=after,
        limit=limit,
    )
    found = parts.read_cases.page(query, reader=officer.officer)
    return {"cases": [case_as_json(row) for row in found.rows], "next": found.next_after_id}


@router.get("/cases/{reference}", response_model=CaseWhole)
def show_case(parts: Parts, officer: Officer, reference: str) -> dict[str, Any]:
    """One case whole."""
    return case_file_as_json(parts.read_cases.file(reference.upper(), reader=officer.officer))


@router.post("/cases/{reference}/blind", response_model=CaseWhole)
def read_blind(
    parts: Parts, officer: HeaderOfficer, reference: str, sent: Annotated[BlindReading, Body()]
) -> dict[str, Any]:
    """Say what a case is that waits for a blind reading; the answer shows it whole."""
    answer = BlindAnswer(
        reference=reference.upper(),
        officer=officer.officer,
        category=sent.category,
        seconds_taken=sent.seconds_taken,
    )
    parts.read_blind.answer(answer)
    return case_file_as_json(parts.read_cases.file(reference.upper()))


@router.post("/cases/{reference}/confirm", response_model=CaseWhole)
def confirm(
    parts: Parts, officer: HeaderOfficer, reference: str, sent: Annotated[Confirmation, Body()]
) -> dict[str, Any]:
    """Confirm the category a case has."""
    parts.review_case.confirm(
        reference.upper(),
        officer=officer.officer,
        version=sent.version,
        seconds_taken=sent.seconds_taken,
    )
    return case_file_as_json(parts.read_cases.file(reference.upper()))


@router.post("/cases/{reference}/correct", response_model=CaseWhole)
def correct(
    parts: Parts, officer: HeaderOfficer, reference: str, sent: Annotated[Correction, Body()]
) -> dict[str, Any]:
    """Give a case another category."""
    parts.review_case.correct(
        reference.upper(),
        officer=officer.officer,
        category=sent.category,
        reason=sent.reason,
        version=sent.version,
        seconds_taken=sent.seconds_taken,
    )
    return case_file_as_json(parts.read_cases.file(reference.upper()))
