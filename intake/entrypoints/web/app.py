"""Puts the web application together: its pages, its API, its checks, and what guards them."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from intake.entrypoints.web import (
    api,
    blind,
    cases,
    chat,
    chat_page,
    chat_private,
    chat_status,
    chat_widget,
    health,
    learning,
    messages,
    operations,
    problems,
    sign_in,
)
from intake.entrypoints.web.parts import WebParts
from intake.entrypoints.web.rendering import STATIC_FOLDER, Pages
from intake.entrypoints.web.security import HOME, SecurityHeaders


class KeptFiles(StaticFiles):
    """Static files that browsers may keep: for good when the address holds the content's digest."""

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_versioned = scope["query_string"].startswith(b"v=")
        kept = "public, max-age=31536000, immutable" if is_versioned else "public, max-age=3600"
        response.headers["Cache-Control"] = kept
        return response


def create_app(parts: WebParts) -> FastAPI:
    """The officers' pages, the JSON API, the health checks and the metrics, on these parts."""
    app = FastAPI(
        title="Feedback intake",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.parts = parts
    app.state.pages = Pages(parts.service_areas)
    app.state.refusals = sign_in.Refusals()
    app.state.chat_limits = chat.ChatLimits(parts.settings.chat)
    app.state.status_limits = chat_status.StatusLimits()
    problems.add_handlers(app)
    # The last one added is the outermost: headers go on every answer, those of errors too.
    app.add_middleware(problems.BodyLimit)
    app.add_middleware(problems.UnexpectedErrors)
    app.add_middleware(chat.ChatOrigins, origins=parts.settings.chat.allowed_origins)
    app.add_middleware(SecurityHeaders)
    if proxies := parts.settings.http.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))
    app.mount("/static", KeptFiles(directory=STATIC_FOLDER), name="static")
    app.add_api_route("/", _home, include_in_schema=False)
    # Its list is found before a case of that reference is looked for.
    modules = (sign_in, blind, cases, messages, learning, operations, api, health)
    for module in (*modules, chat, chat_private, chat_page, chat_status, chat_widget):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: WebParts = app.state.parts
    parts.begin_chat()
    looking_after = asyncio.create_task(chat.look_after(parts))
    yield
    looking_after.cancel()
    await parts.end_chat()


def _home() -> Response:
    return RedirectResponse(HOME, status_code=303)
