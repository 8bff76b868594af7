"""Finds spikes: topics, places and texts that brought clearly more cases lately than they usually do.

Run by the worker. What stands out becomes a suggested cluster for a person to confirm; a cluster that is suggested or
open takes further cases in while it still stands out. A case counts for one cluster only, whatever became of that one:
so what was dismissed or closed comes up again only by as many new cases. Published collections never count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from portal.cases.models import Case
from portal.clusters.alike import Corpus, groups
from portal.clusters.counting import BASE, KNOWN, Rule
from portal.clusters.keeping import Find, keep
from portal.clusters.models import LIVE, Cluster, ClusterCase
from portal.config import Settings
from portal.events import kinds
from portal.events.models import Event, EventContent
from tenants import clock
from tenants.ids import first_id
from tenants.models import Network
from tenants.scope import Scope, current, db, entered

EVERY = timedelta(minutes=10)
"""How often is looked. A spike grows over hours, and a look reads some hundred texts for each network."""
MOST_TEXTS = 300
"""Of the newest cases, so many are compared with each other: pairs grow with the square."""
SAMPLE = 500
"""Of the cases before them, so many say which words are common and how often such texts come usually."""
MATTERS = ("complaint", "question", "emergency")
"""Kinds of cases that count: praise is no incident."""
Key = tuple[int | None, int | None]


@dataclass
class View:
    """What a look at one network knows."""

    rule: Rule
    recent: list[Any]
    """Cases of the window, the oldest first."""
    windows: float
    """How many windows the time before it holds."""
    since: datetime
    begun: datetime
    live: dict[int, Any]
    """Clusters that take cases in."""
    homes: dict[int, set[int]]
    """Case → clusters that it is in, or was taken out of."""
    members: dict[int, set[int]]
    """Live cluster → its cases."""

    def is_free(self, case_id: int) -> bool:
        return case_id not in self.homes

    def home_of(self, kind: str, key: Key) -> Any:
        return next((c for c in self.live.values() if c.kind == kind and (c.category_id, c.touchpoint_id) == key), None)


def look() -> int:
    """Look at every network once. Returns how many clusters were suggested."""
    with entered(Scope.system()):
        networks = list(db.session.scalars(select(Network.id).order_by(Network.id)))
    return sum(look_at(network_id) for network_id in networks)


def look_at(network_id: int) -> int:
    """Look at one network. What is found is reckoned first and written after it, in one short transaction."""
    with entered(Scope.system(network_id)):
        view = _view(rule_of(current_app.config["SETTINGS"]))
        if view is None or not any(view.is_free(row.id) for row in view.recent):
            return 0
        before = _before(view)
        finds = [find for kind, key_of in KEYS.items() for find in _by_count(view, before, kind, key_of)]
        corpus, sample, span = _corpus(view)
        finds += _by_text(view, corpus, sample, span)
        for find in finds:
            find.words = corpus.words_of([case_id for case_id in find.cases if case_id in corpus.texts])
        db.session.rollback()  # nobody waits while the lock is asked for
        return keep(finds, view.rule) if finds else 0


def rule_of(settings: Settings) -> Rule:
    window = timedelta(hours=settings.cluster_window_hours)
    return Rule(window, settings.cluster_least, settings.cluster_factor, settings.cluster_alpha)


def _counted(*columns: Any) -> Any:
    cases = Case.__table__
    query = current().select(*columns, also=[cases]).select_from(cases)
    return query.where(cases.c.origin != "import", cases.c.kind.in_(MATTERS))


def _view(rule: Rule) -> View | None:
    """None while there are too few cases, or while nobody knows what is usual."""
    cases, since = Case.__table__, clock.now() - rule.window
    query = _counted(cases.c.id, cases.c.category_id, cases.c.touchpoint_id, cases.c.lead_tenant_id)
    recent = list(db.session.execute(query.where(cases.c.id >= first_id(since)).order_by(cases.c.id)))
    first = db.session.scalar(_counted(cases.c.reported_at).order_by(cases.c.id).limit(1))
    if len(recent) < rule.least or first is None or since - first < max(KNOWN, rule.window):
        return None
    begun = max(first, since - BASE)
    clusters, rows = Cluster.__table__, ClusterCase.__table__
    live = {row.id: row for row in db.session.execute(current().select(clusters).where(clusters.c.state.in_(LIVE)))}
    homes, members = defaultdict(set), defaultdict(set)
    wanted = rows.c.case_id >= first_id(since)
    for row in db.session.execute(current().select(rows).where(wanted)):
        homes[row.case_id].add(row.cluster_id)
        if row.cluster_id in live and not row.is_out:
            members[row.cluster_id].add(row.case_id)
    return View(rule, recent, (since - begun) / rule.window, since, begun, live, dict(homes), dict(members))


# -- by topic and place --------------------------------------------------------------------------------------------

KEYS: dict[str, Callable[[Any], Key]] = {
    "both": lambda row: (row.category_id, row.touchpoint_id),
    "category": lambda row: (row.category_id, None),
    "touchpoint": lambda row: (None, row.touchpoint_id),
}
"""By what cases are counted together, the most exact first: what has found its cluster does not count again."""


def _before(view: View) -> dict[str, Counter[Key]]:
    """How many cases the time before the window brought, by kind and key."""
    cases = Case.__table__
    query = _counted(cases.c.category_id, cases.c.touchpoint_id, func.count().label("number"))
    query = query.where(cases.c.id >= first_id(view.begun), cases.c.id < first_id(view.since))
    found: dict[str, Counter[Key]] = {kind: Counter() for kind in KEYS}
    for row in db.session.execute(query.group_by(cases.c.category_id, cases.c.touchpoint_id)):
        for kind, key_of in KEYS.items():
            found[kind][key_of(row)] += row.number
    return found


def _by_count(view: View, before: dict[str, Counter[Key]], kind: str, key_of: Callable[[Any], Key]) -> Iterable[Find]:
    together: dict[Key, list[Any]] = defaultdict(list)
    for row in view.recent:
        together[key_of(row)].append(row)
    for key, rows in sorted(together.items(), key=lambda item: -len(item[1])):
        if not _is_whole(kind, key):
            continue
        home = view.home_of(kind, key)
        if home is None and kind == "both" and _is_covered(view, key):
            continue
        mine = view.members.get(home.id, set()) if home else set()
        counted = [row for row in rows if row.id in mine or view.is_free(row.id)]
        usual = before[kind][key] / view.windows
        if view.rule.stands_out(len(counted), usual):
            yield _found(view, counted, kind, key, usual, home)


def _is_whole(kind: str, key: Key) -> bool:
    return {"both": None not in key, "category": key[0] is not None, "touchpoint": key[1] is not None}[kind]


def _is_covered(view: View, key: Key) -> bool:
    """Whether a wider cluster is there already that these cases fit into."""
    return any(
        view.home_of(kind, wider) for kind, wider in (("category", (key[0], None)), ("touchpoint", (None, key[1])))
    )


def _found(view: View, rows: list[Any], kind: str, key: Key, usual: float, home: Any) -> Find:
    leads = Counter(row.lead_tenant_id for row in rows)
    ids = [row.id for row in rows]
    for case_id in ids:
        view.homes.setdefault(case_id, set())
    return Find(kind, *key, ids, usual, leads.most_common(1)[0][0], home.id if home else None)


# -- by text -------------------------------------------------------------------------------------------------------


def _corpus(view: View) -> tuple[Corpus, list[int], float]:
    """The texts of the window and of a sample before it; the sample, and how many windows it reaches back."""
    cases = Case.__table__
    query = _counted(cases.c.id, cases.c.reported_at)
    query = query.where(cases.c.id >= first_id(view.begun), cases.c.id < first_id(view.since))
    sample = list(db.session.execute(query.order_by(cases.c.id.desc()).limit(SAMPLE)))
    span = (view.since - sample[-1].reported_at) / view.rule.window if len(sample) == SAMPLE else view.windows
    ids = [row.id for row in sample]
    return Corpus(_texts([*ids, *(row.id for row in view.recent[-MOST_TEXTS:])])), ids, max(span, 1.0)


def _texts(ids: list[int]) -> dict[int, str]:
    """What each case was reported with, as everybody may read it: personal data is covered."""
    events, contents = Event.__table__, EventContent.__table__
    rows = db.session.execute(
        current()
        .select(events.c.case_id, contents.c.text)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.case_id.in_(ids), events.c.kind == kinds.REPORTED.name, events.c.audience == "public")
    )
    return {row.case_id: row.text for row in rows if row.text}


def _by_text(view: View, corpus: Corpus, sample: list[int], span: float) -> Iterable[Find]:
    texts = {case_id for cluster in view.live.values() if cluster.kind == "text" for case_id in _in(view, cluster)}
    rows = {row.id: row for row in view.recent if row.id in corpus.texts and (view.is_free(row.id) or row.id in texts)}
    before = [case_id for case_id in sample if case_id in corpus.texts]
    for group in groups({case_id: corpus.vectors[case_id] for case_id in rows}, view.rule.least):
        homes = Counter(
            cluster.id
            for cluster in view.live.values()
            if cluster.kind == "text"
            for _ in _in(view, cluster) & {*group}
        )
        home = view.live[homes.most_common(1)[0][0]] if homes else None
        usual = corpus.like(before, group) / span
        if view.rule.stands_out(len(group), usual):
            yield _found(view, [rows[case_id] for case_id in group], "text", (None, None), usual, home)


def _in(view: View, cluster: Any) -> set[int]:
    return view.members.get(cluster.id, set())
