"""/metrics: who may read it, and what it counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.followers.models import Delivery
from portal.operations import standing
from portal.worker.heart import Heart
from portal.worker.main import until_idle
from portal.worker.sequencer import sequence
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.pages.conftest import RIVERSIDE
from tests.play import reported

pytestmark = pytest.mark.database
TOKEN = "t" * 32


@pytest.fixture
def read(app, cast):
    def ask(peer="127.0.0.1", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return app.test_client().get("/metrics", headers=named, environ_base={"REMOTE_ADDR": peer})

    return ask


@pytest.fixture
def figures(read):
    """Sample → value, as Prometheus would read them."""

    def ask():
        answer = read()
        assert answer.status_code == 200, answer.text
        families = text_string_to_metric_families(answer.text)
        return {
            f"{sample.name}{''.join(f'|{value}' for _, value in sorted(sample.labels.items()))}": sample.value
            for family in families
            for sample in family.samples
        }

    return ask


@pytest.fixture
def having(app, monkeypatch):
    def change(**values):
        monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=values))

    return change


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_read_them(read, peer):
    answer = read(peer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("peer", ["127.0.0.2", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1"])
def test_nobody_else(read, peer):
    assert read(peer).status_code == 404


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "Via", "X_Forwarded_Proto"])
def test_what_a_proxy_of_this_machine_passes_on_is_from_anywhere(read, header):
    assert read(**{header: "127.0.0.1"}).status_code == 404


def test_a_believed_proxy_makes_nobody_loopback(app, read, cast):
    """As ProxyFix leaves it: the address of the connection is what counts."""
    original = {"werkzeug.proxy_fix.orig": {"REMOTE_ADDR": "10.0.0.1"}, "REMOTE_ADDR": "127.0.0.1"}
    assert app.test_client().get("/metrics", environ_base=original).status_code == 404


def test_networks_that_the_settings_name(read, having):
    having(metrics_allow="10.0.0.0/8, 2001:db8::/32")
    assert [read(peer).status_code for peer in ("10.1.2.3", "2001:db8::9", "127.0.0.1")] == [200, 200, 404]
    having(metrics_allow="nobody")
    assert read().status_code == 404


def test_a_token_opens_them_from_anywhere(read, having):
    assert read("10.0.0.1", Authorization="Bearer ").status_code == 404, "no token is set"
    having(metrics_token=TOKEN)
    for given, status in ((f"Bearer {TOKEN}", 200), ("Bearer wrong", 404), ("Bearer ", 404), ("Bearer ü", 404)):
        assert read("10.0.0.1", Authorization=given).status_code == status, given


def test_requests_by_template_method_and_class(browser, report, figures):
    before = figures()
    reference, key = report()
    for path in (f"/cases/{reference}", f"/cases/{reference}?sent=message", "/no/such/page", key):
        browser.get(path)
    after = figures()

    def more(sample):
        return after.get(sample, 0) - before.get(sample, 0)

    assert more("daylight_http_requests_total|GET|/cases/<reference>|2xx") == 2
    assert more("daylight_http_requests_total|POST|/cases|2xx") == 1
    assert more("daylight_http_requests_total|GET|unknown|4xx") == 1
    assert more("daylight_http_request_duration_seconds_count|GET|/cases/<reference>") == 2
    text = "".join(after)
    assert reference not in text and key.rpartition("/")[2] not in text and "no/such" not in text


def test_a_method_that_somebody_invents_makes_no_label(browser, figures):
    browser.client.open("/cases", method="INVENTED", base_url=f"http://{RIVERSIDE}")
    found = figures()
    assert "INVENTED" not in "".join(found)


def test_kept_pages(another, report, figures):
    reference, _key = report(reviewed="1")
    before = figures()
    for _ in range(4):
        another().get(f"/cases/{reference}")
    after = figures()
    names = ("daylight_kept_pages_total|miss", "daylight_kept_pages_total|hit")
    assert [after[name] - before.get(name, 0) for name in names] == [1, 3]


def test_what_waits_and_for_how_long(cast, figures, hand):
    reported(cast)
    hand.move(timedelta(minutes=10))
    found = figures()
    assert found["daylight_sequencer_waiting_events"] > 0
    assert found["daylight_sequencer_oldest_seconds"] == 600
    with entered(Scope.system()):
        sequence()
    found = figures()
    assert found["daylight_sequencer_waiting_events"] == 0
    behind = [name for name in found if name.startswith("daylight_follower_events_behind|") and found[name] > 0]
    assert "daylight_follower_events_behind|log" in behind and len(behind) == 6
    assert found["daylight_follower_oldest_seconds|log"] == 600
    until_idle()
    found = figures()
    assert {found[name] for name in behind} == {0}
    assert found["daylight_follower_oldest_seconds|log"] == 0


def letters(cast, **values):
    table = Delivery.__table__
    given = {"channel": "mail", "address": "me@example.net", "message": {}, "network_id": cast.riverside}
    with entered(Scope.system()), writing():
        for number, more in enumerate(values.values()):
            row = {"effect_id": f"x:{number}", "state": "queued", "next_at": clock.now(), **given, **more}
            db.session.execute(current().insert(table), row)


def test_deliveries_by_what_is_with_them(cast, figures):
    now = clock.now()
    letters(
        cast,
        due={"next_at": now - timedelta(minutes=5)},
        later={"next_at": now + timedelta(hours=1), "tries": 2},
        held={"next_at": now - timedelta(hours=1), "leased_until": now + timedelta(minutes=1)},
        dead={"state": "dead", "problem": "SMTPRecipientsRefused: 550"},
        erased={"state": "dead", "problem": "erased"},
        long_dead={"state": "dead", "next_at": now - timedelta(days=30)},
        gone={"state": "sent"},
    )
    found = figures()
    states = {state: found[f"daylight_deliveries|{state}"] for state in ("due", "claimed", "failing", "dead")}
    assert states == {"due": 1, "claimed": 1, "failing": 1, "dead": 1}
    assert found["daylight_deliveries_oldest_seconds"] == 300
    assert "example.net" not in "".join(found)


def test_no_count_goes_further_than_it_tells_anything(cast, figures, monkeypatch):
    monkeypatch.setattr(standing, "MOST", 2)
    letters(cast, **{f"n{number}": {} for number in range(5)})
    assert figures()["daylight_deliveries|due"] == 2


def test_deliveries_are_looked_for_where_an_index_has_them(app, cast):
    """Their states stand in the statement, not among its values, so that the plan of a prepared one uses the index."""
    said = []
    for engine in db.engines.values():
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, *_rest: said.append(sql))
    with entered(Scope.system()):
        standing.deliveries()
    asked = [sql for sql in said if "FROM deliveries" in sql]
    assert len(asked) == 5
    assert all("state = 'queued'" in sql or "state = 'dead'" in sql for sql in asked)


def test_timers(cast, figures, hand):
    reported(cast)
    assert figures()["daylight_timers_due"] == 0
    hand.move(timedelta(days=60))
    found = figures()
    assert found["daylight_timers_due"] > 0 and found["daylight_timers_oldest_seconds"] > 86_400


def test_the_worker_was_seen(cast, figures):
    name = "daylight_worker_last_seen_timestamp_seconds"
    assert figures()[name] == 0
    Heart().beat()
    assert figures()[name] == clock.now().timestamp()


@pytest.mark.search
def test_the_index_and_the_log(cast, figures):
    assert figures()["daylight_search_up"] == 0
    reported(cast)
    until_idle()
    found = figures()
    assert (found["daylight_search_up"], found["daylight_search_events_behind"]) == (1, 0)
    assert found["daylight_log_entries"] > 0


def test_which_build_this_is(figures):
    (name,) = [name for name in figures() if name.startswith("daylight_build_info")]
    assert re.fullmatch(r"daylight_build_info\|[0-9a-f]{10}\|\d{4}\|[\d.]+", name)


def test_without_the_database_the_rest_is_still_told(figures, monkeypatch):
    assert figures()["daylight_database_up"] == 1

    def away():
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(standing, "timers", away)
    found = figures()
    assert found["daylight_database_up"] == 0
    assert "daylight_timers_due" not in found and "daylight_sequencer_waiting_events" not in found
    assert any(name.startswith("daylight_http_requests_total") for name in found)


def test_errors_of_the_database_are_counted_but_not_its_constraints(cast, figures):
    from sqlalchemy import text

    def errors():
        return sum(value for name, value in figures().items() if name.startswith("daylight_database_errors_total"))

    before = errors()
    with entered(Scope.system()), pytest.raises(Exception, match="no_such_table"):
        db.session.execute(text("SELECT * FROM no_such_table"))
    assert errors() == before + 1
    letters(cast, one={})
    with pytest.raises(IntegrityError):
        letters(cast, again={})
    assert errors() == before + 1


COUNT = "from portal import measures; measures.answered('/here', 'GET', 200, 0.01); measures.KEPT_PAGE_HIT()"
SHOW = "import prometheus_client; print(prometheus_client.generate_latest(measures.counted()).decode())"


def test_processes_are_added_up(tmp_path):
    """Each in its own process, as under `portal serve`; two have ended before the figures are asked for."""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for each in (COUNT, COUNT, f"{COUNT}; {SHOW}"):
        done = subprocess.run(
            [sys.executable, "-c", each], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
    assert 'daylight_http_requests_total{method="GET",route="/here",status="2xx"} 3.0' in done.stdout
    assert 'daylight_kept_pages_total{result="hit"} 3.0' in done.stdout
