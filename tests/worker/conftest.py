import pytest

from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing


@pytest.fixture
def desks(cast):
    """The cast, where Meridian and the airport want mail."""
    table = Tenant.__table__
    with entered(Scope.system()), writing():
        for tenant_id in (cast.meridian, cast.airport):
            address = f"desk-{tenant_id}@example.com"
            db.session.execute(current().update(table).where(table.c.id == tenant_id).values(desk_email=address))
    return cast
