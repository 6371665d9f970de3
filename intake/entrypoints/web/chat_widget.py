"""The chat's script, joined from its parts in ``static/chat``: one file, which other sites load.

It holds the style and the council's facts too, so that it asks for nothing else and runs under a
strict policy of the page it is on.
"""

import gzip
import hashlib
import json

from fastapi import APIRouter, Request, Response

from intake.domain.interview.choices import buttons
from intake.entrypoints.web.parts import Parts
from intake.entrypoints.web.rendering import STATIC_FOLDER
from intake.settings import Settings

FOLDER = STATIC_FOLDER / "chat"
# Each part uses only what the parts before it define while it is read.
PARTS = ("words", "kept", "gateway", "links", "talk", "menu", "writing", "log", "view", "panel")
OPTIONS = ("form", "person", "transcript", "stop", "delete")
HEADERS = {
    # Its address stays when it changes, so it is asked for again after a while.
    "Cache-Control": "public, max-age=3600",
    # The widget is made to be loaded by other sites; nothing else of ours is.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}

router = APIRouter(include_in_schema=False)


@router.get("/chat/widget.js")
def show_widget(request: Request, parts: Parts) -> Response:
    """The script, compressed where the browser takes it so."""
    content = script(parts.settings).encode()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = HEADERS | {"ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content = gzip.compress(content, mtime=0)
        headers |= {"Content-Encoding": "gzip"}
    return Response(content, media_type="text/javascript", headers=headers)


def script(settings: Settings) -> str:
    """The whole script for this council."""
    style = (FOLDER / "chat.css").read_text()
    sources = [(FOLDER / f"{name}.js").read_text() for name in (*PARTS, "start")]
    constants = f"const FACTS = {_literal(_facts(settings))};\nconst STYLE = {_literal(style)};\n"
    return "".join(("(() => {\n", '"use strict";\n', constants, *sources, "})();\n"))


def _facts(settings: Settings) -> dict[str, object]:
    chosen = zip(OPTIONS, buttons(*OPTIONS), strict=True)
    return {
        "council": settings.council_name,
        "telephone": settings.receipts.telephone,
        "mostCharacters": settings.chat.most_characters,
        "options": {name: choice.value for name, choice in chosen},
    }


def _literal(value: object) -> str:
    return json.dumps(value)
