# SPDX-License-Identifier: Apache-2.0
"""Bins as relations: binning is a join on integers, and every engine puts an edge into the same bin."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from nadzor.base.problems import Refusal
from nadzor.measures.bins import Bins, well_formed
from nadzor.measures.catalogue import catalogue
from nadzor.measures.score_scale import WIRE_TOP

WIDTH: Final = WIRE_TOP + 1
FAR: Final = 2**62  # beyond every integer of the wire


def bin_tables(bins: Bins) -> dict[str, pa.Table]:
    """The relations `fixed_bin`, `score_scale` and `score_bin`.

    Raises: Refusal rollup.bins when registered edges do not increase.
    """
    return {"fixed_bin": _fixed(), "score_scale": _scales(bins), "score_bin": _score_bins(bins)}


def _fixed() -> pa.Table:
    rows = [
        (key, low, high, number)
        for key, fixed in catalogue().bins.items()
        for number, (low, high) in enumerate(pairwise([-FAR, *fixed.edges, FAR]))
    ]
    bins, low, high, number = zip(*rows, strict=True)
    return pa.table({"bins": bins, "low": low, "high": high, "bin": pa.array(number, pa.int32())})


def _scales(bins: Bins) -> pa.Table:
    names = sorted(bins)
    return pa.table({
        "device": pa.array([device for device, _ in names], pa.string()),
        "finding": pa.array([finding for _, finding in names], pa.string()),
        "scale": pa.array(range(len(names)), pa.int32()),
        "start": pa.array([number * WIDTH for number in range(len(names))], pa.int32()),
    })  # fmt: skip


def _score_bins(bins: Bins) -> pa.Table:
    """The bin of every possible score of every scale, one integer to look it up by."""
    scores = np.arange(WIDTH)
    found = [_bin_of_each(scores, bins, name) for name in sorted(bins)]
    whole = np.concatenate([np.array([], np.int32), *found])
    return pa.table({"place": np.arange(len(whole), dtype=np.int32), "bin": whole})


def _bin_of_each(scores: np.ndarray[Any, Any], bins: Bins, name: tuple[str, str]) -> np.ndarray[Any, Any]:
    if not well_formed(bins[name]):
        raise Refusal("rollup.bins", device=name[0], finding=name[1])
    return np.searchsorted(np.array(bins[name]), scores, side="right").astype(np.int32)
