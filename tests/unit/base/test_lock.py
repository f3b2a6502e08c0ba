# SPDX-License-Identifier: Apache-2.0
"""A lock file keeps two processes apart, and a dead one blocks nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nadzor.base.lock import alone

HOLD = """
import sys, time
from pathlib import Path
from nadzor.base.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
    print("left", flush=True)
"""


def _holder(path: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(path), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_second_waits_until_the_first_has_left(tmp_path: Path) -> None:
    """When the second holds the lock, the first has already said that it left."""
    with _holder(tmp_path / "lock", 0.5) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with alone(tmp_path / "lock"):
            assert first.stdout.readline() == "left\n"


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    """SIGKILL of the holder frees the lock at once."""
    with _holder(tmp_path / "lock", 600) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        first.kill()
        with alone(tmp_path / "lock"):
            assert (tmp_path / "lock").exists()
