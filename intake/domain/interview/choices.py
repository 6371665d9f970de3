"""The buttons of the interview: what choosing one sends, and what that means.

A button's name is the end of its title's key in the words (``choice.send``). What it sends is plain
words, so that a resident who types them instead is understood too.
"""

from intake.domain.interview.held import Act, Choice, Question

_BUTTONS: dict[str, tuple[str, Act]] = {
    "send": ("send it", Act.FILE),
    "complain": ("treat this as a complaint", Act.COMPLAIN),
    "change": ("change something", Act.CHANGE),
    "stop": ("stop and delete", Act.STOP),
    "delete": ("delete everything", Act.STOP),
    "go_on": ("no, keep going", Act.NO),
    "skip": ("skip this question", Act.SKIP),
    "yes": ("yes", Act.YES),
    "no": ("no", Act.NO),
    "add": ("add something", Act.ADD),
    "transcript": ("email me a copy", Act.TRANSCRIPT),
    "person": ("speak to a person", Act.PERSON),
    "stages": ("how complaints work", Act.STAGES),
    "ombudsman": ("which ombudsman", Act.OMBUDSMAN),
    "status": ("ask about my case", Act.STATUS),
    "language": ("another language", Act.LANGUAGE),
    "help": ("help", Act.HELP),
    "form": ("use the form", Act.FORM),
}
_ACTS = dict(_BUTTONS.values())

_PARTS: dict[Question, tuple[str, str]] = {
    Question.STORY: ("part_story", "what happened"),
    Question.PLACE: ("part_place", "the place"),
    Question.WHEN: ("part_when", "the time"),
    Question.TOLD_BEFORE: ("part_told_before", "if I told you before"),
    Question.OUTCOME: ("part_outcome", "what would put it right"),
    Question.NAME: ("part_name", "my name and contact"),
    Question.ADJUSTMENTS: ("part_needs", "what I need"),
}
"""What may be changed at the summary. A name and a contact are asked, and changed, in one."""

BUTTON_NAMES = (*_BUTTONS, *(name for name, _ in _PARTS.values()))


def buttons(*names: str) -> tuple[Choice, ...]:
    """These buttons, in this order."""
    return tuple(Choice(title=f"choice.{name}", value=_BUTTONS[name][0]) for name in names)


def part_buttons() -> tuple[Choice, ...]:
    """A button for each part of the summary that may be changed."""
    return tuple(Choice(title=f"choice.{name}", value=value) for name, value in _PARTS.values())


def act_of_button(text: str) -> Act | None:
    """What the button that sends exactly this text means; None for any other text.

    Those that name a part of the summary are answers to a question, and mean nothing alone.
    """
    return _ACTS.get(text.strip())


def part_of_button(text: str) -> Question | None:
    """The part of the summary whose button sends exactly this text."""
    sent = text.strip().lower()
    return next((part for part, (_, value) in _PARTS.items() if value.lower() == sent), None)
