"""The few statements SQLite and PostgreSQL write differently."""

from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, column, select, table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from intake.adapters.db.tables import Base

Insert = sqlite.Insert | postgresql.Insert


def is_sqlite(session: Session) -> bool:
    """Whether this session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def insert_for(session: Session, model: type[Base]) -> Insert:
    """An insert that understands ON CONFLICT, for the database of this session."""
    target = model.__table__
    assert isinstance(target, Table)
    return sqlite.insert(target) if is_sqlite(session) else postgresql.insert(target)


def cases_with_words(session: Session, words: str) -> ColumnElement[Any]:
    """A condition's right side: the numbers of cases whose messages hold all these words."""
    if is_sqlite(session):
        index = table("case_words_index", column("rowid"), column("case_words_index"))
        matches = select(index.c.rowid).where(
            text("case_words_index MATCH :words").bindparams(bindparam("words", _fts5_query(words)))
        )
        source = Base.metadata.tables["case_words"]
        return select(source.c.case_id).where(source.c.id.in_(matches)).scalar_subquery()
    source = Base.metadata.tables["case_words"]
    condition = text(
        "to_tsvector('english', case_words.words) @@ plainto_tsquery('english', :words)"
    ).bindparams(words=words)
    return select(source.c.case_id).where(condition).scalar_subquery()


def _fts5_query(words: str) -> str:
    """Every word must occur; quotes keep FTS5's own operators out of what officers type."""
    terms = [term for term in words.replace('"', " ").split() if any(map(str.isalnum, term))]
    return " ".join(f'"{term}"' for term in terms) or '""'
