"""A person's own pages: sessions, the password, mail, and the cases of an account, which nobody else opens."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.choices import Choices, choices_of
from portal.accounts.models import AccountCase
from portal.cases.handling import note
from portal.cases.models import Case, Contact
from portal.followers.models import Delivery
from portal.worker.main import until_idle
from tenants import clock
from tenants.account_models import MailLink
from tenants.ids import new_id
from tenants.models import BrowserSession, User
from tenants.scope import Scope, db, entered, writing
from tests.accounts.conftest import PASSWORD
from tests.play import reported

pytestmark = pytest.mark.database

CARLA, DORA = "carla@example.org", "dora@example.org"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
)


def kept_cases():
    with entered(Scope.system()):
        return {(row.user_id, row.reference) for row in db.session.scalars(select(AccountCase))}


def with_contact(cast, address, *, confirmed, channel="email", **changes):
    """A private case with this contact."""
    case = reported(cast, visibility="private", **changes)
    with entered(cast.customer(case.case_id)), writing() as session:
        given = {"channel": channel, "address": address, "given_at": clock.now(), "confirmed_at": confirmed}
        session.add(Contact(id=new_id(), case_id=case.case_id, **given))
    return case


@pytest.fixture
def private(cast):
    return reported(cast, visibility="private", text="My suitcase has not come, and it is grey.")


# -- cases ---------------------------------------------------------------------------------------------------------


def test_a_case_is_kept_with_its_key_and_opens_without_it(cast, private, browser, another):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    page = browser.get("/account").text
    assert "My suitcase has not come" in page and "Keep in my account" in page
    assert browser.post("/account/cases", {"reference": private.reference}).status_code == 303
    assert browser.post("/account/cases", {"reference": private.reference}).status_code == 303
    assert len(kept_cases()) == 1
    another.come_in(CARLA)
    assert "My suitcase has not come" in another.get("/account").text
    path = f"/cases/{private.reference}"
    assert another.get(path).status_code == 200
    assert another.post(f"{path}/messages", {"text": "It has a red ribbon."}).status_code == 303


def test_another_account_opens_nothing(cast, private, browser, another):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    another.come_in(DORA)
    path = f"/cases/{private.reference}"
    assert another.get(path).status_code == another.get("/cases/RIV-0000-0000").status_code == 404
    assert another.get(f"{path}/live").status_code == 404
    assert another.post(f"{path}/messages", {"text": "x"}).status_code == 404
    assert another.post("/account/cases", {"reference": private.reference}).status_code == 404
    assert another.post(f"/account/cases/{private.reference}/removal", {}).status_code == 404
    assert private.reference not in another.get("/account").text
    assert len(kept_cases()) == 1


def test_a_number_alone_keeps_nothing(cast, private, browser):
    browser.come_in(CARLA)
    for reference in (private.reference, "RIV-0000-0000", "", "x" * 100):
        assert browser.post("/account/cases", {"reference": reference}).status_code == 404
    assert kept_cases() == set()


def test_a_case_that_is_let_go_is_gone(cast, private, browser, another):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    browser.post(f"/account/cases/{private.reference}/removal", {})
    another.come_in(CARLA)
    assert another.get(f"/cases/{private.reference}").status_code == 404
    assert browser.get(f"/cases/{private.reference}").status_code == 200  # this browser holds the key


def test_after_signing_out_it_is_closed(cast, private, browser):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    browser.post("/sign-out", {})
    assert browser.get(f"/cases/{private.reference}").status_code == 404


@pytest.mark.parametrize(
    ("address", "confirmed", "channel", "comes"),
    [
        (CARLA, True, "email", True),
        (CARLA, False, "email", False),
        (DORA, True, "email", False),
        (CARLA, True, "mobile", False),
    ],
)
def test_a_confirmed_contact_brings_its_case(cast, browser, hand, address, confirmed, channel, comes):
    case = with_contact(cast, address, confirmed=hand.at if confirmed else None, channel=channel)
    browser.come_in(CARLA)
    assert (case.reference in browser.get("/account").text) is comes
    assert (browser.get(f"/cases/{case.reference}").status_code == 200) is comes


def test_an_account_that_nobody_has_confirmed_gets_no_case(cast, ada, browser, hand):
    """The operator has typed this address: whoever has the password may not have the mailbox."""
    with_contact(cast, ada, confirmed=hand.at)
    browser.sign_in(ada)
    assert kept_cases() == set()
    browser.come_in(ada)
    assert len(kept_cases()) == 1


def test_a_contact_confirmed_later_is_found_by_looking(cast, browser, hand):
    browser.come_in(CARLA)
    case = with_contact(cast, CARLA, confirmed=hand.at)
    assert case.reference not in browser.get("/account").text
    browser.post("/account/cases/search", {})
    assert case.reference in browser.get("/account").text


def test_the_rule_for_addresses_is_narrow(cast, browser, hand):
    """What brings the cases reads contacts in the person's own scope, which sees their own address and no other."""
    mine = with_contact(cast, CARLA, confirmed=hand.at)
    with_contact(cast, DORA, confirmed=hand.at, touchpoint_id=cast.belt)
    browser.come_in(CARLA)
    (person,) = {user_id for user_id, _reference in kept_cases()}
    with entered(Scope.customer(cast.riverside, person_id=person)):
        assert [row.case_id for row in db.session.scalars(select(Contact))] == [mine.case_id]
        with pytest.raises(AssertionError), writing() as session:
            assert session.query(Contact).update({"address": DORA}) == 1


