# SPDX-License-Identifier: Apache-2.0
"""The import contracts bite: each breaks on the fault it is there to catch."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.house.source import ROOT

# What is planted, and the contract that must notice.
PLANTED: Final = {
    "src/nadzor/utils/__init__.py": ("", "every room stands in the drawing"),
    "src/nadzor/law/planted.py": ("import nadzor.journal", "Imports point down"),
    "src/nadzor/detect/planted.py": ("import django", "does not know Django"),
    "src/nadzor/gateway/planted.py": ("import nadzor.telemetry", "The gateway reads a signed directory"),
    "src/nadzor/portal/planted.py": ("import nadzor.register.models", "the register's models"),
    "src/nadzor/api/planted.py": ("import nadzor.vigilance.models", "vigilance's models"),
    "src/nadzor/jobs/planted.py": ("import nadzor.people.models", "the models of people"),
    "src/nadzor/cli/planted.py": ("import nadzor.records.models", "the models of records"),
    "sdk/nadzor_sdk/planted.py": ("import nadzor.base", "does not know the house"),
    "sdk/nadzor_wire/planted.py": ("import nadzor_sdk", "do not know who speaks them"),
}


@pytest.fixture(scope="module")
def verdict(tmp_path_factory) -> str:
    """What import-linter says of a copy of the house with every fault planted in it."""
    copy = tmp_path_factory.mktemp("house")
    for name in ("src", "sdk"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    shutil.copy(ROOT / ".importlinter", copy)
    for path, (line, _) in PLANTED.items():
        _plant(copy / path, line)
    return _lint(copy)


@pytest.mark.parametrize("path", PLANTED)
def test_a_planted_fault_breaks_its_contract(verdict, path):
    """A contract that never breaks guards nothing."""
    broken = [line for line in verdict.splitlines() if line.rstrip().endswith("BROKEN")]
    named = path.removesuffix(".py").removesuffix("/__init__").split("/", 1)[1].replace("/", ".")
    assert any(PLANTED[path][1] in line for line in broken)
    assert named in verdict.split("Broken contracts")[-1]


def _plant(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# SPDX-License-Identifier: Apache-2.0\n{line}\n", "utf-8")


def _lint(copy: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    paths = {"PYTHONPATH": f"{copy / 'src'}:{copy / 'sdk'}", "COLUMNS": "200"}
    found = subprocess.run(
        command, cwd=copy, env=os.environ | paths, capture_output=True, text=True, check=False, timeout=120
    )
    assert found.returncode == 1, found.stderr
    return re.sub(r"\x1b\[[0-9;]*m", "", found.stdout)
