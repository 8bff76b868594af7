"""Mail is encrypted where the server offers it, to a server that proves its name, before anybody signs in."""

from __future__ import annotations

import datetime
import ipaddress
import smtplib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.followers.notifications import mail
from portal.followers.notifications.mail import server_of

ADDRESS = "127.0.0.1"
ANSWERS = {"AUTH": b"235 welcome\r\n", "STARTTLS": b"220 go\r\n", "QUIT": b"221 bye\r\n"}


def certificate(folder: Path) -> Path:
    """Its key and a certificate for this address that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ADDRESS))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Server(socketserver.ThreadingTCPServer):
    """Answers as `offers` says, and remembers what it was told, and what of it could be read on the way."""

    daemon_threads = True

    def __init__(self, pem: Path) -> None:
        self.offers = b"250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"
        self.at_once = False
        self.told: list[str] = []
        self.in_the_clear: list[str] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        super().__init__((ADDRESS, 0), Talk)

    def url(self, scheme: str, who: str = "user:secret@", host: str = ADDRESS) -> str:
        return f"{scheme}://{who}{host}:{self.server_address[1]}"

    def handle_error(self, *_request: object) -> None:
        """A client that hangs up is what most tests here want."""


class Talk(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        with self._greeted() as talk:
            talk.sendall(b"220 here\r\n")
            self._answer(talk, encrypted=self.server.at_once)

    def _greeted(self) -> socket.socket:
        return self._encrypted(self.request) if self.server.at_once else self.request

    def _encrypted(self, talk: socket.socket) -> socket.socket:
        return self.server.context.wrap_socket(talk, server_side=True)

    def _answer(self, talk: socket.socket, *, encrypted: bool) -> None:
        while line := talk.recv(1000):
            word = line.split()[0].decode().upper()
            self.server.told.append(word)
            if not encrypted:
                self.server.in_the_clear.append(word)
            talk.sendall({**ANSWERS, "EHLO": self.server.offers}.get(word, b"250 ok\r\n"))
            if word == "STARTTLS":
                with self._encrypted(talk) as hidden:
                    return self._answer(hidden, encrypted=True)
        return None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(certificate(tmp_path)) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def trusted(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its authority is known here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "mail.pem"))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_password_goes_encrypted_to_a_server_that_proves_its_name(server: Server, scheme: str) -> None:
    server.at_once = scheme == "smtps"
    with server_of(server.url(scheme), 5):
        pass
    assert "AUTH" in server.told and "AUTH" not in server.in_the_clear


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_no_password_for_a_server_that_nobody_vouches_for(server: Server, scheme: str) -> None:
    server.at_once = scheme == "smtps"
    with pytest.raises(ssl.SSLCertVerificationError), server_of(server.url(scheme), 5):
        pass
    assert "AUTH" not in server.told


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_nor_for_one_whose_certificate_is_for_another_name(server: Server, scheme: str) -> None:
    server.at_once = scheme == "smtps"
    with pytest.raises(ssl.SSLCertVerificationError), server_of(server.url(scheme, host="localhost"), 5):
        pass
    assert "AUTH" not in server.told


def test_nor_for_one_that_offers_no_encryption(server: Server) -> None:
    server.offers = b"250-here\r\n250 AUTH PLAIN\r\n"
    with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"), server_of(server.url("smtp"), 5):
        pass
    assert "AUTH" not in server.told


def test_a_relay_on_this_machine_that_asks_for_no_password_is_spoken_to_as_it_is(server: Server) -> None:
    with server_of(server.url("smtp", who=""), 5) as talk:
        assert talk.noop()[0] == 250
    assert "STARTTLS" not in server.told


def test_one_elsewhere_has_to_prove_its_name(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "ON_THIS_MACHINE", ())
    with pytest.raises(ssl.SSLCertVerificationError), server_of(server.url("smtp", who=""), 5):
        pass