def test_reading_the_page_writes_nothing(cast, private, browser, hand):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    with_contact(cast, CARLA, confirmed=hand.at)
    for path in ("/account", "/account/security", "/account/sessions"):
        assert browser.get(path).status_code == 200
    assert kept_cases() == set()


def test_many_cases_are_read_page_by_page(cast, browser, hand, monkeypatch):
    monkeypatch.setattr("portal.accounts.keeping.PAGE", 2)
    for number in range(5):
        with_contact(cast, CARLA, confirmed=hand.at, text=f"This is matter number {number} of mine.")
        hand.move(timedelta(minutes=1))
    browser.come_in(CARLA)
    seen, path = [], "/account"
    for _ in range(3):
        page = browser.get(path).text
        seen += [number for number in "43210" if f"matter number {number}" in page]
        older = re.search(r'href="([^"]+)" rel="next"', page)
        path = older[1] if older else None
    assert (seen, path) == (list("43210"), None)
    assert browser.get("/account?older=zz").status_code == 200


# -- sessions ------------------------------------------------------------------------------------------------------


def test_sessions_are_told_apart_and_ended(cast, browser, another):
    browser.post("/sign-in/link", {"email": CARLA})
    browser.come_in(CARLA)
    from tests.accounts.conftest import newest_link

    another.post("/sign-in/link", {"email": CARLA})
    another.post(newest_link(), {}, headers={"User-Agent": IPHONE})
    page = browser.get("/account/sessions").text
    assert "Safari on iPhone" in page and "this one" in page
    with entered(Scope.system()):
        ids = {row.user_agent: row.id for row in db.session.scalars(select(BrowserSession))}
    assert browser.post(f"/account/sessions/{ids[IPHONE]}/end", {}).status_code == 303
    assert another.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


def test_nobody_ends_the_session_of_another(cast, browser, another):
    browser.come_in(CARLA)
    another.come_in(DORA)
    with entered(Scope.system()):
        ids = [row.id for row in db.session.scalars(select(BrowserSession).order_by(BrowserSession.id))]
    assert another.post(f"/account/sessions/{ids[0]}/end", {}).status_code == 404
    assert another.post(f"/account/sessions/{2**64}/end", {}).status_code == 404
    another.post("/account/sessions/others/end", {})
    assert browser.get("/account").status_code == 200


def test_all_others_end_at_once(app, cast, browser, another):
    browser.come_in(CARLA)
    another.come_in(CARLA)
    browser.post("/account/sessions/others/end", {})
    assert another.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


# -- the password --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "at least 12"),
        ("x" * 1001, "at least 12"),
        ("Password1234", "strangers try"),
        ("aaaaaaaaaaaaaaaa", "strangers try"),
        ("qwertyuiop123", "strangers try"),
    ],
)
def test_what_cannot_be_a_password(cast, browser, new, reason):
    browser.come_in(CARLA)
    answer = browser.post("/account/security/password", {"new": new})
    assert answer.status_code == 422 and reason in answer.text


def test_setting_a_password_ends_other_sessions(cast, browser, another):
    browser.come_in(CARLA)
    another.come_in(CARLA)
    assert browser.post("/account/security/password", {"new": "four words in a row"}).status_code == 303
    assert another.get("/account").status_code == 303
    assert another.sign_in(CARLA, "four words in a row").location == "/account"


def test_changing_it_takes_the_old_one(ada, browser):
    browser.sign_in(ada)
    form = {"new": "four words in a row"}
    assert browser.post("/account/security/password", form).status_code == 422
    assert browser.post("/account/security/password", {**form, "old": "no"}).status_code == 422
    assert browser.post("/account/security/password", {**form, "old": PASSWORD}).status_code == 303


def test_an_old_session_changes_nothing(ada, browser, hand):
    browser.sign_in(ada)
    hand.move(timedelta(minutes=31))
    form = {"old": PASSWORD, "new": "four words in a row"}
    assert browser.post("/account/security/password", form).location == "/account/security"
    browser.post("/sign-out", {})
    assert browser.sign_in(ada).status_code == 303


# -- what everybody must not ---------------------------------------------------------------------------------------

