"""The recommended front, as it stands in deploy/nginx: what it keeps and never keeps, and what slow clients meet."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.front import DEPLOY, Front, fronting, with_nginx


class Portal(ThreadingHTTPServer):
    """Stands for the portal: counts what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        portal: Any = self.server
        portal.asked.append(f"{self.command} {self.path}")
        body = f"{len(portal.asked)} {self.headers['X-Forwarded-Proto']} {self.headers['X-Forwarded-For']}".encode()
        self.send_response(portal.status)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def front(tmp_path: Path, portal: Portal) -> Iterator[Front]:
    with fronting(
        tmp_path, [f"127.0.0.1:{portal.server_port}"], **{"client_header_timeout 10s": "client_header_timeout 1s"}
    ) as running:
        yield running


@with_nginx
def test_many_readers_are_one_request(front: Front, portal: Portal) -> None:
    answers = {front.ask("/cases/RIV-ABCD-1234") for _reader in range(30)}
    assert len(answers) <= 3 and len(portal.asked) <= 3, "one a second"
    assert all("http 127.0.0.1" in body for _status, body in answers)


@with_nginx
def test_a_page_that_is_taken_back_is_gone_within_a_second_and_asked_for_once(front: Front, portal: Portal) -> None:
    assert front.ask("/cases/RIV-ABCD-1234")[0] == 200
    portal.status = 404
    deadline = time.monotonic() + 10
    while front.ask("/cases/RIV-ABCD-1234")[0] != 404 and time.monotonic() < deadline:
        time.sleep(0.1)
    portal.asked.clear()
    assert {front.ask("/cases/RIV-ABCD-1234")[0] for _reader in range(30)} == {404}
    assert len(portal.asked) <= 3


@with_nginx
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/cases/RIV-ABCD-1234", {"Cookie": "__Host-session=x"}),
        ("/cases/RIV-ABCD-1234", {"Cookie": "lang=en; __Host-wrote=1"}),
        ("/cases/RIV-ABCD-1234", {"Cookie": "lang=en; lang=secret"}),
        ("/cases/RIV-ABCD-1234?sent=vote", {}),
        ("/cases?unheard=of", {}),
        ("/cases/RIV-ABCD-1234/files/1", {}),
        ("/desk/meridian", {}),
        ("/k/secret", {}),
        ("/ballot/ideas/RIV-1/vote", {}),
        ("/sign-in", {}),
        ("/search?q=bag", {}),
        ("/report", {}),
    ],
)
def test_what_is_somebodys_own_is_never_kept(front: Front, portal: Portal, path: str, headers: dict[str, str]) -> None:
    front.ask("/cases/RIV-ABCD-1234")  # what a stranger sees is kept
    portal.asked.clear()
    for _time in range(3):
        front.ask(path, **headers)
    assert len(portal.asked) == 3


@with_nginx
def test_language_part_and_query_have_their_own(front: Front, portal: Portal) -> None:
    asked = [
        ("/cases", {}),
        ("/cases", {"Cookie": "lang=zh_Hans"}),
        ("/cases", {"Accept_Language": "zh-TW"}),
        ("/cases", {"HX_Request": "true"}),
        ("/cases?state=closed&order=votes", {}),
    ]
    bodies = [front.ask(path, **headers)[1] for path, headers in asked]
    assert len(set(bodies)) == len(asked)


@with_nginx
def test_writing_is_never_kept_and_never_repeated(front: Front, portal: Portal) -> None:
    for _time in range(2):
        front.ask("/cases", "POST")
    portal.status = 503
    front.ask("/cases", "POST")
    assert portal.asked == ["POST /cases"] * 3


@with_nginx
def test_while_the_portal_is_away_the_last_page_is_served(front: Front, portal: Portal) -> None:
    _status, page = front.ask("/ideas")
    portal.status = 503
    deadline = time.monotonic() + 5
    while len(portal.asked) < 2 and time.monotonic() < deadline:
        assert front.ask("/ideas") == (200, page)
        time.sleep(0.2)
    assert len(portal.asked) >= 2, "it was asked again, and was away"
    assert front.ask("/desk/meridian")[0] == 503


@with_nginx
def test_measures_are_not_for_everybody(front: Front, portal: Portal) -> None:
    assert front.ask("/metrics")[0] == front.ask("/readyz")[0] == 404
    assert portal.asked == []


@with_nginx
def test_who_trickles_is_cut_off_and_never_reaches_the_portal(front: Front, portal: Portal) -> None:
    with closing(socket.create_connection(("127.0.0.1", front.port), timeout=10)) as slow:
        slow.sendall(b"GET /cases HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        with pytest.raises(ConnectionResetError):
            slow.recv(1000)
    assert portal.asked == []


def test_units_and_compose_start_commands_that_there_are() -> None:
    from portal.cli import main

    told = "\n".join(
        path.read_text() for path in [*DEPLOY.glob("systemd/*.service"), DEPLOY / "compose" / "compose.yaml"]
    )
    for name in re.findall(r"(?:bin/portal |\[portal, )(\w+)", told):
        assert name in main.commands
    assert yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"].keys() >= {"web", "worker"}
