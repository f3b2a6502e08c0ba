# SPDX-License-Identifier: Apache-2.0
"""Experiment 28 in short: guided noise for each parser that strangers reach; `make fuzz` takes minutes."""

from __future__ import annotations

import re
import subprocess
from contextlib import suppress
from typing import Final

import pytest

from fuzz.__main__ import command
from fuzz.targets import TARGETS
from tests.town import ROOT

SECONDS: Final = 1
SEED: Final = 28
PATHS: Final = 20
FOUND: Final = ROOT / "fuzz" / "found"
IN_C: Final = {"register": 5, "tables": 5}  # read by a parser written in C: few paths of ours are seen


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_parser_or_keeps_it_busy(tmp_path, name):
    """Only its own refusals, no input that costs over a second of work, and new paths found."""
    done = subprocess.run(
        command(name, seconds=SECONDS, kept=tmp_path, seed=SEED),
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert list((tmp_path / "found").iterdir()) == []
    reached = [int(found) for found in re.findall(r"cov: (\d+)", said)]
    assert int(re.findall(r"Done (\d+) runs", said)[0]) > 50 and max(reached) > IN_C.get(name, PATHS)


def test_every_seed_is_good_input():
    """What the fuzzer begins with is read to its end, so that it mutates what reaches the depths."""
    fed = [(name, seed) for name, target in TARGETS.items() for seed in target.seeds()]
    good = [name for name, seed in fed if TARGETS[name].feed(seed) is not NotImplemented]
    assert set(good) == set(TARGETS)


@pytest.mark.parametrize("path", sorted(FOUND.iterdir()), ids=lambda path: path.stem)
def test_what_was_found_once_breaks_nothing_again(path):
    """Each input that a long run found is read or refused by its parser, as any other input is."""
    target = TARGETS[path.stem.partition("-")[0]]
    with suppress(*target.refuses):
        assert target.feed(path.read_bytes()) is not NotImplemented
