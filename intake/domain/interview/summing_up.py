"""The summary: what will be sent, how it will be handled, and what the resident says to that."""

from dataclasses import replace

from intake.domain.categories import Category
from intake.domain.interview.account import summary_facts
from intake.domain.interview.answering import ask_for_story, take_answer
from intake.domain.interview.asking import ask_to_send
from intake.domain.interview.choices import part_buttons
from intake.domain.interview.held import Act, Detour, Effect, Held, Phase, Say, Step
from intake.domain.interview.reading import says_something
from intake.domain.interview.who import who_answers, who_tells
from intake.domain.text import words

_ENGLISH = ("", "en")
_FEWEST_OF_AN_ADDITION = 3


def summarise(held: Held, category: Category | None, language: str) -> Step:
    """What will be sent and how it looks as if it will be handled; nothing is sent yet.

    Where the account is not in English, the notice of what that means stands first.
    """
    if not held.story:
        return ask_for_story(held)
    summed = replace(
        held,
        phase=Phase.SUMMARY,
        asked=None,
        tries=0,
        detour=None,
        category=category.value if category else "",
        language=language,
    )
    notice = () if language in _ENGLISH else (language_notice(language),)
    says = (
        Say(key="summary.sent", facts=summary_facts(summed)),
        Say(key=f"handling.{handling(summed)}"),
        ask_to_send(summed),
    )
    return Step(held=summed, says=(*notice, *says))


def language_notice(language: str = "") -> Say:
    """That the bot speaks English and a person reads other languages; in all we have if empty."""
    return Say(key="language.notice", facts={"language": language})


def handling(held: Held) -> str:
    """How the account will be handled, as the words name it."""
    return "complaint_chosen" if held.complain else held.category or "unknown"


def at_summary(held: Held, act: Act, text: str) -> Step:
    """What a resident says to the summary. Only a plain yes files; new facts are summed up anew."""
    match act:
        case Act.YES | Act.FILE:
            return Step(held=held, says=(), effects=(Effect.FILE,))
        case Act.NO | Act.CHANGE:
            return ask_what_to_change(held)
        case Act.COMPLAIN:
            chosen = replace(held, complain=True)
            return Step(
                held=chosen, says=(Say(key="handling.complaint_chosen"), ask_to_send(chosen))
            )
        case Act.ANSWER | Act.ADD if _adds(text) and text not in held.story:
            return take_answer(_with_new_way(held, text), text)
        case _:
            return _missed(held)


def ask_what_to_change(held: Held) -> Step:
    """Which part of the summary is to be changed."""
    asking = replace(held, detour=Detour.CHANGE)
    return Step(held=asking, says=(Say(key="change.which", choices=part_buttons()),))


def _missed(held: Held) -> Step:
    """What was said is neither: say how to go on, and the next time where a person is."""
    person = Say(key="about.person", facts={"can_send": False})
    said = person if held.tries else Say(key="summary.again")
    missed = replace(held, tries=0 if held.tries else 1)
    return Step(held=missed, says=(said, ask_to_send(held)))


def _with_new_way(held: Held, text: str) -> Held:
    """Held with the way to reply that a correction gives: the newest counts."""
    told = who_tells(text)
    return replace(held, email=told.email or held.email, telephone=told.telephone or held.telephone)


def _adds(text: str) -> bool:
    """Whether a text holds something to sum up anew: a few words, or a way to reply."""
    told = who_answers(text)
    is_long = says_something(text) and len(words(text)) >= _FEWEST_OF_AN_ADDITION
    return is_long or bool(told.email or told.telephone)
