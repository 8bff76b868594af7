"""Editions of the index, and where PostgreSQL keeps its documents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base
from tenants.ownership import Global, WorkerOnly

REASONS = ("asked", "missing", "broken", "older_schema", "ahead", "removed")


class Edition(Global, Base):
    """One making of the index from nothing. The newest finished one answers; `portal search rebuild` asks for another.

    `folder` is its name where an engine keeps files. `done` and `total` count things; `last` is where it goes on.
    """

    __tablename__ = "search_editions"
    __table_args__ = (CheckConstraint(f"reason IN ({', '.join(repr(each) for each in REASONS)})", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(String(40))
    made_by: Mapped[str] = mapped_column(String(12))
    word_schema: Mapped[int]
    reason: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    kind: Mapped[str] = mapped_column(String(20), default="")
    last: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    """Events up to here are in it. The embedded engine remembers this in its files instead."""


class SearchDocument(WorkerOnly, Base):
    """What one reader may find of one thing, on PostgreSQL. Read through functions of the database alone.

    `words` also holds the facts, as lexemes such as `state=answered`. On SQLite the table stays empty.
    """

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_words", "reader", "words", postgresql_using="gin"),
        Index("ix_search_documents_newest", "reader", "thing"),
    )

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    thing: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reader: Mapped[str] = mapped_column(String(24), primary_key=True)
    edition: Mapped[int]
    words: Mapped[str] = mapped_column(TSVECTOR().with_variant(Text(), "sqlite"))


class SearchWord(WorkerOnly, Base):
    """In how many documents of a reader a word stands, on PostgreSQL."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_near",
            "reader",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )

    reader: Mapped[str] = mapped_column(String(24), primary_key=True)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
    documents: Mapped[int]
