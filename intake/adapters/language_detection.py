"""Which language a message is in, careful about short and careless English.

A language identifier trained on edited text takes a chat such as "smell gas. 22 pinder ct" for
Dutch. Only English is decided here by words; other languages are told apart by py3langid.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from intake.domain.text import normalise, words

# Languages that residents of an English borough write in; fewer candidates, fewer freak answers.
_LANGUAGES: Final = """
en ar am bg bn cs cy de el es et fa fi fr gu he hi hr hu id it ja ka ko ku lt lv ml mr ne
nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur vi yo zh
"""

# The commonest words of English, as mail and as chat write them.
_COMMON_WORDS: Final = """
the a an and or but if of to in on at for with from by about as is are was were be been
has have had do does did not this that these those there they them their we us our you
your i i'm my he she his her it its it's will would can could should just please thanks
thank so what when where who why how all any some up out off been get got im ive dont cant
no hi hello u ur r pls plz ta lol
"""

# Languages of South Asia as residents type them on an English keyboard: the commonest words that
# are no English ones. The identifier knows these languages in their own scripts alone.
_IN_LATIN_LETTERS: Final = {
    "hi": """
    hai hain mera meri mere hamara hamare humare nahi nahin aur bahut bohot kuch koi mein karo
    karta karti karna raha rahi rahe ghar paani pani kya tha thi aap mujhe hum hamein humein se
    ho gaya gayi kar ke ki ka ko yeh woh jaldi bachche kharab abhi liye naam
    """,
    "pa": """
    da di de wich vich te nu ne kita kitta hega haiga sanu tuhada mera meri assi tusi nahi nai ji
    koi kuch ghar saade sade hun gaya aa
    """,
    "bn": """
    amar ami amader apni apnar onek keu nai nei korsi korchi korlam ache achhe ase khub kintu
    ebong ekta basha bari pani kore hoy hoise din theke jonno dorkar lagbe
    """,
}
_LATIN_SHARE: Final = 0.2

_CANDIDATES: Final = frozenset(_LANGUAGES.split())
_ENGLISH_WORDS: Final = frozenset(_COMMON_WORDS.split())
_LATIN_WORDS: Final = {
    language: frozenset(each.split()) for language, each in _IN_LATIN_LETTERS.items()
}

# Measured on the corpus: English messages of six words and more reach this share or are closer
# than the margin below to English; those in other languages stay under 0.10.
_ENGLISH_SHARE: Final = 0.15
_FEWEST_WORDS: Final = 6
# By how much a language must be likelier than English, as log probability a character. English
# stays below 0.11, the other languages of the corpus above 0.25.
_MARGIN: Final = 0.18


class LanguageDetector:
    """Tells the language of a text as an ISO 639-1 code, `en` where there is too little to say."""

    def detect(self, text: str) -> str:
        """The language of the text.

        Hindi (or Urdu, which reads the same), Punjabi or Bengali in Latin letters when three words
        in ten are their commonest. English when at least 15 words in a hundred are its commonest,
        or when no other language is clearly likelier; fewer than six words without an accent are
        else never called foreign.
        """
        text = normalise(text)
        found = words(text)
        common = sum(word in _ENGLISH_WORDS for word in found)
        if (typed := _typed_in_latin_letters(found)) and common * 3 < len(found):
            return typed
        if len(found) < _FEWEST_WORDS and all(map(str.isascii, found)):
            return "en"
        if common >= _ENGLISH_SHARE * len(found) and _is_mostly_latin(text):
            return "en"
        scores = {str(language): float(score) for language, score in self._identifier.rank(text)}
        best = max(scores, key=lambda language: scores[language])
        margin = (scores[best] - scores["en"]) / len(text)
        return best if margin > _MARGIN else "en"

    @cached_property
    def _identifier(self) -> Any:
        # Imported and loaded for the first text that does not look English: most runs never need
        # it, and it takes longer to load than the rest of the classifier.
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        identifier.set_languages(sorted(_CANDIDATES & set(identifier.labels)))
        return identifier


def _typed_in_latin_letters(found: Sequence[str]) -> str:
    """The language of South Asia whose commonest words these are, empty when they are of none."""
    counts = {
        language: sum(word in known for word in found) for language, known in _LATIN_WORDS.items()
    }
    likeliest = max(counts, key=lambda language: counts[language])
    enough = max(2.0, _LATIN_SHARE * len(found))
    return likeliest if counts[likeliest] >= enough else ""


def _is_mostly_latin(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    # The last letter of the Latin Extended-B block.
    return sum(char <= "\u024f" for char in letters) * 2 >= len(letters)
