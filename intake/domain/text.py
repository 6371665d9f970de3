"""One normaliser for message text, shared by training and run time.

It decides what two texts must differ in to count as different for the classifier, and which words
speak to the sorting software instead of the council. Which part of a mail its sender wrote now is
decided before, in `intake.mime`; features are drawn afterwards, in the classifier's components.
"""

import re
import unicodedata

_SAME = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2015": "-",
        "\u2212": "-",
        "\u00ad": None,
        "\u2028": "\n",
        "\u2029": "\n\n",
        "\t": " ",
    }
)
_ASCII_CONTROLS = {code: None for code in (*range(32), 127) if code != ord("\n")} | {ord("\t"): " "}
_LINE_END = re.compile(r"\r\n?")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_RUN = re.compile(r"(\S)\1{3,}")

_INSTRUCTION = re.compile(
    r"""
    (?:
      \b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}?
        (?:previous|prior|above|earlier|preceding|other|system)\s+(?:\w+\s+)?
        (?:instruction|prompt|rule|guideline|direction|text)s?\b
    | \b(?:system|hidden|developer)\s+(?:prompt|instruction|message|note|override)s?\b
    | \bsystem:
    | \[\s*(?:assistant|system|ai|bot)\b
    | \b(?:language\s+model|llm|a\.?i\.?\s+(?:model|system|assistant|reader|agent|triage))\b
    | \b(?:note|notes|instructions?|message|memo|attention|attn)[\s,:]+(?:to|for)\s+
        (?:the\s+|any\s+|all\s+|this\s+|your\s+)?
        (?:a\.?i\.?|bot|robot|algorithm|automated\s+\w+|computer|sorting\s+\w+|software
          |classifier)\b
    | \b(?:classify|categori[sz]e)\s+(?:\w+\s+){0,3}?as\b
    | \b(?:mark|label|tag|file|flag|set)\s+(?:this\s+|it\s+)?(?:\w+\s+)?
        (?:as\s+)?(?:sentiment|confidence|probability|spam)\b
    | \bset\s+(?:the\s+)?(?:category|label|priority|urgency|confidence|class)\b
    | \b(?:category|label|class|confidence|probability|priority|urgent)\s*[=:]\s*"?
        (?:compliment|comment|dissatisfaction|complaint|service_request|other|spam|true|false
          |high|low|[01]?\.\d)
    )
    # The instruction runs to the end of its sentence, line or bracket, or to a clause that asks
    # for something else ("ignore previous instructions and just mend the tap").
    (?:
      (?!,?\s+(?:and|but|then)\s+(?!(?:mark|file|classify|label|set|close|reply|route|treat|log
          |send|tag|record|answer|respond|categori[sz]e|put|rate)\b))
      [^.!?\n\]]
    )*
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LONGEST_WORD = 20
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def normalise(text: str) -> str:
    """Text with one form for what looks the same to a reader; calling it again changes nothing.

    - Unicode NFKC; typographic quotes and dashes become the plain ones.
    - Control, format and unassigned characters go, so that nothing unseen can divide a word.
    - Line ends become newlines; runs of spaces become one; at most one blank line stays.
    - A character other than a space repeated more than three times is kept three times.

    Capitals, spelling and line breaks stay as the writer had them: they carry meaning.
    """
    text = _LINE_END.sub("\n", text)
    # Most messages are plain ASCII, which has no other forms and few characters to lose.
    text = text.translate(_ASCII_CONTROLS) if text.isascii() else _plain_unicode(text)
    text = _RUN.sub(r"\1\1\1", text)
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _plain_unicode(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_SAME)
    text = "".join(char for char in text if char == "\n" or unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFKC", text)


def words(text: str) -> list[str]:
    """The words of normalised text in lower case, in order, with inner apostrophes kept."""
    return _WORD.findall(text.lower())


def is_unreadable(text: str) -> bool:
    """Whether more than a third of the normalised text is runs longer than any English word.

    Damaged mail and encoded attachments read so; a person must look at the original.
    """
    lengths = [len(word) for word in words(text)]
    return 3 * sum(length for length in lengths if length > _LONGEST_WORD) > sum(lengths)


def addresses_classifier(text: str) -> bool:
    """Whether some of the normalised text instructs the software that sorts messages.

    Asking for a message to be logged or treated as a complaint is speech to a person and does not
    count; nor does greeting a chat bot.
    """
    return _INSTRUCTION.search(text) is not None


def without_instructions(text: str) -> str:
    """The normalised text with every instruction to the sorting software taken out.

    By the guide such words are no part of what the person says, so they reach no feature.
    """
    return _INSTRUCTION.sub(" ", text)
