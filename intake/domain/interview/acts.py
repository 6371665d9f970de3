"""What a resident means by plain words or a button, for the form that answers without the bot.

Only a message that is a command and nothing else is taken for one. Whatever could be part of a
story or an answer is one: a command missed is asked again, a story missed is lost.
"""

import re

from intake.domain.interview.choices import act_of_button
from intake.domain.interview.commands import COMMANDS, SHORT_ANSWERS
from intake.domain.interview.held import Act, Detour, Held, Phase, Question
from intake.domain.interview.reading import asks_for_complaint, without_courtesy
from intake.domain.references import references_in
from intake.domain.text import normalise, words

_MOST_OF_A_COMMAND = 14
_MOST_OF_A_WISH_TO_COMPLAIN = 20
_BEFORE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|please|pls|sorry|um|er|well|actually|wait|oh|right|good\s+(?:morning"
    r"|afternoon|evening)|thanks|thank\s+you|but|and|excuse\s+me)\b[\s,.!:-]*)+(?=\w)"
)
_AFTER = re.compile(
    r"(?:[\s,.!?]+(?:please|pls|thanks|thank\s+you|cheers|now|then|mate|instead|if\s+possible"
    r"|if\s+that['’]?s\s+ok(?:ay)?|fb-[\w-]+))+$"
)
# Said without a word; a sign of a skin colour may follow.
_SIGNS = {
    Act.YES: "\U0001f44d\U0001f44c\u2705\u2714",
    Act.NO: "\U0001f44e\u274c",
    Act.SKIP: "\U0001f937\U0001f910",
}
_ASKS = re.compile(
    r"\b(?:what|where|when|how|any|status|check|chase|chasing|track|news|update|happening|look\s+up)\b"
)


def choice_act(text: str) -> Act | None:
    """What the button that sends exactly this text means; None for any other text."""
    return act_of_button(text)


def act_of(text: str, held: Held) -> Act:
    """What a message means where the conversation stands.

    - A button means what it says, and so does a thumb up or down.
    - A long message is a story or an answer, whatever it holds; but at the summary a wish to have
      it treated as a complaint is heard in a longer one too.
    - "Yes", "no" and their like answer what is open; where nothing is, a bare "ok" is thanks.
    """
    if (pressed := choice_act(text)) is not None:
        return pressed
    plain = normalise(text).lower()
    length = len(words(plain))
    if not length:
        return _of_a_sign(plain)
    if _wants_complaint(plain, length, held):
        return Act.COMPLAIN
    if length > _MOST_OF_A_COMMAND:
        return Act.ANSWER
    return _of_a_short_one(plain, held)


def _wants_complaint(plain: str, length: int, held: Held) -> bool:
    is_settled = held.phase in (Phase.SUMMARY, Phase.FILED)
    return is_settled and length <= _MOST_OF_A_WISH_TO_COMPLAIN and asks_for_complaint(plain)


def _of_a_short_one(plain: str, held: Held) -> Act:
    bare = plain.strip(" \n.!?,;:-*\"'")
    if (pressed := act_of_button(bare)) is not None:
        return pressed
    core = _AFTER.sub("", _BEFORE.sub("", bare)).strip(" \n.!?,;:-")
    for form in dict.fromkeys((core, bare)):
        short = next((act for act, pattern in SHORT_ANSWERS if pattern.fullmatch(form)), None)
        if short is not None:
            return _in_place(short, form, held)
        for act, pattern in COMMANDS:
            if pattern.fullmatch(form):
                return act
    if _asks_for_case(plain, held):
        return Act.STATUS
    return Act.ANSWER


def _of_a_sign(plain: str) -> Act:
    first = plain.strip()[:1]
    return next((act for act, signs in _SIGNS.items() if first and first in signs), Act.UNCLEAR)


def _asks_for_case(plain: str, held: Held) -> bool:
    """Whether a short message asks after a case by its reference."""
    if held.detour is Detour.STATUS_REFERENCE or not any(references_in(plain)):
        return False
    is_alone = len(words(plain)) <= 4  # A reference is three words to whoever splits at hyphens.
    return bool(_ASKS.search(plain)) or (is_alone and held.phase is Phase.OPENING)


def _in_place(act: Act, form: str, held: Held) -> Act:
    """What a short answer means here: "ok" agrees at the summary and thanks after filing."""
    if held.detour is not None:
        return Act.YES if act is Act.FILE else act
    if held.phase is Phase.SUMMARY:
        return act
    if held.phase is Phase.FILED and held.asked is None:
        return Act.THANKS if form in _OKAYS else act
    if act is Act.FILE and form in _GO_AHEADS:
        return Act.YES
    if act is Act.SKIP and held.asked is Question.TOLD_BEFORE and form in _NEVERS:
        return Act.NO
    return act


_OKAYS = frozenset({"ok", "okay", "k", "fine", "alright", "all right", "great", "right", "sure"})
_GO_AHEADS = frozenset({"go ahead", "looks good", "all correct", "all good", "please do", "do it"})
_NEVERS = frozenset({"nothing", "none"})


def is_bare_complaint(text: str) -> bool:
    """Whether a wish to complain says no more than that: not of what."""
    return not words(text) or act_of(text, Held()) is Act.COMPLAIN


# What such an act may be said in; a message that says more is a story or an answer too.
_MOST_OF = {
    Act.GREET: 2,
    Act.THANKS: 2,
    Act.YES: 5,
    Act.NO: 5,
    Act.SKIP: 5,
    Act.CHANGE: 7,
}
_MOST_OF_ANOTHER = 11
_ASIDES = frozenset({Act.STAGES, Act.OMBUDSMAN, Act.PERSON, Act.OUT_OF_SCOPE, Act.LANGUAGE})
_WHATEVER_THE_LENGTH = frozenset({Act.ANSWER, Act.ADD, Act.COMPLAIN, Act.STOP, Act.FORM})


