"""What people say about an idea: comments, and amendments of one paragraph."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.ideas import reach
from portal.ideas.models import IDEA, OfIdea, one_of
from tenants.db import Base, only_where
from tenants.models import TENANT, USER
from tenants.ownership import Row
from tenants.scope import Scope

COMMENT_STATES = ("held", "shown", "hidden")
"""A comment of somebody without an account is held until the team has looked at it; a hidden one was taken down."""
AMENDMENT_STATES = ("proposed", "accepted", "declined", "withdrawn", "rival")


class IdeaComment(OfIdea, Base):
    """One comment; `amendment_id` for one that discusses an amendment. Removed words are NULL."""

    __tablename__ = "idea_comments"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "person_id"], USER),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "amendment_id"], ["idea_amendments.network_id", "idea_amendments.id"]),
        UniqueConstraint("network_id", "said_hash"),
        CheckConstraint(one_of("state", COMMENT_STATES), name="state"),
        Index("ix_idea_comments_idea", "idea_id", "state", "id"),
        Index("ix_idea_comments_held", "network_id", "id", **only_where("state = 'held'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int]
    amendment_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(6))
    text: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    said_at: Mapped[datetime]
    person_id: Mapped[int | None]
    voter_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tenant_id: Mapped[int | None]
    """The business whose people say it."""
    credit: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(24))
    """Why it was hidden: a code."""
    said_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of who said what where: the same form sent twice makes one comment."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        rule = reach.of_idea(row, scope)
        if scope.is_system or scope.for_tenant:
            return rule
        shown: ColumnElement[bool] = row.c.state == "shown"
        return rule & shown


class IdeaAmendment(OfIdea, Base):
    """Another wording of one paragraph. `base` is the version and `paragraph` the place in it that it is about."""

    __tablename__ = "idea_amendments"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "person_id"], USER),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "rival_id"], IDEA),
        UniqueConstraint("network_id", "id"),
        CheckConstraint(one_of("state", AMENDMENT_STATES), name="state"),
        CheckConstraint("state <> 'rival' OR rival_id IS NOT NULL", name="rival"),
        Index("ix_idea_amendments_idea", "idea_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default="proposed")
    base: Mapped[int]
    paragraph: Mapped[int]
    """Counted from 0."""
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    """An empty text proposes to leave the paragraph out; NULL: the words were removed."""
    why: Mapped[str | None] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was declined."""
    rival_id: Mapped[int | None]
    """The idea that it became."""
    person_id: Mapped[int | None]
    voter_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    tenant_id: Mapped[int | None]
    credit: Mapped[str | None] = mapped_column(String(80))
