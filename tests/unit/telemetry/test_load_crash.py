# SPDX-License-Identifier: Apache-2.0
"""A load that dies anywhere leaves a lake that loads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nadzor.telemetry.lake import opened
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.manifest import read_manifest
from tests.engines.twin import TwinJournal

STEP = 4


class Died(BaseException):
    """The process is gone; nothing catches this."""


def dying(after: int, real: Callable[..., object]) -> Callable[..., object]:
    """A call that works some times and then no more."""
    left = [after]

    def call(*args: object, **named: object) -> object:
        if not left[0]:
            raise Died
        left[0] -= 1
        return real(*args, **named)

    return call


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("after", [0, 1, 2, 7, 15, 22, 40])
def test_a_crash_leaves_the_lake_as_it_was_or_as_it_becomes(
    tmp_path: Path, told: TwinJournal, monkeypatch: pytest.MonkeyPatch, call: str, after: int
) -> None:
    """Die at the n-th fsync or rename of the second load: old events stay, and the next load completes."""
    early = TwinJournal()
    early._batches = list(told.batches(0, 6))
    load_lake(tmp_path, early, step=STEP)
    with monkeypatch.context() as patch:
        owner, name = (os, "fsync") if call == "fsync" else (Path, "replace")
        patch.setattr(owner, name, dying(after, getattr(owner, name)))
        try:
            load_lake(tmp_path, told, step=STEP)
        except Died:
            assert read_manifest(tmp_path).journal_size in {6, 10}
    assert events(tmp_path) in {5, 8}
    assert load_lake(tmp_path, told, step=STEP).rows == events(tmp_path) == 8


def events(lake: Path) -> int:
    """How many events can be read."""
    with opened(lake) as (store, _):
        return int(store.execute("SELECT count(*) FROM event").fetchone()[0])
