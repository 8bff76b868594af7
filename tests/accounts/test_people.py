"""The people of a business: inviting, accepting, roles, letting go; for its admins, and nobody else's."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.cases.models import Access
from tenants import administration, door, people
from tenants.account_models import Invitation
from tenants.models import Membership, User
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.accounts.conftest import PASSWORD, Browser, letters, newest_link, with_codes
from tests.play import at_once, reported

pytestmark = pytest.mark.database

NEW = "nina@example.org"
DESK = "/desk/meridian/people"


@pytest.fixture
def admin(cast, ada, browser):
    """Ada's browser; she is the admin of Meridian."""
    _make(cast, cast.ada, "admin")
    browser.sign_in(ada)
    return browser


def _make(cast, user_id, role, tenant_id=None):
    with entered(Scope.system(cast.riverside)), writing() as session:
        key = (tenant_id or cast.meridian, user_id)
        membership = session.get(Membership, key)
        if membership is None:
            session.add(Membership(tenant_id=key[0], user_id=user_id, role=role))
        else:
            membership.role = role


def roles(cast, tenant_id=None):
    with entered(Scope.system(cast.riverside)):
        query = select(User.email, Membership.role).join(User, User.id == Membership.user_id)
        return dict(db.session.execute(query.where(Membership.tenant_id == (tenant_id or cast.meridian))).all())


def invite(browser, email=NEW, role="agent"):
    answer = browser.post(f"{DESK}/invitations", {"email": email, "role": role})
    assert answer.status_code == 303, answer.text
    return newest_link(email.lower())


def only_invitation():
    with entered(Scope.system()):
        return db.session.scalars(select(Invitation)).one()


# -- inviting ------------------------------------------------------------------------------------------------------


def test_from_an_invitation_to_the_desk(cast, admin, another, hand):
    path = invite(admin, "Nina@Example.org", "manager")
    assert NEW in admin.get(DESK).text
    assert another.get(path).status_code == 200
    assert NEW not in roles(cast)
    answer = another.post(path, {"name": "  Nina ", "password": "four words in a row"})
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert another.get("/desk/meridian/").status_code == 200
    assert roles(cast)[NEW] == "manager"
    with entered(Scope.system()):
        nina = db.session.scalars(select(User).where(User.email == NEW)).one()
        assert (nina.name, nina.confirmed_at) == ("Nina", hand.at)
    another.post("/sign-out", {})
    assert another.sign_in(NEW, "four words in a row").status_code == 303
    assert only_invitation().accepted_at == hand.at
    assert "Invited" not in admin.get(DESK).text


def test_with_a_passkey_instead(admin, another):
    answer = another.post(invite(admin), {"name": "Nina", "how": "passkey"})
    assert answer.location == "/account/security"
    assert "Add a passkey" in another.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "password": "four words in a row"}, "name"),
        ({"name": "N" * 121, "password": "four words in a row"}, "name"),
        ({"name": "Ni\nna", "password": "four words in a row"}, "name"),
        ({"name": "Nina", "password": "short"}, "password"),
        ({"name": "Nina", "password": "password1234"}, "password"),
        ({}, "name"),
    ],
)
def test_what_is_missing_is_said_and_the_invitation_stays(admin, another, form, field):
    path = invite(admin)
    answer = another.post(path, form)
    assert answer.status_code == 422 and f"f-{field}-wrong" in answer.text
    assert another.post(path, {"name": "Nina", "password": "four words in a row"}).status_code == 303


