# SPDX-License-Identifier: Apache-2.0
"""Killed while it destroys, the house comes to the same end: no row, every figure, and rebuild holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.shredder import STEPS

ROOT = Path(__file__).parents[2]


@pytest.mark.crash
def test_killed_at_any_step_it_is_destroyed_in_the_end(tmp_path):
    """SIGKILL at each of seven steps, a refresh, then the job: never half, nothing counted twice."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.shredder", str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    made, *steps = map(json.loads, done.stdout.splitlines())
    before = made["left"]["studies"]
    assert before > 0 and tuple(one["step"] for one in steps) == STEPS, done.stderr
    for one in steps:
        assert one["status"] == -signal.SIGKILL, one
        assert one["left"] == {
            "rows": 0, "equal": True, "ranges": 1, "chain": 0, "studies": before, "events": 24, "done": True,
            "left": [],
        }, (one, done.stderr)  # fmt: skip
