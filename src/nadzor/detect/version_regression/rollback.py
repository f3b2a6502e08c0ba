# SPDX-License-Identifier: Apache-2.0
"""Whether agreement came back where sites went back to the version before: evidence about the release."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nadzor.detect.series import Floats, Ints
from nadzor.detect.version_regression.compared import strata_of
from nadzor.detect.version_regression.contrast import Shift
from nadzor.detect.version_regression.scene import Scene

REVIEWS_MIN = 100.0
"""Reviews after the return without which nothing is said."""
SURE = 3.09
"""Standard errors: one chance in a thousand on a day, and asked only of releases that have alarmed."""


class Return(NamedTuple):
    """A return that can be seen: its first day and the day it was said as ordinals, size, sites."""

    begun: int
    said: int
    shift: Shift
    sites: list[str]
    reviews: float
    before: float


class Sides(NamedTuple):
    """By stratum and day, cumulated: disagreements and reviews under the version, and after the return."""

    x0: Floats
    n0: Floats
    x1: Floats
    n1: Floats


def returned(told: Scene, release: int, alarmed: int) -> Return | None:
    """The first day, from ordinal `alarmed` on, on which it shows that disagreement fell with the return.

    None where no site went back, or agreement did not.

    Method: strata under the version against their own later days on which only an older version worked.
    """
    if "disagreement" not in told.tables:
        return None
    table = told.tables["disagreement"]
    new = np.flatnonzero(told.releases.of(table) == release)
    if not len(new):
        return None
    sides = _sides(told, new)
    total, estimate, error = _falls(sides)
    day = np.arange(table.length) + table.first
    clear = (day >= alarmed) & (total >= REVIEWS_MIN) & (-estimate > SURE * error)
    if not clear.any():
        return None
    at = int(clear.argmax())
    site, seen = table.code["site"][new], sides.n1[:, at]
    most = np.argsort(-np.bincount(site, seen), kind="stable").tolist()
    names = told.days.columns.names["site"]
    return Return(
        begun=table.first + int((total > 0).argmax()), said=table.first + at,
        shift=Shift(float(estimate[at]), float(error[at])),
        sites=[names[i] for i in most if seen[site == i].sum() > 0], reviews=float(total[at]),
        before=float(sides.n0[:, at].sum()),
    )  # fmt: skip


def _sides(told: Scene, new: Ints) -> Sides:
    table, one = told.tables["disagreement"], told.told["disagreement"]
    stratum, begun = strata_of(table), (one.count > 0).argmax(axis=1)
    mine = one.count[new]
    gone = (np.cumsum(mine, axis=1) > 0) & (mine == 0)
    x, n = np.zeros(mine.shape), np.zeros(mine.shape)
    for i, row in enumerate(new.tolist()):
        older = (stratum == stratum[row]) & (begun < begun[row])
        x[i], n[i] = (part[older].sum(axis=0) * gone[i] for part in (one.total, one.count))
    return Sides(*(np.cumsum(part, axis=1) for part in (one.total[new], mine, x, n)))


def _falls(sides: Sides) -> tuple[Floats, Floats, Floats]:
    """By day: reviews after the return, by how much disagreement differs since, and the standard error."""
    x0, n0, x1, n1 = sides
    both = np.maximum(n0 + n1, 1.0)
    share = np.clip((x0 + x1 + 1.0) / (both + 2.0), 1e-4, 1.0 - 1e-4)
    was = np.divide(x0, n0, out=np.zeros_like(x0), where=n0 > 0)
    n1 = n1 * (n0 > 0)
    total = n1.sum(axis=0)
    some = np.maximum(total, 1.0)
    variance = (share * (1.0 - share) * (n1 + n1**2 / np.maximum(n0, 1.0))).sum(axis=0)
    return total, ((x1 - n1 * was) * (n1 > 0)).sum(axis=0) / some, np.sqrt(variance) / some
