"""An officer has something tried again that the program has given up on: a message or a letter."""

from intake.domain.cases import LetterState, TimelineEntry, TimelineKind
from intake.domain.officers import Officer
from intake.errors import CaseNotFound, IllegalTransition, NotPermitted
from intake.services.ports import Clock, Store


class RetryWork:
    """Puts what was given up on back in its queue."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def message(self, inbound_id: int, *, officer: Officer) -> None:
        """Process a message that was set aside again.

        Raises ``NotPermitted``, and ``IllegalTransition`` when the message is not set aside, as on
        a repeat.
        """
        _require_change(officer)
        with self._store.writing() as work:
            found = next(
                (each for each in work.inbound.list_set_aside() if each.id == inbound_id), None
            )
            if found is None:
                raise IllegalTransition("This message is not set aside any more.")
            work.inbound.retry(inbound_id)
            case = work.cases.by_reference(found.case_reference) if found.case_reference else None
            if case is not None and case.id is not None:
                text = "A message that was set aside is to be processed again."
                work.cases.add_timeline(
                    case.id, self._entry(TimelineKind.MESSAGE_RETRIED, officer, text)
                )
            work.commit()

    def letter(self, letter_id: int, *, officer: Officer) -> None:
        """Send a failed letter again.

        Raises ``NotPermitted``, ``CaseNotFound``, and ``IllegalTransition`` when the letter has not
        failed, as on a repeat.
        """
        _require_change(officer)
        with self._store.writing() as work:
            letter = work.outbox.by_id(letter_id)
            if letter is None:
                raise CaseNotFound("There is no such letter.")
            if letter.state is not LetterState.FAILED or not work.outbox.retry(
                letter_id, now=self._clock.now()
            ):
                raise IllegalTransition("This letter has not failed, or is already queued again.")
            if letter.case_id is not None:
                text = f"Letter “{letter.subject}” is to be sent again."
                work.cases.add_timeline(
                    letter.case_id, self._entry(TimelineKind.LETTER_RETRIED, officer, text)
                )
            work.commit()

    def _entry(self, kind: TimelineKind, officer: Officer, text: str) -> TimelineEntry:
        return TimelineEntry(at=self._clock.now(), kind=kind, by=officer.email, text=text)


def _require_change(officer: Officer) -> None:
    if not officer.role.may_change_cases:
        raise NotPermitted
