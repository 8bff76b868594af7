"""Words, addresses, passwords, keys and cookies are planted wherever a log could pick them up, and looked for in it.

Everything that is logged is caught, by whomever, at every level, and written in each form that the portal has; what
goes wrong on the way goes wrong with the words of people in its mouth.
"""

from __future__ import annotations

import logging
import smtplib

import pytest
from sqlalchemy.exc import DBAPIError

from portal import logs
from portal.files.storage import StorageAway
from portal.followers.figures import Figures
from portal.followers.models import Delivery
from portal.followers.notifications import mail
from portal.worker import main, timers
from portal.worker.main import until_idle
from tenants import clock
from tenants.models import User
from tenants.scope import Scope, current, db, entered, writing
from tests.pages.conftest import RIVERSIDE, hidden

pytestmark = [pytest.mark.database, pytest.mark.search]
ADDRESS = "canaryaddressbird@example.net"


def canary(name):
    return f"canary{name}bird"


class Everything(logging.Handler):
    """Writes each line in every form."""

    def __init__(self):
        super().__init__(logging.NOTSET)
        self.text, self.events = [], set()
        self.addFilter(logs._is_wanted)

    def emit(self, record):
        self.text += [form.format(record) for form in (logs.Json(), logs.Text())]
        self.events.add(logs.values_of(record)["event"])


@pytest.fixture
def everything():
    root, handler = logging.getLogger(), Everything()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)
    written = "\n".join(handler.text)
    found = sorted({line for line in written.splitlines() if "canary" in line or "example.net" in line})
    assert found == []


def failing(problem):
    def fail(*_given, **_named):
        raise problem

    return fail


def test_what_people_send(browser, another, report, signed_in, everything):
    reference, key = report(
        what=f"{canary('report')} did not arrive.", wish=canary("wish"), email=ADDRESS, contact=ADDRESS, reviewed="1"
    )
    stranger = another()
    token = key.rpartition("/")[2]
    stranger.client.set_cookie("session", canary("cookie"), domain=RIVERSIDE)
    headers = {
        "User-Agent": canary("agent"),
        "Referer": f"http://{RIVERSIDE}/{canary('referer')}",
        "Authorization": f"Bearer {canary('bearer')}",
        "X-Request-ID": canary("number"),
        "X-Forwarded-For": canary("forwarded"),
    }
    for path in (
        f"/cases/{reference}?q={canary('query')}",
        f"/{canary('path')}",
        "/metrics",
        "/readyz",
        f"/k/{canary('key')}",
    ):
        stranger.get(path, **headers)
    stranger.get(key)
    stranger.get("/sign-in")
    stranger.post("/sign-in", {"email": ADDRESS, "password": canary("password")})
    page = browser.get(f"/cases/{reference}")
    browser.post(f"/cases/{reference}/messages", {"version": hidden(page.text, "version"), "text": canary("message")})
    browser.post(f"/cases/{reference}/messages", {"version": "0", "text": canary("stale")})
    signed_in("ada").get(f"/desk/meridian/search?q={canary('search')}")
    until_idle()
    assert "request" in everything.events
    assert token not in "".join(everything.text) and reference not in "".join(everything.text)


@pytest.mark.parametrize(
    "problem",
    [
        ValueError(canary("value")),
        KeyError(canary("key")),
        RuntimeError(ADDRESS),
        StorageAway(f"/files/{canary('file')}"),
        OSError(13, "Permission denied", canary("file")),
        DBAPIError("SELECT :x", {"x": canary("parameter")}, ValueError(canary("database"))),
    ],
)
def test_errors_that_repeat_what_somebody_sent(app, browser, everything, monkeypatch, problem):
    monkeypatch.setitem(app.view_functions, "cases.index", failing(problem))
    assert browser.get(f"/cases?q={canary('query')}").status_code in (500, 503)
    assert everything.events & {"request.error", "storage.away", "database.away"}


def test_a_database_that_quotes_a_row_that_it_refuses(app, browser, cast, everything, monkeypatch):
    """PostgreSQL says `Key (network_id, email)=(1, somebody@example.net) already exists`."""

    def twice():
        with entered(Scope.system()), writing():
            for _ in range(2):
                db.session.add(User(network_id=cast.riverside, email=ADDRESS, name=canary("name")))
                db.session.flush()

    monkeypatch.setitem(app.view_functions, "cases.index", twice)
    assert browser.get("/cases").status_code == 500
    assert "request.error" in everything.events


def test_the_worker_with_words_in_its_hands(cast, report, hand, everything, monkeypatch):
    report(what=f"{canary('report')} did not arrive.")
    with entered(Scope.system()), writing():
        letter = {"effect_id": f"x:{ADDRESS}", "channel": "mail", "address": ADDRESS, "next_at": clock.now()}
        letter |= {"message": {"subject": canary("subject"), "text": canary("text")}, "network_id": cast.riverside}
        db.session.execute(current().insert(Delivery.__table__), letter)
    refused = smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"no such user {ADDRESS}".encode())})
    monkeypatch.setattr(mail, "send", failing(refused))
    monkeypatch.setattr(Figures, "follow", failing(ValueError(canary("follower"))))
    monkeypatch.setattr(timers, "HANDLERS", dict.fromkeys(timers.HANDLERS, failing(KeyError(canary("timer")))))
    monkeypatch.setattr(main.keeping, "turn", failing(RuntimeError(canary("index"))))
    main.turn()
    hand.set(hand.at.replace(year=2027))
    main.turn()
    assert {"delivery.failed", "follower.failed", "timer.failed", "search.failed"} <= everything.events
    with entered(Scope.system()):
        kept = db.session.scalars(current().select(Delivery.__table__.c.problem)).all()
    assert "SMTPRecipientsRefused: 550" in kept
    assert not [each for each in kept if each and "example.net" in each]


def test_libraries_that_say_too_much(everything):
    for name in ("botocore.endpoint", "urllib3.connectionpool", "asyncio", "_granian"):
        logging.getLogger(name).warning("sent %s to %s", canary("header"), ADDRESS)
        logging.getLogger(name).debug("sent %s to %s", canary("header"), ADDRESS)
    assert "library.botocore.endpoint" in everything.events


def test_a_canary_would_be_found():
    handler = Everything()
    handler.emit(logging.LogRecord("portal.x", logging.INFO, "", 1, canary("plain"), (), None))
    assert canary("plain") in handler.text[0]
