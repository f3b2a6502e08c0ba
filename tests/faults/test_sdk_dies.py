# SPDX-License-Identifier: Apache-2.0
"""Experiment 6: the reporting process is killed before any of its steps; what it was told is kept, once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from tests.crash.door import ROOT
from tests.faults import ground
from tests.faults.scale import SCALE

pytestmark = pytest.mark.faults

LIVES = 40 * SCALE


@pytest.mark.parametrize("seed", range(3))
def test_death_before_any_step_loses_and_doubles_nothing(tmp_path, seed):
    """Life after life on one spool, ended anywhere; besides, at most one unreturned event of each."""
    with ground.standing(tmp_path) as stage:
        credential, notes = tmp_path / "installation.json", tmp_path / "notes"
        credential.write_bytes(stage.credential.encode())
        words = [str(credential), str(tmp_path / "spool"), str(notes), str(LIVES), str(seed)]
        command = [sys.executable, "-W", "error", "-m", "tests.faults.victim", *words]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, timeout=60 * SCALE, check=True)
        with stage.client() as client:
            assert client.flush(30)
        stored, returned = stage.stored(), notes.read_text().split()
        assert int(done.stdout) > LIVES // 2
        assert returned and Counter(returned) <= stored and max(stored.values()) == 1, f"seed {seed}"
        assert len(stored) <= len(returned) + LIVES
        assert not [note for note in stage.ledger() if note.open]
        assert not list((tmp_path / "spool").glob("damaged-*")), f"seed {seed}"
        stage.check_log()
