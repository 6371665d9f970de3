"""Turns a template and what it shows into a page.

Templates are looked up here once; every value is escaped unless a template says otherwise. What is
shown is decided by the modules of the pages.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from intake.domain.categories import AreaTeam, Category, ServiceArea
from intake.domain.deadlines import local_date
from intake.entrypoints.web import wording
from intake.entrypoints.web.parts import parts_of

FOLDER = Path(__file__).parent
STATIC_FOLDER = FOLDER / "static"


class Pages:
    """The templates of the officers' pages."""

    def __init__(self, areas: Mapping[ServiceArea, AreaTeam]) -> None:
        self._environment = Environment(
            loader=ChoiceLoader(
                [
                    FileSystemLoader(FOLDER / "templates"),
                    PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
                ]
            ),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            clock_time=wording.clock_time,
            day=wording.day,
            day_left=wording.day_left,
            duration=wording.duration,
            moment=wording.moment,
            name=wording.name_of,
            percent=wording.percent,
            short_moment=wording.short_moment,
            size=wording.size,
            sureness=wording.sureness,
            weekday=wording.weekday,
        )
        self._environment.globals.update(
            Category=Category,
            areas=areas,
            static=static_address,
        )

    def render(
        self, request: Request, template: str, *, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        """The page, with the council's name and whoever is signed in."""
        parts = parts_of(request)
        text = self._environment.get_template(template).render(
            council=parts.settings.council_name,
            path=request.url.path,
            signed_in=getattr(request.state, "signed_in", None),
            today=local_date(parts.clock.now()),
            **shown,
        )
        return HTMLResponse(text, status_code=status)


def page(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page of the application that this request came to."""
    pages = cast("Pages", request.app.state.pages)
    return pages.render(request, template, status=status, **shown)


def static_address(path: str) -> str:
    """The address of a file served by us; it changes with the file, so browsers may keep it."""
    return f"/static/{path}?v={_digest(path)}"


_digests: dict[str, str] = {}


def _digest(path: str) -> str:
    if path not in _digests:
        file = STATIC_FOLDER / path
        content = file.read_bytes() if file.is_file() else b""
        _digests[path] = hashlib.sha256(content).hexdigest()[:12]
    return _digests[path]
