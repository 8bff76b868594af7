"""The embedded engine: Whoosh in folders of its own, one for each edition. The worker writes, everybody reads.

The index remembers the position that it has taken in as one of its documents, so that both change in one commit. It is
not synced to the disk: what a power cut breaks is noticed and made again. Words carry their reader before them
(`n1:bag`), so that postings, counts and neighbouring words are those of one reader.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from whoosh import index, query
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import ID, KEYWORD, STORED, Schema
from whoosh.writing import MERGE_SMALL, LockError

from portal.logs import fields
from portal.search.documents import Document, Thing
from portal.search.engine import Busy, Hit, NotReady, Question
from portal.search.models import Edition
from portal.search.slips import closest, slips
from portal.search.whoosh_counts import Counts
from portal.withholding import safely
from tenants.ids import new_id, week_of

T = TypeVar("T")
LOG = logging.getLogger(__name__)
POSITION = "position"
"""The key of the document that remembers how far the index has read."""
BROKEN = "broken"
"""A file of this name in an index's folder: a reader found it unreadable, and the worker is to make another."""
LOOKS = 20
"""How often commits may come between before a question is given up."""
COMMIT = re.compile(r"_MAIN_(\d+)\.toc")
"""What Whoosh calls the table of contents of a commit."""
MEMORY = 64
"""MiB that the writer may use."""

LARGE = 4_000
"""Documents from which on a segment is never written anew."""


def schema() -> Schema:
    return Schema(
        thing=ID(stored=True),
        position=STORED(),
        words=KEYWORD(scorable=True),
        facts=KEYWORD(scorable=False),
    )


class _Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own, but for the names of segments.

    It draws those from the generator that a whole process shares, and that a fork or a test may have seeded: two
    segments of one name destroy each other.
    """

    def new_segment(self, storage: Any, indexname: str) -> Any:
        segment = super().new_segment(storage, indexname)
        segment.segid = secrets.token_hex(8)
        return segment


class _Held:
    """The searcher that a process holds open, and of which edition."""

    folder = ""
    searcher: Any = None

    def close(self) -> None:
        searcher, self.searcher = self.searcher, None
        if searcher is not None:
            searcher.close()


class WhooshEngine:
    """Keeps the index in `folder`. One thread of a process searches at a time: it would hold the others up anyway."""

    name = "whoosh"
    slice_size = 5_000  # each becomes a segment, and each segment is gone through by every question

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = _Held()
        self.counts = Counts()
        self._one_at_a_time = threading.RLock()
        weakref.finalize(self, self._held.close)

    # -- asking ----------------------------------------------------------------------------------------------------

    def read(self, edition: Edition, reader: str) -> WhooshReading:
        return WhooshReading(self, edition, reader)

    def ask(self, edition: Edition, work: Callable[[Any], T]) -> T:
        """Run `work` with a searcher over the newest commit. Raises NotReady when files are not sound.

        A commit of the worker may take files away between looking and opening, which shows in many ways. So it is only
        broken what cannot be read though nothing was committed meanwhile.
        """
        with self._one_at_a_time:
            for _look in range(LOOKS):
                seen = self._generation(edition)
                try:
                    return work(self._searcher(edition))
                except NotReady:
                    raise
                except Exception as problem:
                    self._held.close()
                    if self._generation(edition) == seen:
                        self._is_broken(edition, problem)
                        raise NotReady(edition.folder) from None
        raise NotReady(edition.folder)

    def _generation(self, edition: Edition) -> int:
        """The number of the newest commit."""
        found = (COMMIT.fullmatch(path.name) for path in (self._folder / edition.folder).glob("*.toc"))
        return max((int(each[1]) for each in found if each), default=0)

    def _searcher(self, edition: Edition) -> Any:
        held = self._held
        if held.searcher is not None and held.folder == edition.folder and held.searcher.up_to_date():
            return held.searcher
        held.close()
        held.searcher = self._open(edition).searcher()
        held.folder = edition.folder
        return held.searcher

    def close(self) -> None:
        """Let go of every file, at the end of a process. Whoever asks again opens them again."""
        with self._one_at_a_time:
            self._held.close()

    def _open(self, edition: Edition) -> Any:
        folder = self._folder / edition.folder
        if (folder / BROKEN).exists() or not folder.is_dir():
            raise NotReady(edition.folder)
        try:
            return index.open_dir(folder)
        except index.EmptyIndexError:
            raise NotReady(edition.folder) from None

    def _is_broken(self, edition: Edition, problem: Exception) -> None:
        # In words: the record must not hold the frames of the problem.
        LOG.error("the search index cannot be read", extra=fields("search.broken", problem=safely(problem)))
        folder = self._folder / edition.folder
        if folder.is_dir():
            (folder / BROKEN).touch()

    # -- keeping ---------------------------------------------------------------------------------------------------

    def begin(self, edition: Edition) -> None:
        folder = self._folder / edition.folder
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        index.create_in(folder, schema())

    def write(self, edition: Edition, things: Sequence[Thing], documents: Sequence[Document], position: int) -> None:
        """One commit. Raises NotReady when the files cannot be written, or another worker is writing."""
        try:
            writer = self._open(edition).writer(limitmb=MEMORY, compound=False, codec=_Codec())
        except LockError:
            raise Busy(edition.folder) from None
        except NotReady:
            raise
        except Exception as problem:
            self._is_broken(edition, problem)
            raise NotReady(edition.folder) from None
        try:
            for thing in things:
                writer.delete_by_term("thing", thing.key)
            for document in documents:
                writer.add_document(**_fields(document))
            writer.delete_by_term("thing", POSITION)
            writer.add_document(thing=POSITION, position=position)
            writer.commit(mergetype=_merge_small)
        except Exception as problem:
            _give_up(writer)
            self._is_broken(edition, problem)
            raise NotReady(edition.folder) from None

    def position(self, edition: Edition) -> int:
        found = self.ask(edition, lambda searcher: searcher.document(thing=POSITION))
        if found is None:
            raise NotReady(edition.folder)
        return int(found["position"])

    def documents(self, edition: Edition) -> int:
        return self.ask(edition, lambda searcher: int(searcher.doc_count()) - 1)  # one remembers the position

    def finish(self, edition: Edition) -> None:
        """Older editions go. One that somebody is reading stays open to them: the files go when they let go."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name != edition.folder:
                shutil.rmtree(folder, ignore_errors=True)


