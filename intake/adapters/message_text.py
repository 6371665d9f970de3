"""What both models are given of a message: its own words, sentence by sentence, cleaned.

Training and run time both come through here, so that they can never differ. Where sentences end is
decided by the spaCy pipeline; what the models make of them is theirs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from intake.domain.classification import MessageText
from intake.domain.text import normalise, without_instructions
from intake.mime.lines import lines_of_text
from intake.mime.quotation import set_apart

_MOST_AT_START: Final = 12_000
_MOST_AT_END: Final = 8_000
_MOST_OF_SUBJECT: Final = 1_000
_LONG_RUN: Final = re.compile(r"(\S{100})\S+")
_ANSWER: Final = re.compile(r"\s*(?:re|aw|sv|antw)\s*:", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class CleanMessage:
    """A message's subject and sentences, normalised, without words aimed at the sorting software.

    A sentence that was nothing else stays as an empty one, so that sentences keep their numbers.
    """

    channel: str
    subject: str
    sentences: Sequence[str]

    def joined(self) -> tuple[str, list[tuple[int, int]]]:
        """Subject and sentences as one text, and where in it each sentence stands."""
        text = f"{self.subject}\n" if self.subject else ""
        spans = []
        for sentence in self.sentences:
            spans.append((len(text), len(text) + len(sentence)))
            text += f"{sentence}\n"
        return text, spans


def as_read(message: MessageText) -> MessageText:
    """The message as it is classified: what its writer wrote now, within bounds.

    Quoted mail, signature and disclaimer go from an email's text. The post room has set them apart
    already; text given to `classify` or found in the corpus may hold them still. When nothing else
    is left the text stays whole.

    The bounds keep any answer within seconds, in characters that exist: broken mail and chat
    programs leave lone surrogates, which no UTF-8 can hold. What is cut is the middle of a very
    long text: the point of a letter stands at its beginning or its end. A run without a space is no
    word beyond 100 characters, and tokenizing it would take time by the square of its length.
    """
    text = message.text.encode("utf-8", "replace").decode()
    if len(text) > _MOST_AT_START + _MOST_AT_END:
        text = f"{text[:_MOST_AT_START]}\n{text[-_MOST_AT_END:]}"
    subject = message.subject.encode("utf-8", "replace").decode()[:_MOST_OF_SUBJECT]
    if message.channel == "email":
        is_answer = _ANSWER.match(subject) is not None
        own, _ = set_apart(lines_of_text(text), is_reply=is_answer)
        text = own if own.strip() else text
    return replace(message, subject=subject, text=_LONG_RUN.sub(r"\1", text))


def clean_message(*, channel: str, subject: str, sentences: Sequence[str]) -> CleanMessage:
    """The sentences of a message as the models read them."""
    return CleanMessage(
        channel=channel,
        subject=without_instructions(normalise(subject)),
        sentences=[without_instructions(normalise(sentence)) for sentence in sentences],
    )
