"""What an account is recognised by besides its password, the links it is sent, and the invitations to work somewhere.

All of it is read and written at the door; the people of a tenant may read the invitations to it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, only_where
from tenants.models import TENANT, USER
from tenants.ownership import DoorOnly, Kind, Row, TenantPrivate, none, same_network, same_tenant, system_and
from tenants.scope import Scope


class Passkey(DoorOnly, Base):
    """A key pair of which the person's device keeps the private half (WebAuthn)."""

    __tablename__ = "passkeys"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        UniqueConstraint("network_id", "credential_id"),
        Index("ix_passkeys_user", "network_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    """How often the device says it has signed; 0 for devices that do not count."""
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CodeGenerator(DoorOnly, Base):
    """The app that makes one-time codes for an account (TOTP). Its secret is encrypted by whoever writes it."""

    __tablename__ = "code_generators"
    __table_args__ = (ForeignKeyConstraint(["network_id", "user_id"], USER),)

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[bytes]
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When its first code was right; asked for from then on."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The step of time whose code was used last: no code counts twice."""


class RecoveryCode(DoorOnly, Base):
    """A code for the day on which the generator is lost. Only its hash is kept, and it works once."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        Index("ix_recovery_codes_user", "network_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int]
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class MailLink(DoorOnly, Base):
    """A link for signing in that was asked for: to which address, and where it goes on to.

    Made alike for addresses with an account and without. Its token is a key of the purpose `sign_in`.
    """

    __tablename__ = "mail_links"
    __table_args__ = (Index("ix_mail_links_at", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254))
    next_path: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime]


class Invitation(TenantPrivate, Base):
    """Somebody is asked to work for a tenant. Its token is a key of the purpose `invitation`."""

    __tablename__ = "invitations"
    writers = system_and(Kind.DOOR)
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "tenant_id"], TENANT),
        ForeignKeyConstraint(["network_id", "invited_by"], USER),
        CheckConstraint("role IN ('agent', 'manager', 'product', 'admin')", name="role"),
        CheckConstraint("accepted_at IS NULL OR revoked_at IS NULL", name="one_end"),
        Index(
            "ix_invitations_open",
            "network_id",
            "tenant_id",
            "email",
            unique=True,
            **only_where("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[int]
    invited_at: Mapped[datetime]
    """When it was sent last."""
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def readable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        if scope.at_the_door or scope.is_system:
            return same_network(row, scope)
        return same_network(row, scope) & same_tenant(row, scope) if scope.for_tenant else none(row)

    @classmethod
    def changeable(cls, row: Row, scope: Scope) -> ColumnElement[bool]:
        return cls.readable(row, scope)


class NotificationChoice(DoorOnly, Base):
    """What a person wants to be told by mail about their own cases, and in which language."""

    __tablename__ = "notification_choices"
    __table_args__ = (
        ForeignKeyConstraint(["network_id", "user_id"], USER),
        CheckConstraint("steps IN ('all', 'answers', 'none')", name="steps"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    steps: Mapped[str] = mapped_column(String(8))
    broken: Mapped[bool]
    """Whether to be told when a promise breaks."""
    locale: Mapped[str] = mapped_column(String(10))
