# SPDX-License-Identifier: Apache-2.0
"""Killed while it seals, the log of deeds and readings goes on to the same tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import transaction

from nadzor.actions.seal_audit import audit_log, seal_audit
from nadzor.actions.verify_audit import verify_audit
from nadzor.base.home import Home
from nadzor.records import audit, seals
from tests.register_samples import NOW

ROOT = Path(__file__).parents[2]
PAUSES_S = (0.13, 0.29, 0.53)


class Killed(Exception):
    """Stands for the kill."""


def run(deed: str, directory: Path) -> subprocess.Popen[str]:
    """The sealer, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.sealer", deed, str(directory)]
    return subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, text=True)


@pytest.mark.crash
def test_a_killed_sealer_goes_on(tmp_path: Path) -> None:
    """SIGKILL three times: every row is sealed once, chain, tree, seals, tiles and checkpoint agree."""
    before = 0
    for pause_s in PAUSES_S:
        sealer = run("seal", tmp_path / "data")
        assert sealer.stdout is not None and any(
            "sealing" in line for line in iter(sealer.stdout.readline, "")
        )
        time.sleep(pause_s)
        sealer.kill()
        sealer.communicate(timeout=10)
        told, _ = run("look", tmp_path / "data").communicate(timeout=60)
        found = json.loads(told.splitlines()[-1])
        assert found["faults"] == []
        assert found["size"] == found["rows"] > before
        before = found["size"]


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["keep_seal", "put_note"])
def test_a_kill_between_two_writes_changes_nothing(home: Home, where: str) -> None:
    """Between tiles and row, and between row and checkpoint: the next run ends at the very same tree."""
    _deed(0)
    seal_audit(home, now=NOW)
    _deed(1)
    target = {
        "keep_seal": "nadzor.records.seals.keep_seal",
        "put_note": "nadzor.journal.tiles.TileFiles.put_note",
    }
    with patch(target[where], side_effect=Killed), pytest.raises(Killed):
        seal_audit(home, now=NOW)
    _deed(2)
    seal_audit(home, now=NOW)
    log = audit_log(home)
    shown = log.files.published(log.vkey)
    assert shown is not None
    assert (shown.size, seals.last_seal().size, verify_audit(home).faults) == (3, 3, ())


def _deed(number: int) -> None:
    with transaction.atomic():
        audit.record("test.thing.do", f"thing {number}", by="head", because="b", now=NOW)
