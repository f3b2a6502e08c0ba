# SPDX-License-Identifier: Apache-2.0
"""Death before every single statement of a commit: the group is there wholly or not at all."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nadzor.journal.verify import verify_journal
from tests.crash.boundaries import ACKNOWLEDGED, place_of
from tests.unit.journal.entries import VKEY, entry, proved

pytestmark = pytest.mark.crash

ROOT = Path(__file__).resolve().parents[2]
DEATHS = 20


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_commit_is_whole_or_absent_wherever_its_process_dies(request, tmp_path, engine):
    """Each journal recomputes cleanly, holds one batch or four, four if acknowledged, and goes on."""
    server = request.getfixturevalue("postgres") if engine == "postgresql" else None
    urls = [server.database() for _ in range(DEATHS)] if server else []
    command = [sys.executable, "-m", "tests.crash.boundaries", str(tmp_path), str(DEATHS), *urls]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    outcomes = []
    for death in range(DEATHS):
        folder = tmp_path / str(death)
        acknowledged = (folder / ACKNOWLEDGED).exists()
        with closing(place_of(folder, urls[death] if urls else "")) as place:
            size = place.reader().size()
            assert size == 4 if acknowledged else size in (1, 4)
            assert verify_journal(place.where, VKEY, body_keys=place.keys) == []
            (again,) = place.journal().append([entry(1, 2)])
            assert (again.index, proved(again)) == (0, size)
        outcomes.append((size, acknowledged))
    assert {(1, False), (4, False), (4, True)} == set(outcomes)
