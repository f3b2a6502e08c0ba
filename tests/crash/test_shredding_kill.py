# SPDX-License-Identifier: Apache-2.0
"""Killed while it destroys, the house comes to the same end: no row, every figure, and rebuild holds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.shredder import STEPS

ROOT = Path(__file__).parents[2]


def run(deed, directory, step="-"):
    """The shredder, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.shredder", deed, str(directory), step]
    return subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=120, check=False
    )


def said(done):
    """What a process said at its end."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.crash
def test_killed_at_any_step_it_is_destroyed_in_the_end(tmp_path):
    """SIGKILL at each of seven steps, a refresh, then the job: never half, nothing counted twice."""
    made = tmp_path / "made"
    before = said(run("make", made))["studies"]
    assert before > 0
    for step in STEPS:
        copy = tmp_path / f"copy-{step}"
        shutil.copytree(made, copy)
        assert run("die", copy, step).returncode == -signal.SIGKILL, step
        assert said(run("go", copy)) == {
            "rows": 0, "equal": True, "ranges": 1, "chain": 0, "studies": before, "events": 24, "done": True,
            "left": [],
        }, step  # fmt: skip
