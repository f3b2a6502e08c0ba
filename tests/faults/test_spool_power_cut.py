# SPDX-License-Identifier: Apache-2.0
"""Experiment 2 for the SDK: the power goes under a spool; what was synced or receipted is not lost."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter

import pytest

from nadzor_sdk import Client
from tests.crash.door import ROOT
from tests.faults import disks
from tests.faults.scale import TORTURE
from tests.stub_gateway import StubGateway

pytestmark = pytest.mark.faults

CUTS = 3
SEEDS = range(33 if TORTURE else 2)
REPORTS = 100  # a life
LIVES_MAX = 12
WRITER = [sys.executable, "-B", "-m", "tests.faults.spool_writer"]


def live_until_cut(folder, credential, chance):
    """Lives one after another on the disk until it has no power; the lines that they said."""
    plan = [["kill", chance.randint(1, 200)], ["cut", chance.randint(1, 400)]]
    said = []
    with disks.lossy(folder, plan, seed=chance.random()) as mounted:
        for _ in range(LIVES_MAX):
            command = [*WRITER, str(credential), str(mounted / "spool"), str(REPORTS)]
            done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120)
            said += done.stdout[: done.stdout.rfind(b"\n") + 1].decode().split()
            if disks.was_cut(folder):
                return said
    raise AssertionError(f"no cut by {plan}")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_power_cut_takes_no_adverse_event_and_no_number_twice(tmp_path, seed, record_property):
    """Each synced event arrives once; a study of the last moment may go; no number is used twice."""
    disks.need_lossy_disks()
    chance, said, credential = random.Random(seed), [], tmp_path / "installation.json"
    (tmp_path / "image").mkdir()
    with StubGateway() as gateway:
        credential.write_bytes(gateway.credential.encode())
        for _ in range(CUTS):
            said += live_until_cut(tmp_path, credential, chance)
        with Client(gateway.credential, spool=tmp_path / "image/spool", heartbeat_every_s=None) as client:
            assert client.flush(30)
            assert not client.health().refused
        arrived = Counter(event["id"] for event in gateway.events())
        check_numbers(gateway)
    synced = {line[1:] for line in said if line.startswith("a")} - {""}
    assert synced and synced <= set(arrived), f"seed {seed}"
    assert max(arrived.values()) == 1
    gone = {line[1:] for line in said} - {""} - set(arrived)
    figures = (CUTS, len(synced), len(said) - len(synced), len(gone))
    record_property("cuts, adverse events, studies, studies gone", figures)


def check_numbers(gateway):
    """No number of a stream was used for two events."""
    used = Counter((head.stream, seq) for head in gateway.headers for seq in range(head.first, head.last + 1))
    assert max(used.values()) == 1
