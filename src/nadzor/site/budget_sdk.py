# SPDX-License-Identifier: Apache-2.0
"""What a maker's software pays for a call of the SDK, while the gateway is away."""

from __future__ import annotations

import hashlib
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter_ns

from msgspec import Struct

from nadzor.base import clock
from nadzor_sdk import Client
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.note import vkey

_IMPORT = "import time; began = time.perf_counter(); import nadzor_sdk; print(time.perf_counter() - began)"
_STUDY = {
    "study": hashlib.sha256(b"study").hexdigest()[:32],
    "version": "2.1",
    "build": hashlib.sha256(b"build").hexdigest(),
    "outcome": "processed",
    "modality": "DX",
    "duration_ms": 1840,
    "findings": [
        {"code": code, "score": 1234, "positive": False, "threshold": 5000}
        for code in ("atelectasis", "cardiomegaly", "consolidation", "edema", "pleural_effusion")
    ],
}


class CaptureCost(Struct, frozen=True):
    """What one capture call took.  Units: microseconds."""

    p50: float
    p99: float


def bench_capture(*, calls: int) -> CaptureCost:
    """`study` with five findings in a tight loop, nobody answering: what the host waits for."""
    with tempfile.TemporaryDirectory() as folder:
        client = Client(_credential(), spool=Path(folder) / "spool")
        try:
            took = sorted(_timed(client) for _ in range(calls))
        finally:
            client.close(timeout=0)
    return CaptureCost(took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000)


def bench_import(*, times: int) -> float:
    """A cold `import nadzor_sdk` in a process of its own, the median of some.  Units: milliseconds."""
    runs = [
        subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, check=True) for _ in range(times)
    ]
    return statistics.median(float(run.stdout) * 1000 for run in runs)


def _timed(client: Client) -> int:
    began = perf_counter_ns()
    client.study(**_STUDY)  # type: ignore[arg-type]
    return perf_counter_ns() - began


def _credential() -> Credential:
    """An installation nobody enrolled, at an address where nobody listens."""
    private, public, keyid = new_key()
    return Credential(
        installation="i-bench",
        device="bench",
        keyid=keyid,
        private=private,
        gateway="http://127.0.0.1:9",
        log_vkey=vkey("bench.example/log", public),
        enrolled_at=clock.now(),
    )
