# SPDX-License-Identifier: Apache-2.0
"""A real gateway process with several makers in its directory, and plain HTTP to it."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from nadzor.base import clock
from nadzor.base.directory import Entry, KeyEntry, issue, seal_directory
from nadzor_wire.base64text import b64
from nadzor_wire.batch import PATH, deflate
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from tests.unit.gateway.house import FINDINGS, fresh_stream, header, lines_of, request_of, study

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from nadzor.base.home import Home
from nadzor.gateway import line, reading, serve, turns
from nadzor.journal import writer
{changes}
serve.run(Home.open(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), workers=int(sys.argv[3]), {options})
"""


class Maker:
    """A maker with one installation of one device."""

    def __init__(self, name):
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        self.public = self.private.public_key().public_bytes_raw()
        self.keyid = key_id(self.public)

    def entry(self, now):
        """What the directory says of its installation."""
        key = KeyEntry(public=b64(self.public), not_before=now - timedelta(days=1))
        return Entry(
            device=f"ai-{self.name}",
            site="s-0001",
            findings=FINDINGS,
            keys={self.keyid: key},
            maker=f"m-{self.name}",
        )

    def batch(self, url, *events, stream=None, coding="identity", first=1):
        """A signed batch: whole request, ready to be sent."""
        lines = lines_of(*(events or [study()]))
        place = header(first, first + len(lines) - 1, stream=stream or fresh_stream())
        return self.coded(url, deflate(b"\n".join(lines) + b"\n", coding), place, coding=coding)

    def coded(self, url, body, place, *, coding="identity"):
        """A signed batch with this coded body."""
        signing = {"private": self.private, "keyid": self.keyid, "url": url, "now": clock.now()}
        return request_of(body, place, coding=coding, **signing)


class Gateway:
    """One gateway process on a free port."""

    def __init__(self, home, makers, *, workers=1, changes="", options="", log=subprocess.DEVNULL):
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._makers = makers
        self._serial = 0
        code = START.format(changes=changes, options=options or f"public_url={self.url!r}")
        self._command = [sys.executable, "-W", "ignore", "-c", code, str(home.root), str(self.port)]
        self._command.append(str(workers))
        self._log = log
        self.process = None

    def publish(self):
        """Publish the directory anew; it is good for a minute."""
        self._serial += 1
        now = clock.now()
        known = {f"i-{maker.name}": maker.entry(now) for maker in self._makers}
        sealed = seal_directory(issue(self._serial, known, now=now), self.home.key("directory"))
        beside = self.home.directory.with_suffix(".new")
        beside.write_bytes(sealed)
        beside.replace(self.home.directory)

    def start(self):
        """Start, and wait until it answers."""
        self.publish()
        self.process = subprocess.Popen(self._command, cwd=ROOT, stdout=self._log, stderr=self._log)
        self.wait_until_answering()

    def wait_until_answering(self):
        """Wait until a GET gets an answer."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the gateway ended"
            try:
                if get(self.port, "/health/live")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the gateway did not start")

    def stop(self):
        """Ask it to end; its exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(10)

    def children(self):
        """Process ids of its workers."""
        return workers_of(self.process.pid)


@contextmanager
def serving(home, makers, **how):
    """A gateway that answers; ended on leaving."""
    gateway = Gateway(home, makers, **how)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()


def workers_of(pid):
    """Children of a process that serve, by what they were started for."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = {int(child): _line_of(child) for child in listed}
    return [child for child, line in lines.items() if b"spawn_main" in line]


def _line_of(child):
    """What a process was started with; nothing once it has gone."""
    try:
        return Path(f"/proc/{child}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path, headers=None, *, timeout=20):
    """Status, headers and body of a GET."""
    return _ask(port, "GET", path, None, headers or {}, timeout=timeout)


def post(port, made, *, path=PATH, timeout=60):
    """Status, headers and body of a POST of a batch."""
    return _ask(port, "POST", path, made.body, dict(made.headers), timeout=timeout)


def post_on(link, made, *, path=PATH):
    """The same on a connection that stays."""
    link.request("POST", path, made.body, dict(made.headers))
    answer = link.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def raw_head(made, port):
    """The head of a request as bytes."""
    headers = {"host": f"127.0.0.1:{port}", "content-length": str(len(made.body))} | dict(made.headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def connect(port, *, timeout=20):
    """A socket to the gateway."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def resident_peak(pid):
    """The most memory that a process ever held.  Units: bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak(pid):
    """Begin to measure the peak anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def open_files(pid):
    """Number of open descriptors of a process."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _ask(port, *asked, timeout):
    """Method, path, body and headers, on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as link:
        link.request(*asked)
        answer = link.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
