"""A small server that keeps the contract of intake's private API, and breaks it when told.

It says where the real interview stands; what it says are names of the chat's words, not the words.
The gateway's part, to store what a resident wrote before the bot is asked, is `hear`.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from intake.domain.categories import Category
from intake.domain.interview import conduct
from intake.domain.interview.held import Act, Effect, Held, Say, Step

REFERENCE = "FB-7K3M-Q2"
TOKEN = "a token of the test"
DROPPED, SILENT, GARBLED = "dropped", "silent", "garbled"


@dataclass
class Spoken:
    """One conversation: what is held, what was written, and what each message did."""

    held: Held = field(default_factory=Held)
    texts: dict[str, str] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class PrivateApi:
    """Listens on loopback until `stop`.

    `troubles` are what becomes of the next requests, one each: a status, or one of the words
    above. `requests` counts those that came in. A silent one answers after `stop`.
    """

    def __init__(self) -> None:
        self.conversations: dict[str, Spoken] = {}
        self.troubles: deque[int | str] = deque()
        self.requests = 0
        self.is_away = False
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def hear(self, conversation: str, turn: str, text: str) -> None:
        self.conversations.setdefault(conversation, Spoken()).texts[turn] = text

    def trouble(self) -> int | str | None:
        """What is to go wrong with the request that just came in."""
        self.requests += 1
        if self.is_away:
            return DROPPED
        return self.troubles.popleft() if self.troubles else None

    def standing(self, name: str) -> tuple[int, dict[str, Any]]:
        spoken = self.conversations.get(name)
        return (404, {}) if spoken is None else (200, _standing(spoken.held))

    def report(self, name: str, turn: str, act: str) -> tuple[int, dict[str, Any]]:
        spoken = self.conversations.get(name)
        if spoken is None or turn not in spoken.texts:
            return 404, {}
        if act not in set(Act):
            return 422, {}
        if turn not in spoken.said:
            spoken.acts[turn] = act
            says = list(_steps(spoken, conduct.answer(spoken.held, Act(act), spoken.texts[turn])))
            spoken.said[turn] = [_reply(say) for say in says]
        return 200, {"replies": spoken.said[turn], **_standing(spoken.held)}

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _steps(spoken: Spoken, step: Step) -> Iterator[Say]:
    """What a step says, with what its effects lead to."""
    spoken.held = step.held
    yield from step.says
    if Effect.SUMMARISE in step.effects:
        category = Category.COMPLAINT
        yield from _steps(spoken, conduct.summarise(step.held, category, "en"))
    if Effect.FILE in step.effects:
        category = Category.COMPLAINT
        filed = conduct.filed(step.held, REFERENCE, category=category, letter_to=step.held.email)
        yield from _steps(spoken, filed)


def _standing(held: Held) -> dict[str, Any]:
    return {
        "phase": held.phase.value,
        "asked": held.asked.value if held.asked else None,
        "missing": [question.value for question in conduct.missing(held)],
        "in_danger": held.in_danger,
    }


def _reply(say: Say) -> dict[str, Any]:
    choices = [{"title": choice.title, "value": choice.value} for choice in say.choices]
    # Two passages, as the words have them: they must stay one reply.
    return {"text": f"{say.key}\n\n(said once)", "choices": choices}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


def _handler(api: PrivateApi) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        private_api = api

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    private_api: PrivateApi

    def do_GET(self) -> None:
        self._answer(lambda parts: self.private_api.standing(parts[2]))

    def do_POST(self) -> None:
        act = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["act"]
        self._answer(lambda parts: self.private_api.report(parts[2], parts[4], act))

    def _answer(self, answer: Any) -> None:
        trouble = self.private_api.trouble()
        if trouble == SILENT:
            self.private_api.stopped.wait(60)
        if trouble in (DROPPED, SILENT):
            self.close_connection = True
        elif isinstance(trouble, int):
            self._send(trouble, b"{}")
        elif trouble == GARBLED:
            self._send(200, b"{")
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send(401, b"{}")
        else:
            status, said = answer(self.path.strip("/").split("/"))
            self._send(status, json.dumps(said).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests have no use for a line for each request."""
