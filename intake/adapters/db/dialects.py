"""The few statements SQLite and PostgreSQL write differently, or SQLAlchemy too slowly."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Table, bindparam, column, select, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from intake.adapters.db.full_text import (
    MOST_FOUND,
    matches_in_postgresql,
    matches_in_sqlite,
    terms_of,
)
from intake.adapters.db.tables import Base, CaseWordsRow

Insert = sqlite.Insert | postgresql.Insert


def is_sqlite(session: Session) -> bool:
    """Whether this session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def insert_for(session: Session, model: type[Base]) -> Insert:
    """An insert that understands ON CONFLICT, for the database of this session."""
    target = model.__table__
    assert isinstance(target, Table)
    return sqlite.insert(target) if is_sqlite(session) else postgresql.insert(target)


def like_columns(model: type[Base], *names: str) -> list[BindParameter[Any]]:
    """Parameters for a statement written by hand that treat values as these columns do."""
    return [bindparam(name, type_=model.__table__.c[name].type) for name in names]


def newest_cases_with(session: Session, words: str) -> Sequence[int]:
    """Numbers of the cases whose messages hold all these words, of the newest such messages.

    More than ``MOST_FOUND`` messages are not looked at, so that a common word takes no longer than
    a rare one. Nothing that is a word finds nothing.
    """
    terms = terms_of(words)
    if not terms:
        return []
    number = CaseWordsRow.case_message_id
    statement = select(CaseWordsRow.case_id).order_by(number.desc())
    if is_sqlite(session):
        index = table("case_words_index", column("rowid"))
        newest = select(index.c.rowid).where(matches_in_sqlite(terms))
        # FTS5 walks its index backwards for this order and stops at the limit.
        newest = newest.order_by(index.c.rowid.desc()).limit(MOST_FOUND)
        statement = statement.where(number.in_(newest.scalar_subquery()))
    else:
        holds = matches_in_postgresql(CaseWordsRow.__table__.c.words, terms)
        statement = statement.where(holds).limit(MOST_FOUND)
    return list(dict.fromkeys(session.scalars(statement)))
