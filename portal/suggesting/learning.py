"""Learning from confirmed cases. The only place that imports scikit-learn; it runs in a process of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select

from portal.cases.models import Access, Case
from portal.events import kinds
from portal.events.models import Event
from portal.search import analysis
from portal.search.cases import said_in
from portal.suggesting.models import TARGETS, Learned
from tenants import clock
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing

MOST = 3000
"""The newest confirmed cases that are learned from."""
ENOUGH, EACH = 40, 5
"""Cases in all, and for each label, under which nothing is learned."""
WORDS = 4000
"""The most telling words that are kept."""
KEPT = 3
"""Versions that are kept."""
Example = tuple[str, int]


def learn_all() -> list[str]:
    """Learn every target of every business anew. Returns one line for each model that was made."""
    with entered(Scope.system()):
        tenants = list(db.session.execute(current().select(Tenant.__table__).order_by(Tenant.__table__.c.id)))
    lines = []
    for tenant in tenants:
        for target in TARGETS if tenant.is_host else TARGETS[:2]:
            made = learn(tenant.network_id, tenant.id, target)
            if made is not None:
                lines.append(f"{tenant.slug}: {target} from {made.examples:,} cases, {made.hits} of 100 right")
    return lines


def learn(network_id: int, tenant_id: int, target: str) -> Learned | None:
    """Learn one target and keep it as its next version. None when too little was confirmed."""
    examples = _enough_of_each(_examples(network_id, tenant_id, target))
    if len(examples) < ENOUGH or len({label for _text, label in examples}) < 2:
        return None
    hits, content = fit(examples)
    with entered(Scope.system(network_id)), writing():
        mine = (Learned.tenant_id == tenant_id) & (Learned.target == target)
        version = (db.session.scalar(select(func.max(Learned.version)).where(mine)) or 0) + 1
        made = Learned(
            id=new_id(),
            tenant_id=tenant_id,
            target=target,
            version=version,
            learned_at=clock.now(),
            word_schema=analysis.SCHEMA,
            examples=len(examples),
            hits=hits,
            content=content,
        )
        db.session.add(made)
        for old in db.session.scalars(select(Learned).where(mine, Learned.version <= version - KEPT)):
            db.session.delete(old)
        db.session.flush()
        db.session.expunge(made)
    return made


def _examples(network_id: int, tenant_id: int, target: str) -> list[Example]:
    """Reports and what their cases were confirmed to be about, read as the business itself reads them.

    Confirmed is what somebody stated with the answer, or the source from which a case was taken over. Which business
    leads is learned from public cases: the host must not learn the words of others' private ones.
    """
    column = {"category": "category_id", "touchpoint": "touchpoint_id", "lead": "lead_tenant_id"}[target]
    scope = Scope.public(network_id) if target == "lead" else Scope.remote(network_id, tenant_id)
    with entered(Scope.system(network_id)):
        rows = db.session.execute(_confirmed(column, None if target == "lead" else tenant_id))
        labels = {row.id: int(row[1]) for row in rows}
    texts: dict[int, str] = {}
    ids = sorted(labels, reverse=True)[:MOST]
    for start in range(0, len(ids), 500):
        with entered(scope):
            for case_id, text in said_in(ids[start : start + 500]):
                texts.setdefault(case_id, text)
    return [(text, labels[case_id]) for case_id, text in texts.items()]


def _confirmed(column: str, tenant_id: int | None) -> Any:
    cases, events, access = Case.__table__, Event.__table__, Access.__table__
    stated = (
        current()
        .select(events.c.id)
        .where(events.c.case_id == cases.c.id, events.c.kind == kinds.ATTRIBUTED.name)
        .correlate(cases)
        .exists()
    )
    query = (
        current()
        .select(cases.c.id, cases.c[column])
        .where(cases.c.state.in_(("answered", "closed")), cases.c[column].is_not(None))
        .where(or_(cases.c.origin == "import", stated))
        .order_by(cases.c.id.desc())
        .limit(MOST)
    )
    if tenant_id is None:
        return query.where(cases.c.visibility == "public")
    mine = current().select(access.c.case_id).where(access.c.tenant_id == tenant_id, access.c.level == "lead")
    return query.where(cases.c.id.in_(mine))


def _enough_of_each(examples: Sequence[Example]) -> list[Example]:
    counts = Counter(label for _text, label in examples)
    return [(text, label) for text, label in examples if counts[label] >= EACH]


def fit(examples: Sequence[Example]) -> tuple[int, dict[str, Any]]:
    """How many of 100 held-back cases are guessed right, and the weights learned from all of them."""
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    texts, labels = [text for text, _label in examples], numpy.array([label for _text, label in examples])
    vectors = TfidfVectorizer(analyzer=_words, min_df=2, sublinear_tf=True, max_features=WORDS)
    # Balanced, so that what is rare is suggested too and not only what is common.
    model = make_pipeline(vectors, LogisticRegression(max_iter=1000, C=3.0, class_weight="balanced"))
    # The same words sent twice must not stand on both sides.
    groups = [hash(tuple(_words(text))) for text in texts]
    guessed = cross_val_predict(model, texts, labels, cv=GroupKFold(5), groups=groups)
    model.fit(texts, labels)
    fitted, chosen = model[0], model[1]
    weights, bias = numpy.atleast_2d(chosen.coef_), chosen.intercept_
    if len(weights) == 1:  # of two labels the library learns one line
        weights, bias = numpy.vstack([-weights[0], weights[0]]), numpy.array([-bias[0], bias[0]])
    words = fitted.get_feature_names_out()
    return round(100 * float((guessed == labels).mean())), {
        "labels": [int(each) for each in chosen.classes_],
        "bias": [round(float(each), 4) for each in bias],
        "idf": {word: round(float(value), 3) for word, value in zip(words, fitted.idf_, strict=True)},
        "weights": {word: [round(float(w), 3) for w in weights[:, at]] for at, word in enumerate(words)},
    }


def _words(text: str) -> list[str]:
    return list(analysis.words(text[:2000]))
