"""The page that shows how the program is doing, and has things tried again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import FormOfficer, Officer, signed_in

Number = Annotated[int, Path(ge=0, le=2**62)]
router = APIRouter(prefix="/operations", include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("")
def show_operations(
    request: Request,
    parts: Parts,
    officer: Officer,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Health, queues, jobs, mailboxes, and what was given up on."""
    overview = parts.operations.overview()
    failed = [letter.case_id for letter, _ in overview.failed_letters if letter.case_id]
    return page(
        request,
        "operations.html",
        overview=overview,
        alarms=parts.report_agreement.alarms(),
        # The subject of a letter tells the category of its case.
        untold=parts.read_cases.awaited_of(failed, officer.officer),
        health=parts.operations.health(),
        done=done,
    )


@router.post("/messages/{inbound_id}/retry")
def retry_message(parts: Parts, officer: FormOfficer, inbound_id: Number) -> Response:
    """Process a message again that was set aside."""
    parts.retry_work.message(inbound_id, officer=officer.officer)
    return RedirectResponse("/operations?done=message", status_code=303)


@router.post("/letters/{letter_id}/retry")
def retry_letter(
    parts: Parts,
    officer: FormOfficer,
    letter_id: Number,
) -> Response:
    """Send a letter again that failed."""
    parts.retry_work.letter(letter_id, officer=officer.officer)
    return RedirectResponse("/operations?done=letter", status_code=303)
