# SPDX-License-Identifier: Apache-2.0
"""Killed in the middle of a move, a filing has made the whole move or none of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAUSES_S = (0.05, 0.13, 0.31)


def run(deed, directory, **more):
    """The mover, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.mover", deed, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True, **more)


@pytest.mark.crash
def test_a_killed_move_leaves_all_or_nothing(tmp_path):
    """SIGKILL three times at different moments: step, state, letter, submission, entry and audit agree."""
    steps = 0
    for pause_s in PAUSES_S:
        mover = run("move", tmp_path / "data")
        assert mover.stdout is not None and "moving" in _first_word(mover)
        time.sleep(pause_s)
        mover.kill()
        mover.communicate(timeout=10)
        told, _ = run("look", tmp_path / "data").communicate(timeout=60)
        found = json.loads(told.splitlines()[-1])
        assert (found["broken"], found["chain"]) == ([], 0)
        assert found["deeds"] == found["filings"] + found["steps"]
        assert found["entered"] == found["registered"]
        assert found["steps"] > steps
        steps = found["steps"]


def _first_word(mover):
    """What the mover says after its first registration; its warnings go before."""
    for line in mover.stdout:
        if "moving" in line:
            return line
    return ""
