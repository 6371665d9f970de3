"""Have some of the cases filed automatically read blind, and take that back when it is overtaken.

Runs in the transaction that a message enters a case in, and delays nothing: the receipt goes out
and the dates run as for any other case.
"""

from dataclasses import dataclass
from datetime import datetime

from intake.domain.blind_reading import drawn_places
from intake.domain.cases import Case, Status, TimelineKind
from intake.domain.classification import Decision
from intake.services.open_case import note
from intake.services.ports import UnitOfWork
from intake.services.read_message import ReadMessage

DRAWN = "Drawn for a blind reading: an officer says what it is without being told."
WITHDRAWN = "No blind reading any more: a new message came in on this case."


@dataclass(frozen=True, kw_only=True)
class DrawReadings:
    """Draws by the key of this installation; the shares lie between 0, none, and 1, all."""

    key: bytes
    share: float
    second_share: float

    def draw(self, work: UnitOfWork, case: Case, read: ReadMessage, now: datetime) -> None:
        """Draw the case a message has just opened, if it stands by the classifier's word alone.

        Not when an officer sees it anyway, and not when a rule filed what a machine sent. A repeat
        draws the same and adds nothing.
        """
        said = read.classification
        stands = case.status is Status.OPEN and said is not None and not read.is_machine_written
        if said is None or not stands or said.decision is not Decision.AUTO:
            return
        assert case.id is not None
        places = drawn_places(
            self.key, case.reference, share=self.share, second_share=self.second_share
        )
        if places:
            work.learning.draw(case.id, places, at=now)
            note(work, case, now, TimelineKind.READING_DRAWN, DRAWN)

    def withdraw(self, work: UnitOfWork, case: Case, read: ReadMessage, now: datetime) -> None:
        """Take back what nobody has read yet when a person writes again.

        Answering them comes before measuring, and their new words are no part of what was
        classified.
        """
        assert case.id is not None
        if not read.is_machine_written and work.learning.withdraw(case.id, at=now):
            note(work, case, now, TimelineKind.READING_WITHDRAWN, WITHDRAWN)
