# SPDX-License-Identifier: Apache-2.0
"""How much agreement has changed since a release, where, and against the sites that do not have it yet."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.learned import Table
from nadzor.detect.series import Floats, Ints
from nadzor.detect.version_regression.compared import PAST, Compared, Told, strata_of

LEVEL = 1.96
CONTROLS_MIN = 100.0
"""Reviews of sites without the version, before and since, that a comparison with them needs."""
NAMED = 1.64
"""Standard errors by which a place is worse, to be named; where none is so clear, all are."""


class Shift(Struct, frozen=True):
    """A difference of shares and its standard error."""

    estimate: float
    error: float

    def minus(self, other: Shift) -> Shift:
        """The difference of two independent ones."""
        return Shift(self.estimate - other.estimate, float(np.hypot(self.error, other.error)))


class Places(Struct, frozen=True):
    """By name of a site or a maker of equipment: those that got worse, most first, and how many there are."""

    worse: list[str]
    watched: int


def upgraded(one: Compared, release: int, day: int) -> Shift | None:
    """By how much a share has risen under the new version up to a day since the release."""
    mine = one.episode == release
    n = one.n[mine, : day + 1].sum(axis=1)
    total = float(n.sum())
    if total <= 0:
        return None
    off = float(one.off[mine, : day + 1].sum())
    extra = 1.0 + one.rho[mine] * n / (day + 1)
    variance = one.spread[mine] * extra * (n + n**2 / np.maximum(one.known[mine], 1.0))
    return Shift(off / total, float(np.sqrt(variance.sum())) / total)


def waiting(table: Table, told: Told, where: tuple[Ints, int, int]) -> Shift | None:
    """The same days' rise in strata of the device that have not worked under the version by then.

    `where` are the rows of the version, the release's column, and the day since it.
    """
    rows, start, day = where
    stratum = strata_of(table)
    last = min(start + day, table.length - 1)
    mine = table.code["device"] == table.code["device"][rows[0]]
    arrived = stratum[rows[told.count[rows, start : last + 1].sum(axis=1) > 0]]
    chosen = mine & ~np.isin(stratum, arrived)
    if not chosen.any():
        return None
    group = np.unique(stratum[chosen], return_inverse=True)[1].reshape(-1)
    spans = ((max(0, start - PAST), start), (start, last + 1))
    (x0, n0), (x1, n1) = (
        tuple(_by(group, part[chosen, a:b].sum(axis=1)) for part in (told.total, told.count))
        for a, b in spans
    )
    known = n0 > 0
    if min(float(n0[known].sum()), float(n1[known].sum())) < CONTROLS_MIN:
        return None
    return _risen(x0[known], n0[known], x1[known], n1[known])


def _by(group: Ints, values: Floats) -> Floats:
    return np.bincount(group, values).astype(np.float64)


def _risen(x0: Floats, n0: Floats, x1: Floats, n1: Floats) -> Shift:
    p = np.clip((x0 + x1 + 1.0) / (n0 + n1 + 2.0), 1e-4, 1.0 - 1e-4)
    variance = p * (1.0 - p) * (n1 + n1**2 / n0)
    total = float(n1.sum())
    return Shift(float((x1 - n1 * x0 / n0).sum()) / total, float(np.sqrt(variance.sum())) / total)


def places(one: Compared, code: Ints, names: list[str], where: tuple[int, int]) -> Places:
    """Where a share has risen clearly, most first; `where` are release and day."""
    release, day = where
    mine = one.episode == release
    n = one.n[mine, : day + 1].sum(axis=1)
    of = code[one.row[mine]]
    off = np.bincount(of, one.off[mine, : day + 1].sum(axis=1), len(names))
    variance = np.bincount(of, one.spread[mine] * (n + n**2 / np.maximum(one.known[mine], 1.0)), len(names))
    z = np.divide(off, np.sqrt(variance), out=np.zeros_like(off), where=variance > 0)
    least = NAMED if z.max(initial=0.0) > NAMED else 0.0
    worse = [names[i] for i in np.argsort(-off, kind="stable").tolist() if z[i] > least and names[i]]
    return Places(worse, int(np.count_nonzero(np.bincount(of, n, len(names)))))
