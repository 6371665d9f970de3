"""How a story and the answers to questions are taken in."""

from dataclasses import replace

from intake.domain.interview import reading, who
from intake.domain.interview.asking import MOST_TRIES, ask_again, next_step, skipped, together
from intake.domain.interview.held import Held, Phase, Question, Say, Step
from intake.domain.text import words

_FEWEST_OF_A_STORY = 3
YES, NO = "Yes", "No"


def take_story(held: Held, text: str) -> Step:
    """The story, or the beginning of one.

    A greeting or an announcement is no story yet; a word or two are kept, and more is asked for
    once. Of somebody in danger every word counts as a story.
    """
    is_begun = held.in_danger or bool(held.story)
    if not is_begun and not reading.says_something(text):
        return ask_for_story(held)
    first = with_story(held, text)
    if len(words(" ".join(first.story))) < _FEWEST_OF_A_STORY and held.tries < 2:
        asking = replace(first, phase=Phase.OPENING, asked=Question.STORY, tries=2)
        return Step(held=asking, says=(Say(key="again.story"),))
    thanks = Say(key="story.thanks", facts={"category": first.category})
    return next_step(first, thanks)


def ask_for_story(held: Held) -> Step:
    """Ask what happened, twice at most; after that say only that we are here."""
    # The greeting asked already; `tries` counts what came after it.
    asking = replace(held, phase=Phase.OPENING, asked=Question.STORY, tries=held.tries + 1)
    if held.tries == 0:
        return Step(held=asking, says=(Say(key="ask.story"),))
    waiting = replace(asking, tries=2)
    if held.tries == 1:
        return Step(held=waiting, says=(Say(key="again.story"),))
    return Step(held=waiting, says=(Say(key="story.waiting"),))


def take_answer(held: Held, text: str) -> Step:
    """An answer to what is open; what it says of other questions counts for them too."""
    match held.asked:
        case None | Question.STORY:
            return next_step(with_story(held, text))
        case Question.NAME | Question.CONTACT:
            return _take_contact(held, text)
        case asked:
            return next_step(_with_answer(_noted(held, text), asked, text))


def take_yes(held: Held) -> Step:
    """A plain yes: an answer where yes or no was asked; elsewhere it says nothing yet."""
    if held.asked is Question.TOLD_BEFORE:
        return next_step(_with_answer(held, held.asked, YES))
    return ask_again(held)


def take_no(held: Held) -> Step:
    """A plain no: an answer where yes or no was asked, elsewhere as good as leaving it out."""
    if held.asked is Question.TOLD_BEFORE:
        return next_step(_with_answer(held, held.asked, NO))
    return next_step(skipped(held))


def take_the_rest_as_skipped(held: Held) -> Step:
    """The resident wants it sent now: only how to reply is still asked, where it never was."""
    hurried = skipped(held)
    rest = set(Question) - {Question.STORY, Question.NAME, Question.CONTACT}
    return next_step(replace(hurried, skipped=hurried.skipped | rest))


def with_story(held: Held, text: str) -> Held:
    """Held with one more passage of the story, and what it says noted."""
    known = who.who_tells(text)
    return replace(
        held,
        story=(*held.story, text),
        found=held.found | reading.found_in(text),
        name=held.name or known.name,
        email=held.email or known.email,
        telephone=held.telephone or known.telephone,
    )


def with_new_story(held: Held, text: str) -> Held:
    """Held with a story in place of the one before; what only that told is asked again."""
    return with_story(replace(held, story=(), found=frozenset()), text)


def with_who(held: Held, text: str) -> Held:
    """Held with the name and the ways to reply that an answer gives; the newest count."""
    told = who.who_answers(text)
    return replace(
        held,
        name=told.name or held.name,
        email=told.email or held.email,
        telephone=told.telephone or held.telephone,
    )


def _noted(held: Held, text: str) -> Held:
    """Held with what an answer says beside its question; a long tale is a passage of the story."""
    noted = with_story(held, text)
    return noted if reading.is_tale(text) else replace(noted, story=held.story)


def _with_answer(held: Held, asked: Question, text: str) -> Held:
    others = set(together(asked)) - {asked}
    return replace(held, answers={**held.answers, asked: text}, skipped=held.skipped | others)


def _take_contact(held: Held, text: str) -> Step:
    """Who it is and how to reply.

    A refusal leaves the resident anonymous. A name alone is enough to ask the way to reply by
    itself; a way to reply alone is enough. What cannot be read is asked again and then kept as it
    was written, for an officer to make sense of.
    """
    told = with_who(held, text)
    if told.email != held.email or told.telephone != held.telephone:
        return next_step(replace(told, skipped=told.skipped | {Question.NAME, Question.CONTACT}))
    if who.refuses(text) or who.names_another_way(text):
        kept = _with_answer(told, Question.CONTACT, text) if not who.refuses(text) else held
        return next_step(skipped(kept))
    if told.name != held.name and held.asked is Question.NAME and "@" not in text:
        return next_step(told)
    return _contact_unread(with_story(told, text) if reading.is_tale(text) else told, text)


def _contact_unread(held: Held, text: str) -> Step:
    if held.tries < MOST_TRIES:
        return ask_again(held)
    return next_step(skipped(_with_answer(held, held.asked or Question.CONTACT, text)))
