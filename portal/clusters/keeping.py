"""Writes what was found into clusters: a new one, or further cases of one that is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from portal.clusters.counting import Rule
from portal.clusters.models import LIVE, Cluster, ClusterCase
from portal.events.heads import head
from tenants import clock
from tenants.ids import new_id
from tenants.scope import current, db, writing

HEAD = "clusters"


@dataclass
class Find:
    """Cases that stand out together."""

    kind: str
    category_id: int | None
    touchpoint_id: int | None
    cases: list[int]
    usual: float
    tenant_id: int
    home: int | None
    """The cluster that they belong to already."""
    words: list[str] = field(default_factory=list)


def keep(finds: Iterable[Find], rule: Rule) -> int:
    """Write them, in the system's scope of one network. Returns how many clusters are new.

    Under one lock, and after reading again: two workers that found the same make one cluster of it.
    """
    with writing():
        head(HEAD)
        return sum(_keep(find, rule) for find in finds)


def _keep(find: Find, rule: Rule) -> int:
    rows, clusters = ClusterCase.__table__, Cluster.__table__
    query = current().select(rows.c.case_id).where(rows.c.case_id.in_(find.cases))
    taken = set(db.session.scalars(query))
    fresh = [case_id for case_id in find.cases if case_id not in taken]
    if find.home is None:
        return _begin(find, fresh, rule) if len(fresh) >= rule.least else 0
    live = current().update(clusters).where(clusters.c.id == find.home, clusters.c.state.in_(LIVE))
    seen = {"seen": len(find.cases), "usual": find.usual, "hours": rule.hours}
    tenant_id = db.session.scalar(live.values(seen).returning(clusters.c.tenant_id)) if fresh else None
    if tenant_id is not None:
        put(find.home, tenant_id, fresh, "system")
    return 0


def _begin(find: Find, fresh: list[int], rule: Rule) -> int:
    scope, cluster_id = current(), new_id()
    made = {
        "id": cluster_id,
        "tenant_id": find.tenant_id,
        "kind": find.kind,
        "category_id": find.category_id,
        "touchpoint_id": find.touchpoint_id,
        "state": "suggested",
        "seen": len(fresh),
        "usual": find.usual,
        "hours": rule.hours,
        "words": find.words,
        "found_at": clock.now(),
        "replies": 0,
    }
    db.session.execute(scope.insert(Cluster.__table__).values(made))
    put(cluster_id, find.tenant_id, fresh, "system")
    return 1


def put(cluster_id: int, tenant_id: int, cases: list[int], added_by: str) -> None:
    """Put cases into a cluster, each once. Inside `writing()`."""
    rows: Any = ClusterCase.__table__
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    same = {"cluster_id": cluster_id, "tenant_id": tenant_id, "added_at": clock.now(), "added_by": added_by}
    for case_id in cases:
        row = {**same, "case_id": case_id, "is_out": False, "reply": 0}
        once = dialect.insert(rows).values(row).on_conflict_do_nothing(index_elements=["cluster_id", "case_id"])
        db.session.execute(current().insert(rows, once))
