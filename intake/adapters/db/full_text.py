"""Finding cases by their words, with the same answers from SQLite's FTS5 and PostgreSQL's GIN.

Text is cut into plain words here, for the index and for what officers type alike: without accents,
in lower case, split at everything that is no letter or digit. So neither database's own ideas of
addresses, hyphens and stop words count; they only bring words to their stems.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, func, literal_column, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

# PostgreSQL indexes at most 1 MiB of words a row, which these can never make; nobody searches for
# the end of a longer message.
MOST_INDEXED_BYTES = 200_000
# A search for a common word would visit every case: it sees the newest messages that hold it.
MOST_FOUND = 1000
MOST_TERMS = 50
# PostgreSQL's English without its stop words: "Will" is a name, and "IT" a department.
CONFIGURATION = "intake_words"

_WORD = re.compile(r"[^\W_]+")


def words_of(content: str) -> list[str]:
    """The plain words of a text, in their order."""
    if not content.isascii():
        letters = unicodedata.normalize("NFKD", content)
        content = "".join(each for each in letters if not unicodedata.combining(each))
    return _WORD.findall(content.casefold())


def searchable(content: str) -> str:
    """A text as it is indexed: its plain words, as many as fit."""
    words = " ".join(words_of(content)).encode("utf-8", "replace")
    return words[:MOST_INDEXED_BYTES].decode("utf-8", "ignore")


class Indexed(FunctionElement[str]):
    """Words in the form their column keeps: PostgreSQL keeps only the index entry made of them."""

    type = Text()
    inherit_cache = True


@compiles(Indexed)
def _indexed_plain(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(Indexed, "postgresql")
def _indexed_as_vector(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_tsvector('{CONFIGURATION}', {compiler.process(element.clauses, **options)})"


class IndexedWords(TypeDecorator[str]):
    """Text to be found by its words. Written only: what comes back differs between databases."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A text on SQLite, whose index refers to it; on PostgreSQL the words themselves."""
        return dialect.type_descriptor(TSVECTOR() if dialect.name == "postgresql" else Text())

    def bind_expression(self, bindparam: Any) -> ColumnElement[Any]:
        """Turn words into what the column keeps."""
        return Indexed(bindparam)

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Keep only plain words."""
        return None if value is None else searchable(value)


def terms_of(query: str) -> Sequence[Sequence[str]]:
    """What an officer typed, as terms that must all occur; an address or a number is one term."""
    terms = [words_of(term) for term in query.split()]
    return [term for term in terms if term][:MOST_TERMS]


def matches_in_sqlite(terms: Sequence[Sequence[str]]) -> ColumnElement[bool]:
    """The condition on ``case_words_index`` that all terms occur."""
    # Quotes keep FTS5's own operators out of what officers type.
    query = " ".join(f'"{" ".join(term)}"' for term in terms)
    return text("case_words_index MATCH :query").bindparams(query=query)  # type: ignore[return-value]


def matches_in_postgresql(
    vector: ColumnElement[Any], terms: Sequence[Sequence[str]]
) -> ColumnElement[bool]:
    """The condition on an index entry that all terms occur."""
    configuration: ColumnElement[Any] = literal_column(f"'{CONFIGURATION}'")
    phrases = [func.phraseto_tsquery(configuration, " ".join(term)) for term in terms]
    query: ColumnElement[Any] = reduce(lambda one, other: one.op("&&")(other), phrases)
    return vector.op("@@", is_comparison=True)(query)
