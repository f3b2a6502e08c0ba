# SPDX-License-Identifier: Apache-2.0
"""Experiment 18: whatever a signed body inflates or expands to, the gateway refuses it in little memory."""

from __future__ import annotations

import gzip
import json
import time

import pytest
import zstandard

from nadzor_wire.batch import encode_event
from nadzor_wire.limits import CODED_MAX, INFLATED_MAX
from tests.faults.gateway_ground import Maker, forget_peak, get, post, resident_peak, serving
from tests.unit.gateway.house import header, heartbeat, study

pytestmark = pytest.mark.faults

CODES = {"event.malformed", "event.too-large", "event.too-deep", "event.unknown-kind"}
MEMORY = 64 * 1024 * 1024
QUICK_S = 10.0  # generous: many work on this machine; the report gives what is measured


def line(**fields):
    """A heartbeat with more fields than it should have."""
    said = {"kind": "heartbeat", "id": heartbeat().id, "at": "2026-11-21T12:00:00+03:00", "sdk": "0.1.0"}
    return json.dumps(said | fields).encode()


def big(length, *, of=b"7"):
    """Bytes without pattern enough to pass the ratio: every eighth is another."""
    piece = bytes(of[0] if place % 8 else 48 + place // 8 % 10 for place in range(80))
    return (piece * (length // 80 + 1))[:length]


def zstd(body, **how):
    """One frame."""
    return zstandard.ZstdCompressor(level=3, **how).compress(body)


def unstated(body):
    """A zstd frame that does not say how large it is."""
    work = zstandard.ZstdCompressor(level=3, write_content_size=False).compressobj()
    return work.compress(body) + work.flush()


GOOD = encode_event(study())
ZEROS = bytes(64 * 1024 * 1024)
WHOLE = {  # name: coding, coded body, codes of the refusal
    "gzip bomb": ("gzip", gzip.compress(ZEROS, mtime=0), {"batch.ratio", "batch.inflated-too-large"}),
    "zstd bomb": ("zstd", zstd(ZEROS), {"batch.ratio", "batch.inflated-too-large"}),
    "zstd bomb, size unstated": ("zstd", unstated(ZEROS), {"batch.ratio", "batch.inflated-too-large"}),
    "zstd frame that lies": (
        "zstd",
        zstd(ZEROS)[:40],
        {"batch.inflate", "batch.ratio", "batch.inflated-too-large"},
    ),
    "gzip of two members": ("gzip", gzip.compress(GOOD, mtime=0) * 2, {"batch.inflate"}),
    "zstd of two frames": ("zstd", zstd(GOOD) * 2, {"batch.inflate"}),
    "bomb within a bomb": (
        "gzip",
        gzip.compress(gzip.compress(ZEROS, mtime=0), mtime=0),
        {"batch.count-mismatch"},
    ),
    "16 MiB of line ends": ("gzip", gzip.compress(b"\n" * INFLATED_MAX, mtime=0), {"batch.ratio"}),
    "a million keys": (
        "gzip",
        gzip.compress(b"{" + b",".join(b'"k%d":1' % number for number in range(10**6)) + b"}", mtime=0),
        {"batch.unreadable"},
    ),
    "a number of 4 MB": (
        "identity",
        b'{"kind":"heartbeat","spool_events":' + big(3_900_000) + b"}",
        {"batch.unreadable"},
    ),
    "a string of 4 MB": (
        "identity",
        b'{"kind":"heartbeat","sdk":"' + big(3_900_000, of=b"a") + b'"}',
        {"batch.unreadable"},
    ),
    "depth a million": ("identity", b"[" * 10**6 + b"]" * 10**6, {"batch.unreadable"}),
    "4 MiB of line ends, plain": ("identity", b"\n" * CODED_MAX, {"batch.count-mismatch"}),
}
LINES = {  # one line of a batch, rejected alone while its neighbours are accepted
    "six thousand keys": b"{" + b",".join(b'"k%d":1' % number for number in range(6_000)) + b"}",
    "depth 100 000": b"[" * 100_000 + b"]" * 100_000,
    "depth 60 000, open": b'{"a":' * 10_000,
    "a number of 60 kB": b'{"kind":"heartbeat","spool_events":' + big(60_000) + b"}",
    "invalid UTF-8": b'{"kind":"heartbeat","sdk":"\xff\xfe\xc0\xaf"}',
    "a lone surrogate": b'{"kind":"heartbeat","sdk":"\\ud800"}',
    "NUL": b'{"kind":"heartbeat","sdk":"\x00"}',
    "NaN": line(spool_events=float("nan")),
    "Infinity": line(spool_events=float("inf")),
    "1e999": line().replace(b'"0.1.0"', b'"0.1.0","spool_events":1e999'),
    "no value": b"",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """One gateway that has done some honest work already."""
    from nadzor.base.home import Home

    maker = Maker("bomber")
    with serving(Home.create(tmp_path_factory.mktemp("bombs") / "data"), [maker]) as running:
        running.maker = maker
        honest = [study(number) for number in range(1_000)]
        assert post(running.port, maker.batch(running.url, *honest, coding="zstd"))[0] == 200
        yield running


def dropped(gateway, made):
    """What became of a request, and what it took: (status, page, seconds, bytes)."""
    forget_peak(gateway.process.pid)
    before = resident_peak(gateway.process.pid)
    gateway.publish()
    started = time.monotonic()
    status, _, body = post(gateway.port, made)
    return status, json.loads(body), time.monotonic() - started, resident_peak(gateway.process.pid) - before


@pytest.mark.parametrize("name", WHOLE)
def test_a_bomb_is_refused_whole(gateway, name):
    """4xx with its code, soon, in less than 64 MiB more than the gateway holds anyway."""
    coding, body, codes = WHOLE[name]
    assert len(body) <= CODED_MAX
    status, page, took, more = dropped(
        gateway, gateway.maker.coded(gateway.url, body, header(1, 1), coding=coding)
    )
    assert (400 <= status < 500, page["code"] in codes) == (True, True), page
    assert more <= MEMORY and took < QUICK_S


@pytest.mark.parametrize("name", LINES)
def test_a_bomb_in_a_line_harms_no_other_line(gateway, name):
    """It is rejected by its number; its neighbours are stored."""
    made = gateway.maker.batch(gateway.url, study(1), LINES[name], heartbeat(), coding="identity")
    status, page, took, more = dropped(gateway, made)
    assert status == 200, page
    assert [(verdict["seq"], page["accepted"]) for verdict in page["rejected"]] == [(2, 2)]
    assert page["rejected"][0]["code"] in CODES
    assert more <= MEMORY and took < QUICK_S


def test_a_name_that_occurs_twice_counts_once(gateway):
    """The last one counts, as the protocol says, and is judged like any other."""
    twice = line().replace(b'"sdk": "0.1.0"', b'"sdk": "0.1.0", "sdk": "0.2.0"')
    thrice = line().replace(b'"sdk": "0.1.0"', b'"sdk": "0.1.0", "sdk": 7')
    status, page, _, _ = dropped(gateway, gateway.maker.batch(gateway.url, twice, thrice))
    assert (status, page["accepted"], [verdict["seq"] for verdict in page["rejected"]]) == (200, 1, [2])


def test_after_all_bombs_the_gateway_works_and_has_let_go(gateway):
    """An honest batch is stored, and readiness has no complaint."""
    gateway.publish()
    assert post(gateway.port, gateway.maker.batch(gateway.url, study(7)))[0] == 200
    status, _, page = get(gateway.port, "/health/ready")
    assert status == 200, page
