"""What the linear model sees of a message: counted n-grams, part by part.

Training and run time both draw features here, so that they can never differ; a change that alters
what a text yields must raise `FEATURES_VERSION`, and a model trained before is then refused.
Weighing the counts is left to `linear_model`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.adapters.message_text import CleanMessage
from intake.domain.hazards import hazard_signs
from intake.domain.topics import topic_signs

FEATURES_VERSION = 2

BLOCKS = "acefhsuw"
"""The kinds of feature, by the letter their names begin with; each is scaled to length one.

`a` signs of a service area, `c` n-grams of two to five characters inside words, `e` words of the
first and last sentence, `f` channel and length, `h` signs of hazards, `s` words of the subject,
`u` single words, `w` runs of two or three.
"""

_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[?!]+|£")


@dataclass(frozen=True, kw_only=True)
class MessageParts:
    """The counted features of a message: its frame, then each sentence by itself.

    The frame (channel, subject, length) stays when a sentence is left out.
    """

    frame: Counter[str]
    sentences: Sequence[Counter[str]]


def message_parts(message: CleanMessage) -> MessageParts:
    """The features of a message."""
    last = len(message.sentences) - 1
    words = sum(len(sentence.split()) for sentence in message.sentences)
    frame = Counter(f"s:{gram}" for gram in _word_grams(_tokens(message.subject), 1, 2))
    frame.update(f"h:subject {sign}" for sign in hazard_signs(message.subject))
    frame.update(f"a:{area}" for area in topic_signs(message.subject))
    frame.update((f"f:channel {message.channel}", f"f:length {min(words.bit_length(), 9)}"))
    return MessageParts(
        frame=frame,
        sentences=[
            Counter(_sentence_features(sentence, first=index == 0, last=index == last))
            for index, sentence in enumerate(message.sentences)
        ],
    )


def _sentence_features(sentence: str, *, first: bool, last: bool) -> Iterator[str]:
    tokens = _tokens(sentence)
    yield from (f"u:{token}" for token in tokens)
    yield from (f"w:{gram}" for gram in _word_grams(tokens, 2, 3))
    yield from (f"c:{gram}" for gram in _character_grams(sentence))
    yield from (f"h:{sign}" for sign in hazard_signs(sentence))
    yield from (f"a:{area}" for area in topic_signs(sentence))
    if first:
        yield from (f"e:first {gram}" for gram in _word_grams(tokens, 1, 2))
    if last:
        yield from (f"e:last {gram}" for gram in _word_grams(tokens, 1, 2))


def _tokens(sentence: str) -> list[str]:
    """The words and loud marks of a sentence; all digits look alike."""
    return _TOKEN.findall(_DIGIT.sub("0", sentence.lower()))


def _word_grams(tokens: list[str], shortest: int, longest: int) -> Iterator[str]:
    """Runs of words; those of two and more also hold where the sentence begins and ends."""
    framed = ["<", *tokens, ">"]
    for length in range(shortest, longest + 1):
        run = framed if length > 1 else tokens
        for start in range(len(run) - length + 1):
            yield " ".join(run[start : start + length])


def _character_grams(sentence: str) -> Iterator[str]:
    """Runs of two to five characters within each word and the spaces about it."""
    for word in _DIGIT.sub("0", sentence.lower()).split():
        framed = f" {word} "
        for length in range(2, 6):
            if len(framed) <= length:
                yield framed
                break
            for start in range(len(framed) - length + 1):
                yield framed[start : start + length]
