# SPDX-License-Identifier: Apache-2.0
"""The gateway's OpenAPI page is published, whole, and kept: schemathesis asks a running gateway."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base.home import Home
from nadzor.gateway.app import create_app
from nadzor.gateway.description import ADDRESS, description, description_text
from nadzor.journal.opening import open_log
from nadzor.site.processes import fetch
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH
from tests.crash.serving import wait_until
from tests.faults.scale import SCALE
from tests.unit.gateway.house import fresh_stream, header, publish, signed

pytestmark = pytest.mark.faults
ROOT = Path(__file__).parents[3]
SERVER = """
import sys
import threading
from pathlib import Path
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base.home import Home
from nadzor.gateway.serve import run
run(Home.open(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]))
"""
UNTOLD = {"/metrics"}  # not on the public address
ASKED = settings(
    max_examples=25 * SCALE, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
RAW = st.binary(max_size=300) | st.text(max_size=200).map(str.encode)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a running gateway that knows one installation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    home = Home.create(tmp_path_factory.mktemp("described") / "data", public_url=url)
    for log in (home.log, home.sandbox()):
        open_log(log).close()
    publish_tiles(home)
    gateway = subprocess.Popen([sys.executable, "-c", SERVER, str(home.root), str(port)])
    stop = threading.Event()
    clerk = threading.Thread(target=republish, args=(home, stop))
    clerk.start()
    try:
        wait_until(lambda: fetch(url, "/health/ready") is not None, limit_s=60)
        yield url
    finally:
        stop.set()
        clerk.join(30)
        gateway.terminate()
        gateway.wait(30)


def republish(home, stop):
    """Keep the key directory fresh, however long the machine takes."""
    serial = 1
    while True:
        publish(home, now=datetime.now(UTC), findings=(), serial=serial)
        serial += 1
        if stop.wait(5):
            return


@pytest.fixture(scope="module")
def described(address):
    """The description as schemathesis reads it, the lines of a batch told one by one."""
    page = description()
    operations = [one for methods in page["paths"].values() for one in methods.values()]
    for media in (
        body for one in operations for body in one.get("requestBody", {}).get("content", {}).values()
    ):
        if line := media.pop("x-line-schema", None):
            media["schema"] = {"type": "array", "items": line, "minItems": 1, "maxItems": 4}
    return schemathesis.openapi.from_dict(page, config=None)


def test_the_published_description_is_the_one_served(address):
    """docs/protocol/openapi.json, the code and a running gateway say the same."""
    published = (ROOT / "docs/protocol/openapi.json").read_text("utf-8")
    assert published == description_text()
    assert requests.get(address + ADDRESS, timeout=30).json() == json.loads(published)


def test_every_address_is_described(home):
    """A route that nobody wrote down is a door that nobody watches."""
    told = {path.partition("{")[0] for path in description()["paths"]}
    there = {route.path.partition("{")[0] for route in create_app(home).routes} - UNTOLD
    assert {path for path in there if not any(one.startswith(path) for one in told)} == set()
    assert {path for path in told if not any(path.startswith(one) for one in there)} == set()


def test_every_address_keeps_its_word(described, address):
    """In its words and against them, no answer is undescribed and none a fault of ours."""
    asked = [found.ok() for found in described.get_all_operations()]
    for operation in asked:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            with suppress(Unsatisfiable):  # nothing can be said wrong where nothing is asked
                keeps_its_word(operation, mode, address)
    assert len(asked) > 12


def keeps_its_word(operation, mode, address):
    """Some calls of one operation."""

    @ASKED
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        if isinstance(case.body, list):
            case.body = lines_of(case.body)
        case.call_and_validate(base_url=address, checks=CHECKS)

    call()


def test_signed_batches_of_any_content_are_answered_as_described(described, address):
    """Whatever is in a well-signed batch, by the schema or not: a receipt, or a catalogued refusal."""
    operation = described[PATH]["POST"]
    lines = operation.as_strategy(generation_mode=GenerationMode.POSITIVE).map(lambda case: case.body)

    @ASKED
    @given(case=operation.as_strategy(), said=lines.map(lines_of) | RAW)
    def call(case, said):
        body = said or b"\n"
        count = body.count(b"\n") + (not body.endswith(b"\n"))
        place = header(1, count, stream=fresh_stream())
        case.headers = signed(body, place, now=datetime.now(UTC), url=address)
        case.headers[HEADER] = place.render()
        case.body, case.media_type = body, CONTENT_TYPE
        answer = case.call_and_validate(base_url=address, checks=CHECKS)
        assert answer.status_code in (200, 413, 422, 400), answer.text

    call()


def lines_of(events):
    """Events, or whatever stands in their place, one a line."""
    if not isinstance(events, list):
        return json.dumps(events).encode()
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


@schemathesis.serializer(CONTENT_TYPE)
def plain(context, value):
    """Lines are bytes already; anything else is written as one line."""
    return value if isinstance(value, bytes) else lines_of(value)
