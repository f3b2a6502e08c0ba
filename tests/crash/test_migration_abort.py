# SPDX-License-Identifier: Apache-2.0
"""Experiment 9: an upgrade killed between any two statements; the next start finishes it, nothing is half."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from nadzor.base.home import Home
from tests.unit.cli.console import ROOT, plain_environment

AT_LENGTH = os.environ.get("FAULTS_AT_LENGTH") == "1"


def tried(folder, start, kills):
    """What the migrator tells of a home."""
    home = Home.create(folder / "house")
    words = [sys.executable, "-m", "tests.crash.migrator", str(home.root), start, kills]
    ran = subprocess.run(
        words, cwd=ROOT, env=plain_environment(), capture_output=True, text=True, timeout=900, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


@pytest.mark.crash
def test_the_upgrade_from_the_generation_before_may_be_killed_anywhere(tmp_path):
    """With rows in it: the file is sound at once, the next start ends at the same schema, no row is lost, the
    upgrade is said once it is done, and the register as it was is kept beside."""
    told = tried(tmp_path, "before", "all" if AT_LENGTH else "4")
    assert told["rows"] >= 30
    assert sum(one["killed"] for one in told["tried"]) == len(told["tried"]) >= 5
    for one in told["tried"]:
        checks = {name: value for name, value in one.items() if name not in ("moment", "killed")}
        assert all(checks.values()), one


@pytest.mark.crash
def test_the_whole_chain_from_nothing_may_be_killed_anywhere(tmp_path):
    """The first start of a house, cut off and begun again, ends where an undisturbed one ends."""
    told = tried(tmp_path, "zero", "60" if AT_LENGTH else "2")
    assert told["statements"] > 300
    for one in told["tried"]:
        assert (one["killed"], one["sound"], one["same schema"], one["said"]) == (True, True, True, True), one
