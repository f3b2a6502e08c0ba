# SPDX-License-Identifier: Apache-2.0
"""Releases as the rows show them: the day a version first worked on a device, and its part of the budget."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.learned import Table
from nadzor.detect.series import Ints

LEARN_MIN = 28
"""Days of a device before a release that can be compared with anything."""
PARTS = (0.6, 0.25, 0.1, 0.05)
"""Parts of a year's budget for the first to fourth release within a year; later ones get none."""
YEAR = 365


class Episodes(Struct, frozen=True):
    """Releases by device and day: codes of device and version, first days, parts of the budget."""

    device: Ints
    version: Ints
    start: Ints
    part: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.device)

    def of(self, table: Table) -> Ints:
        """The episode of each row of a table by device and version; -1 where it is none."""
        width = int(max(table.code["version"].max(initial=0), self.version.max(initial=0))) + 1
        height = int(max(table.code["device"].max(initial=0), self.device.max(initial=0))) + 1
        told = np.full(height * width, -1, np.int64)
        told[self.device * width + self.version] = np.arange(len(self))
        return np.asarray(told[table.code["device"] * width + table.code["version"]])


def episodes(table: Table, studies: tuple[str, str]) -> Episodes:
    """The releases of a table of studies by device, site and version; the first version is none."""
    alive = table.counts[studies] > 0
    first = np.where(alive.any(axis=1), alive.argmax(axis=1), table.length)
    device, version = table.code["device"], table.code["version"]
    width = int(version.max(initial=0)) + 1
    start = np.full((int(device.max(initial=0)) + 1) * width, table.length)
    np.minimum.at(start, device * width + version, first)
    begun = start.reshape(-1, width).min(axis=1)
    told = sorted(
        (key // width, at, key % width)
        for key, at in enumerate(start.tolist())
        if at < table.length and at > begun[key // width]
    )
    kept = [
        (one, version, at, part)
        for (one, at, version), part in zip(told, _parts(told), strict=True)
        if part and at >= begun[one] + LEARN_MIN
    ]
    columns = np.array([each[:3] for each in kept], np.int64).reshape(-1, 3)
    return Episodes(
        columns[:, 0], columns[:, 1], columns[:, 2] + table.first, tuple(each[3] for each in kept)
    )


def _parts(told: list[tuple[int, int, int]]) -> list[float]:
    """Each release's part, by how many of its device came within the year before it."""
    parts = []
    for i, (device, at, _) in enumerate(told):
        mine = told[max(0, i - len(PARTS)) : i]  # in order of devices and days: more would get none anyway
        recent = sum(1 for other, day, _ in mine if other == device and at - day < YEAR)
        parts.append(PARTS[recent] if recent < len(PARTS) else 0.0)
    return parts
