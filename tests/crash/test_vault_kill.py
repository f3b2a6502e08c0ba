# SPDX-License-Identifier: Apache-2.0
"""Two approvals at once, a kill at a look, a kill in a rotation: one decision, every look kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(deed, directory, name="-"):
    """The opener, in a process of its own."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("NADZOR_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.crash.opener", deed, str(directory), name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=clean, text=True, **pipes)


def said(process, told=""):
    """What a process said at its end."""
    out, err = process.communicate(told, timeout=120)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.mark.crash
def test_one_decision_no_look_unrecorded_no_seal_lost(tmp_path):
    """Two heads approve in one moment; looker and rotation die; what is left is whole, held texts open."""
    home = tmp_path / "data"
    said(start("make", home))
    heads = [start("approve", home, name) for name in ("head-a", "head-b")]
    assert [head.stdout.readline() for head in heads] == ["ready\n", "ready\n"]
    for head in heads:
        head.stdin.write("go\n")
        head.stdin.flush()
    assert sorted(said(head) for head in heads) == ["approved", "vault.opening-state"]
    for deed in ("look", "rotate"):
        process = start(deed, home)
        out, _ = process.communicate(timeout=120)
        assert (process.returncode, "Больница" in out) == (-signal.SIGKILL, False)
    left = said(start("tell", home))
    assert left.pop("decided_by") in {"head-a", "head-b"}
    assert left == {
        "state": "open", "looks": 1, "approvals": 1, "deeds": 1, "chain": 0, "newest": 3, "damaged": [],
        "whole": True, "held": True,
    }  # fmt: skip
