"""The page that shows how far officers and the classifier agree, and whether it has drifted."""

from fastapi import APIRouter, Depends, Request, Response

from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.rendering import page
from intake.entrypoints.web.sessions import signed_in

router = APIRouter(include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/learning")
def show_learning(request: Request, parts: Parts) -> Response:
    """Agreement by month and category, blind readings waiting, and alarms."""
    settings = parts.settings.learning
    return page(
        request,
        "learning.html",
        report=parts.report_agreement.report(),
        share=settings.blind_reading_share,
        second_share=settings.second_reading_share,
    )
