"""Web sites on this machine: an application behind a real server, on a thread of its own."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self

import uvicorn

from tests.support.ports import free_port
from tests.support.waiting import poll_until

Application = Callable[..., Awaitable[Any]]


class Site:
    """Serves an application between `start` and `stop`; its address stays."""

    def __init__(self, app: Application, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._host = host
        self.port = port or free_port()
        self.url = f"http://{host}:{self.port}"

    def start(self) -> Self:
        config = uvicorn.Config(
            self._app,
            host=self._host,
            port=self.port,
            log_level="critical",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        poll_until(lambda: self._server.started, 20)
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


def page_of_another_council(script: str, *, body: str = "") -> Application:
    """A page that shows the chat by one script tag and forbids whatever that does not need."""
    origin = "/".join(script.split("/")[:3])
    policy = (
        f"default-src 'none'; script-src {origin}; connect-src {origin}; form-action 'none'; "
        "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    html = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>A council</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<script src="{script}" defer></script></head>'
        f"<body><main><h1>A council</h1><p>Bins, parks and council tax.</p>{body}</main></body>"
    )
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode()),
        # Under this only what says that others may load it is loaded.
        (b"cross-origin-embedder-policy", b"require-corp"),
    ]

    async def app(scope: dict[str, Any], _receive: object, send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        is_page = scope["path"] == "/"
        start = {"type": "http.response.start", "status": 200 if is_page else 204}
        await send({**start, "headers": headers if is_page else []})
        await send({"type": "http.response.body", "body": html.encode() if is_page else b""})

    return app
