# SPDX-License-Identifier: Apache-2.0
"""What a journal's writing process acknowledged, held against the journal that is left."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import msgspec

from nadzor.base.home import Home
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.receipt import Receipt, verify_receipt
from tests.crash.door import ROOT

WRITER = [sys.executable, "-B", "-m", "tests.faults.journal_writer"]


class Promise(msgspec.Struct, frozen=True):
    """One acknowledgement."""

    leaf: str
    index: int
    checkpoint: str
    proof: list[str]
    body: str

    @property
    def receipt(self):
        """The receipt in it."""
        return Receipt(msgspec.json.decode(unb64(self.leaf)), self.index, self.checkpoint, self.proof)


def write(home, life, groups, *more, before=()):
    """Run a writing process to its end: its exit code, what it acknowledged, what it complained of."""
    command = [*before, *WRITER, str(home), str(life), str(groups), *more]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120)
    whole = done.stdout[: done.stdout.rfind(b"\n") + 1]
    promises = [msgspec.json.decode(line, type=Promise) for line in whole.splitlines()]
    return done.returncode, promises, done.stderr


def check_kept(place, promises):
    """Each promise is kept: the batch is there under its number, opens, and its receipt proves it.

    Every checkpoint in a promise belongs to a tree that the present one continues.
    """
    home = Home.open(place)
    if not promises:  # it may not be founded yet
        return
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys)) == []
    with closing(open_reader(home)) as reader:
        final = reader.totals().frontier
        for made in promises:
            seen = verify_receipt(made.receipt, home.log_vkey)
            assert seen.size <= final.size, "acknowledged and lost"
            proof = reader.consistency(seen.size, final.size)
            assert verify_consistency(seen.size, final.size, proof, seen.root, final.root)
            record = reader.batch(made.index)
            assert (record.leaf_text, record.coded()) == (unb64(made.leaf), unb64(made.body))
        assert len({made.index for made in promises}) == len(promises), "acknowledged twice"
