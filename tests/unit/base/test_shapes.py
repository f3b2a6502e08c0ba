# SPDX-License-Identifier: Apache-2.0
"""Structs laid out before threads begin, so that no two threads do it at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from nadzor.base.shapes import lay_out

RACE = """
import threading
import msgspec
from nadzor.base.shapes import lay_out
fields = [(f"f{k}", dict[str, list[int]] | None) for k in range(40)]
made = [msgspec.defstruct(f"S{n}", fields) for n in range(120)]
lay_out()
gate = threading.Barrier(8)
def use():
    gate.wait()
    for shape in made:
        msgspec.json.decode(b"{%s}" % b",".join(b'"f%d":null' % k for k in range(40)), type=shape)
threads = [threading.Thread(target=use) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print("whole")
"""


class Odd(msgspec.Struct):
    """A struct whose hint names nothing that is there."""

    what: "Nowhere"  # noqa: F821, UP037  what a decoder cannot read, nobody decodes


def test_all_structs_are_laid_out_and_an_odd_one_is_passed_over():
    """Again costs nothing and finds the same; a room is imported whole first."""
    assert lay_out() == lay_out() > 0
    assert lay_out("nadzor.receipts") >= lay_out()
    assert "nadzor.receipts.bundle_check" in sys.modules


def test_threads_that_meet_a_shape_at_once_do_no_harm():
    """Eight threads decode into shapes nobody has used before: the process goes on."""
    done = subprocess.run(
        [sys.executable, "-c", RACE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr[-500:]
