# SPDX-License-Identifier: Apache-2.0
"""The loss protocol that is shipped for others to repeat runs, and finds nothing lost of ours."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.crash.door import ROOT

pytestmark = pytest.mark.faults


def test_the_loss_protocol_runs_and_ours_loses_nothing():
    """A short outage by 503, and a kill: every number that was reported reaches the server once."""
    words = ["--library", "nadzor", "--fault", "503", "--fault", "kill", "--json"]
    words += ["--outage", "1", "--after", "1.5", "--kill", "1.5"]
    command = [sys.executable, "bench/loss/run.py", *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, timeout=120, check=False)
    found = json.loads(done.stdout)
    assert [(result["fault"], result["lost"], result["repeats"]) for result in found] == [
        ("503", 0, 0),
        ("kill", 0, 0),
    ]
    assert all(result["reported"] > 20 for result in found) and done.returncode == 0
