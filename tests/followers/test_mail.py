"""Mail as a server receives it: over SMTP on loopback, with threads, both bodies, and characters beyond ASCII."""

from __future__ import annotations

import logging
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from portal.config import Settings
from portal.followers.notifications import mail
from tenants import clock
from tests.conftest import THE_DAY

MESSAGE = {
    "subject": "[RIV-7K3M-9QF2] 您的反馈有了答复",
    "text": "您好，\n\nhttps://example.org/k/secret\n",
    "html": "<p>您好</p>",
    "thread": "abc",
    "leave": "https://example.org/u/token",
}


class Inbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.envelopes: list[object] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 kept"


@pytest.fixture
def server():
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def settings(tmp_path, url):
    return Settings(data_dir=tmp_path, secret_key="s" * 40, mail_url=url, mail_from="portal@example.org")


def test_over_smtp(server, tmp_path):
    inbox, url = server
    with clock.held(THE_DAY):
        mail.send(settings(tmp_path, url), "news:1:2", "me@example.net", MESSAGE)
    (envelope,) = inbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("portal@example.org", ["me@example.net"])
    got = message_from_bytes(envelope.content, policy=policy.default)
    assert got["Subject"] == MESSAGE["subject"] and got["To"] == "me@example.net"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["References"] == got["In-Reply-To"] == "<abc@example.org>"
    assert got["List-Unsubscribe"] == "<https://example.org/u/token>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.get_body(("plain",)).get_content().replace("\r\n", "\n") == MESSAGE["text"]
    assert "您好" in got.get_body(("html",)).get_content()


def test_a_second_copy_is_recognised(server, tmp_path):
    inbox, url = server
    with clock.held(THE_DAY):
        for effect in ("news:1:2", "news:1:2", "news:1:3"):
            mail.send(settings(tmp_path, url), effect, "me@example.net", MESSAGE)
    ids = [message_from_bytes(each.content, policy=policy.default)["Message-ID"] for each in inbox.envelopes]
    assert ids[0] == ids[1] != ids[2]


def test_a_server_that_is_away_is_an_error_to_be_tried_again(tmp_path):
    with clock.held(THE_DAY), pytest.raises(OSError):  # noqa: PT011 (any kind: the delivery keeps its words)
        mail.send(settings(tmp_path, "smtp://127.0.0.1:1"), "news:1:2", "me@example.net", MESSAGE)


def test_on_the_console_and_not_in_the_log(tmp_path, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    with clock.held(THE_DAY):
        mail.send(settings(tmp_path, "console:"), "news:1:2", "me@example.net", MESSAGE)
    shown = capsys.readouterr().out
    assert "me@example.net" in shown and "List-Unsubscribe" in shown
    assert "me@example.net" not in caplog.text
