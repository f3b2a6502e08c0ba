# SPDX-License-Identifier: Apache-2.0
"""Death before every single statement of a commit: the group is there wholly or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nadzor.journal.reader import Reader
from nadzor.journal.verify import verify_journal
from tests.crash.boundaries import ACKNOWLEDGED
from tests.unit.journal.entries import VKEY, entry, keys, open_journal, path, proved

pytestmark = pytest.mark.crash

ROOT = Path(__file__).resolve().parents[2]
DEATHS = 20


def test_a_commit_is_whole_or_absent_wherever_its_process_dies(tmp_path):
    """Each journal recomputes cleanly, holds one batch or four, four if acknowledged, and goes on."""
    command = [sys.executable, "-m", "tests.crash.boundaries", str(tmp_path), str(DEATHS)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    outcomes = []
    for death in range(DEATHS):
        folder = tmp_path / str(death)
        acknowledged, size = (folder / ACKNOWLEDGED).exists(), Reader(path(folder)).size()
        assert size == 4 if acknowledged else size in (1, 4)
        assert verify_journal(path(folder), VKEY, body_keys=keys(folder)) == []
        journal = open_journal(folder)
        (again,) = journal.append([entry(1, 2)])
        assert (again.index, proved(again)) == (0, size)
        journal.close()
        outcomes.append((size, acknowledged))
    assert {(1, False), (4, False), (4, True)} == set(outcomes)
