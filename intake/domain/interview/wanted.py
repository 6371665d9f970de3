"""What a conversation still lacks, by what it is about."""

from intake.domain.categories import Category
from intake.domain.interview import reading
from intake.domain.interview.held import Held, Question

_OF_PRAISE_AND_IDEAS = (Question.STORY, Question.PLACE, Question.NAME, Question.CONTACT)
_OF_THE_REST = (Question.STORY, Question.NAME, Question.CONTACT)


def missing(held: Held) -> tuple[Question, ...]:
    """What may still be asked, the most useful first.

    - What the story told, an answer said or the resident skipped is not missing.
    - A compliment or a comment needs no more than where, where it is about a place, and who.
    - What looks like no feedback needs no more than who.
    - A resident who chose a complaint is asked everything, whatever it looked like.
    """
    return tuple(question for question in _wanted(held) if not _is_known(held, question))


def _wanted(held: Held) -> tuple[Question, ...]:
    if held.complain:
        return tuple(Question)
    if held.category == Category.OTHER:
        return _OF_THE_REST
    if held.category in (Category.COMPLIMENT, Category.COMMENT):
        has_place = reading.may_have_place(" ".join(held.story))
        return _OF_PRAISE_AND_IDEAS if has_place else _OF_THE_REST
    return tuple(Question)


def _is_known(held: Held, question: Question) -> bool:
    match question:
        case Question.STORY:
            return bool(held.story)
        case Question.NAME if held.name:
            return True
        case Question.CONTACT if held.email or held.telephone:
            return True
    return question in held.answers or question in held.found or question in held.skipped
