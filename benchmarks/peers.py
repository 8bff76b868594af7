"""`make bench-peers`: the portal and django-helpdesk with the same texts on the same PostgreSQL, side by side.

Each in the way its own documentation puts it into service: the portal with granian, django-helpdesk with gunicorn, two
processes each. Rates are divided by those of a bare Flask hello, alternating, as in `benchmarks.run`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from sqlalchemy import make_url

from benchmarks.client import Load, rate
from benchmarks.measuring import HELLO_PORT, PORTAL_PORT, installed, let_go, unsent
from benchmarks.report import Peer, write_peers
from benchmarks.rows import ROWS
from benchmarks.searching import complaints
from benchmarks.seed import SENTENCES, seed
from benchmarks.servers import get, serving, wait_for
from benchmarks.target import target_of
from portal.web import create_app
from tests.servers import postgresql_url

PEER_PORT = 18082
PEER = Path(__file__).parents[1] / ".venv-peers" / "bin"
PATIENT = 30
"""Seconds for a load whose single answer takes seconds."""


@dataclass(frozen=True)
class Pair:
    """What is asked of both. `ours` are names of rows of `benchmarks.rows`."""

    name: str
    ours: tuple[str, ...]
    theirs: Load
    slow: bool = False


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Tickets, and cases.")
@click.option("--seconds", default=4.0, show_default=True, help="Of each load.")
@click.option("--rounds", default=3, show_default=True, help="Alternations; the medians count.")
@click.option("--write/--no-write", default=True, help="Write the part of docs/benchmarks.md about peers.")
def main(size: int, seconds: float, rounds: int, write: bool) -> None:
    """Measure both, and print them side by side."""
    with installed("postgresql") as (settings, environment), postgresql_url("peer", durable=True) as url:
        app = create_app(settings)
        folder = Path(environment["DATA_DIR"])
        target = target_of(app, seed(app, size), folder)
        hello = settings.model_copy(update={"port": HELLO_PORT})
        cold = {**environment, "PAGE_MEMORY": "0"}
        with helpdesk(url, folder, size) as known, serving(hello, {}, hello=True):
            peers = []
            for pair in pairs(known, folder):
                theirs = _alternated(PEER_PORT, pair.theirs, seconds, rounds, slow=pair.slow)
                found = {}
                for name in pair.ours:
                    row = next(each for each in ROWS if each.name == name)
                    with serving(settings, cold if row.cold else environment):
                        found[name] = _alternated(PORTAL_PORT, row.load(target), seconds, rounds)
                peers.append(Peer(pair.name, theirs, found))
                click.echo(f"  {peers[-1]}")
        let_go(app)
    if write:
        write_peers(peers, size, datetime.now(UTC))


def pairs(known: dict[str, Any], folder: Path) -> list[Pair]:
    """The same question to both."""
    views = folder / "views.txt"
    views.write_text("\n".join(known["views"]))
    staff = {"Host": "localhost", "Cookie": f"sessionid={known['session']}"}
    listed = f"/datatables_ticket_list/{known['list']}?draw=1&start=0&length=25"
    return [
        Pair(
            "one case with 20 entries, by a stranger",
            ("case page, anonymous, cold", "case page, anonymous, warm"),
            Load("/", {"Host": "localhost"}, script="paths.lua", arguments=(str(views),)),
        ),
        Pair("25 of the open ones, for staff", ("desk queue",), Load(listed, staff), slow=True),
        Pair("a new one", ("file a complaint",), _form(folder)),
    ]


def _form(folder: Path) -> Load:
    """What its public page sends. The token belongs to the cookie, and serves for all."""
    _status, headers, page = get(PEER_PORT, "/tickets/submit/", {"Host": "localhost"})
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    cookie = re.search(r"csrftoken=[^;]+", headers.get("set-cookie", ""))
    if token is None or cookie is None:
        raise RuntimeError("django-helpdesk shows no form")
    headers = {"Host": "localhost", "Cookie": cookie[0], "Content-Type": "application/x-www-form-urlencoded"}
    form = {"csrfmiddlewaretoken": token[1].decode(), "title": "The belt stopped again",
            "body": "The belt stopped again, and nobody came.", "submitter_email": "customer@example.com"}  # fmt: skip
    status, _headers, _page = get(PEER_PORT, "/tickets/submit/", headers, urlencode(form))
    if status != HTTPStatus.FOUND:
        raise RuntimeError(f"django-helpdesk answered {status} to a new ticket")
    path = folder / "ticket-form.txt"
    path.write_text(f"{cookie[0]}\n{urlencode(form)}\n")
    return Load("/tickets/submit/", {"Host": "localhost"}, script="form.lua", arguments=(str(path),))


def _alternated(port: int, load: Load, seconds: float, rounds: int, *, slow: bool = False) -> tuple[float, float]:
    """Good answers a second, and those divided by hello's: medians. What is slow is asked by one at a time."""
    rate(port, unsent(load, rounds, rounds), PATIENT / 3 if slow else 2, connections=2)  # warm up
    ours, hellos = [], []
    for number in range(rounds):
        hellos.append(rate(HELLO_PORT, Load("/healthz"), seconds / 2))
        asked = unsent(load, number, rounds)
        ours.append(rate(port, asked, PATIENT if slow else seconds, connections=2 if slow else 16))
    return statistics.median(ours), statistics.median(ours) / statistics.median(hellos)


@contextmanager
def helpdesk(url: str, folder: Path, size: int) -> Iterator[dict[str, Any]]:
    """django-helpdesk, filled and answering at PEER_PORT; gives what the loads need to know of it."""
    parts = make_url(url)
    environment = {
        **os.environ,
        "HELPDESK_HOST": str(parts.query.get("host", parts.host)),
        "HELPDESK_USER": parts.username or "",
        "HELPDESK_DATABASE": parts.database or "",
        "HELPDESK_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "benchmarks.helpdesk_site.settings",
    }
    texts = folder / "texts.json"
    told = [each["text"] for each in complaints()] or list(SENTENCES)
    texts.write_text(json.dumps({"told": told, "said": SENTENCES}), encoding="utf-8")
    filling = [str(PEER / "python"), "-m", "benchmarks.helpdesk_site.fill", str(texts), str(size)]
    filled = subprocess.run(filling, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    argv = [str(PEER / "gunicorn"), "-w", "2", "-b", f"127.0.0.1:{PEER_PORT}", "--timeout", "120", "--log-level=error"]
    process = subprocess.Popen([*argv, "django.core.wsgi:get_wsgi_application()"], env=environment)
    try:
        wait_for(PEER_PORT)
        yield json.loads(filled.stdout)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


if __name__ == "__main__":
    sys.exit(main())
