"""Ideas and their versions. Who may read which row is decided in `reach.py`, for all tables of ideas."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import CASE
from portal.ideas import reach
from portal.ideas.states import HORIZONS, STATES
from tenants.db import Base, only_where
from tenants.models import TENANT, USER
from tenants.ownership import NetworkShared, Row, system_and
from tenants.scope import Scope

IDEA = ["ideas.network_id", "ideas.id"]
KINDS = ("problem", "solution")
FILTERED_BY = ("tenant_id", "category_id", "touchpoint_id")
VISIBILITIES = ("public", "network", "internal", "hidden")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """A CHECK that `column` holds one of `values`."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _lists() -> list[Index]:
    """One index for each filter of the public list and each of its two orders: by votes, and by time (the id).

    Without a state the list shows what is still open, so the others hold nothing else.
    """
    shown = "visibility = 'public' AND merged_into_id IS NULL"
    still_open = f"{shown} AND state NOT IN ('shipped', 'declined')"
    filters = {"state": ["state"], "open": [], **{f"open_{name}": [name] for name in FILTERED_BY}}
    return [
        Index(
            f"ix_ideas_{order}_{name}",
            "network_id",
            *columns,
            *(["wanted", "id"] if order == "votes" else ["id"]),
            **only_where(shown if name == "state" else still_open),
        )
        for name, columns in filters.items()
        for order in ("votes", "newest")
    ]


def _boards() -> list[Index]:
    """Of a team's board by each of its orders that a column holds; of the roadmap, and of what shipped."""
    ours, shown = ["network_id", "tenant_id"], "visibility = 'public' AND merged_into_id IS NULL"
    return [
        Index("ix_ideas_board", *ours, "state", "wanted", "id"),
        Index("ix_ideas_board_votes", *ours, "wanted", "id"),
        Index("ix_ideas_board_evidence", *ours, "evidence", "id"),
        Index("ix_ideas_board_newest", *ours, "id"),
        Index("ix_ideas_review", *ours, "review_on", **only_where("review_on IS NOT NULL")),
        Index(
            "ix_ideas_roadmap",
            "network_id",
            "horizon",
            "wanted",
            "id",
            **only_where(f"horizon IS NOT NULL AND {shown}"),
        ),
        Index(
            "ix_ideas_changelog",
            "network_id",
            "shipped_since",
            "id",
            **only_where(f"shipped_since IS NOT NULL AND {shown}"),
        ),
    ]


