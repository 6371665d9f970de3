"""Matters beside the interview: each is dealt with, then what was open is asked again.

They may come at any time and count as no try of the question that is open.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from intake.domain.interview import who
from intake.domain.interview.answering import with_new_story, with_story
from intake.domain.interview.asking import gone_on as on_with_it
from intake.domain.interview.asking import open_says, question, reopened
from intake.domain.interview.choices import buttons, part_buttons, part_of_button
from intake.domain.interview.held import (
    Act,
    Detour,
    Effect,
    Held,
    Phase,
    Question,
    Say,
    StatusWanted,
    Step,
)
from intake.domain.interview.reading import is_bare
from intake.domain.interview.summing_up import ask_what_to_change, language_notice
from intake.domain.references import references_in
from intake.domain.text import words

_PLAIN = {
    Act.STAGES: "stages",
    Act.OMBUDSMAN: "ombudsman",
    Act.HELP: "help",
    Act.OUT_OF_SCOPE: "out_of_scope",
}
_LEAVES = (Act.NO, Act.SKIP, Act.STOP)
_TELLS = (Act.ANSWER, Act.ADD, Act.UNCLEAR)
_MOST_MISSED = 2
_MOST_OF_A_BARE_YES = 3
_MOST_OF_A_DETAIL = 15


def information(held: Held, act: Act) -> Say | None:
    """What is said to a question about the service, a person or a language; None for other acts."""
    if act is Act.LANGUAGE:
        return language_notice()
    if act is Act.PERSON:
        can_send = bool(held.story) and held.phase in (Phase.ASKING, Phase.SUMMARY)
        names = ("send",) if can_send else ()
        return Say(key="about.person", facts={"can_send": can_send}, choices=buttons(*names))
    return Say(key=f"about.{_PLAIN[act]}") if act in _PLAIN else None


def begun(held: Held, act: Act, text: str) -> Step | None:
    """The first step of a matter beside the interview; None where the act is none."""
    if (said := information(held, act)) is not None:
        return Step(held=held, says=(said, *open_says(held)))
    if act is Act.THANKS and held.phase is not Phase.FILED:
        return Step(held=held, says=(Say(key="about.thanks"), *open_says(held)))
    if act is Act.CHANGE and held.phase in (Phase.ASKING, Phase.SUMMARY):
        return _change(ask_what_to_change(held).held, act, text, is_new=True)
    if act is Act.ADD and held.phase in (Phase.ASKING, Phase.SUMMARY) and is_bare(text):
        return Step(held=replace(held, detour=Detour.MORE), says=(Say(key="change.more"),))
    begin = _BEGUN.get(act)
    return begin(held, text) if begin else None


def gone_on(held: Held, act: Act, text: str) -> Step | None:
    """The next step of the matter that is open; None where the message is about something else."""
    if held.detour is None:
        return None
    return _GONE_ON[held.detour](held, act, text)


def resumed(held: Held, *before: Say, effects: tuple[Effect, ...] = ()) -> Step:
    """Back to where the conversation was before the matter beside it."""
    back = replace(held, detour=None, status_reference="", unclear=0)
    return Step(held=back, says=(*before, *open_says(back)), effects=effects)


def _begin_stop(held: Held, _text: str) -> Step:
    if held.phase is Phase.FILED:
        return Step(held=held, says=(Say(key="stop.filed"), *open_says(held)))
    return _confirm_stop(replace(held, detour=Detour.STOP))


def _confirm_stop(held: Held) -> Step:
    choices = buttons("delete", "go_on")
    return Step(held=held, says=(Say(key="stop.confirm", choices=choices),))


def _stop(held: Held, act: Act, text: str) -> Step | None:
    """Delete on a yes, keep on a no; a few words that are neither are asked about once more."""
    if act in (Act.STOP, Act.YES):
        gone = Held(phase=Phase.STOPPED)
        return Step(held=gone, says=(Say(key="stop.done"),), effects=(Effect.DELETE,))
    if act is Act.NO:
        return resumed(held, Say(key="stop.kept"))
    is_short = act in (Act.ANSWER, Act.UNCLEAR) and len(words(text)) <= _MOST_OF_A_BARE_YES
    if is_short and held.unclear < _MOST_MISSED - 1:
        return _confirm_stop(replace(held, unclear=held.unclear + 1))
    return None


def _begin_status(held: Held, text: str) -> Step:
    """A resident of a filed conversation has said already where to write: nothing is asked."""
    reference = next(references_in(text), "") or held.reference
    asking = replace(held, detour=Detour.STATUS_REFERENCE)
    if not reference:
        return Step(held=asking, says=(Say(key="status.ask_reference"),))
    email = who.email_in(text) or (held.email if reference == held.reference else "")
    return _status_of(asking, reference, email)


def _status_of(held: Held, reference: str, email: str) -> Step:
    if not email:
        asking = replace(held, detour=Detour.STATUS_EMAIL, status_reference=reference, unclear=0)
        return Step(held=asking, says=(Say(key="status.ask_email"),))
    done = resumed(held, Say(key="status.sent"), effects=(Effect.STATUS_LINK,))
    return replace(done, status=StatusWanted(reference=reference, email=email))


def _status_reference(held: Held, act: Act, text: str) -> Step | None:
    reference = next(references_in(text), "")
    if reference:
        return _status_of(held, reference, who.email_in(text))
    return _detail_missing(
        held, act, text, "status.ask_reference_again", "status.without_reference"
    )


def _status_email(held: Held, act: Act, text: str) -> Step | None:
    email = who.email_in(text)
    if email:
        return _status_of(held, held.status_reference, email)
    return _detail_missing(held, act, text, "status.ask_email_again", "status.without_email")


def _begin_transcript(held: Held, text: str) -> Step:
    email = who.email_in(text) or held.email
    if email:
        return _transcript_to(held, email)
    asking = replace(held, detour=Detour.TRANSCRIPT_EMAIL)
    return Step(held=asking, says=(Say(key="transcript.ask_email"),))


def _transcript_email(held: Held, act: Act, text: str) -> Step | None:
    email = who.email_in(text)
    if email:
        return _transcript_to(held, email)
    return _detail_missing(
        held, act, text, "transcript.ask_email_again", "transcript.without_email"
    )


def _transcript_to(held: Held, email: str) -> Step:
    said = Say(key="transcript.sent", facts={"email": email})
    done = resumed(held, said, effects=(Effect.TRANSCRIPT,))
    return replace(done, transcript_to=email)


def _begin_form(held: Held, _text: str) -> Step:
    says = (Say(key="about.form"), *open_says(held))
    return Step(held=held, says=says, effects=(Effect.USE_FORM,))


def _detail_missing(held: Held, act: Act, text: str, again: str, without: str) -> Step | None:
    """A detail that a matter needs was not in the answer: asked once more, then left.

    Other acts and long texts are about something else; the matter is given up for them.
    """
    if act in _LEAVES:
        return resumed(held, Say(key="about.left"))
    is_other = act not in (Act.ANSWER, Act.UNCLEAR, Act.STATUS, Act.TRANSCRIPT, Act.YES)
    if is_other or len(words(text)) > _MOST_OF_A_DETAIL:
        return None
    if held.unclear + 1 >= _MOST_MISSED:
        return resumed(held, Say(key=without))
    return Step(held=replace(held, unclear=held.unclear + 1), says=(Say(key=again),))


_PARTS = (
    (Question.STORY, r"story|what\s+happened|everything|description|text|wording"),
    (Question.NAME, r"name|contact|e-?mail|phone|number|mobile|reply|details"),
    (Question.TOLD_BEFORE, r"told|before|reported"),
    (Question.PLACE, r"place|where|address|location|street|road|postcode"),
    (Question.WHEN, r"when|time|dates?|day"),
    (Question.OUTCOME, r"outcome|put\s+(?:it|this)\s+right|what\s+i\s+want(?:ed)?|result"),
    (Question.ADJUSTMENTS, r"needs?|adjustments?|print|someone\s+else|behalf|easier|help"),
)
_PART_PATTERNS = tuple(
    (part, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for part, pattern in _PARTS
)
_MOST_OF_A_PART = 6


def _part(text: str) -> Question | None:
    if (pressed := part_of_button(text)) is not None:
        return pressed
    if not 0 < len(words(text)) <= _MOST_OF_A_PART:
        return None
    return next((part for part, pattern in _PART_PATTERNS if pattern.search(text)), None)


def _change(held: Held, act: Act, text: str, *, is_new: bool = False) -> Step | None:
    part = _part(text)
    if part is Question.STORY:
        asking = replace(held, detour=Detour.STORY_AGAIN, unclear=0)
        return Step(held=asking, says=(Say(key="change.story"),))
    if part is not None:
        asking = reopened(held, part)
        return Step(held=asking, says=(question(asking),))
    if is_new:
        return Step(held=held, says=(Say(key="change.which", choices=part_buttons()),))
    if act in (*_LEAVES, Act.YES, Act.FILE):
        return resumed(held)
    return _detail_missing(held, act, text, "change.which_again", "about.left")


def _story_again(held: Held, act: Act, text: str) -> Step | None:
    if act in _TELLS and words(text):
        return on_with_it(with_new_story(held, text))
    return resumed(held, Say(key="about.left")) if act in _LEAVES else None


def _more(held: Held, act: Act, text: str) -> Step | None:
    if act in _TELLS and words(text):
        return on_with_it(with_story(held, text), Say(key="change.added"))
    return resumed(held, Say(key="about.left")) if act in _LEAVES else None


_BEGUN: dict[Act, Callable[[Held, str], Step]] = {
    Act.STOP: _begin_stop,
    Act.STATUS: _begin_status,
    Act.TRANSCRIPT: _begin_transcript,
    Act.FORM: _begin_form,
}
_GONE_ON: dict[Detour, Callable[[Held, Act, str], Step | None]] = {
    Detour.STOP: _stop,
    Detour.STATUS_REFERENCE: _status_reference,
    Detour.STATUS_EMAIL: _status_email,
    Detour.TRANSCRIPT_EMAIL: _transcript_email,
    Detour.MORE: _more,
    Detour.CHANGE: _change,
    Detour.STORY_AGAIN: _story_again,
}
