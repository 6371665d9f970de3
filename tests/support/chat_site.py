"""The council's chat on a real web server, with the office behind it; the guided form answers."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from intake.domain.cases import Case
from intake.services.ports import CaseQuery
from tests.support.desk import Desk
from tests.support.ports import free_port
from tests.support.site import Site


class ChatSite:
    """A served installation; a site at `other_port` of localhost may show its chat."""

    def __init__(self, template: Path, folder: Path, **settings: str) -> None:
        shutil.copyfile(template, folder / "intake.db")
        self.other_port = free_port()
        self.desk = Desk(
            f"sqlite:///{folder / 'intake.db'}",
            folder,
            BOT_ENABLED="false",
            COUNCIL_NAME="Westbrook Borough Council",
            CHAT_ALLOWED_ORIGINS=f"http://localhost:{self.other_port}",
            **settings,
        )
        # A browser compares the end of a conversation with its own clock.
        self.desk.clock.at = datetime.now(UTC)
        self._site = Site(self.desk.app)
        self.url = self._site.url
        self.script = f"{self.url}/chat/widget.js"

    def __enter__(self) -> Self:
        self._site.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._site.stop()
        self.desk.close()

    def cases(self) -> list[Case]:
        """All cases there are."""
        rows = self.desk.application.read_cases.page(CaseQuery()).rows
        return [row.case for row in rows]
