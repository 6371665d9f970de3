"""The pages of cases: the queue and lists, one case, and an officer's word on it."""

from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from intake.domain.cases import Status
from intake.domain.categories import Category, ServiceArea
from intake.domain.references import references_in
from intake.entrypoints.web.case_view import case_view
from intake.entrypoints.web.parts import Parts, WebParts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import FormOfficer, Officer, signed_in
from intake.entrypoints.web.shown import read_shown, write_shown
from intake.errors import CaseNotFound, InvalidSubmission
from intake.services.ports import CaseOrder, CaseQuery
from intake.services.sign_in import SignedIn

ALL = "all"
Choice = TypeVar("Choice", bound=StrEnum)
router = APIRouter(prefix="/cases", include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("")
def list_cases(
    *,
    request: Request,
    parts: Parts,
    officer: Officer,
    status: Annotated[str, Query(max_length=20)] = Status.TO_REVIEW.value,
    category: Annotated[str, Query(max_length=40)] = "",
    area: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The review queue, or another list. A case's own reference in the search leads to the case."""
    references = list(references_in(q))
    if len(references) == 1 and len(q.split()) == 1:
        return RedirectResponse(f"/cases/{references[0]}", status_code=303)
    status = status if status in {*Status, ALL} else Status.TO_REVIEW.value
    query = CaseQuery(
        status=_chosen(Status, status),
        category=_chosen(Category, category),
        area=_chosen(ServiceArea, area),
        words=q.strip(),
        order=CaseOrder.QUEUE if status == Status.TO_REVIEW else CaseOrder.NEWEST,
        after_id=after,
    )
    found = parts.read_cases.page(query, reader=officer.officer)
    filters = {"category": query.category or "", "area": query.area or "", "q": query.words}
    filters = {name: value for name, value in filters.items() if value}
    following = {"status": status, **filters, "after": found.next_after_id}
    return page(
        request,
        "cases.html",
        rows=found.rows,
        query=query,
        listed=status,
        lists=[*Status, ALL],
        is_awaited=bool(parts.read_blind.waiting(officer.officer, limit=1)),
        is_filtered=bool(filters),
        filters=urlencode(filters),
        is_first=after is None,
        next_page=f"/cases?{urlencode(following)}" if found.next_after_id else "",
        first_page=f"/cases?{urlencode({'status': status, **filters})}",
    )


@router.get("/next")
def next_case(parts: Parts, officer: Officer) -> Response:
    """Go to the case that has waited longest for review, or to the empty queue."""
    reference = parts.read_cases.next_to_review(officer.officer)
    return RedirectResponse(f"/cases/{reference}" if reference else "/cases", status_code=303)


@router.get("/{reference}")
def show_case(
    request: Request,
    parts: Parts,
    officer: Officer,
    reference: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One case, with the form to review it; to be read blind, its message and that form alone."""
    return case_page(request, parts, officer, reference, done=done)


@router.post("/{reference}/review")
def review_case(
    *,
    request: Request,
    parts: Parts,
    officer: FormOfficer,
    reference: str,
    seen: Annotated[str, Form(max_length=500)] = "",
    category: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Confirm the category when it is the one the page showed, else correct it."""
    reference = reference.upper()
    shown = read_shown(parts, reference, seen)
    chosen = _chosen(Category, category)
    try:
        if chosen and chosen is shown.category:
            parts.review_case.confirm(
                reference,
                officer=officer.officer,
                version=shown.version,
                seconds_taken=shown.seconds_ago,
            )
        else:
            parts.review_case.correct(
                reference,
                officer=officer.officer,
                category=_required(chosen),
                reason=reason,
                version=shown.version,
                seconds_taken=shown.seconds_ago,
            )
    except InvalidSubmission as exc:
        return case_page(
            request,
            parts,
            officer,
            reference,
            seen=seen,
            chosen=chosen,
            reason=reason,
            problem=str(exc),
        )
    done = "confirmed" if chosen is shown.category else "corrected"
    return RedirectResponse(f"/cases/{reference}?done={done}", status_code=303)


@router.post("/{reference}/letters/{letter_id}/retry")
def retry_letter(
    parts: Parts,
    officer: FormOfficer,
    reference: str,
    letter_id: Annotated[int, Path(ge=0, le=2**62)],
) -> Response:
    """Send a letter of this case again that failed."""
    letters = parts.read_cases.file(reference.upper()).letters
    if letter_id not in {letter.id for letter in letters}:
        raise CaseNotFound("There is no such letter in this case.")
    parts.retry_work.letter(letter_id, officer=officer.officer)
    return RedirectResponse(f"/cases/{reference.upper()}?done=letter", status_code=303)


def case_page(
    request: Request,
    parts: WebParts,
    officer: SignedIn,
    reference: str,
    *,
    seen: str = "",
    chosen: Category | None = None,
    reason: str = "",
    problem: str = "",
    done: str = "",
) -> Response:
    """The page of a case as this officer may see it. Raises ``CaseNotFound``."""
    file = parts.read_cases.file(reference.upper(), reader=officer.officer)
    view = case_view(file, officer.officer)
    return page(
        request,
        "blind.html" if file.is_blind else "case.html",
        status=422 if problem else 200,
        view=view,
        is_awaited=done == "read" and bool(parts.read_blind.waiting(officer.officer, limit=1)),
        case=view.file.case,
        seen=seen or write_shown(parts, view.file.case),
        chosen=chosen,
        reason=reason,
        problem=problem,
        done=done,
    )


def _required(chosen: Category | None) -> Category:
    if chosen is None:
        raise InvalidSubmission("Choose a category.")
    return chosen


def _chosen(kind: type[Choice], value: str) -> Choice | None:
    return kind(value) if value in {*kind} else None
