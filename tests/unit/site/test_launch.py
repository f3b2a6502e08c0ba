# SPDX-License-Identifier: Apache-2.0
"""The console entry: wrong use is told by its code, and exits 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from nadzor.base.problems import Refusal
from nadzor.site.configuration import one_thread_of_algebra
from nadzor.site.launch import House


def test_a_path_that_cannot_be_used_is_told(tmp_path):
    """What the system says of a file becomes a problem document, not a traceback."""
    (tmp_path / "file").write_text("not a directory")
    done = nadzor("init", "--data", str(tmp_path / "file" / "data"), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout or done.stderr)["code"] == "path.unusable"


def test_a_damaged_register_is_told(tmp_path):
    """A file that is no database becomes a problem document with what to do, not a traceback."""
    home = str(tmp_path / "home")
    assert nadzor("init", "--data", home, "--json").returncode == 0
    (tmp_path / "home" / "register.sqlite3").write_text("no database at all")
    done = nadzor("ae", "lateness", "--data", home, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout or done.stderr)["code"] == "register.damaged"


def test_an_unknown_family_of_measurements_is_refused():
    """A typing error must not look like a met budget."""
    with pytest.raises(Refusal, match=r"bench\.unknown"):
        House().measure(["nothing"], quick=True)


def test_small_matrices_are_worked_in_one_thread(monkeypatch: pytest.MonkeyPatch):
    """Nobody has said otherwise: one thread; somebody has: as many as they say."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    one_thread_of_algebra()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    one_thread_of_algebra()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"


def nadzor(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "nadzor.site.launch", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
