# SPDX-License-Identifier: Apache-2.0
"""Doors, house and sender are killed during a replay: what was acknowledged stays, and all arrives once."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from nadzor.actions.create_home import create_home
from nadzor.journal.opening import open_reader
from nadzor.simulate.reads import MODELS, READERS, write_reads
from nadzor.site.processes import free_address
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.receipt import decode_receipt, verify_receipt
from tests.crash.serving import Serving, replay, tree, wait_until
from tests.unit.cli.console import nadzor

STUDIES = 320
KINDS = {
    "study": len(MODELS) * STUDIES,
    "review": len(MODELS) * len(READERS) * STUDIES,
    "truth": len(MODELS) * STUDIES,
}
TOTAL = sum(KINDS.values())


@pytest.mark.crash
def test_killed_during_a_replay_nothing_is_lost_and_nothing_doubled(tmp_path):
    """SIGKILL of the gateway twice, of the house once, of the sender once; then every figure is exact."""
    reads = write_reads(tmp_path / "reads", seed=3, studies=STUDIES)
    home = create_home(tmp_path / "data", public_url=free_address(), portal_url=free_address())
    with (tmp_path / "log").open("wb") as log:
        serving = Serving(home, log)
        serving.start()
        try:
            promised = kill_doors_during(replay(home, reads, log), serving, home)
            kill_sender_during(replay(home, reads, log), home)
            told = finish(replay(home, reads, log))
        finally:
            serving.stop()
    assert (told["events"], told["pending"], told["not_taken"]) == (TOTAL, 0, {})
    check_promises(home, promised)
    check_receipts(home)
    check_figures(home)


def kill_doors_during(process, serving, home):
    """Kill the gateway after the first and third batch, the house after the fifth; gives the trees seen."""
    promised = []
    for size, kill in ((1, serving.kill_gateway), (3, serving.kill_gateway), (5, serving.kill_house)):
        wait_until(lambda size=size: tree(home)[0] >= size)
        assert process.poll() is None
        promised.append(tree(home))
        kill()
        if kill == serving.kill_house:
            serving.start()
        else:
            serving.wait_until_ready()
    told = finish(process)
    assert (told["events"], told["pending"], told["not_taken"]) == (TOTAL, 0, {})
    status = nadzor("status", "--data", home.root, "--json").json()
    assert (status["events"], status["received"], status["duplicate"]) == (KINDS, TOTAL, 0)
    return [*promised, tree(home)]


def kill_sender_during(process, home):
    """Kill a second replay when two of its batches are in; what it spooled is left for the next."""
    size = tree(home)[0]
    wait_until(lambda: tree(home)[0] >= size + 2)
    process.kill()
    process.communicate(timeout=10)


def finish(process):
    """The summary of a replay that came to its end."""
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    return json.loads(out)


def check_promises(home, promised):
    """Every tree that was ever signed is the beginning of the one there is now."""
    size, root = tree(home)
    with closing(open_reader(home)) as reader:
        for old, was in promised:
            assert verify_consistency(old, size, reader.consistency(old, size), was, root)


def check_receipts(home):
    """The receipts that senders kept verify offline, and the log still holds their leaves."""
    kept = sorted(home.spool.glob("reads-*/spool/last-answer.json"))
    assert len(kept) == len(MODELS)
    with closing(open_reader(home)) as reader:
        for file in kept:
            receipt = decode_receipt(file.read_bytes())
            assert verify_receipt(receipt, home.log_vkey).size > receipt.index
            assert reader.receipt(receipt.index).leaf == receipt.leaf


def check_figures(home):
    """Journal, lake and rollup agree: each event counted once, however often it was sent."""
    status = nadzor("status", "--data", home.root, "--json").json()
    assert status["events"] == KINDS
    assert (status["accepted"], status["rejected"], status["gaps"]) == (TOTAL, 0, 0)
    assert status["received"] == TOTAL + status["duplicate"] >= 2 * TOTAL
    assert status["lag"] == {"batches": 0, "events": 0}
    assert nadzor("verify", "journal", "--data", home.root, "--json").json() == []
    assert nadzor("rebuild", "--data", home.root, "--json").json()["equal"] is True
