import pytest
from sqlalchemy import exists, func, select, text, update
from sqlalchemy.orm import aliased

from portal.cases.models import Touchpoint
from tenants.guard import ReadOnly, Unscoped
from tenants.models import Membership, Tenant, Unit, User
from tenants.scope import ForeignWrite, NoScope, Scope, db, entered, writing

pytestmark = pytest.mark.database


def test_reads(cast):
    with entered(cast.public):
        assert {t.slug for t in db.session.scalars(select(Tenant))} == {"airport", "meridian", "harbor"}
        assert db.session.get(Tenant, cast.elsewhere) is None
        assert db.session.scalar(select(func.count()).select_from(Tenant)) == 3
        assert db.session.scalar(select(func.count(Tenant.id))) == 3
        other = aliased(Tenant)
        assert len(db.session.execute(select(other.id, other.slug)).all()) == 3
        with pytest.raises(Unscoped):
            db.session.scalar(select(func.count()).where(exists().where(Tenant.id == cast.elsewhere)))
        assert db.session.scalars(select(Tenant).where(exists().where(User.id > 0))).all() == []
        assert db.session.scalars(select(User)).all() == []
        t = Tenant.__table__
        assert len(db.session.execute(cast_scope().select(t)).all()) == 3
        with pytest.raises(Unscoped):
            db.session.execute(select(t))
        with pytest.raises(Unscoped):
            db.session.execute(text("SELECT * FROM tenants"))
        with pytest.raises(Unscoped):
            db.session.execute(select(Tenant.id, text("(select count(*) from users)")))
        with pytest.raises(Unscoped):
            users = User.__table__
            db.session.execute(select(Tenant.id, users.c.email).join(users, users.c.id == Tenant.id))
        with pytest.raises(ReadOnly):
            db.session.execute(update(Tenant).values(slug="x"))
    with entered(cast.as_ada):
        assert {u.name for u in db.session.scalars(select(User))} == {"Ada"}
        with pytest.raises(ForeignWrite), writing():
            db.session.add(Unit(tenant_id=cast.harbor, slug="x", name={}))
        with writing():
            db.session.add(Unit(slug="x", name={}))
    with entered(cast.as_hugo):
        assert db.session.scalars(select(Unit)).all() == []


def cast_scope():
    from tenants.scope import current

    return current()


def test_no_scope(cast):
    with pytest.raises(NoScope):
        db.session.execute(select(Tenant))
    with pytest.raises(NoScope):
        db.session.execute(text("select 1"))