class Idea(NetworkShared, Base):
    """What should be better: a problem, or a solution of one. One business answers it, its author may be anybody.

    `version` is what a form of the team carries: it moves with every step of theirs. Counters of votes and evidence are
    kept by triggers of the database, so they cannot differ from the rows that they count (migration 0019).
    """

    __tablename__ = "ideas"
    writers = system_and(*reach.TALKERS)
    history = "idea_id"
    __mapper_args__ = {"eager_defaults": False}  # what the database reckons is read when somebody asks for it
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "proposer_tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "author_id"], USER),
        ForeignKeyConstraint(["network_id", "author_case_id"], CASE),
        ForeignKeyConstraint(["network_id", "problem_id"], IDEA),
        ForeignKeyConstraint(["network_id", "merged_into_id"], IDEA),
        ForeignKeyConstraint(["network_id", "touchpoint_id"], ["touchpoints.network_id", "touchpoints.id"]),
        ForeignKeyConstraint(["network_id", "category_id"], ["categories.network_id", "categories.id"]),
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "reference"),
        UniqueConstraint("network_id", "form_hash"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("visibility", VISIBILITIES), name="visibility"),
        CheckConstraint(one_of("horizon", HORIZONS), name="horizon"),
        CheckConstraint("problem_id IS NULL OR kind = 'solution'", name="problem"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged"),
        CheckConstraint("reach BETWEEN 1 AND 5 AND effort BETWEEN 1 AND 5", name="weights"),
        CheckConstraint("(state = 'shipped') = (shipped_since IS NOT NULL)", name="shipped"),
        CheckConstraint(
            "votes = votes_verified + votes_anonymous + votes_behalf AND votes_current BETWEEN 0 AND votes",
            name="votes",
        ),
        CheckConstraint("evidence >= 0 AND evidence_open BETWEEN 0 AND evidence", name="evidence"),
        *_lists(),
        *_boards(),
        Index("ix_ideas_problem", "problem_id", "wanted", "id", **only_where("problem_id IS NOT NULL")),
        Index("ix_ideas_merged", "merged_into_id", **only_where("merged_into_id IS NOT NULL")),
        Index("ix_ideas_author", "network_id", "author_id", **only_where("author_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(8))
    problem_id: Mapped[int | None]
    """The problem that a solution is for; several may rival."""
    visibility: Mapped[str] = mapped_column(String(8), default="public")
    state: Mapped[str] = mapped_column(String(12), default="new")
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(String(160))
    language: Mapped[str] = mapped_column(String(10))
    tenant_id: Mapped[int]
    """The business whose product team answers it."""
    touchpoint_id: Mapped[int | None]
    category_id: Mapped[int | None]
    proposed_at: Mapped[datetime]
    author_id: Mapped[int | None]
    """The account of its author; None for somebody without one."""
    author_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the browser of an author without an account; see `voices.py`."""
    author_case_id: Mapped[int | None]
    """The case in whose customer's name it was proposed. Never shown: the case may be private."""
    proposer_tenant_id: Mapped[int | None]
    """The business whose front line proposed it."""
    form_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the form that proposed it: the same form sent twice makes one idea."""
    revision: Mapped[int] = mapped_column(default=1)
    """The number of the version that stands."""
    substance: Mapped[int] = mapped_column(default=1)
    """The number of the last version that changed what it is about: votes for older ones wait to be confirmed."""
    horizon: Mapped[str | None] = mapped_column(String(5))
    review_on: Mapped[date | None] = mapped_column(Date)
    """When the business looks at its answer again."""
    reach: Mapped[int | None]
    """How many people it would help, as the team judges: 1 few to 5 nearly all."""
    effort: Mapped[int | None]
    """What it would take, as the team judges: 1 days to 5 a year or more."""
    shipped_since: Mapped[date | None] = mapped_column(Date)
    """The first day on which it was there."""
    watched_at: Mapped[datetime | None]
    """When it was last looked whether complaints fell after it shipped."""
    fell_short_at: Mapped[datetime | None]
    """When it turned out that they did not: everybody reads that."""
    left_out: Mapped[str | None] = mapped_column(Text)
    """What the business says is not done, or not planned, with the rest: it is done, or planned, in part."""
    merged_into_id: Mapped[int | None]
    votes: Mapped[int] = mapped_column(default=0)
    votes_verified: Mapped[int] = mapped_column(default=0)
    votes_anonymous: Mapped[int] = mapped_column(default=0)
    votes_behalf: Mapped[int] = mapped_column(default=0)
    """Given by staff for a customer; each names its case."""
    votes_current: Mapped[int] = mapped_column(default=0)
    """Of all votes those that were given to, or confirmed for, what it is about now."""
    votes_joined: Mapped[int] = mapped_column(default=0, server_default="0")
    """People who support ideas that were merged into it and not itself: they count in its score (migration 0026)."""
    wanted: Mapped[int] = mapped_column(Computed("votes + votes_joined"))
    """People behind it: what pages show, and what is the most wanted. Reckoned by the database."""
    fixed_yes: Mapped[int] = mapped_column(default=0)
    fixed_no: Mapped[int] = mapped_column(default=0)
    """Answers to "is it really fixed?"."""
    evidence: Mapped[int] = mapped_column(default=0)
    """Cases behind it, one for each person; private ones count and are not shown."""
    evidence_open: Mapped[int] = mapped_column(default=0)
    evidence_joined: Mapped[int] = mapped_column(default=0, server_default="0")
    """Cases behind ideas that were merged into it and not behind itself: they count in its score (migration 0030)."""
    comments: Mapped[int] = mapped_column(default=0)
    """That everybody may read."""
    comments_held: Mapped[int] = mapped_column(default=0)
    """That the team has to look at."""
    last_seq: Mapped[int] = mapped_column(default=0)
    public_version: Mapped[int] = mapped_column(default=0)
    customer_version: Mapped[int] = mapped_column(default=0)
    shared_version: Mapped[int] = mapped_column(default=0)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.idea(row, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.changeable(row, scope, cls.readable(row, scope))


class OfIdea(NetworkShared):
    """Base of the tables that hang on an idea: read by who may read it, written by who may write on it."""

    writers = system_and(*reach.TALKERS)

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.of_idea(row, scope)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return reach.changeable(row, scope, cls.readable(row, scope))


class IdeaRevision(OfIdea, Base):
    """One version of an idea's text. Paragraphs are separated by an empty line.

    An older one is kept as it was, unless its words were removed: then `text` is NULL and `removed_at` says when.
    """

    __tablename__ = "idea_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "author_id"], USER),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "amendment_id"], ["idea_amendments.network_id", "idea_amendments.id"]),
        CheckConstraint("(text IS NULL) = (removed_at IS NOT NULL)", name="removed"),
    )

    idea_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str | None] = mapped_column(String(160))
    text: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    is_substantial: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int | None]
    author_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tenant_id: Mapped[int | None]
    """The business whose people wrote it."""
    credit: Mapped[str | None] = mapped_column(String(80))
    """The name that its author wants to be read beside it."""
    amendment_id: Mapped[int | None]
    """The amendment that it took in."""
    removed_at: Mapped[datetime | None]
