"""Networks, tenants, units, people, their roles, and what the door recognises them by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    and_,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, only_where
from tenants.ownership import (
    DoorOnly,
    Global,
    Kind,
    NetworkShared,
    Row,
    TenantPrivate,
    none,
    same_network,
    same_tenant,
    system_and,
)
from tenants.scope import Scope

TENANT = ["tenants.network_id", "tenants.id"]
USER = ["users.network_id", "users.id"]
UNIT = ["units.tenant_id", "units.id"]


class Role(StrEnum):
    AGENT = "agent"
    MANAGER = "manager"
    PRODUCT = "product"
    ADMIN = "admin"


class Network(Global, Base):
    """A group of businesses behind one front door. `prefix` starts every reference (`RIV-7K3M-9QF2`)."""

    __tablename__ = "networks"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    prefix: Mapped[str] = mapped_column(String(4), unique=True)
    name: Mapped[dict[str, str]]
    zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(10), default="en")
    version: Mapped[int] = mapped_column(default=1)
    """Moves when what stands on every page of the network changes (its name, its businesses)."""


class NetworkHost(Global, Base):
    """Which host name opens which network: an exact match, nothing else."""

    __tablename__ = "network_hosts"

    host: Mapped[str] = mapped_column(String(253), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"))


class Tenant(NetworkShared, Base):
    """One business."""

    __tablename__ = "tenants"
    __table_args__ = (
        UniqueConstraint("network_id", "slug"),
        UniqueConstraint("network_id", "id"),
        Index("ix_tenants_host", "network_id", unique=True, **only_where("is_host")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    is_host: Mapped[bool] = mapped_column(default=False)
    """The one business that runs the network and takes what nobody else does."""
    desk_email: Mapped[str | None] = mapped_column(String(254))
    """Where the business wants to be told of a new case; never shown in public."""

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope)


class Unit(TenantPrivate, Base):
    """A department inside a tenant, and how fast it is with what other departments ask of it.

    Times are kept as a number of a unit of time, and count by the tenant's own service calendar.
    """

    __tablename__ = "units"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        UniqueConstraint("tenant_id", "slug"),
        UniqueConstraint("tenant_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40))
    name: Mapped[dict[str, str]]
    accept_within: Mapped[list[Any]] = mapped_column(
        default=lambda: ["working_hours", 4], server_default='["working_hours", 4]'
    )
    answer_within: Mapped[list[Any]] = mapped_column(
        default=lambda: ["working_days", 2], server_default='["working_days", 2]'
    )
    auto_accept: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether what is asked is taken on at once."""


class Membership(TenantPrivate, Base):
    """A person's role in a tenant. The person may read their own; colleagues may read each other's.

    Written by the tenant's people (see `permissions.py`) and at the door, where an invitation is accepted.
    """

    __tablename__ = "memberships"
    writers = system_and(Kind.DOOR, Kind.STAFF)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        ForeignKeyConstraint(["tenant_id", "unit_id"], UNIT),
        CheckConstraint("role IN ('agent', 'manager', 'product', 'admin')", name="role"),
        Index("ix_memberships_user", "network_id", "user_id"),
    )

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    unit_id: Mapped[int | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.at_the_door or scope.is_system:
            return same_network(row, scope)
        if scope.for_tenant:
            return same_network(row, scope) & same_tenant(row, scope)
        if scope.person_id is not None:
            return and_(same_network(row, scope), row.c.user_id == scope.person_id)
        return none(row)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return same_network(row, scope) if scope.at_the_door else super().changeable(row, scope)


class User(NetworkShared, Base):
    """A person with an account, unique by e-mail within a network.

    Read at the door, by the person, and by colleagues of the same tenant. `email` is kept in lower case by whoever
    writes it (citext would lose its index behind a row-level policy).
    """

    __tablename__ = "users"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        UniqueConstraint("network_id", "email"),
        UniqueConstraint("network_id", "id"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str | None] = mapped_column(String(10))
    confirmed_at: Mapped[datetime | None]
    """When the person first opened a link that was sent to this address; None for accounts made by the operator."""
    disabled_at: Mapped[datetime | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.at_the_door or scope.is_system:
            return same_network(row, scope)
        allowed: list[ColumnElement[bool]] = []
        if scope.person_id is not None:
            allowed.append(row.c.id == scope.person_id)
        if scope.kind is Kind.STAFF:
            colleague = Membership.__table__.alias("scope_colleague")
            allowed.append(
                select(colleague.c.user_id)
                .where(colleague.c.tenant_id == scope.tenant_id, colleague.c.user_id == row.c.id)
                .correlate_except(colleague)
                .exists()
            )
        return and_(same_network(row, scope), or_(*allowed)) if allowed else none(row)


class BrowserSession(DoorOnly, Base):
    """A browser that we recognise: signed-in staff, or somebody holding keys. Only the token's hash is kept."""

    __tablename__ = "browser_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        UniqueConstraint("network_id", "id"),
        Index("ix_browser_sessions_user", "network_id", "user_id"),
        Index("ix_browser_sessions_expires", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Moves at most hourly: reading a page does not write."""
    expires_at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class Key(DoorOnly, Base):
    """A secret link to one thing, for one purpose. The link itself is shown once and stored only as a hash."""

    __tablename__ = "keys"
    of_case = "subject_id"
    writers = system_and(Kind.DOOR, Kind.CUSTOMER, Kind.STAFF)
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        Index("ix_keys_subject", "network_id", "purpose", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    subject_id: Mapped[int]
    subject: Mapped[str] = mapped_column(String(40))
    """The subject's public name, as it stands in its path."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SessionKey(DoorOnly, Base):
    """A key that a browser has handed in. Revoking the key ends what it opened at once."""

    __tablename__ = "session_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "session_id"], ["browser_sessions.network_id", "browser_sessions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["network_id", "key_id"], ["keys.network_id", "keys.id"]),
    )

    session_id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(primary_key=True)


class SignInAttempt(DoorOnly, Base):
    """A failed sign-in, for throttling by account and by address. Swept after a day."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_account", "network_id", "account_hash", "at"),
        Index("ix_sign_in_attempts_address", "network_id", "address_hash", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_hash: Mapped[bytes]
    address_hash: Mapped[bytes]
    at: Mapped[datetime]
