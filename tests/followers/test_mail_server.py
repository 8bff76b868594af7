"""Mail is encrypted where the server offers it, before anybody signs in."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest

from portal.followers.notifications.mail import server_of

ANSWERS = {
    "EHLO": b"250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n",
    "STARTTLS": b"454 not now\r\n",
    "AUTH": b"235 welcome\r\n",
    "QUIT": b"221 bye\r\n",
}


class Server(socketserver.ThreadingTCPServer):
    """Offers STARTTLS and then refuses it; remembers what it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        self.told: list[str] = []
        super().__init__(("127.0.0.1", 0), Talk)


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.split()[0].decode().upper()
            self.server.told.append(word)  # type: ignore[attr-defined]
            self.wfile.write(ANSWERS.get(word, b"250 ok\r\n"))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_encryption_that_is_offered_is_asked_for_before_a_password_is_sent(server: Server) -> None:
    url = f"smtp://user:secret@127.0.0.1:{server.server_address[1]}"
    with pytest.raises(OSError, match="not now"), server_of(url, 5):
        pass
    assert server.told[:2] == ["EHLO", "STARTTLS"] and "AUTH" not in server.told
