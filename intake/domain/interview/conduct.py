"""The interview: what a message does to what is held, what is said to it, what is to be done.

One for both mouths. The guided form asks it directly with what ``acts`` reads from plain words; the
bot's actions ask it through the private API with what the bot understood.
"""

from collections.abc import Callable
from dataclasses import replace

from intake.domain.categories import Category
from intake.domain.interview import detours
from intake.domain.interview.acts import heard, is_bare_complaint
from intake.domain.interview.answering import (
    ask_for_story,
    take_answer,
    take_no,
    take_story,
    take_the_rest_as_skipped,
    take_yes,
    with_story,
)
from intake.domain.interview.asking import ask_again, gone_on, next_step, open_says, skipped
from intake.domain.interview.choices import buttons
from intake.domain.interview.danger import filed_at_once, in_danger
from intake.domain.interview.filing import after_filing, filed, not_filed
from intake.domain.interview.held import Act, Detour, Held, Phase, Question, Say, Step
from intake.domain.interview.summing_up import at_summary, summarise
from intake.domain.interview.unclear import not_understood
from intake.domain.interview.wanted import missing
from intake.domain.text import normalise, words

__all__ = [
    "answer",
    "begin",
    "filed",
    "in_danger",
    "is_worth_keeping",
    "missing",
    "not_filed",
    "summarise",
]

_FEWEST_WORTH_KEEPING = 2


def begin() -> tuple[Say, ...]:
    """The greeting: a bot, what it does, what becomes of the words, and what happened?"""
    choices = buttons("status", "stages", "person", "language")
    return (Say(key="greeting.hello"), Say(key="greeting.ask", choices=choices))


def answer(held: Held, act: Act, text: str, *, category: Category | None = None) -> Step:
    """One step: what a message does.

    ``category`` is what the classifier says of the account so far; while the interview goes on it
    decides how much is asked. An act never makes a resident's words vanish: where a message says
    more than the act, it is a story or an answer too.
    """
    text = normalise(text)
    if held.phase is Phase.STOPPED:
        return Step(held=held, says=(Say(key="stop.over"),))
    if category is not None and held.phase in (Phase.OPENING, Phase.ASKING):
        held = replace(held, category=category.value)
    return filed_at_once(_answered(held, act, text))


def is_worth_keeping(held: Held) -> bool:
    """Whether a conversation that was left must become a case: it tells something, and has none.

    Not when the resident asked to have it deleted and left before confirming that; danger is kept
    whatever was asked.
    """
    if held.phase in (Phase.FILED, Phase.STOPPED):
        return False
    told = len(words(" ".join((*held.story, *held.answers.values()))))
    if held.in_danger:
        return told > 0
    return told >= _FEWEST_WORTH_KEEPING and held.detour is not Detour.STOP


def _answered(held: Held, act: Act, text: str) -> Step:
    act, aside = heard(held, act, text)
    if (step := detours.gone_on(held, act, text)) is not None:
        return step
    if held.detour is not None:
        held = _left(held)
    if act is Act.UNCLEAR and held.phase is not Phase.FILED:
        return not_understood(held, text)
    held = replace(held, unclear=0)
    if (step := detours.begun(held, act, text)) is not None:
        return step
    step = _by_phase(held, act, text)
    said = detours.information(held, aside) if aside else None
    return replace(step, says=(said, *step.says)) if said else step


def _left(held: Held) -> Held:
    """Held with the matter beside the interview given up."""
    return replace(held, detour=None, status_reference="", unclear=0)


def _by_phase(held: Held, act: Act, text: str) -> Step:
    match held.phase:
        case Phase.OPENING:
            return _at_opening(held, act, text)
        case Phase.ASKING:
            return _while_asking(held, act, text)
        case Phase.SUMMARY:
            return at_summary(held, act, text)
        case _:
            return after_filing(held, act, text)


def _at_opening(held: Held, act: Act, text: str) -> Step:
    match act:
        case Act.COMPLAIN:
            return _complains_at_once(held, text)
        case Act.ANSWER | Act.ADD if words(text):
            return take_story(held, text)
        case Act.FILE | Act.SKIP | Act.NO if held.story:
            return next_step(held)
        case _:
            return ask_for_story(held)


def _while_asking(held: Held, act: Act, text: str) -> Step:
    take = _WHILE_ASKING.get(act)
    if take is None or (act in (Act.ANSWER, Act.ADD) and not words(text)):
        return ask_again(held)
    return take(held, text)


def _complains_at_once(held: Held, text: str) -> Step:
    chosen = replace(held, complain=True)
    if not is_bare_complaint(text):
        return take_story(chosen, text)
    if held.tries:
        return ask_for_story(chosen)
    asking = replace(chosen, asked=Question.STORY, tries=1)
    return Step(held=asking, says=(Say(key="ask.story_of_complaint"),))


def _complains(held: Held, text: str) -> Step:
    """A wish for a complaint while something else is asked; of what is wanted it is an answer."""
    noted = Say(key="about.complaint_noted")
    chosen = replace(held, complain=True)
    if held.asked is Question.OUTCOME:
        return next_step(take_answer(chosen, text).held, noted)
    return gone_on(chosen if is_bare_complaint(text) else with_story(chosen, text), noted)


def _adds(held: Held, text: str) -> Step:
    return gone_on(with_story(held, text), Say(key="change.added"))


_WHILE_ASKING: dict[Act, Callable[[Held, str], Step]] = {
    Act.ANSWER: take_answer,
    Act.YES: lambda held, _: take_yes(held),
    Act.NO: lambda held, _: take_no(held),
    Act.SKIP: lambda held, _: next_step(skipped(held)),
    Act.FILE: lambda held, _: take_the_rest_as_skipped(held),
    Act.GREET: lambda held, _: Step(held=held, says=open_says(held)),
    Act.COMPLAIN: _complains,
    Act.ADD: _adds,
}
