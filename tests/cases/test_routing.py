import pytest

from portal.cases.directory_models import RoutingRule
from portal.cases.reporting import report
from portal.cases.routing import NobodyLeads, Route, lead_for
from tenants.ids import new_token
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing
from tests.play import case_of, history, words

pytestmark = pytest.mark.database


@pytest.fixture
def rules(cast):
    """Besides the cast's own rule (luggage → Meridian): the gate → Harbor, luggage at the gate → the airport, delay →
    Meridian. The belt belongs to Harbor and has no rule."""
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(RoutingRule(touchpoint_id=cast.gate, tenant_id=cast.harbor))
        db.session.add(RoutingRule(category_id=cast.delay, tenant_id=cast.meridian))
        db.session.add(RoutingRule(touchpoint_id=cast.gate, category_id=cast.luggage, tenant_id=cast.airport))
    return cast


@pytest.mark.parametrize(
    ("touchpoint", "category", "lead", "because"),
    [
        ("gate", "luggage", "airport", "place_and_category"),
        ("gate", "delay", "harbor", "place"),
        ("gate", None, "harbor", "place"),
        ("belt", "luggage", "meridian", "category"),
        (None, "luggage", "meridian", "category"),
        ("belt", "delay", "meridian", "category"),
        (None, "delay", "meridian", "category"),
        ("belt", None, "harbor", "owner"),
        (None, None, "airport", "host"),
    ],
)
def test_the_most_exact_rule_wins(rules, touchpoint, category, lead, because):
    with entered(rules.public):
        route = lead_for(touchpoint and getattr(rules, touchpoint), category and getattr(rules, category))
    assert route == Route(getattr(rules, lead), because)


def test_rules_of_another_network_do_not_count(cast):
    with entered(Scope.system(cast.northport)), writing():
        db.session.add(RoutingRule(touchpoint_id=cast.far_belt, tenant_id=cast.elsewhere))
    with entered(cast.public):
        assert lead_for(cast.far_belt, None) == Route(cast.airport, "host")


def test_the_lead_and_the_reason_are_on_record(rules):
    case = report(rules.riverside, words(rules, touchpoint_id=rules.gate), form=new_token())
    assert case_of(rules, case.case_id).lead_tenant_id == rules.airport
    routed = next(entry for entry in history(rules, case.case_id) if entry.kind == "case.routed")
    assert routed.tenant_id == rules.airport
    assert routed.facts == {"tenant": str(rules.airport), "because": "place_and_category"}


def test_without_a_host_nothing_is_written(cast):
    tenants = Tenant.__table__
    with entered(Scope.system(cast.riverside)), writing():
        db.session.execute(current().update(tenants).values(is_host=False))
    with pytest.raises(NobodyLeads):
        report(cast.riverside, words(cast, touchpoint_id=None, category_id=None), form=new_token())
