# SPDX-License-Identifier: Apache-2.0
"""The gateway behind the real nginx with the shipped configuration: signatures hold, limits have codes."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import closing

import pytest

from nadzor.base.home import Home
from nadzor_wire.batch import PATH
from nadzor_wire.limits import CODED_MAX
from nadzor_wire.receipt import decode_answer
from tests.faults.gateway_ground import ROOT, Gateway, Maker, free_port, get, post, post_on
from tests.unit.gateway.house import header, study

pytestmark = pytest.mark.faults

MAKER = Maker("proxied")
PUBLIC = "https://intake.example"  # what senders sign; nginx and the gateway know other addresses
SHIPPED = ROOT / "docs" / "operations" / "nginx.conf"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class Proxy:
    """nginx with the shipped configuration, at ports of its own."""

    def __init__(self, folder, gateway_port):
        self.port = free_port()
        folder.mkdir()
        text = SHIPPED.read_text()
        for shipped, ours in {
            "worker_processes auto": "worker_processes 1; daemon off; master_process off",
            "listen 8080": f"listen 127.0.0.1:{self.port}",
            "127.0.0.1:8401": f"127.0.0.1:{gateway_port}",
            "/run/nadzor-nginx.pid": str(folder / "pid"),
            "/var/log/nginx/": f"{folder}/",
            "http {": "http {\n"
            + "".join(
                f"    {kind}_temp_path {folder}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
        }.items():
            assert text.count(shipped) >= 1, shipped
            text = text.replace(shipped, ours)
        self.folder = folder
        (folder / "nginx.conf").write_text(text)
        command = [
            NGINX,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "early.log"),
        ]
        self.process = subprocess.Popen(command)

    def wait_until_answering(self):
        """Wait until the gateway answers through it."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "early.log").read_text()
            try:
                if get(self.port, "/health/live")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("nginx did not answer")

    def stop(self):
        """Ask it to end."""
        self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture(scope="module", autouse=True)
def _nginx_is_here():
    """What `bin/provision` installs; under CI a skipped test is a failed one."""
    if NGINX is None:
        pytest.skip("no nginx")


@pytest.fixture(scope="module")
def street(tmp_path_factory):
    """A gateway and nginx before it."""
    folder = tmp_path_factory.mktemp("nginx")
    gateway = Gateway(Home.create(folder / "data"), [MAKER], options=f"public_url={PUBLIC!r}")
    proxy = Proxy(folder / "proxy", gateway.port)
    try:
        gateway.start()
        proxy.wait_until_answering()
        proxy.gateway = gateway
        yield proxy
    finally:
        proxy.stop()
        gateway.stop()


def code_of(answer):
    """Status and code of a problem document."""
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    return status, json.loads(body)["code"]


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_signature_holds_through_the_proxy(street, coding):
    """The address that was signed is the public one; neither proxy nor gateway listens there."""
    street.gateway.publish()
    status, headers, body = post(street.port, MAKER.batch(PUBLIC, *map(study, range(200)), coding=coding))
    assert (status, decode_answer(body).accepted) == (200, 200)
    assert "python" not in headers.get("server", "") and "/" not in headers["server"]


def test_another_address_than_the_public_one_is_not_what_was_signed(street):
    """Not even the proxy's own."""
    made = MAKER.batch(f"http://127.0.0.1:{street.port}")
    assert code_of(post(street.port, made)) == (401, "signature.invalid")


def test_a_batch_of_nearly_four_mebibytes_passes(street):
    """As large as the gateway allows: through the proxy's buffers, byte for byte."""
    noise = random.Random(7).randbytes(CODED_MAX - 2).replace(b"\n", b" ")
    status, page = code_of(post(street.port, MAKER.coded(PUBLIC, noise + b"\n", header(1, 1))))
    assert (status, page) == (
        413,
        "batch.unreadable",
    )  # read whole, its digest checked, and found to be noise
    events = [study(number, findings=()) for number in range(5_000)]
    made = MAKER.batch(PUBLIC, *events)
    assert 1_000_000 < len(made.body) <= CODED_MAX
    status, _, body = post(street.port, made)
    assert (status, decode_answer(body).accepted) == (200, 5_000)


@pytest.mark.parametrize("size", [CODED_MAX + 1, 6 * 1024 * 1024], ids=["the gateway's", "nginx's"])
def test_too_large_has_the_same_code_whoever_refuses(street, size):
    """413 batch.too-large, with the limit."""
    answer = post(street.port, MAKER.coded(PUBLIC, bytes(size), header(1, 1)))
    assert code_of(answer) == (413, "batch.too-large")
    assert json.loads(answer[2])["limit"] == CODED_MAX


def test_many_batches_on_one_connection(street):
    """Kept alive on both sides."""
    street.gateway.publish()
    with closing(http.client.HTTPConnection("127.0.0.1", street.port, timeout=20)) as link:
        assert [post_on(link, MAKER.batch(PUBLIC))[0] for _ in range(60)] == [200] * 60


def test_what_is_the_operators_is_not_on_the_public_address(street):
    """Not through the proxy, and the numbers not even if a proxy passes them on by mistake."""
    for path in ("/metrics", "/health/ready", "/anything"):
        assert code_of(get(street.port, path)) == (404, "gateway.not-found")
    assert get(street.gateway.port, "/metrics")[0] == 200
    assert get(street.gateway.port, "/metrics", {"X-Forwarded-For": "203.0.113.7"})[0] == 404
    assert get(street.port, "/log/key")[2].decode().strip() == street.gateway.home.log_vkey


def test_problems_pass_unchanged(street):
    """The gateway's own document, its language and its time to come back."""
    made = MAKER.batch(PUBLIC)
    headers = {**made.headers, "accept-language": "en", "signature": "x=:AA==:"}
    answer = post(street.port, type(made)(made.method, headers, made.body))
    assert code_of(answer) == (401, "signature.malformed")
    assert answer[1]["content-language"] == "en"


def test_a_proxy_that_recodes_breaks_the_digest_and_is_told(street):
    """What the page says about re-compression is what happens."""
    made = MAKER.batch(PUBLIC)
    changed = type(made)(made.method, made.headers, made.body.replace(b'"sex":"f"', b'"sex":"m"'))
    assert code_of(post(street.port, changed)) == (400, "digest.mismatch")


def test_when_the_gateway_is_away_nginx_says_when_to_come_back(tmp_path):
    """503 with Retry-After and a code: senders keep their batches."""
    proxy = Proxy(tmp_path / "proxy", free_port())
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                answer = post(proxy.port, MAKER.batch(PUBLIC))
                break
            except OSError:
                time.sleep(0.05)
        assert code_of(answer) == (503, "gateway.silent")
        assert answer[1]["retry-after"] == "5"
    finally:
        proxy.stop()


def test_the_log_of_the_proxy_holds_addresses_and_times_only(street):
    """No header and no query of a request."""
    get(street.port, "/log/key?secret=Zxq17", {"X-Secret": "Zxq18"})
    written = "".join(path.read_text() for path in street.folder.glob("*.log"))
    assert f'"POST {PATH}" 200' in written
    assert "Zxq" not in written and os.sep + "home" not in written
