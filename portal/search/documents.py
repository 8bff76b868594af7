"""What the index is given: for each thing, one document for each reader who may see any of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenants.scope import Kind, Scope

LONGEST = 20_000
"""Characters of one document that are kept; what comes after is not found."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a hit leads to."""

    kind: str
    id: int

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def from_key(cls, key: str) -> Thing:
        kind, _, number = key.partition(":")
        return cls(kind, int(number))


@dataclass(frozen=True, slots=True)
class Document:
    """What one reader may see of a thing. `facts` are exact values to filter by, such as state=answered."""

    thing: Thing
    network_id: int
    reader: str
    words: tuple[str, ...]
    facts: dict[str, str] = field(default_factory=dict)


def the_public(network_id: int) -> str:
    """The reader that everybody in a network is."""
    return f"n{network_id}"


def the_business(tenant_id: int) -> str:
    """The reader that the staff of a business are."""
    return f"t{tenant_id}"


def reader_of(scope: Scope) -> str:
    """Whose documents a scope may be asked for. Raises ValueError for one that is neither the public nor a business."""
    if scope.kind is Kind.PUBLIC and scope.network_id is not None:
        return the_public(scope.network_id)
    if scope.for_tenant and scope.tenant_id is not None:
        return the_business(scope.tenant_id)
    raise ValueError(scope.kind)