class WhooshReading:
    """The index as one reader sees it."""

    def __init__(self, engine: WhooshEngine, edition: Edition, reader: str) -> None:
        self._engine, self._edition, self._before = engine, edition, f"{reader}:"

    def size(self) -> int:
        return self._ask(lambda searcher: int(searcher.doc_frequency("facts", self._before)))

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        counts = self._engine.counts
        counts.belong_to(self._edition.folder)
        known = {word: counts.get(self._before + word) for word in words}
        missing = [word for word, count in known.items() if not count]

        def count(searcher: Any) -> dict[str, int]:
            return {word: int(searcher.doc_frequency("words", self._before + word)) for word in missing}

        if missing:
            found = self._ask(count)
            known.update(found)
            counts.update({self._before + word: count for word, count in found.items() if count})
        return known

    def similar(self, word: str) -> list[str]:
        if not slips(word):
            return []

        def near(searcher: Any) -> list[str]:
            # People seldom mistype the first letter; looking at all words would take ten times as long.
            found = searcher.reader().expand_prefix("words", self._before + word[0])
            return closest(word, (each.decode()[len(self._before) :] for each in found))

        return self._ask(near)

    def find(self, question: Question) -> list[Hit]:
        def search(searcher: Any) -> list[Hit]:
            found = searcher.search(self._query(question), limit=question.most)
            return [Hit(Thing.from_key(hit["thing"]), float(hit.score)) for hit in found]

        return self._ask(search)

    def _ask(self, work: Callable[[Any], T]) -> T:
        return self._engine.ask(self._edition, work)

    def _query(self, question: Question) -> query.Query:
        groups = [query.Or([self._term(word) for word in group]) for group in question.groups]
        wanted: query.Query = query.Or(groups) if question.any_group else query.And(groups)
        facts = {**({"is": question.kind} if question.kind else {}), **question.facts}
        must = [query.Term("facts", f"{self._before}{name}={value}") for name, value in facts.items()]
        if question.since:
            weeks = range(week_of(question.since), week_of(new_id()) + 1)
            must.append(query.Or([query.Term("facts", f"{self._before}week={week}") for week in weeks]))
        return query.And([wanted, *(query.ConstantScoreQuery(each, 0.0) for each in must)])

    def _term(self, word: str) -> query.Query:
        return query.Term("words", self._before + word)


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """What the worker adds case by case is put together as Whoosh does; a large segment stays as it is.

    Whoosh by itself would write all of them anew now and then, some 400 documents a second, while nothing else is done.
    """
    small = [segment for segment in segments if segment.doc_count_all() < LARGE]
    large = [segment for segment in segments if segment.doc_count_all() >= LARGE]
    return large + list(MERGE_SMALL(writer, small))


def _fields(document: Document) -> dict[str, Any]:
    before = f"{document.reader}:"
    facts = {"is": document.thing.kind, "week": week_of(document.thing.id), **document.facts}
    return {
        "thing": document.thing.key,
        "words": " ".join(before + word for word in document.words),
        "facts": " ".join([before, *(f"{before}{name}={value}" for name, value in facts.items())]),
    }


def _give_up(writer: Any) -> None:
    try:
        writer.cancel()
    except Exception:
        LOG.debug("the writer was gone already", exc_info=True)
