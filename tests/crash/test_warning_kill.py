# SPDX-License-Identifier: Apache-2.0
"""Killed while it warns, the house has told every clinic of a step, or none, and tells the rest later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAUSES_S = (0.11, 0.23, 0.37)


def run(deed, directory):
    """The warner, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.warner", deed, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True)


@pytest.mark.crash
def test_a_killed_warning_is_whole_or_not_there(tmp_path):
    """SIGKILL three times: warnings, copies, public letters and notices agree; no step stays untold."""
    before = 0
    for pause_s in PAUSES_S:
        warner = run("warn", tmp_path / "data")
        assert warner.stdout is not None and any(
            "warning" in line for line in iter(warner.stdout.readline, "")
        )
        time.sleep(pause_s)
        warner.kill()
        warner.communicate(timeout=10)
        told, _ = run("look", tmp_path / "data").communicate(timeout=60)
        found = json.loads(told.splitlines()[-1])
        assert (found["torn"], found["chain"]) == ([], 0)
        assert found["steps"] == found["warnings"] == found["notices"] > before
        before = found["steps"]
