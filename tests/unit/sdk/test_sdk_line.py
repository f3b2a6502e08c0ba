# SPDX-License-Identifier: Apache-2.0
"""One connection: bounded in time, ended from outside, encrypted when asked."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nadzor_sdk import line
from nadzor_sdk.line import BROKEN, Line

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Door:
    """A listener whose every connection does one thing in a thread of its own."""

    def __init__(self, deed, *, context=None):
        self._deed, self._context = deed, context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.accepted = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()
        self.port = self._socket.getsockname()[1]

    def _serve(self):
        try:
            peer, _ = self._socket.accept()
        except OSError:
            return None
        self.accepted.set()
        with suppress(OSError), peer:
            if self._context is None:
                return self._deed(peer)
            with self._context.wrap_socket(peer, server_side=True) as secured:
                return self._deed(secured)

    def close(self):
        """No more connections."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._threads[0].join(30)


@pytest.fixture
def door():
    """Makes doors and closes them."""
    made = []

    def make(deed, **how):
        made.append(Door(deed, **how))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_dripping_answer_is_given_up(door, monkeypatch):
    """The time for an answer is for all of it, however often a byte comes."""
    monkeypatch.setattr(line, "ANSWER_S", 0.2)
    enough = threading.Event()

    def drip(peer):
        while not enough.wait(0.02):
            peer.sendall(b"H")

    with closing(Line(f"http://127.0.0.1:{door(drip).port}/")) as path:
        assert path.post(b"", {}) is BROKEN
    enough.set()


@pytest.mark.parametrize("secure", [False, True], ids=["waiting", "shaking-hands"])
def test_a_hanging_request_is_ended_from_outside(door, secure):
    """Whether it waits for an answer or for the other side of a handshake; later posts end at once."""
    enough, got = threading.Event(), []
    silent = door(lambda peer: enough.wait(60))
    path = Line(f"http{'s' if secure else ''}://127.0.0.1:{silent.port}/")
    asking = threading.Thread(target=lambda: got.append(path.post(b"", {})))
    asking.start()
    assert silent.accepted.wait(30)
    while path._connection is None or path._connection.sock is None:
        asking.join(0.01)
    path.abort()
    asking.join(30)
    enough.set()
    assert got == [BROKEN] and path.post(b"", {}) is BROKEN
    path.close()


def test_a_name_without_an_address_is_a_broken_connection(monkeypatch):
    """No resolver, no address: nothing raises."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    assert Line("http://nowhere.invalid/").post(b"", {}) is BROKEN


def test_the_next_address_is_tried(door, monkeypatch):
    """A host with a dead address and a living one is reached."""
    port = door(lambda peer: (peer.recv(1000), peer.sendall(ANSWER))).port
    dead = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))
    living = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [dead, living])
    with closing(Line(f"http://two.example:{port}/")) as path:
        assert path.post(b"", {}).body == b"ok"


def test_https_trusts_a_known_authority_only(door, tmp_path, monkeypatch):
    """A certificate that the system trusts is spoken to; another is a broken connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    good = door(lambda peer: (peer.recv(1000), peer.sendall(ANSWER)), context=context)
    bad = door(lambda peer: peer.recv(1000), context=context)
    with closing(Line(f"https://127.0.0.1:{bad.port}/")) as path:
        assert path.post(b"", {}) is BROKEN
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "door.pem"))
    with closing(Line(f"https://127.0.0.1:{good.port}/")) as path:
        assert path.post(b"", {}).body == b"ok"


def certificate(folder):
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "door.pem").write_bytes(key.private_bytes(*form) + made.public_bytes(form[0]))
    return folder / "door.pem"
