# SPDX-License-Identifier: Apache-2.0
"""Experiment 2: the power goes; of what was not fsynced the disk keeps what it likes."""

from __future__ import annotations

import random
import sqlite3

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from tests.faults import disks
from tests.faults.promises import check_kept, write
from tests.faults.scale import TORTURE

pytestmark = pytest.mark.faults

CUTS_A_HOME = 2
SEEDS = range(50 if TORTURE else 4)
GROUPS = 12  # of batches a life: some 700 changes of the disk, 150 of them to found the log
LIVES_MAX = 12


def plan_of(chance):
    """Perhaps a kill, perhaps a failing fsync, then the cut."""
    before = [[what, moment(chance)] for what in ("kill", "sync-fails") if chance.random() < 0.5]
    chance.shuffle(before)
    return [*before, ["cut", moment(chance)]]


def moment(chance):
    """After so many changes: sometimes at once, sometimes a life later."""
    return chance.randint(1, chance.choice((60, 300, 600)))


def live_until_cut(folder, plan, *more, seed, first_life=0):
    """Lives one after another on the disk until it has no power; everything that was acknowledged."""
    promises = []
    with disks.lossy(folder, plan, seed=seed) as mounted:
        for life in range(first_life, first_life + LIVES_MAX):
            promises += write(mounted, life, GROUPS, *more)[1]
            if disks.was_cut(folder):
                return promises
    raise AssertionError(f"no cut by {plan}")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_power_cut_takes_nothing_that_was_acknowledged(tmp_path, seed, record_property):
    """Deaths, failing fsyncs and cuts: each receipt stays true, each body opens, the log verifies."""
    disks.need_lossy_disks()
    chance, promises = random.Random(seed), []
    Home.create(tmp_path / "image")
    for cut in range(CUTS_A_HOME):
        plan = plan_of(chance)
        promises += live_until_cut(tmp_path, plan, seed=chance.random(), first_life=cut * LIVES_MAX)
        check_kept(tmp_path / "image", promises)
    record_property("cuts, acknowledged, lost", (CUTS_A_HOME, len(promises), 0))


@pytest.mark.parametrize("death", range(150, 165) if TORTURE else (155, 156, 157))
def test_a_key_left_half_made_is_durable_before_a_body_needs_it(tmp_path, death):
    """A process dies while it makes a body's key; the next uses the key, then the power goes."""
    disks.need_lossy_disks()
    Home.create(tmp_path / "image")
    promises = live_until_cut(tmp_path, [["kill", death], ["cut", 100]], seed=0.0)
    check_kept(tmp_path / "image", promises)


def test_a_careless_writer_is_found_out(tmp_path):
    """The same disk takes acknowledged batches from a journal that does not fsync."""
    disks.need_lossy_disks()
    Home.create(tmp_path / "image")
    promises = live_until_cut(tmp_path, [["cut", 500]], "careless", seed=1.0)
    with pytest.raises((AssertionError, Refusal, sqlite3.Error)):
        check_kept(tmp_path / "image", promises)
