"""What the web pages need from the rest of the program, in the pages' own words.

``intake.bootstrap`` builds an object that has these; nothing here knows how.
"""

from collections.abc import Mapping
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from intake.domain.categories import AreaTeam, ServiceArea
from intake.services.conduct_interview import ConductInterview
from intake.services.hold_conversation import HoldConversation
from intake.services.keep_conversation import KeepConversation
from intake.services.operations import Operations
from intake.services.ports import Clock
from intake.services.read_blind import ReadBlind
from intake.services.read_cases import ReadCases
from intake.services.read_conversation import ReadConversation
from intake.services.report_agreement import ReportAgreement
from intake.services.retry_work import RetryWork
from intake.services.review_case import ReviewCase
from intake.services.send_status_link import SendStatusLink
from intake.services.show_status import ShowStatus
from intake.services.sign_in import SignIn
from intake.settings import Settings


class WebParts(Protocol):
    """Ready services and the settings of this run."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    @property
    def secret_key(self) -> str:
        """The key in force: that of the settings, or the one made on first start."""

    @property
    def service_areas(self) -> Mapping[ServiceArea, AreaTeam]:
        """The council's names for the service areas, and their teams."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""

    @property
    def sign_in(self) -> SignIn:
        """Sessions of officers."""

    @property
    def read_cases(self) -> ReadCases:
        """Lists and shows cases."""

    @property
    def read_blind(self) -> ReadBlind:
        """Blind readings and their answers."""

    @property
    def report_agreement(self) -> ReportAgreement:
        """How far officers and the classifier agree."""

    @property
    def review_case(self) -> ReviewCase:
        """Confirms and corrects categories."""

    @property
    def retry_work(self) -> RetryWork:
        """Tries again what was given up on."""

    @property
    def operations(self) -> Operations:
        """How the program is doing."""

    @property
    def service_token(self) -> str:
        """What the bot's actions show."""

    @property
    def hold_conversation(self) -> HoldConversation:
        """Answers residents in the chat."""

    @property
    def read_conversation(self) -> ReadConversation:
        """Shows conversations of the chat."""

    @property
    def keep_conversation(self) -> KeepConversation:
        """Keeps conversations of the chat open."""

    @property
    def send_status_link(self) -> SendStatusLink:
        """Mails links to the status of a case."""

    @property
    def show_status(self) -> ShowStatus:
        """Shows the status of a case once a link."""

    @property
    def interview(self) -> ConductInterview:
        """Takes the steps of conversations."""

    def begin_chat(self) -> None:
        """Begin to load what the chat needs; returns at once."""

    async def end_chat(self) -> None:
        """Let go of what the chat holds open."""


def parts_of(request: Request) -> WebParts:
    """The parts this application was created with."""
    return cast("WebParts", request.app.state.parts)


Parts = Annotated[WebParts, Depends(parts_of)]
