# SPDX-License-Identifier: Apache-2.0
"""One token and one present key, asked with by many at the same moment, on a real database file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.crash
def test_a_token_and_a_key_are_good_once_however_many_ask(tmp_path):
    """Eight keys, one gets in; one key eight times, one installation; eight successors, one is entered."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.enroller", str(tmp_path / "data")]
    done = subprocess.run(
        command, cwd=ROOT, env=clean, capture_output=True, text=True, check=True, timeout=300
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert sorted(found["other keys"])[:7] == ["enrol.token"] * 7 and len(set(found["other keys"])) == 2
    assert len(found["same key"]) == 8 and len(set(found["same key"])) == 1
    assert found["rotations"].count("rotate.overlap") == 7 and len(set(found["rotations"])) == 2
    assert (found["installations"], found["keys"], found["chain"]) == (3, 4, 0)
