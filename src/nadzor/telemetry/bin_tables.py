# SPDX-License-Identifier: Apache-2.0
"""Registered bins as integers to look up: every engine puts an edge into the same bin."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.measures.bins import Bins, well_formed
from nadzor.measures.score_scale import WIRE_TOP

WIDTH: Final = WIRE_TOP + 1


class BinTables(Struct, frozen=True):
    """`score_scale` says where places of a device's finding begin, `score_bin` which bin each place is."""

    score_scale: pa.Table
    score_bin: np.ndarray[Any, np.dtype[np.int16]]


def bin_tables(bins: Bins) -> BinTables:
    """Every score of every registered scale has a place, one after another.

    Raises: Refusal rollup.bins when registered edges do not increase.
    """
    names = sorted(bins)
    scales = pa.table({
        "device": pa.array([device for device, _ in names], pa.string()),
        "finding": pa.array([finding for _, finding in names], pa.string()),
        "start": pa.array([number * WIDTH for number in range(len(names))], pa.int32()),
    })  # fmt: skip
    scores = np.arange(WIDTH)
    found = [_bin_of_each(scores, bins, name) for name in names]
    return BinTables(scales, np.concatenate([np.array([], np.int16), *found]))


def _bin_of_each(scores: np.ndarray[Any, Any], bins: Bins, name: tuple[str, str]) -> np.ndarray[Any, Any]:
    if not well_formed(bins[name]):
        raise Refusal("rollup.bins", device=name[0], finding=name[1])
    return np.searchsorted(np.array(bins[name]), scores, side="right").astype(np.int16)
