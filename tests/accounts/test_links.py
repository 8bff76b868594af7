"""Links for signing in: alike for every address, once, for twenty minutes, here, and only when pressed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from portal.worker import deliveries
from tenants import administration, door, links
from tenants.models import BrowserSession, Key, User
from tenants.scope import Scope, db, entered, writing
from tests.accounts.conftest import FORM, HOST, Browser, letters, newest_link

pytestmark = pytest.mark.database

NEW = "Carla@Example.org"


def people(network_id=None):
    with entered(Scope.system(network_id)):
        return {user.email: user for user in db.session.scalars(select(User))}


def sessions():
    with entered(Scope.system()):
        return db.session.scalar(select(func.count()).select_from(BrowserSession))


def test_the_first_use_of_an_address_makes_an_account(cast, browser, hand):
    answer = browser.post("/sign-in/link", {"email": NEW})
    assert (answer.status_code, answer.location) == (303, "/sign-in?sent=link")
    assert "carla@example.org" not in people()
    path = newest_link("carla@example.org")
    assert browser.get(path).status_code == 200
    assert "carla@example.org" not in people() and sessions() == 0
    answer = browser.post(path, {})
    assert (answer.status_code, answer.location) == (303, "/account")
    made = people()["carla@example.org"]
    assert (made.name, made.password_hash, made.confirmed_at) == ("carla", None, hand.at)
    assert "carla@example.org" in browser.get("/account").text


def test_a_known_person_comes_back_to_the_same_account(ada, browser, cast):
    assert browser.come_in(ada).location == "/desk/"
    assert len(people(cast.riverside)) == 3
    assert people()[ada].confirmed_at is not None


def test_next_goes_along(ada, browser):
    browser.post("/sign-in/link", {"email": ada, "next": "/desk/meridian/"})
    assert browser.post(newest_link(), {}).location == "/desk/meridian/"
    browser.post("/sign-in/link", {"email": ada, "next": "//evil.example"})
    assert browser.post(newest_link(), {}).location == "/desk/"


def _used(browser, path, hand, app):
    browser.post(path, {})
    return path


def _expired(browser, path, hand, app):
    hand.move(links.LIFETIME)
    return path


def _revoked(browser, path, hand, app):
    with app.app_context(), entered(Scope.system()), writing():
        for key in db.session.scalars(select(Key)):
            key.revoked_at = hand.at
    return path


def _of_another_purpose(browser, path, hand, app):
    with app.app_context(), entered(Scope.system()), writing():
        for key in db.session.scalars(select(Key)):
            key.purpose = "case"
    return path


def _cut(browser, path, hand, app):
    return path[:-1]


def _empty(browser, path, hand, app):
    return "/sign-in/link/%20"


@pytest.mark.parametrize("spoil", [_used, _expired, _revoked, _of_another_purpose, _cut, _empty])
def test_what_does_not_open(app, ada, browser, another, hand, spoil):
    browser.post("/sign-in/link", {"email": ada})
    path = spoil(browser, newest_link(), hand, app)
    before = sessions()
    assert another.get(path).status_code == 404
    assert another.post(path, {}).status_code == 404
    assert sessions() == before and another.cookie is None


def test_a_link_opens_nothing_in_another_network(app, ada, browser):
    browser.post("/sign-in/link", {"email": ada})
    elsewhere = Browser(app.test_client(), "http://northport.example")
    assert elsewhere.get(newest_link()).status_code == 404
    assert elsewhere.post(newest_link(), {}).status_code == 404
    assert browser.post(newest_link(), {}).status_code == 303


def test_the_key_of_a_case_signs_nobody_in(app, cast, browser, hand):
    with entered(Scope.door(cast.riverside)), writing():
        token = door.new_key("case", 77, "RIV-1", hand.at + timedelta(days=9))
    assert browser.post(f"/sign-in/link/{token}", {}).status_code == 404


def test_a_disabled_account_is_not_opened(ada, browser, another):
    browser.post("/sign-in/link", {"email": ada})
    administration.disable("riverside", ada)
    assert another.post(newest_link(), {}).status_code == 404
    assert browser.come_in(ada).status_code == 404
    assert sessions() == 0


def _statements(app, work):
    seen = []

    def note(_connection, _cursor, sql, *_rest):
        seen.append(re.sub(r"\s+", " ", sql))

    engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    answer = work()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    return answer, seen


def test_known_unknown_and_disabled_are_asked_for_alike(app, cast, ada, browser, password_hash):
    administration.add_user("riverside", "gone@example.com", name="Gone", password_hash=password_hash)
    administration.disable("riverside", "gone@example.com")
    browser.get("/sign-in")
    told = []
    for email in (ada, "nobody@example.com", "gone@example.com", "otto@example.com"):
        answer, seen = _statements(app, lambda email=email: browser.post("/sign-in/link", {"email": email}))
        headers = {name: value for name, value in answer.headers if name not in ("Date", "X-Request-ID")}
        told.append((answer.status_code, answer.data, headers, seen))
        assert len(letters(email)) == 1
    assert all(each == told[0] for each in told[1:])


@pytest.mark.parametrize(
    "typed", ["", "ada", "a@b", "a@example.com, b@example.com", "a@exa mple.com", "x" * 300 + "@a.bc"]
)
def test_nonsense_is_no_address(cast, browser, typed):
    assert browser.post("/sign-in/link", {"email": typed}).status_code == 422
    assert letters() == []


def test_asking_is_throttled_by_address(cast, browser, hand):
    for _ in range(links.LINKS_BY_ADDRESSEE):
        assert browser.post("/sign-in/link", {"email": NEW}).status_code == 303
    assert browser.post("/sign-in/link", {"email": NEW}).status_code == 429
    assert len(letters()) == links.LINKS_BY_ADDRESSEE
    hand.move(timedelta(minutes=16))
    assert browser.post("/sign-in/link", {"email": NEW}).status_code == 303


def test_asking_does_not_lock_the_password_out(ada, browser):
    for _ in range(links.LINKS_BY_ADDRESSEE + 1):
        browser.post("/sign-in/link", {"email": ada})
    assert browser.sign_in(ada).status_code == 303


def test_asking_is_throttled_by_where_it_comes_from(cast, browser, monkeypatch):
    monkeypatch.setattr("tenants.signing_in.TRIES_BY_ADDRESS", 3)
    for number in range(3):
        browser.post("/sign-in/link", {"email": f"p{number}@example.com"})
    assert browser.post("/sign-in/link", {"email": NEW}).status_code == 429


def test_a_planted_session_is_not_taken_up(ada, browser, another):
    another.come_in("mallory@example.org")
    planted = another.cookie
    browser.client.set_cookie("session", planted, domain="riverside.example")
    browser.come_in(ada)
    assert browser.cookie != planted
    assert another.get("/account").status_code == 303  # the session that was planted has ended


def test_another_site_presses_nothing(ada, browser):
    browser.post("/sign-in/link", {"email": ada})
    answer = browser.client.post(newest_link(), base_url=HOST, headers={**FORM, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and sessions() == 0


def test_the_landing_page_tells_nobody(ada, browser):
    browser.post("/sign-in/link", {"email": ada})
    answer = browser.get(newest_link())
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_letter_says_nothing_that_was_typed_and_does_not_outlive_its_sending(cast, browser, tmp_path, monkeypatch):
    browser.post("/sign-in/link", {"email": "free-money@example.org", "next": "/x-marks-the-spot"})
    (letter,) = letters()
    assert letter.secret and letter.event_id is None
    assert "free-money" not in str(letter.message) and "spot" not in str(letter.message)
    sent = []
    monkeypatch.setattr(deliveries, "senders", lambda: {"mail": lambda *given: sent.append(given)})
    assert deliveries.send_due() == 1
    assert "/sign-in/link/" in sent[0][2]["text"]
    (letter,) = letters()
    assert (letter.state, letter.message) == ("sent", {})


def test_a_letter_that_is_given_up_is_wiped_too(cast, browser, monkeypatch, hand):
    browser.post("/sign-in/link", {"email": NEW})

    def fail(*_given):
        raise OSError("no mail server")

    monkeypatch.setattr(deliveries, "senders", lambda: {"mail": fail})
    for _ in range(len(deliveries.WAITS) + 1):
        deliveries.send_due()
        hand.move(timedelta(days=2))
    (letter,) = letters()
    assert (letter.state, letter.message) == ("dead", {})


def test_the_letter_speaks_the_language_of_who_asked(cast, browser):
    browser.post("/sign-in/link", {"email": NEW}, headers={"Accept-Language": "zh-CN"})
    assert re.search(r"[一-龥]", letters()[0].message["subject"])


def test_pressing_at_once_opens_one_session(app, ada, browser):
    from tests.play import at_once

    browser.post("/sign-in/link", {"email": ada})
    path = newest_link()
    works = [lambda: Browser(app.test_client()).post(path, {}).status_code for _ in range(4)]
    assert sorted(at_once(app, works)) == [303, 404, 404, 404]
    assert sessions() == 1


def test_two_links_of_a_new_address_at_once_make_one_account(app, cast, browser):
    from tests.play import at_once

    browser.post("/sign-in/link", {"email": NEW})
    browser.post("/sign-in/link", {"email": NEW})
    paths = [re.search(r"/sign-in/link/\S+", letter.message["text"])[0] for letter in letters("carla@example.org")]
    told = at_once(app, [lambda path=path: Browser(app.test_client()).post(path, {}).status_code for path in paths])
    assert told == [303, 303]
    assert list(people()).count("carla@example.org") == 1 and sessions() == 2


def test_what_has_had_its_time_is_swept(cast, browser, hand):
    from portal.worker.sweep import sweep
    from tenants.account_models import MailLink

    browser.post("/sign-in/link", {"email": NEW})
    hand.move(timedelta(days=2))
    sweep()
    with entered(Scope.system()):
        assert db.session.scalar(select(func.count()).select_from(Key)) == 0
        assert db.session.scalar(select(func.count()).select_from(MailLink)) == 0
