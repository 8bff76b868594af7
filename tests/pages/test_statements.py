"""How many statements it takes what is done most often: on PostgreSQL each of them is a way to the server and back."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from tenants.scope import db

pytestmark = pytest.mark.database


@pytest.fixture
def taken(app):
    """The statements that a call takes."""

    def count(act):
        for name in ("keeper", "fragments"):
            app.extensions[name].clear()
        said = []

        def listen(_connection, _cursor, sql, *_rest):
            # SQLite is told to begin by a statement; which network a host opens is known for two seconds.
            if not sql.startswith("BEGIN") and "network_hosts" not in sql:
                said.append(sql)

        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", listen)
            act()
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(said)

    return count


def test_a_report(report, another, taken):
    report(another())
    form = taken(lambda: another().get("/report"))
    assert taken(lambda: report(another())) - form <= 19


def test_a_case_for_everybody(browser, another, report, taken):
    path = f"/cases/{report()[0]}"
    another().get(path)
    assert taken(lambda: another().get(path)) <= 6


def test_a_case_for_its_customer(browser, report, taken):
    path = f"/cases/{report()[0]}"
    browser.get(path)
    assert taken(lambda: browser.get(path)) <= 10
    assert taken(lambda: browser.get(f"{path}/live")) <= 6


def test_the_desks_queue(report, another, signed_in, taken):
    ada = signed_in("ada")
    report(another())
    ada.get("/desk/meridian/")
    assert taken(lambda: ada.get("/desk/meridian/")) <= 7
