# SPDX-License-Identifier: Apache-2.0
"""Enrolment and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from nadzor_sdk.__main__ import main
from nadzor_wire import suites
from nadzor_wire.base64text import unb64
from nadzor_wire.enrolment import parse_credential
from nadzor_wire.keys import key_id
from nadzor_wire.receipt import encode_answer
from tests.second_suite import ED448, NAME
from tests.stub_gateway import StubLog
from tests.wire_samples import flip, sent_and_answered

LOG = StubLog()


class Portal:
    """A portal with one question and a changeable answer."""

    def __init__(self) -> None:
        self.status, self.change, self.asked = 200, {}, []
        self.keyid_of = key_id
        portal = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                portal.asked.append((self.path, asked))
                body = json.dumps(portal.answer(asked)).encode()
                self.send_response(portal.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, asked):
        """What the platform answers to a good token."""
        identity = {
            "installation": "i-000000000001",
            "device": "ai-001",
            "keyid": self.keyid_of(unb64(asked["public_key"])),
            "gateway": "https://intake.example",
            "log_vkey": LOG.vkey,
            "directory_serial": 3,
            "enrolled_at": "2026-11-03T09:00:00Z",
        }
        return identity | self.change


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A portal of its own for each test."""
    made = Portal()
    yield made
    made.server.shutdown()
    made.server.server_close()


def enrolled(portal, out):
    """Exit code of the command."""
    return main(["enrol", "--url", portal.url, "--token", "t-1", "--out", str(out)])


def test_the_key_is_made_here_and_only_its_public_half_leaves(portal, tmp_path, capsys):
    """The credential is written for its owner's eyes; the portal saw the token and a public key."""
    out = tmp_path / "installation.json"
    assert enrolled(portal, out) == 0
    credential = parse_credential(out.read_bytes())
    ((path, asked),) = portal.asked
    assert path == "/api/v1/enrol" and set(asked) == {"token", "public_key"}
    assert unb64(asked["public_key"]) == credential.public() and credential.log_vkey == LOG.vkey
    assert out.stat().st_mode & 0o777 == 0o600 and [path.name for path in tmp_path.iterdir()] == [out.name]
    assert "i-000000000001" in capsys.readouterr().out


def test_a_lost_answer_can_be_asked_for_again_with_the_same_key(portal, tmp_path, capsys):
    """The key outlives a failed attempt, so the token is not wasted on a key nobody has."""
    out = tmp_path / "installation.json"
    portal.status = 503
    assert enrolled(portal, out) == 1 and not out.exists()
    assert (tmp_path / "installation.json.key").stat().st_mode & 0o777 == 0o600
    portal.status = 200
    assert enrolled(portal, out) == 0
    assert portal.asked[0] == portal.asked[1]


@pytest.mark.parametrize(
    "change",
    [{"keyid": "0" * 16}, {"log_vkey": "x"}, {"surprise": 1}, {"enrolled_at": "today"}],
)
def test_an_answer_that_is_no_credential_is_refused(portal, tmp_path, capsys, change):
    """Nothing is written when the platform enrolled another key or pins no log."""
    portal.change = change
    assert enrolled(portal, tmp_path / "installation.json") == 1
    assert not (tmp_path / "installation.json").exists()


def test_a_refusal_is_shown(portal, tmp_path, capsys):
    """The problem's code and title reach the person at the keyboard."""
    portal.status, portal.change = 401, {"code": "enrol.token", "title": "The token is used"}
    assert enrolled(portal, tmp_path / "x.json") == 1
    assert "401 enrol.token: The token is used" in capsys.readouterr().err


def test_a_portal_that_is_not_there_is_said(tmp_path, capsys):
    """No answer is an error of its own."""
    assert main(["enrol", "--url", "http://127.0.0.1:9", "--token", "t", "--out", str(tmp_path / "x")]) == 1
    assert "no answer from 127.0.0.1:9" in capsys.readouterr().err


def test_an_existing_credential_is_never_overwritten(portal, tmp_path, capsys):
    """A key that reports today is not replaced by accident."""
    out = tmp_path / "installation.json"
    out.write_text("{}")
    assert enrolled(portal, out) == 2 and portal.asked == []


def test_a_key_of_another_suite_is_asked_for_by_name(portal, tmp_path, capsys, monkeypatch):
    """One that this machine does not offer is wrong use, and nothing is asked."""
    out = tmp_path / "installation.json"
    command = ["enrol", "--url", portal.url, "--token", "t-1", "--out", str(out), "--suite", NAME]
    assert main(command) == 2 and portal.asked == [] and list(tmp_path.iterdir()) == []
    monkeypatch.setitem(suites.SUITES, NAME, ED448)
    portal.change = {"suite": NAME}
    portal.keyid_of = ED448.keyid_of
    assert main(command) == 0
    assert portal.asked[0][1]["suite"] == NAME == parse_credential(out.read_bytes()).suite


@pytest.fixture(scope="module")
def proved(tmp_path_factory):
    """A folder with an answer and the key of its log."""
    folder = tmp_path_factory.mktemp("receipt")
    _, answer, vkey = sent_and_answered()
    (folder / "answer.json").write_bytes(encode_answer(answer))
    (folder / "log.vkey").write_text(vkey + "\n")
    return folder, answer, vkey


def test_a_receipt_is_proved_offline(proved, capsys):
    """With the log's key as text or as a file."""
    folder, _, vkey = proved
    for key in (vkey, str(folder / "log.vkey")):
        assert main(["verify", str(folder / "answer.json"), "--key", key]) == 0
        assert "proved: i-000000000001 events 1..10" in capsys.readouterr().out


def test_a_spoilt_receipt_is_not_proved(proved, tmp_path, capsys):
    """The first thing that fails is named."""
    folder, answer, vkey = proved
    body = answer.receipt.leaf["body"]
    text = (folder / "answer.json").read_text().replace(body, flip(body))
    (tmp_path / "spoilt.json").write_text(text)
    assert main(["verify", str(tmp_path / "spoilt.json"), "--key", vkey]) == 1
    assert "not proved: proof" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["not a key", ""])
def test_wrong_use_has_its_own_exit_code(proved, capsys, key):
    """A key that is none, or a file that is not there, is wrong use."""
    folder, _, vkey = proved
    assert main(["verify", str(folder / "answer.json"), "--key", key or vkey + "x"]) == 2
    assert main(["verify", str(folder / "absent.json"), "--key", vkey]) == 2


def test_the_module_runs(proved):
    """`python -m nadzor_sdk` is the command."""
    folder, _, vkey = proved
    command = [sys.executable, "-m", "nadzor_sdk", "verify", str(folder / "answer.json"), "--key", vkey]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "leaf 4 of 5 in stub.test/log" in done.stdout
