"""What people of a business do with its clusters: confirm, dismiss, close, put cases in and take them out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from portal.clusters.keeping import put
from portal.clusters.models import LIVE, Cluster, ClusterCase
from tenants import clock
from tenants.permissions import require
from tenants.scope import current, db, writing


class NoSuchCluster(LookupError):
    """There is none, or it is another business's (404)."""


class ClusterMoved(RuntimeError):
    """Somebody was quicker, or the act does not fit the state that it is in (409). Nothing was done."""


def confirm(cluster_id: int, *, title: str) -> None:
    """It is one matter: from now on everybody reads it as an incident under this title. An open one gets the new title.

    Raises NoSuchCluster or ClusterMoved.
    """
    clusters = Cluster.__table__
    since = func.coalesce(clusters.c.confirmed_at, clock.now())
    _move(cluster_id, LIVE, state="open", title=title, confirmed_at=since)


def dismiss(cluster_id: int) -> None:
    """It is no matter of its own. Its cases never bring it up again. Raises NoSuchCluster or ClusterMoved."""
    _move(cluster_id, ("suggested",), state="dismissed", closed_at=clock.now())


def close(cluster_id: int) -> None:
    """The trouble is over. Its cases go on, each by itself. Raises NoSuchCluster or ClusterMoved."""
    _move(cluster_id, ("open",), state="closed", closed_at=clock.now())


def take_in(cluster_id: int, case_id: int) -> None:
    """Put a case into it that belongs there; the caller has loaded it. Raises NoSuchCluster or ClusterMoved."""
    require(current(), "cluster.decide")
    with writing():
        cluster = held(cluster_id)
        put(cluster.id, cluster.tenant_id, [case_id], "staff")
        _mark(cluster_id, case_id, is_out=False)


def take_out(cluster_id: int, case_id: int) -> None:
    """Take a case out of it, for good: the worker does not put it back. Raises NoSuchCluster or ClusterMoved."""
    require(current(), "cluster.decide")
    with writing():
        held(cluster_id)
        _mark(cluster_id, case_id, is_out=True)


def found(cluster_id: int) -> Any:
    """The row of a cluster that the scope may read. Raises NoSuchCluster."""
    clusters = Cluster.__table__
    row = db.session.execute(current().select(clusters).where(clusters.c.id == cluster_id)).one_or_none()
    if row is None:
        raise NoSuchCluster(cluster_id)
    return row


def held(cluster_id: int) -> Any:
    """The same while it is live, under its lock. Inside `writing()`."""
    clusters = Cluster.__table__
    wanted = current().update(clusters).where(clusters.c.id == cluster_id, clusters.c.state.in_(LIVE))
    row = db.session.execute(
        wanted.values(state=clusters.c.state).returning(clusters.c.id, clusters.c.tenant_id)
    ).first()
    if row is None:
        raise ClusterMoved(found(cluster_id).state)
    return row


def _move(cluster_id: int, states: tuple[str, ...], **values: Any) -> None:
    require(current(), "cluster.decide")
    clusters = Cluster.__table__
    with writing():
        wanted = current().update(clusters).where(clusters.c.id == cluster_id, clusters.c.state.in_(states))
        if db.session.scalar(wanted.values(values).returning(clusters.c.id)) is None:
            raise ClusterMoved(found(cluster_id).state)


def _mark(cluster_id: int, case_id: int, *, is_out: bool) -> None:
    rows = ClusterCase.__table__
    wanted = current().update(rows).where(rows.c.cluster_id == cluster_id, rows.c.case_id == case_id)
    db.session.execute(wanted.values(is_out=is_out))
