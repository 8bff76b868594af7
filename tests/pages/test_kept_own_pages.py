"""The layer in front of the application gives a case's customer their own page again, to their session alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from portal.accounts import keeping
from portal.accounts.models import AccountCase
from portal.cases import handling, redaction, visibility
from portal.cases.models import Case, Contact
from portal.cases.need_models import Need
from portal.kept_readers import reader_of
from portal.own_lookup import Question
from portal.replica import FollowedVersions
from tenants import clock, door
from tenants.ids import new_id
from tenants.models import BrowserSession, Key, Membership, User
from tenants.scope import Scope, db, entered, writing
from tests.pages.test_kept_pages import Statements, case_id

pytestmark = pytest.mark.database
TRIES = 200
PATHS = ["/cases/{}", "/cases/{}/live"]


@pytest.fixture
def own(app):
    """Whether a GET of this browser is answered without the application, and the answer."""

    def ask(who, path, **headers):
        with app.app_context(), Statements(db.engine) as statements:
            answer = who.get(path, **headers)
        return statements.count == 0, answer

    return ask


@pytest.fixture
def kept(own):
    """Asks until an answer comes from memory: others write in other databases of the server, which delays keeping."""

    def ask(who, path, **headers):
        for _try in range(TRIES):
            is_kept, answer = own(who, path, **headers)
            if is_kept:
                return answer
        raise AssertionError(f"{path} is never kept")

    return ask


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("visible", ["public", "private"])
def test_the_second_look_is_answered_from_memory(browser, report, own, kept, path, visible):
    path = path.format(report(visibility=visible)[0])
    made, first = own(browser, path)
    again = kept(browser, path)
    assert not made and first.text == again.text
    assert {name: first.headers[name] for name in again.headers.keys()} == dict(again.headers)  # noqa: SIM118
    packed = kept(browser, path, **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in packed.headers and packed.text == again.text


def test_nobody_else_keeps_it_and_its_forms_work(browser, report, kept):
    reference, _ = report()
    page = kept(browser, f"/cases/{reference}")
    assert page.headers["Cache-Control"] == "private, no-store" and "ETag" not in page.headers
    assert page.status_code == kept(browser, f"/cases/{reference}", **{"If-None-Match": '""'}).status_code == 200
    for words in ("First of two.", "Second of two."):
        kept(browser, f"/cases/{reference}")
        assert browser.post(f"/cases/{reference}/messages", {"text": words, "version": "1"}).status_code == 303
    assert "Second of two." in browser.get(f"/cases/{reference}").text


def test_polling_is_answered_without_a_body(browser, report, own, kept):
    path = f"/cases/{report()[0]}/live"
    etag = browser.get(path).headers["ETag"]
    assert own(browser, path, **{"If-None-Match": etag})[1].status_code == 304
    unchanged = kept(browser, path, **{"If-None-Match": etag})
    assert unchanged.status_code == 304 and unchanged.data == b"" and unchanged.headers["ETag"] == etag


@pytest.mark.parametrize("path", PATHS)
def test_it_is_one_sessions_alone(app, cast, browser, another, report, own, kept, signed_in, path):
    reference, key = report(visibility="private")
    path = path.format(reference)
    own_page = kept(browser, path)
    for stranger in (another(), another("northport.example"), signed_in("ada")):
        is_kept, page = own(stranger, path)
        assert not is_kept and page.status_code == 404
    friend = another()
    friend.post(key)
    is_kept, page = own(friend, path)
    assert not is_kept and page.status_code == 200
    if "/live" not in path:
        token = own_page.text.split('name="csrf_token" value="')[1].split('"')[0]
        assert token not in kept(friend, path).text
    forged = another()
    forged.client.set_cookie("session", "x" * 43, domain="riverside.example")
    assert own(forged, path)[1].status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_each_language_and_part_has_its_own(browser, report, own, kept, path):
    path = path.format(report()[0])
    kept(browser, path)
    pages = {kept(browser, path).text}
    for headers in ({"Accept-Language": "zh-CN"}, {"Accept-Language": "zh-TW"}):
        is_kept, page = own(browser, path, **headers)
        assert not is_kept and page.text == kept(browser, path, **headers).text
        pages.add(page.text)
    assert len(pages) == 3
    assert not own(browser, path, **{"HX-Request": "true"})[0]
    assert not own(browser, path, **{"HX-Request": "true", "HX-History-Restore-Request": "true"})[0]
    assert not own(browser, f"{path}?sent=message")[0] and not own(browser, f"{path}?sent=message")[0]
    browser.client.set_cookie("anything", "1", domain="riverside.example")
    assert not own(browser, path)[0]


def as_system(*statements):
    with entered(Scope.system()), writing():
        for statement in statements:
            db.session.execute(statement)


ENDS = {
    "the key is revoked": lambda: as_system(update(Key).values(revoked_at=clock.now())),
    "the session is ended": lambda: as_system(update(BrowserSession).values(expires_at=clock.now())),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("how", ENDS)
def test_what_ends_ends_at_once(browser, report, own, kept, path, how):
    path = path.format(report(visibility="private")[0])
    kept(browser, path)
    ENDS[how]()
    is_kept, page = own(browser, path)
    assert not is_kept and page.status_code == 404
    assert not own(browser, path)[0]


@pytest.mark.parametrize("path", PATHS)
def test_an_account_reads_it_until_it_lets_the_case_go_or_is_disabled(
    cast, browser, report, own, kept, signed_in, path
):
    reference, _ = report(visibility="private")
    number, path = case_id(cast, reference), path.format(reference)
    ada = signed_in("ada")
    with entered(Scope.system(cast.riverside)):
        ada_id = db.session.query(User.id).filter(User.email == "ada@example.com").scalar()
    keep = AccountCase(
        user_id=ada_id, case_id=number, reference=reference, added_at=clock.now(), network_id=cast.riverside
    )
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(keep)
    kept(ada, path)
    with entered(Scope.door(cast.riverside)), writing():
        keeping.let_go(ada_id, reference)
    is_kept, page = own(ada, path)
    assert not is_kept and page.status_code == 404
    with entered(Scope.door(cast.riverside)), writing():
        keeping.keep(ada_id, number, reference)
    kept(ada, path)
    as_system(update(User).where(User.id == ada_id).values(disabled_at=clock.now()))
    assert own(ada, path)[1].status_code == 404


def test_who_stops_working_loses_the_way_to_the_desk(cast, browser, report, own, kept, signed_in):
    reference, key = report()
    ada = signed_in("ada")
    ada.post(key)
    assert 'href="/desk/"' in kept(ada, f"/cases/{reference}").text
    with entered(Scope.system()), writing():
        db.session.query(Membership).delete()
    is_kept, page = own(ada, f"/cases/{reference}")
    assert not is_kept and 'href="/desk/"' not in page.text


@pytest.mark.parametrize("path", PATHS)
def test_sessions_and_keys_end_by_the_clock(browser, report, own, kept, hand, path):
    path = path.format(report(visibility="private")[0])
    hand.move(door.CUSTOMER_SESSION - timedelta(seconds=5))
    kept(browser, path)
    hand.move(timedelta(seconds=6))
    is_kept, page = own(browser, path)
    assert not is_kept and page.status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_a_key_that_runs_out_ends_with_its_moment(browser, report, own, kept, hand, path):
    path = path.format(report(visibility="private")[0])
    as_system(update(Key).values(expires_at=clock.now() + timedelta(minutes=1)))
    kept(browser, path)
    hand.move(timedelta(seconds=61))
    assert own(browser, path)[1].status_code == 404


def say(cast, number):
    with entered(cast.as_ada):
        case = db.session.get(Case, number)
        answer_by = case.reported_at + timedelta(days=2)
        handling.acknowledge(number, case.state_version, plan="We look.", answer_by=answer_by, author="Ada")


def take_back(cast, number):
    with entered(cast.customer(number)):
        visibility.make_private(number)


def redact(cast, number):
    with entered(cast.customer(number)):
        redaction.redact(number, 1, "personal")


def tell(cast, number):
    told = {"id": new_id(), "case_id": number, "kind": "help", "words": "A wheelchair.", "told_at": clock.now()}
    as_system(insert(Need).values(network_id=cast.riverside, **told))


def confirm(cast, number):
    as_system(update(Contact).where(Contact.case_id == number).values(confirmed_at=clock.now()))


def attribute(cast, number):
    as_system(update(Case).where(Case.id == number).values(category_id=None))


@pytest.mark.parametrize("act", [say, take_back, redact, attribute, tell, confirm], ids=lambda act: act.__name__)
def test_it_is_new_after_each_act(cast, browser, report, own, kept, act):
    reference, _ = report(contact="me@example.com")
    number, path = case_id(cast, reference), f"/cases/{reference}"
    before = kept(browser, path)
    act(cast, number)
    is_kept, page = own(browser, path)
    assert not is_kept and page.text != before.text
    assert kept(browser, path).text == page.text


@pytest.mark.parametrize("path", PATHS)
def test_what_happens_elsewhere_makes_nothing_anew(browser, another, report, own, kept, path):
    """The proof is asked for once after any commit; if it is the same, the page is."""
    path = path.format(report()[0])
    kept(browser, path)
    report(another())
    assert own(browser, path)[0] and own(browser, path)[0]


@pytest.mark.parametrize("path", PATHS)
def test_it_dies_when_a_promise_falls_due_and_at_midnight(browser, report, own, kept, hand, path):
    path = path.format(report()[0])
    kept(browser, path)
    hand.move(timedelta(hours=14, minutes=1))  # Vienna is an hour ahead: a new day there
    is_kept, page = own(browser, path)
    assert not is_kept and "yesterday" in page.text
    kept(browser, path)
    hand.move(timedelta(hours=10))  # the plan was promised by now
    is_kept, page = own(browser, path)
    assert not is_kept and "late" in page.text


def test_what_was_committed_while_it_was_made_keeps_nothing(app, cast, browser, another, report, own, monkeypatch):
    """Else a page would be held against a state that is newer than what it shows."""
    reference, _ = report()
    from portal.cases import routes

    made = routes.case_page

    def slowly(*args, **options):
        page = made(*args, **options)
        attribute(cast, case_id(cast, reference))
        return page

    monkeypatch.setattr(routes, "case_page", slowly)
    browser.get(f"/cases/{reference}")
    monkeypatch.undo()
    assert not own(browser, f"/cases/{reference}")[0]


def test_nothing_is_kept_without_memory(app, browser, report, own, monkeypatch):
    path = f"/cases/{report()[0]}"
    monkeypatch.setattr(app.extensions["keeper"]._own, "limit", 0)
    own(browser, path)
    assert not own(browser, path)[0]


def test_many_owners_do_not_push_out_what_many_read(app):
    keeper = app.extensions["keeper"]
    assert keeper._own is not keeper._pages and keeper._own.limit < keeper._pages.limit and keeper._own._most


def test_what_a_cookie_says_is_read_strictly():
    anybody, ours = reader_of("", "session"), reader_of("session=abc; lang=en", "session")
    assert anybody is not None and anybody.who == b""
    assert ours is not None and ours.language == "en" and ours.who and b"abc" not in ours.who
    assert ours.who == reader_of("lang=zh_Hans; session=abc", "session").who != reader_of("session=abd", "session").who
    for header in ("session=a; session=b", "session=a; other=1", "lang=xx", "lang=en; lang=en", "nonsense"):
        assert reader_of(header, "session") is None


def test_what_is_ones_own_is_never_asked_of_a_second_database(browser, report, app):
    """That one may be behind: a key would open a page for seconds after it was revoked."""

    class Fit:
        def is_fit(self):
            return True

    class Second:
        def __getattr__(self, _name):
            raise AssertionError("the second was asked")

    versions = app.extensions["keeper"]._versions
    followed = FollowedVersions(versions, Second(), Fit())
    assert followed.first is versions.first
    report()
    with entered(Scope.system()):
        session = db.session.query(BrowserSession).one()
        key = db.session.query(Key).filter(Key.purpose == "case").one()
    question = Question(session.network_id, session.id, session.token_hash, key.subject_id)
    assert followed.own(question) is not None
