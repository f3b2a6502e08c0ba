# SPDX-License-Identifier: Apache-2.0
"""Killed while it takes in events from the journal, the house has each filed once, and the rest later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.crash.wire_taker import BATCHES, EACH

ROOT = Path(__file__).parents[2]
PAUSES_S = (0.03, 0.11, 0.29)


def start(deed, directory):
    """The deed, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.wire_taker", deed, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True)


def done(deed, directory):
    """The last line a deed says."""
    told, _ = start(deed, directory).communicate(timeout=120)
    return told.splitlines()[-1] if told else ""


def look(directory):
    """What stands in the house; it must agree from every side."""
    found = json.loads(done("look", directory))
    assert (found["twice"], found["chain"]) == (0, 0)
    assert found["events"] == found["documents"] == found["filed"] == found["mark"] * EACH
    return found


@pytest.mark.crash
def test_a_killed_taker_files_nothing_twice(tmp_path):
    """SIGKILL three times at different moments, then a whole run: every event stands once."""
    home = tmp_path / "data"
    done("lay", home)
    for pause_s in PAUSES_S:
        taker = start("take", home)
        assert taker.stdout is not None and any("taking" in line for line in taker.stdout)
        time.sleep(pause_s)
        taker.kill()
        taker.communicate(timeout=10)
        look(home)
    done("take", home)
    assert look(home)["events"] == BATCHES * EACH
