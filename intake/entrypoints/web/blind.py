"""The cases that wait for a blind reading, and an officer's answer.

The page of such a case is at the case's own address (``cases``): whoever has yet to read it blind
is shown nothing else there.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from intake.domain.cases import Status
from intake.domain.categories import Category
from intake.entrypoints.web.cases import ALL, case_page
from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import FormOfficer, Officer, signed_in
from intake.entrypoints.web.shown import read_shown
from intake.services.read_blind import BlindAnswer

router = APIRouter(prefix="/cases", include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/blind")
def list_blind(request: Request, parts: Parts, officer: Officer) -> Response:
    """The cases that await a reading by this officer."""
    rows = parts.read_blind.waiting(officer.officer)
    return page(request, "blind_list.html", rows=rows, lists=[*Status, ALL])


@router.get("/blind/next")
def next_blind(parts: Parts, officer: Officer) -> Response:
    """Go to the one that has waited longest, or to the empty list."""
    rows = parts.read_blind.waiting(officer.officer, limit=1)
    address = f"/cases/{rows[0].case.reference}" if rows else "/cases/blind"
    return RedirectResponse(address, status_code=303)


@router.post("/{reference}/blind")
def answer_blind(
    *,
    request: Request,
    parts: Parts,
    officer: FormOfficer,
    reference: str,
    seen: Annotated[str, Form(max_length=500)] = "",
    category: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Keep the answer, then show the case whole."""
    reference = reference.upper()
    shown = read_shown(parts, reference, seen)
    if category not in {*Category}:
        return case_page(
            request, parts, officer, reference, seen=seen, problem="Choose a category."
        )
    answer = BlindAnswer(
        reference=reference,
        officer=officer.officer,
        category=Category(category),
        seconds_taken=shown.seconds_ago,
    )
    parts.read_blind.answer(answer)
    return RedirectResponse(f"/cases/{reference}?done=read", status_code=303)