POSTS = [
    "/account/erasure",
    "/account/cases",
    "/account/cases/search",
    "/account/cases/RIV-0000-0000/removal",
    "/account/notifications",
    "/account/security/password",
    "/account/security/passkeys",
    "/account/security/passkeys/challenge",
    "/account/security/passkeys/1/removal",
    "/account/security/codes",
    "/account/security/codes/confirmation",
    "/account/security/codes/recovery",
    "/account/security/codes/removal",
    "/account/sessions/1/end",
    "/account/sessions/others/end",
]


@pytest.mark.parametrize("path", POSTS)
def test_every_act_needs_its_token_and_a_person(cast, browser, another, path):
    assert another.post(path, {}).location.startswith("/sign-in")
    browser.come_in(CARLA)
    assert browser.post(path, {}, csrf="0" * 64).status_code == 403
    assert browser.post(path, {}, headers={"Sec-Fetch-Site": "same-site"}).status_code == 403


@pytest.mark.parametrize("path", ["/account", "/account/security", "/account/sessions", "/account/export"])
def test_a_stranger_signs_in_first(cast, browser, path):
    assert browser.get(path).location == f"/sign-in?next={path}"


def test_every_rule_has_a_test(app):
    rules = {str(rule) for rule in app.url_map.iter_rules() if rule.endpoint.startswith("accounts.")}
    posts = {rule for rule in rules if rule.startswith("/account/")}
    named = {"/account/security", "/account/sessions", "/account/export"}
    assert len(posts - named) == len(POSTS), sorted(posts)


# -- mail ----------------------------------------------------------------------------------------------------------


def test_choices_are_kept_and_read(cast, browser):
    browser.come_in(CARLA)
    with entered(Scope.system(cast.riverside)):
        person = db.session.scalar(select(BrowserSession.user_id))
        assert choices_of(person) == Choices("answers", True, "en")
    assert browser.post("/account/notifications", {"steps": "none", "locale": "zh_Hant"}).status_code == 303
    with entered(Scope.system(cast.riverside)):
        assert choices_of(person) == Choices("none", False, "zh_Hant")
    for wrong in ({"steps": "x", "locale": "en"}, {"steps": "all", "locale": "xx"}, {}):
        assert browser.post("/account/notifications", wrong).status_code == 400


def test_anonymous_pages_are_as_before(cast, browser, another):
    first, second = browser.get("/cases"), another.get("/cases")
    assert first.data == second.data and "Set-Cookie" not in first.headers
    assert "My cases" not in first.text
    browser.come_in(CARLA)
    page = browser.get("/cases").text
    assert "My cases" in page and 'href="/desk/"' not in page


# -- leaving -------------------------------------------------------------------------------------------------------


def test_an_erased_account_is_nobody(cast, private, browser, another):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    another.come_in(CARLA)
    assert browser.get("/account/erasure").status_code == 200
    assert browser.post("/account/erasure", {"email": DORA}).status_code == 422
    assert browser.post("/account/erasure", {"email": " CARLA@example.org"}).location == "/"
    assert another.get("/account").status_code == 303
    assert kept_cases() == set()
    with entered(Scope.system(cast.riverside)):
        assert CARLA not in {user.email for user in db.session.scalars(select(User))}
        assert db.session.scalar(select(MailLink.id).where(MailLink.email == CARLA)) is None
        assert db.session.get(Case, private.case_id).state == "received"
    until_idle()
    with entered(Scope.system(cast.riverside)):
        assert CARLA not in {letter.address for letter in db.session.scalars(select(Delivery))}
    assert another.post(f"/k/{private.key}", {}).status_code == 303  # the case itself is as it was
    browser.come_in(CARLA)
    assert private.reference not in browser.get("/account").text


def test_with_its_cases_if_that_is_wanted(app, cast, private, browser, another):
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    assert browser.post("/account/erasure", {"email": CARLA, "cases": "1"}).location == "/"
    with entered(Scope.system(cast.riverside)):
        case = db.session.get(Case, private.case_id)
        assert (case.state, case.erased_at is not None) == ("withdrawn", True)


def test_who_works_here_is_let_go_first(ada, browser, cast):
    browser.sign_in(ada)
    assert browser.post("/account/erasure", {"email": ada}).status_code == 409
    browser.post("/sign-out", {})
    assert browser.sign_in(ada).status_code == 303


def test_all_that_an_account_holds_can_be_taken_away(cast, private, browser, another):
    foreign = reported(cast, visibility="private", text="Somebody else's matter altogether.")
    with entered(cast.as_ada):
        note(private.case_id, text="An internal canary.", author="Ada")
    browser.post(f"/k/{private.key}", {})
    browser.come_in(CARLA)
    browser.post("/account/cases", {"reference": private.reference})
    answer = browser.get("/account/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files.keys() == {"README.txt", "account.json", "ideas.json", f"cases/{private.reference}/case.json"}
    assert json.loads(files["account.json"])["email"] == CARLA
    told = json.loads(files[f"cases/{private.reference}/case.json"])["history"]
    assert told[0]["text"] == "My suitcase has not come, and it is grey."
    assert "canary" not in str(files) and foreign.reference not in str(files)
