"""What is said once the account is filed, and what a resident may still do then.

The case is made: nothing can be deleted here any more, everything written joins it.
"""

from dataclasses import replace

from intake.domain.categories import Category
from intake.domain.interview import danger
from intake.domain.interview.answering import with_story
from intake.domain.interview.asking import question
from intake.domain.interview.choices import buttons
from intake.domain.interview.held import Act, Choice, Effect, Held, Phase, Say, Step
from intake.domain.interview.reading import is_bare
from intake.domain.interview.summing_up import handling
from intake.domain.text import words

CHOSEN = "I want this to be treated as a formal complaint."
_MOST_OF_A_BARE_COMPLAINT = 12
_ADDING = (Act.ANSWER, Act.ADD, Act.CHANGE, Act.UNCLEAR)


def filed(held: Held, reference: str, *, category: Category | None, letter_to: str) -> Step:
    """The reference, what happens next and when, and where the receipt goes.

    Who did not choose a complaint is told once more how to make it one. Where there may be danger,
    what help needs to know is asked instead.
    """
    done = replace(
        held,
        phase=Phase.FILED,
        reference=reference,
        category=category.value if category else held.category,
        detour=None,
        asked=held.asked if held.in_danger else None,
        unclear=0,
    )
    number = Say(key="filed.reference", facts={"reference": reference, "letter_to": letter_to})
    if done.in_danger:
        asked = (question(done),) if done.asked is not None else ()
        return Step(held=done, says=(number, *asked))
    happens = Say(key=f"next.{handling(done)}")
    return Step(held=done, says=(number, happens, _what_else(done)))


def not_filed(held: Held) -> Step:
    """It is stored and will become a case in a moment; the reference follows."""
    done = replace(held, phase=Phase.FILED, detour=None, unclear=0)
    done = replace(done, asked=held.asked if held.in_danger else None)
    later = Say(key="filed.later", facts={"email": held.email})
    says = (later, question(done)) if done.asked is not None else (later, _what_else(done))
    return Step(held=done, says=says)


def after_filing(held: Held, act: Act, text: str) -> Step:
    """What a resident says to a conversation that has its case."""
    if held.asked is not None:
        return danger.take(held, act, text)
    match act:
        case Act.COMPLAIN:
            return _made_a_complaint(held, text)
        case Act.ADD if is_bare(text):
            return Step(held=held, says=(Say(key="filed.add"),))
        case _ if act in _ADDING and words(text):
            return _added(held, text)
        case _:
            key = {Act.YES: "filed.yes", Act.FILE: "filed.already"}.get(act, "filed.bye")
            said = Say(key=key, facts={"reference": held.reference}, choices=_choices(held))
            return Step(held=held, says=(said,))


def _made_a_complaint(held: Held, text: str) -> Step:
    """The choice to complain joins the case in words that nobody can read otherwise."""
    longer = "" if len(words(text)) <= _MOST_OF_A_BARE_COMPLAINT else text
    if _is_complaint(held):
        if longer:
            return _added(held, longer)
        return Step(held=held, says=(Say(key="filed.complaint_already"),))
    chosen = replace(held, complain=True)
    added = f"{CHOSEN}\n\n{longer}".strip()
    says = (Say(key="filed.complaint"),)
    return Step(held=chosen, says=says, effects=(Effect.ADD,), added=added)


def _added(held: Held, text: str) -> Step:
    told = with_story(held, text)
    says: tuple[Say, ...] = (Say(key="filed.added", facts={"reference": held.reference}),)
    if held.in_danger:
        told, says = danger.asked_after_filing(told, *says)
    return Step(held=told, says=says, effects=(Effect.ADD,), added=text)


def _is_complaint(held: Held) -> bool:
    return held.complain or held.category == Category.COMPLAINT


def _what_else(held: Held) -> Say:
    return Say(key="filed.more", choices=_choices(held))


def _choices(held: Held) -> tuple[Choice, ...]:
    names = ("add", "transcript") if _is_complaint(held) else ("complain", "add", "transcript")
    return buttons(*names)
