"""What is asked next, asked again, and said to come back to what was open."""

from dataclasses import replace

from intake.domain.interview.choices import buttons
from intake.domain.interview.held import Choice, Effect, Held, Phase, Question, Say, Step
from intake.domain.interview.wanted import missing

MOST_TRIES = 2
# Asked in one with another question: answered, skipped and changed with it.
_TOGETHER = {
    Question.NAME: (Question.NAME, Question.CONTACT),
    Question.ADJUSTMENTS: (Question.ADJUSTMENTS, Question.ON_BEHALF),
}


def next_step(held: Held, *before: Say) -> Step:
    """Ask what is missing most, or, where nothing is, go on to the summary."""
    wanted = missing(held)
    if not wanted:
        done = replace(held, phase=Phase.SUMMARY, asked=None, tries=0, detour=None)
        return Step(held=done, says=before, effects=(Effect.SUMMARISE,))
    phase = Phase.ASKING if held.story else Phase.OPENING
    asking = replace(held, phase=phase, asked=wanted[0], tries=1, detour=None)
    return Step(held=asking, says=(*before, question(asking)))


def gone_on(held: Held, *before: Say) -> Step:
    """Repeat what is open, where it is still missing, and count no try; else ask the next."""
    if held.phase is Phase.ASKING and held.asked in missing(held):
        return Step(held=replace(held, detour=None), says=(*before, question(held)))
    return next_step(held, *before)


def ask_again(held: Held, *before: Say) -> Step:
    """Ask what was open a second time, or leave it after that and ask the next."""
    if held.asked is None or held.tries >= MOST_TRIES:
        return next_step(skipped(held), *before)
    again = replace(held, tries=held.tries + 1)
    return Step(held=again, says=(*before, question(again, "again")))


def skipped(held: Held) -> Held:
    """Held without an answer to what is open, and to what is asked with it; it is not asked again.

    The story cannot be skipped: without it there is nothing to send.
    """
    if held.asked in (None, Question.STORY):
        return held
    return replace(held, skipped=held.skipped | set(together(held.asked)))


def together(asked: Question) -> tuple[Question, ...]:
    """The questions that are asked in one with this one, and itself."""
    return _TOGETHER.get(asked, (asked,))


def reopened(held: Held, part: Question) -> Held:
    """Held as if this part had never been asked, so that the resident can give it anew."""
    parts = set(together(part))
    forgets_who = part is Question.NAME
    return replace(
        held,
        phase=Phase.ASKING,
        detour=None,
        asked=part,
        tries=1,
        answers={key: text for key, text in held.answers.items() if key not in parts},
        found=held.found - parts,
        skipped=held.skipped - parts,
        name="" if forgets_who else held.name,
        email="" if forgets_who else held.email,
        telephone="" if forgets_who else held.telephone,
    )


def question(held: Held, manner: str = "ask") -> Say:
    """The question that is open; ``manner`` "again" is the second asking, in other words."""
    asked = held.asked or Question.STORY
    name = asked.value
    if held.phase is Phase.FILED:
        return Say(key=f"danger.ask_{name}", choices=buttons("skip"))
    if asked is Question.NAME and Question.CONTACT in missing(held):
        name = "name_and_contact"
    return Say(key=f"{manner}.{name}", choices=_choices(held))


def open_says(held: Held) -> tuple[Say, ...]:
    """What takes the conversation back to where it was, after a matter beside it.

    It repeats the question that is open; that counts as no second asking.
    """
    match held.phase:
        case Phase.OPENING:
            return (Say(key="back.story"),)
        case Phase.ASKING:
            return (question(held),)
        case Phase.SUMMARY:
            return (ask_to_send(held),)
        case Phase.FILED if held.asked is not None:
            return (question(held),)
        case _:
            return ()


def ask_to_send(held: Held) -> Say:
    """Whether it may be sent, with what else the resident may choose."""
    is_complaint = held.complain or held.category == "complaint"
    names = ("send", "change", "stop") if is_complaint else ("send", "complain", "change", "stop")
    return Say(key="summary.ask", choices=buttons(*names))


def _choices(held: Held) -> tuple[Choice, ...]:
    match held.asked:
        case Question.STORY:
            return buttons("status", "stages", "person", "language")
        case Question.TOLD_BEFORE:
            return buttons("yes", "no", "skip")
        case Question.ADJUSTMENTS:
            return buttons("no", "skip")
        case _:
            return buttons("skip")