def test_who_has_an_account_gets_the_role_and_keeps_the_rest(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    path = invite(admin, "hugo@example.com", "product")
    assert another.post(path, {"name": "Mallory", "password": "a taken over account"}).status_code == 303
    assert roles(cast)["hugo@example.com"] == "product"
    another.post("/sign-out", {})
    assert another.sign_in("hugo@example.com", "a taken over account").status_code == 422
    assert another.sign_in("hugo@example.com").status_code == 303
    with entered(Scope.system()):
        assert db.session.get(User, cast.hugo).name == "Hugo"


def test_who_has_codes_is_asked_for_one(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    another.sign_in("hugo@example.com")
    with_codes(another, cast.hugo, cast.riverside)
    another.post("/sign-out", {})
    assert another.post(invite(admin, "hugo@example.com"), {}).location == "/sign-in/code"
    assert another.cookie is None


def test_a_disabled_account_is_not_let_in(cast, admin, another):
    administration.disable("riverside", "hugo@example.com")
    assert another.post(invite(admin, "hugo@example.com"), {}).status_code == 404
    assert "hugo@example.com" not in roles(cast)


def _used(admin, path, hand, app):
    Browser(app.test_client()).post(path, {"name": "Nina", "password": "four words in a row"})
    return path


def _expired(admin, path, hand, app):
    hand.move(people.LIFETIME)
    return path


def _revoked(admin, path, hand, app):
    assert admin.post(f"{DESK}/invitations/{only_invitation().id}/revocation", {}).status_code == 303
    return path


def _sent_again(admin, path, hand, app):
    assert admin.post(f"{DESK}/invitations/{only_invitation().id}/mail", {}).status_code == 303
    assert newest_link(NEW) != path
    return path


def _as_a_link_for_signing_in(admin, path, hand, app):
    return path.replace("/invitations/", "/sign-in/link/")


@pytest.mark.parametrize("spoil", [_used, _expired, _revoked, _sent_again, _as_a_link_for_signing_in])
def test_what_does_not_hold(app, cast, admin, another, hand, spoil):
    path = spoil(admin, invite(admin), hand, app)
    before = roles(cast)
    assert another.get(path).status_code == 404
    assert another.post(path, {"name": "Nina", "password": "four words in a row"}).status_code == 404
    assert roles(cast) == before and another.cookie is None


def test_an_invitation_holds_in_its_network_only(app, admin):
    path = invite(admin)
    elsewhere = Browser(app.test_client(), "http://northport.example")
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.post(path, {"name": "Nina", "password": "four words in a row"}).status_code == 404


def test_a_link_for_signing_in_invites_nobody(cast, admin, browser, another):
    another.post("/sign-in/link", {"email": NEW})
    path = newest_link(NEW).replace("/sign-in/link/", "/invitations/")
    assert another.post(path, {"name": "Nina", "password": "four words in a row"}).status_code == 404


def test_inviting_again_is_one_invitation_with_the_new_role(cast, admin, another):
    first = invite(admin)
    second = invite(admin, role="admin")
    assert another.get(first).status_code == 404
    another.post(second, {"name": "Nina", "password": "four words in a row"})
    assert roles(cast)[NEW] == "admin"
    assert only_invitation().role == "admin"


def test_accepting_at_once_makes_one_person(app, cast, admin):
    path = invite(admin)
    form = {"name": "Nina", "password": "four words in a row"}
    told = at_once(app, [lambda: Browser(app.test_client()).post(path, form).status_code for _ in range(4)])
    assert sorted(told) == [303, 404, 404, 404]
    assert roles(cast)[NEW] == "agent"


def test_who_works_here_is_not_invited(admin, ada):
    assert admin.post(f"{DESK}/invitations", {"email": ada, "role": "agent"}).status_code == 422
    assert admin.post(f"{DESK}/invitations", {"email": "nonsense", "role": "agent"}).status_code == 422
    assert admin.post(f"{DESK}/invitations", {"email": NEW, "role": "owner"}).status_code == 400
    assert letters() == []


def test_the_letter_is_wiped_and_names_no_typed_text(admin):
    invite(admin)
    (letter,) = letters(NEW)
    assert letter.secret
    assert "Meridian Air" in letter.message["text"] and NEW not in letter.message["text"]
    token = newest_link(NEW).rpartition("/")[2]
    assert token not in letter.effect_id and token[:6] not in letter.effect_id


# -- roles ---------------------------------------------------------------------------------------------------------


def test_roles_change_at_once(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    _make(cast, cast.hugo, "agent")
    another.sign_in("hugo@example.com")
    assert another.get(DESK).status_code == 403
    assert admin.post(f"{DESK}/{cast.hugo}/role", {"role": "admin"}).status_code == 303
    assert another.get(DESK).status_code == 200
    assert admin.post(f"{DESK}/{cast.hugo}/role", {"role": "king"}).status_code == 400


def test_removing_ends_the_work_here_and_puts_the_cases_down(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    _make(cast, cast.hugo, "agent")
    case = reported(cast)
    with entered(cast.as_ada), writing() as session:
        session.get(Access, (case.case_id, cast.meridian)).assignee_id = cast.hugo
    another.sign_in("hugo@example.com")
    assert another.get("/desk/meridian/").status_code == 200
    assert admin.post(f"{DESK}/{cast.hugo}/removal", {}).status_code == 303
    assert another.get("/desk/meridian/").status_code == 404
    assert another.get("/desk/harbor/").status_code == 200
    assert "hugo@example.com" not in roles(cast)
    with entered(cast.as_ada):
        assert db.session.get(Access, (case.case_id, cast.meridian)).assignee_id is None


def test_the_last_admin_stays(cast, admin):
    _make(cast, cast.hugo, "agent")
    for path, form in ((f"{DESK}/{cast.ada}/role", {"role": "agent"}), (f"{DESK}/{cast.ada}/removal", {})):
        answer = admin.post(path, form)
        assert answer.status_code == 409 and "at least one admin" in answer.text
    assert roles(cast)["ada@example.com"] == "admin"
    assert admin.post(f"{DESK}/{cast.ada}/role", {"role": "admin"}).status_code == 303
    admin.post(f"{DESK}/{cast.hugo}/role", {"role": "admin"})
    assert admin.post(f"{DESK}/{cast.ada}/role", {"role": "agent"}).status_code == 303


def test_two_admins_cannot_remove_each_other(app, cast, admin):
    _make(cast, cast.hugo, "admin")

    def remove(who, whom):
        with entered(Scope.staff(cast.riverside, cast.meridian, who, "admin")):
            people.remove(whom)

    at_once(app, [lambda: remove(cast.ada, cast.hugo), lambda: remove(cast.hugo, cast.ada)])
    assert list(roles(cast).values()) == ["admin"]


@pytest.mark.parametrize("role", ["agent", "manager", "product"])
def test_only_admins_decide_who_works_here(cast, ada, browser, role):
    _make(cast, cast.ada, role)
    _make(cast, cast.hugo, "admin")
    browser.sign_in(ada)
    assert browser.get(DESK).status_code == 403
    for path, form in (
        (f"{DESK}/invitations", {"email": NEW, "role": "admin"}),
        (f"{DESK}/invitations/1/mail", {}),
        (f"{DESK}/invitations/1/revocation", {}),
        (f"{DESK}/{cast.ada}/role", {"role": "admin"}),
        (f"{DESK}/{cast.hugo}/removal", {}),
    ):
        assert browser.post(path, form).status_code == 403
    assert letters() == [] and roles(cast)["hugo@example.com"] == "admin"
    with entered(cast.as_ada), pytest.raises(Forbidden):
        people.change_role(cast.ada, "admin")


def test_an_admin_elsewhere_is_a_stranger_here(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    _make(cast, cast.hugo, "admin", cast.harbor)
    path = invite(admin)
    found = only_invitation()
    another.sign_in("hugo@example.com")
    assert another.get(DESK).status_code == 404
    theirs = "/desk/harbor/people"
    assert NEW not in another.get(theirs).text
    for act in ("mail", "revocation"):
        assert another.post(f"{theirs}/invitations/{found.id}/{act}", {}).status_code == 404
    for person in (cast.ada, cast.otto, 987_654, 2**64):
        assert another.post(f"{theirs}/{person}/role", {"role": "agent"}).status_code == 404
        assert another.post(f"{theirs}/{person}/removal", {}).status_code == 404
    assert roles(cast)["ada@example.com"] == "admin"
    assert another.get(path).status_code == 200


def test_the_page_shows_who_has_no_second_proof(cast, admin, another, password_hash):
    administration.set_password("riverside", "hugo@example.com", password_hash)
    _make(cast, cast.hugo, "agent")
    assert admin.get(DESK).text.count("no second proof") == 2
    another.sign_in("hugo@example.com")
    with_codes(another, cast.hugo, cast.riverside)
    page = admin.get(DESK).text
    assert page.count("no second proof") == 1
    assert re.search(r"1 person signs in", page)


def test_a_membership_is_written_for_ones_own_tenant_only(cast, admin):
    with entered(cast.as_hugo), pytest.raises(PermissionError), writing() as session:
        session.add(Membership(tenant_id=cast.meridian, user_id=cast.hugo, role="admin"))


def test_keys_of_invitations_are_not_case_keys(cast, admin):
    token = invite(admin).rpartition("/")[2]
    with entered(Scope.door(cast.riverside)):
        assert door.key(token, "case") is None
        assert door.key(token, people.PURPOSE) is not None


def test_an_old_password_is_not_asked(admin, hand):
    """Only what the account is recognised by needs a fresh session; inviting does not."""
    hand.move(timedelta(hours=2))
    assert admin.post(f"{DESK}/invitations", {"email": NEW, "role": "agent"}).status_code == 303
    assert PASSWORD not in letters(NEW)[0].message["text"]
