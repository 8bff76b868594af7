"""Votes on ideas. Nobody reads single votes: everybody sees counters, which the database keeps with the idea."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.cases.models import CASE
from portal.ideas.models import IDEA, one_of
from tenants.db import Base, only_where
from tenants.models import TENANT, USER
from tenants.ownership import DoorOnly

ABOUT = ("idea", "fixed")
"""`idea`: I want this. `fixed`: is it really fixed, after it was shipped."""
KINDS = ("verified", "anonymous", "behalf")


class IdeaVote(DoorOnly, Base):
    """One person's vote: an account's, a browser's, or one that staff gave for the customer of a case.

    One person, one vote: three unique indexes. Whoever signs in after voting keeps the one vote, which then names both
    browser and account. `revision` is the version of the idea that the vote was given to, or
    confirmed for; `says_yes` is always true about the idea itself.
    """

    __tablename__ = "idea_votes"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "idea_id"], IDEA),
        ForeignKeyConstraint(["network_id", "person_id"], USER),
        ForeignKeyConstraint(["network_id", "case_id"], CASE),
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        CheckConstraint(one_of("about", ABOUT), name="about"),
        CheckConstraint("about = 'fixed' OR says_yes", name="says_yes"),
        CheckConstraint("person_id IS NOT NULL OR voter_hash IS NOT NULL OR case_id IS NOT NULL", name="voter"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("kind <> 'anonymous' OR (person_id IS NULL AND case_id IS NULL)", name="anonymous"),
        CheckConstraint("(kind = 'behalf') = (tenant_id IS NOT NULL)", name="behalf"),
        Index(
            "uq_idea_votes_person", "idea_id", "about", "person_id", unique=True, **only_where("person_id IS NOT NULL")
        ),
        Index(
            "uq_idea_votes_voter", "idea_id", "about", "voter_hash", unique=True, **only_where("voter_hash IS NOT NULL")
        ),
        Index("uq_idea_votes_case", "idea_id", "about", "case_id", unique=True, **only_where("case_id IS NOT NULL")),
        Index("ix_idea_votes_person", "network_id", "person_id", "id", **only_where("person_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idea_id: Mapped[int]
    about: Mapped[str] = mapped_column(String(5), default="idea")
    kind: Mapped[str] = mapped_column(String(9))
    says_yes: Mapped[bool] = mapped_column(default=True)
    person_id: Mapped[int | None]
    voter_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    case_id: Mapped[int | None]
    """The case in whose customer's name it was given; `verified` when that customer gave it."""
    tenant_id: Mapped[int | None]
    """The business whose people gave it for a customer."""
    revision: Mapped[int]
    at: Mapped[datetime]
