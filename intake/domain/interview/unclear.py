"""What is said when an engine could not tell what a message means: two steps, then a person.

What a resident wrote is kept all the same where it can be an answer.
"""

from dataclasses import replace

from intake.domain.interview.answering import take_answer
from intake.domain.interview.asking import MOST_TRIES, next_step, open_says, question, skipped
from intake.domain.interview.choices import buttons
from intake.domain.interview.held import Held, Phase, Say, Step
from intake.domain.text import words


def not_understood(held: Held, text: str) -> Step:
    """First what can be done here, then a person's number, and on with the story."""
    if held.unclear == 0:
        return _first(replace(held, unclear=1))
    second = Say(key="unclear.second", choices=buttons("form"))
    gone_on = _second(replace(held, unclear=0), text)
    return replace(gone_on, says=(second, *gone_on.says))


def _first(held: Held) -> Step:
    names = {
        Phase.OPENING: ("status", "stages", "person", "form"),
        Phase.ASKING: ("person", "form"),  # What is open brings buttons of its own.
        Phase.SUMMARY: ("person",),
    }.get(held.phase, ("add", "transcript", "person"))
    said = Say(key="unclear.first", choices=buttons(*names))
    if held.phase is Phase.ASKING and held.tries < MOST_TRIES:
        again = replace(held, tries=held.tries + 1)
        return Step(held=again, says=(said, question(again, "again")))
    return Step(held=held, says=(said, *open_says(held)))


def _second(held: Held, text: str) -> Step:
    if held.phase is Phase.ASKING and words(text):
        return take_answer(replace(held, tries=MOST_TRIES), text)
    if held.phase is Phase.ASKING:
        return next_step(skipped(held))
    return Step(held=held, says=open_says(held))
