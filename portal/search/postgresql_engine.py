"""The server's engine: the same words as lexemes of a `tsvector`, in a table that only the worker can touch.

Readers ask through functions of the database (migration 0011) that look at the transaction's own scope: the
application's role cannot read the tables, so it can name no other reader. No row-level security stands between the
full-text operators and their index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Float, Text, bindparam, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from portal.search.documents import Document, Thing, reader_of
from portal.search.engine import Hit, Question
from portal.search.models import Edition, SearchDocument, SearchWord
from portal.search.slips import closest, slips
from tenants.scope import current, db, writing

COMMON = 5000
"""From so many documents on, the newest are better than the best: ranking them all would take too long."""
MOST_POSITIONS = 16_000
"""A tsvector counts places up to 16,383."""

FIND = text(
    "SELECT kind, thing, score "
    "FROM search_find(CAST(:wanted AS tsquery), CAST(:ranked AS tsquery), :since, :most, :newest)"
)
LIKE = text(
    "SELECT kind, thing, score FROM search_like(CAST(:wanted AS tsquery), :terms, :weights, :since, :most)"
).bindparams(bindparam("terms", type_=ARRAY(Text)), bindparam("weights", type_=ARRAY(Float)))
FREQUENCIES = text("SELECT word, documents FROM search_frequencies(:words)").bindparams(
    bindparam("words", type_=ARRAY(Text))
)
NEAR = text("SELECT word FROM search_near(:word)")
ESTIMATE = text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)")
SIZE = text("SELECT search_size()")


class PostgresqlEngine:
    """Keeps the index in tables beside the others."""

    name = "postgresql"
    slice_size = 1_000

    def read(self, edition: Edition, reader: str) -> PostgresqlReading:
        if reader != reader_of(current()):
            raise ValueError(reader)
        return PostgresqlReading()

    def begin(self, edition: Edition) -> None:
        """The rows of the edition before stay until each has been written anew."""

    def write(self, edition: Edition, things: Sequence[Thing], documents: Sequence[Document], position: int) -> None:
        with writing():
            documents_table: Any = SearchDocument.__table__
            newest = db.session.scalar(func.max(Edition.id))
            counts = Counter[tuple[int, str, str]]()
            if things:
                keys = [(thing.kind, thing.id) for thing in things]
                which = tuple_(documents_table.c.kind, documents_table.c.thing).in_(keys)
                counts.subtract(_counted(which))
                db.session.execute(current().delete(documents_table).where(which))
            if documents:
                db.session.execute(current().insert(documents_table), [_row(each, newest) for each in documents])
            for document in documents:
                counts.update((document.network_id, document.reader, word) for word in set(document.words))
            _count(counts)
            db.session.get_one(Edition, edition.id).position = position

    def position(self, edition: Edition) -> int:
        return edition.position

    def documents(self, edition: Edition) -> int:
        """What the database estimates: counting would read them all."""
        return max(0, int(db.session.scalar(ESTIMATE, {"name": SearchDocument.__tablename__}) or 0))

    def finish(self, edition: Edition) -> None:
        """What was not written anew is gone from the portal."""
        with writing():
            table: Any = SearchDocument.__table__
            old = table.c.edition < edition.id
            counts = Counter[tuple[int, str, str]]()
            counts.subtract(_counted(old))
            db.session.execute(current().delete(table).where(old))
            _count(counts)

    def close(self) -> None:
        """Connections are the session's."""


class PostgresqlReading:
    """The index as the reader sees it that the present scope is."""

    def size(self) -> int:
        return int(db.session.scalar(SIZE) or 0)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        known = {row.word: row.documents for row in db.session.execute(FREQUENCIES, {"words": list(words)})}
        return {word: int(known.get(word, 0)) for word in words}

    def similar(self, word: str) -> list[str]:
        if not slips(word):
            return []
        return closest(word, db.session.scalars(NEAR, {"word": word}))

    def find(self, question: Question) -> list[Hit]:
        groups = ["(" + " | ".join(_quoted(word) for word in group) + ")" for group in question.groups]
        exact = {**({"is": question.kind} if question.kind else {}), **question.facts}
        facts = [_quoted(f"{name}={value}") for name, value in exact.items()]
        common = {"since": question.since, "most": question.most}
        if question.any_group:
            wanted = " & ".join(["(" + " | ".join(groups) + ")", *facts])
            terms = list(question.weights)
            values = {"wanted": wanted, "terms": terms, "weights": [question.weights[each] for each in terms], **common}
            rows = db.session.execute(LIKE, values)
        else:
            newest = question.expected > COMMON
            values = {"wanted": " & ".join([*groups, *facts]), "ranked": " & ".join(groups), "newest": newest, **common}
            rows = db.session.execute(FIND, values)
        return [Hit(Thing(row.kind, row.thing), row.score) for row in rows]


def _counted(which: Any) -> Counter[tuple[int, str, str]]:
    """In how many of these documents each word stands, by network and reader."""
    table: Any = SearchDocument.__table__
    word = func.unnest(func.tsvector_to_array(table.c.words)).label("word")
    each = current().select(table.c.network_id, table.c.reader, word).where(which).subquery()
    rows = db.session.execute(
        select(*each.c, func.count().label("documents")).group_by(*each.c).where(each.c.word.not_like("%=%"))
    )
    return Counter({(row.network_id, row.reader, row.word): row.documents for row in rows})


def _count(changes: Counter[tuple[int, str, str]]) -> None:
    """Add to the counts of words; a word that stands nowhere any more is forgotten. In one order, against deadlocks."""
    table: Any = SearchWord.__table__
    changed = sorted((key, change) for key, change in changes.items() if change)
    if not changed:
        return
    rows = [{"network_id": key[0], "reader": key[1], "word": key[2], "documents": change} for key, change in changed]
    statement = insert(table)
    added = statement.on_conflict_do_update(
        index_elements=["reader", "word"], set_={"documents": table.c.documents + statement.excluded.documents}
    )
    db.session.execute(current().insert(table, added), rows)
    if any(change < 0 for _key, change in changed):
        db.session.execute(current().delete(table).where(table.c.documents <= 0))


def _row(document: Document, edition: int | None) -> dict[str, Any]:
    return {
        "network_id": document.network_id,
        "kind": document.thing.kind,
        "thing": document.thing.id,
        "reader": document.reader,
        "edition": edition,
        "words": _vector(document),
    }


def _vector(document: Document) -> str:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(document.words[:MOST_POSITIONS], 1):
        places.setdefault(word, []).append(place)
    facts = {"is": document.thing.kind, **document.facts}
    written = [f"{_quoted(word)}:{','.join(map(str, at[:200]))}" for word, at in places.items()]
    return " ".join([*written, *(_quoted(f"{name}={value}") for name, value in facts.items())])


def _quoted(word: str) -> str:
    """A lexeme as `tsvector` and `tsquery` are written."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
