"""The chat as a resident's browser and a bot use it: the real application, and an engine to steer.

The classifier answers by single words: `gas` is a danger, `grave` a complaint, `thanks` praise.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx

from intake.domain.cases import Case
from intake.domain.interview.acts import act_of
from intake.domain.interview.held import Act
from intake.errors import DialogueUnavailable
from intake.services.chat_ports import Reply
from intake.services.ports import CaseQuery
from tests.support.desk import Desk
from tests.support.post_room import WordClassifier

STORY = (
    "The bins in Elm Row were missed again last Friday. I told you twice and nobody came. "
    "Please empty them."
)
SKIP = "skip this question"
SEND = "send it"
TOKEN = "t" * 40


class ChatDesk(Desk):
    """An installation whose chat is answered by the guided form, or by `engine` once it is set."""

    def __init__(self, database_url: str, folder: Path, **variables: str) -> None:
        settings = {"BOT_ENABLED": "false", "BOT_SERVICE_TOKEN": TOKEN, **variables}
        super().__init__(database_url, folder, **settings)
        self.words = WordClassifier()
        self.application._given_classifier = self.words
        self.browser = self.client()

    def use_engine(self, engine: "ToldEngine") -> None:
        """From now on conversations begin with this engine."""
        self.application.dialogue = engine

    def send(self, text: str, conversation: str | None = None, **fields: Any) -> httpx.Response:
        """Sends a message under a new id, unless the test names one."""
        message = {"conversation": conversation, "id": str(uuid4()), "text": text, **fields}
        return self.browser.post("/chat/messages", json=message)

    def said(self, text: str, conversation: str | None = None, **fields: Any) -> dict[str, Any]:
        """What a message is answered, which must go well."""
        answer = self.send(text, conversation, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def talk(self, *texts: str, conversation: str | None = None) -> dict[str, Any]:
        """Sends messages one after the other; the last answer."""
        answer: dict[str, Any] = {"conversation": conversation}
        for text in texts:
            answer = self.said(text, answer["conversation"])
        return answer

    def shown(self, conversation: str) -> dict[str, Any]:
        """The conversation as its holder sees it."""
        answer = self.browser.get(f"/chat/conversations/{conversation}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def to_summary(self, story: str = STORY) -> dict[str, Any]:
        """Tells a story and skips what is asked; the answer with the summary."""
        answer = self.said(story)
        while SEND not in choices(answer):
            answer = self.said(SKIP, answer["conversation"])
        return answer

    def filed(self, story: str = STORY) -> dict[str, Any]:
        """A conversation that was sent; the answer with the reference."""
        return self.said(SEND, self.to_summary(story)["conversation"])

    def cases(self) -> list[Case]:
        with self.application.store.reading() as work:
            return [row.case for row in work.cases.iterate(CaseQuery())]


class ToldEngine:
    """Understands like the form and asks the interview like the bot's actions do.

    `fails` makes it unavailable, `is_silent` without an answer; `adds` is said without asking the
    interview; `before` and `after` run around its question to the interview.
    """

    def __init__(self, desk: ChatDesk) -> None:
        self._desk = desk
        self.fails = False
        self.is_silent = False
        self.heard: list[tuple[str, str | None]] = []
        self.adds: Sequence[Reply] = ()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def reply(
        self, *, conversation: str, turn: str, text: str, act: str | None
    ) -> Sequence[Reply]:
        self.heard.append((text, act))
        if self.fails:
            raise DialogueUnavailable
        if self.is_silent:
            return ()
        return await asyncio.to_thread(self._reply, conversation, turn, text, act)

    def _reply(self, name: str, turn: str, text: str, act: str | None) -> Sequence[Reply]:
        self.before()
        if self.adds:
            return self.adds
        interview = self._desk.application.interview
        with self._desk.application.store.reading() as work:
            conversation = work.conversations.by_name(name)
        assert conversation
        meant = Act(act) if act else act_of(text, conversation.held)
        step = interview.step_told(name, int(turn), meant)
        self.after()
        return step.replies

    async def close(self) -> None: ...


def texts(answer: dict[str, Any]) -> str:
    """Everything that was said in an answer."""
    return "\n".join(reply["text"] for reply in answer["replies"])


def choices(answer: dict[str, Any]) -> list[str]:
    """What the buttons of an answer send."""
    return [choice["value"] for reply in answer["replies"] for choice in reply["choices"]]
