"""What is said and done when somebody may be in danger, whatever else is going on.

The words come first and ask nothing. What was told so far becomes a case at once. Then only two
things are asked, where it is and on which number, and whatever is written joins the case.
"""

from collections.abc import Sequence
from dataclasses import replace

from intake.domain.interview.answering import with_story, with_who
from intake.domain.interview.asking import MOST_TRIES, question
from intake.domain.interview.held import Act, Detour, Effect, Held, Phase, Question, Say, Step
from intake.domain.text import words

_NEEDED = (Question.PLACE, Question.CONTACT)
_QUESTIONS = ("ask.", "again.", "back.", "story.", "summary.")


def in_danger(held: Held, hazards: Sequence[str]) -> Step:
    """Emergency words, called before the message's own step and with what was held before it.

    The first time, what was told before this message is filed; the message itself joins that case
    in its own step. Where nothing was told yet, its own step files it. Later the words are said
    again and nothing else is done.
    """
    key = "danger.again" if held.in_danger else "danger.first"
    says = (Say(key=key, facts={"hazards": tuple(hazards)}),)
    # Who would rather not say where may well want to now.
    skipped = held.skipped if held.in_danger else held.skipped - set(_NEEDED)
    alarmed = replace(held, in_danger=True, skipped=skipped)
    if held.in_danger or not _is_unfiled(held):
        return Step(held=alarmed, says=says)
    # Nothing is open any more: the step of the message itself asks what help needs to know.
    alarmed = replace(alarmed, asked=None, tries=0, detour=None)
    return Step(held=alarmed, says=says, effects=(Effect.FILE,))


def filed_at_once(step: Step) -> Step:
    """A step of somebody in danger that holds a story and no case: it files instead of asking."""
    held = step.held
    if not held.in_danger or not _is_unfiled(held) or held.detour is Detour.STOP:
        return step
    says = tuple(say for say in step.says if not say.key.startswith(_QUESTIONS))
    filing = replace(held, asked=_wanted(held), tries=1, detour=None)
    return Step(held=filing, says=says, effects=(Effect.FILE,))


def asked_after_filing(held: Held, *before: Say) -> tuple[Held, tuple[Say, ...]]:
    """What help needs to know next, in a case that is filed already; else thanks."""
    wanted = _wanted(held)
    asking = replace(held, asked=wanted, tries=1 if wanted else 0)
    return asking, (*before, question(asking)) if wanted else before


def take(held: Held, act: Act, text: str) -> Step:
    """An answer to what help needs to know; it joins the case whatever it says."""
    asked = held.asked or Question.PLACE
    if act in (Act.SKIP, Act.NO):
        left, says = asked_after_filing(replace(held, skipped=held.skipped | {asked}))
        return Step(held=left, says=says or (Say(key="danger.thanks"),))
    if act not in (Act.ANSWER, Act.ADD, Act.UNCLEAR, Act.CHANGE) or not words(text):
        return _repeated(held, asked)
    known = with_who(with_story(held, text), text)
    answered = replace(known, answers={**known.answers, asked: text})
    after, says = asked_after_filing(answered)
    says = says or (Say(key="danger.thanks"),)
    return Step(held=after, says=says, effects=(Effect.ADD,), added=text)


def _repeated(held: Held, asked: Question) -> Step:
    if held.tries < MOST_TRIES:
        again = replace(held, tries=held.tries + 1)
        return Step(held=again, says=(question(again),))
    left, says = asked_after_filing(replace(held, skipped=held.skipped | {asked}))
    return Step(held=left, says=says or (Say(key="danger.thanks"),))


def _wanted(held: Held) -> Question | None:
    known = {*held.answers, *held.found, *held.skipped}
    if Question.PLACE not in known:
        return Question.PLACE
    return Question.CONTACT if not held.telephone and Question.CONTACT not in known else None


def _is_unfiled(held: Held) -> bool:
    return bool(held.story) and held.phase not in (Phase.FILED, Phase.STOPPED)