def heard(held: Held, act: Act, text: str) -> tuple[Act, Act | None]:
    """The act to go by, and a question about the service to answer beside it.

    Whoever read the act may have heard one word of a story. A message longer than such an act is
    said in, and not these plain words, is a story or an answer; a question in it is answered beside
    it. An unclear one is what its plain words are, or an answer where it can be one. At the summary
    words that agree and say nothing else are a yes, whatever they were taken for: "yes that's
    right, please go ahead".
    """
    if _agrees_to_send(held, act, text):
        return Act.FILE, None
    act = _in_plain_words(held, act, text)
    if _tells_instead(held, act, text):
        return Act.ANSWER, None
    if act is Act.UNCLEAR:
        return (Act.ANSWER if _may_be_answer(held, text) else act), None
    if act in _WHATEVER_THE_LENGTH or not _says_more(act, text) or act_of(text, held) is act:
        return act, None
    return Act.ANSWER, act if act in _ASIDES else None


def _in_plain_words(held: Held, act: Act, text: str) -> Act:
    """What plain words say of a message that was not understood, or was taken for a story.

    At the summary a plain command is one, whatever it was taken for: "delete all this please".
    """
    plain = act_of(text, held)
    if act is Act.UNCLEAR and plain is not Act.ANSWER:
        return plain
    is_no_story = held.phase is Phase.OPENING and plain in _NOTHING_YET
    is_command = held.phase is Phase.SUMMARY and plain is not Act.ANSWER
    is_told = act in (Act.ANSWER, Act.ADD)
    return plain if is_told and held.detour is None and (is_no_story or is_command) else act


_CHANGES = re.compile(
    r"\b(?:chang|edit|amend|alter|correct|wrong|mistake|meant|instead|not\s+(?:right|what))",
    re.IGNORECASE,
)
_NOTHING_YET = (Act.YES, Act.NO, Act.SKIP, Act.FILE)


def _tells_instead(held: Held, act: Act, text: str) -> bool:
    """Whether words taken for a no, or for a wish to change something, tell what there is to tell.

    Before there is a story nothing was asked and nothing can be changed: "fix the light" and "they
    have not been" are stories. While questions are asked, to fix something is what would put it
    right, and a change is wanted only where a word says so.
    """
    if held.detour is not None or len(words(text)) < _FEWEST_OF_AN_UNCLEAR_ANSWER[Phase.OPENING]:
        return False
    if held.phase is Phase.OPENING and not held.in_danger:
        return act is Act.CHANGE or (act in _NOTHING_YET and act_of(text, held) is Act.ANSWER)
    if held.phase is not Phase.ASKING or act is not Act.CHANGE:
        return False
    return held.asked is Question.OUTCOME or not _CHANGES.search(text)


_AGREE = """
yes yeah yep yup yh yea ye aye ok okay sure correct right fine good great perfect lovely brilliant
alright happy agree agreed send sent submit file proceed ahead confirm confirmed exactly absolutely
definitely accurate tak wyślij wyslij wysłać wyslac da trimite trimiteți sí si envíe sim envie так
надішліть نعم ہاں 是 是的 好 好的
"""
# What stands round words that agree; none of these tells anything.
_STAND_ROUND = """
please pls thanks thank you cheers mate ta that thats that's is it its it's all looks look looking
seems sounds everything go do this off now to the them council an officer with i im i'm am i'd very
much just can could will would like want be in as for me and so then on over through by means ready
done way spot quite really well my complaint message summary details yourself people team let's
lets us carry continue read written think so guess suppose whatever dear love darling duck pal sir
madam 4 ya sound safe mint grand ace champion bang cool that'll
bloody fucking proszę prosze jak najbardziej rog por favor جی
"""
_AGREEING = frozenset(_AGREE.split())
_ROUND_AGREEING = frozenset(_STAND_ROUND.split())
_MOST_AGREEING_WORDS = 20


_MAY_AGREE = (Act.ANSWER, Act.ADD, Act.UNCLEAR, Act.YES, Act.THANKS, Act.GREET)


def _agrees_to_send(held: Held, act: Act, text: str) -> bool:
    may_be_meant = act not in (Act.NO, Act.CHANGE, Act.STOP, Act.PERSON, Act.TRANSCRIPT) and (
        act in _MAY_AGREE or act_of(text, held) is Act.ANSWER
    )
    if held.phase is not Phase.SUMMARY or held.detour is not None or not may_be_meant:
        return False
    said = words(normalise(text).lower().replace("\u2019", "'"))
    return (
        len(said) <= _MOST_AGREEING_WORDS
        and not _AGREEING.isdisjoint(said)
        and _AGREEING.union(_ROUND_AGREEING).issuperset(said)
    )


def _says_more(act: Act, text: str) -> bool:
    rest = without_courtesy(text) if act in (Act.GREET, Act.THANKS) else text
    return len(words(rest)) > _MOST_OF.get(act, _MOST_OF_ANOTHER)


_FEWEST_OF_AN_UNCLEAR_ANSWER = {Phase.OPENING: 2, Phase.ASKING: 2, Phase.SUMMARY: 6}


def _may_be_answer(held: Held, text: str) -> bool:
    if held.detour is not None:
        return False
    return len(words(text)) >= _FEWEST_OF_AN_UNCLEAR_ANSWER.get(held.phase, 1)
