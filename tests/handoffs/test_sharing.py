"""What passes of a customer: nothing by itself, and only what the agreement lets pass and the customer opens."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.cases.contacts import leave_address
from portal.cases.models import Consent, Contact
from portal.cases.need_models import Need
from portal.cases.needs import Told
from portal.events.timeline import timeline
from portal.handoffs import handing, partnering, sharing
from portal.handoffs.legs import NoSuchHandoff
from portal.handoffs.models import FIELDS, Handoff
from portal.handoffs.states import WrongLeg
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import agreed, as_manager, handoff
from tests.play import acknowledged, case_of, history, kinds_of, snapshot

pytestmark = pytest.mark.database

ADDRESS, MOBILE = "nia@example.com", "+43 660 1234567"


@pytest.fixture
def told(cast):
    """A case whose customer left two addresses, told something once, and wrote what is covered for others."""
    made = acknowledged(
        cast,
        text=f"My bag is gone. Call me on {MOBILE}.",
        address=ADDRESS,
        channel="email",
        needs=(Told("help", "A wheelchair"),),
    )
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Contact(id=7, case_id=made.case_id, channel="mobile", address=MOBILE, given_at=clock.now()))
    return made.case_id


def passing(partners, *, assist=(), transfer=()):
    """Another agreement, by which this may pass."""
    cast = partners.cast
    with entered(as_manager(partners, "meridian")):
        partnering.end(partnering.agreement_between(cast.meridian, cast.harbor).id)
    agreed(partners, "meridian", "harbor", passes={"assist": assist, "transfer": transfer})


def seen_by(partners, name, case_id):
    """Which of FIELDS a business can read, by any of the ways to read them."""
    with entered(partners.scopes[name]):
        channels = set(db.session.scalars(select(Contact.channel)))
        words = any(entry.audience == "customer" for entry in timeline(case_id))
        told = bool(db.session.scalars(select(Need)).all())
    assert words == told
    return channels | ({"words"} if words else set())


def ask(partners, one, field, who="harbor"):
    do(partners, who, sharing.ask_for, one, field=field)


def press(cast, case_id, one, field, verb=sharing.give):
    with entered(cast.customer(case_id)):
        verb(case_id, one, field, "en") if verb is sharing.give else verb(case_id, one, field)


@pytest.mark.parametrize("whole", [False, True])
def test_nothing_passes_by_itself(partners, cast, told, whole):
    passing(partners, assist=FIELDS, transfer=FIELDS)
    one = accepted(partners, told, whole=whole)
    assert seen_by(partners, "harbor", told) == set()
    shown = repr([(entry.text, entry.facts, entry.names) for entry in history(cast, told, cast.as_hugo)])
    assert ADDRESS not in shown and MOBILE not in shown and "wheelchair" not in shown
    assert handoff(one).wants == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("mode", ["assist", "transfer"])
@pytest.mark.parametrize("allowed", [True, False])
def test_each_field_in_each_mode(partners, cast, told, field, mode, allowed):
    """Only what the agreement lets pass can be asked for; only what is given is open; and that ends at once."""
    others = [each for each in FIELDS if each != field]
    passing(partners, **{mode: [field] if allowed else others, "assist" if mode == "transfer" else "transfer": FIELDS})
    one = accepted(partners, told, whole=mode == "transfer")
    if not allowed:
        before = snapshot(cast)
        with pytest.raises(sharing.NotAllowedToPass):
            ask(partners, one, field)
        assert snapshot(cast) == before and handoff(one).wants == []
        return
    ask(partners, one, field)
    assert seen_by(partners, "harbor", told) == set(), "asked is not given"
    press(cast, told, one, field)
    assert seen_by(partners, "harbor", told) == {field}
    assert seen_by(partners, "lantern", told) == set()
    with entered(Scope.system(cast.riverside)):
        consent = db.session.scalars(select(Consent).where(Consent.purpose == f"share:{field}")).one()
    assert (consent.tenant_id, consent.text_version, consent.language) == (cast.harbor, sharing.TEXT, "en")
    with entered(cast.customer(told)):
        sharing.take_back(told, cast.harbor, field)
    assert seen_by(partners, "harbor", told) == set()
    with entered(cast.customer(told)), pytest.raises(NoSuchHandoff):
        sharing.take_back(told, cast.harbor, field)


def test_what_was_given_ends_with_the_hand_off(partners, cast, told):
    passing(partners, assist=FIELDS)
    one = accepted(partners, told)
    ask(partners, one, "email")
    press(cast, told, one, "email")
    assert seen_by(partners, "harbor", told) == {"email"}
    do(partners, "meridian", handing.withdraw, one)
    assert seen_by(partners, "harbor", told) == set()


def test_nobody_but_the_customer_gives_and_nothing_that_was_not_asked(partners, cast, told):
    passing(partners, assist=FIELDS)
    one = accepted(partners, told)
    ask(partners, one, "email")
    before = snapshot(cast)
    for scope in (cast.as_hugo, cast.as_ada):
        with entered(scope), pytest.raises(Forbidden):
            sharing.give(told, one, "email", "en")
    with pytest.raises(WrongLeg):
        press(cast, told, one, "mobile")
    other = acknowledged(cast)
    with pytest.raises(NoSuchHandoff):
        press(cast, other.case_id, one, "email")
    press(cast, told, one, "email", verb=sharing.refuse)
    with pytest.raises(WrongLeg):
        press(cast, told, one, "email")
    assert seen_by(partners, "harbor", told) == set() and before != snapshot(cast)


def test_an_address_is_shown_on_record(partners, cast, told):
    passing(partners, assist=FIELDS)
    one = accepted(partners, told)
    with entered(cast.as_hugo), pytest.raises(NoSuchHandoff):
        sharing.show(one, "email")
    ask(partners, one, "email")
    press(cast, told, one, "email")
    with entered(cast.as_hugo):
        assert sharing.address_shown(db.session.get(Handoff, one), "email") is None
        sharing.show(one, "email")
        sharing.show(one, "email")
        assert sharing.address_shown(db.session.get(Handoff, one), "email") == ADDRESS
    assert kinds_of(cast, told, cast.customer(told)).count("case.sharing.shown") == 1
    assert not [kind for kind in kinds_of(cast, told, cast.public) if kind.startswith("case.sharing")]
    with entered(cast.customer(told)):
        (opened,) = sharing.opened(told)
        assert opened.tenant_id == cast.harbor and opened.shown_at == clock.now()
        sharing.take_back(told, cast.harbor, "email")
    with entered(cast.as_hugo):
        assert sharing.address_shown(db.session.get(Handoff, one), "email") is None


def test_what_is_offered_and_not_taken_on_asks_for_nothing(partners, cast, told):
    passing(partners, assist=FIELDS)
    one = offered(partners, told)
    with pytest.raises(WrongLeg):
        ask(partners, one, "email")


def test_on_the_pages_of_both(partners, cast, signed_in, browser, another):
    """From the desk's question to the customer's press, to the address on the desk, and back."""
    passing(partners, assist=FIELDS)
    made = acknowledged(cast, address=ADDRESS, channel="email")
    one = accepted(partners, made.case_id)
    hugo = signed_in("hugo")
    path = f"/desk/harbor/handoffs/{one}"
    assert "Ask the customer" in hugo.get(path).text
    version = handoff(one).version
    assert hugo.post(f"{path}/sharing", {"version": str(version), "field": "email"}).status_code == 303
    reference = case_of(cast, made.case_id).reference
    browser.get(f"/k/{made.key}")
    browser.post(f"/k/{made.key}")
    page = browser.get(f"/cases/{reference}").text
    assert "Harbor Ground Handling works on your case and asks to see your e-mail address." in page
    assert "asks to see" not in another().get(f"/cases/{reference}").text
    form = {"handoff": str(one), "field": "email", "answer": "yes"}
    assert another().post(f"/cases/{reference}/sharing", form).status_code in (403, 404)
    assert browser.post(f"/cases/{reference}/sharing", form).status_code == 303
    assert browser.post(f"/cases/{reference}/sharing", form).status_code == 409
    page = hugo.get(path).text
    assert ADDRESS not in page and "Show the e-mail address" in page
    assert ADDRESS not in hugo.get(f"/desk/harbor/cases/{reference}").text
    assert hugo.post(f"{path}/look-up", {"field": "email"}).status_code == 303
    assert ADDRESS in hugo.get(path).text
    page = browser.get(f"/cases/{reference}").text
    assert "may see your e-mail address, because you agreed" in page and "It was shown there" in page
    browser.post(f"/cases/{reference}/sharing/end", {"business": str(cast.harbor), "field": "email"})
    assert ADDRESS not in hugo.get(path).text
    assert "may see your e-mail address" not in browser.get(f"/cases/{reference}").text


@pytest.mark.parametrize("field", ["email", "mobile"])
def test_nothing_is_opened_that_was_never_left(partners, cast, field):
    passing(partners, assist=FIELDS)
    case_id = acknowledged(cast).case_id
    one = accepted(partners, case_id)
    ask(partners, one, field)
    with entered(cast.customer(case_id)):
        assert sharing.missing(case_id) == {"email", "mobile"}
    before = snapshot(cast)
    with pytest.raises(sharing.NothingLeft):
        press(cast, case_id, one, field)
    assert snapshot(cast) == before and handoff(one).wants == [field]
    with entered(Scope.system(cast.riverside)):
        assert not db.session.scalars(select(Consent).where(Consent.purpose == f"share:{field}")).all()
    with entered(cast.customer(case_id)):
        leave_address(case_id, ADDRESS if field == "email" else "+436601234567", field)
        assert field not in sharing.missing(case_id)
    assert seen_by(partners, "harbor", case_id) == set(), "left is not given"
    press(cast, case_id, one, field)
    assert seen_by(partners, "harbor", case_id) == {field}


@pytest.mark.parametrize(
    ("field", "given", "wrong", "said"),
    [
        ("mobile", MOBILE, "nia@example.com", "You left no phone number. You can leave one here."),
        ("email", ADDRESS, "+43 660 1234567", "You left no e-mail address. You can leave one here."),
    ],
)
def test_who_left_no_such_address_is_told_so_and_may_leave_one(partners, cast, browser, field, given, wrong, said):
    passing(partners, assist=FIELDS)
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    ask(partners, one, field)
    path = f"/cases/{case_of(cast, made.case_id).reference}"
    browser.get(f"/k/{made.key}")
    browser.post(f"/k/{made.key}")
    page = browser.get(path).text
    assert said in page and "Let them see it</button>" not in page
    assert '<a href="#sharing">' in page, "the ask is told at the top"
    early = browser.post(f"{path}/sharing", {"handoff": str(one), "field": field, "answer": "yes"})
    assert early.status_code == 422 and "Nothing was opened, because you left no such address." in early.text
    refused = browser.post(f"{path}/contact", {f"share_{field}": wrong})
    assert refused.status_code == 422 and f'value="{wrong}"' in refused.text and "Give a" in refused.text
    left = browser.post(f"{path}/contact", {f"share_{field}": given})
    assert left.status_code == 303 and left.headers["Location"].endswith("#sharing")
    page = browser.follow(left).text
    assert said not in page and "Let them see it</button>" in page
    assert seen_by(partners, "harbor", made.case_id) == set()
    given_now = browser.post(f"{path}/sharing", {"handoff": str(one), "field": field, "answer": "yes"})
    assert given_now.status_code == 303 and seen_by(partners, "harbor", made.case_id) == {field}


def test_who_left_no_such_address_may_say_no(partners, cast, browser):
    passing(partners, assist=FIELDS)
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    ask(partners, one, "mobile")
    path = f"/cases/{case_of(cast, made.case_id).reference}"
    browser.get(f"/k/{made.key}")
    browser.post(f"/k/{made.key}")
    browser.get(path)
    assert browser.post(f"{path}/sharing", {"handoff": str(one), "field": "mobile", "answer": "no"}).status_code == 303
    assert handoff(one).wants == [] and "You left no phone number." not in browser.get(path).text
