# SPDX-License-Identifier: Apache-2.0
"""The score bins of a nation's devices, as they would be registered."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nadzor.measures.bins import Bins
from nadzor.simulate.conclusions import SCORE_TOP, score_table
from nadzor.simulate.draft import STEPS
from nadzor.simulate.levels import Ints
from nadzor.simulate.world import DeviceSpec, FindingSpec, Manner, World


def scales(world: World) -> Bins:
    """Edges by device and finding: quantiles of the baseline in the reference nation, elsewhere even bins."""
    return {
        (device.code, finding.code): edges_of(world, device, finding).tolist()
        for device in world.devices
        for finding in device.findings
    }


def edges_of(world: World, device: DeviceSpec, finding: FindingSpec) -> Ints:
    """The edges of one finding."""
    if device.manner:
        return _quantiles(device.manner, world.bins)
    return np.array([SCORE_TOP * i // world.bins for i in range(1, world.bins)])


@lru_cache(maxsize=1024)
def _quantiles(manner: Manner, bins: int) -> Ints:
    table = score_table(manner)
    cuts = {int(table[i * STEPS // bins]) for i in range(1, bins)} - {int(table[0])}
    return np.array(sorted(cuts), np.int64)
