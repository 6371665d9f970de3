"""A small HTTP server that keeps the contract of Rasa's REST channel, and breaks it when told.

For what the adapter does with answers; conversations are tested with the real Rasa.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Rasa:
    """Answers each message with `body` and `status`; `messages` and `tokens` are what it was sent.

    While `is_silent` it holds answers back; `heard` is set with the first message; `connections`
    counts the connections it was given.
    """

    def __init__(self) -> None:
        self.status = 200
        self.body: bytes = json.dumps([{"recipient_id": "one", "text": "Hello."}]).encode()
        self.messages: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.connections = 0
        self.heard = threading.Event()
        self._answers = threading.Event()
        self._answers.set()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def is_silent(self) -> bool:
        return not self._answers.is_set()

    @is_silent.setter
    def is_silent(self, silent: bool) -> None:
        if silent:
            self._answers.clear()
        else:
            self._answers.set()

    def says(self, *replies: object) -> None:
        self.body = json.dumps(replies).encode()

    def hear(self, path: str, message: bytes) -> None:
        """Takes a message and returns once it is to be answered."""
        asked = urlsplit(path)
        assert asked.path == "/webhooks/rest/webhook"
        self.messages.append(json.loads(message))
        self.tokens.extend(parse_qs(asked.query).get("token", []))
        self.heard.set()
        self._answers.wait(60)

    def stop(self) -> None:
        """Goes away. A second call does nothing."""
        self.is_silent = False
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


def _handler(rasa: Rasa) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            rasa.connections += 1
            super().setup()

        def do_POST(self) -> None:
            rasa.hear(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(rasa.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(rasa.body)))
            self.end_headers()
            self.wfile.write(rasa.body)

        def log_message(self, *_: object) -> None:
            """Tests have no use for a line for each request."""

    return Handler
