# SPDX-License-Identifier: Apache-2.0
"""How many failures are expected of every device, version and site, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats, Ints, Panel

SITE_SHAPE = 4.0
"""Before anything is known of a site, its rate differs from the device's by about half (1/sqrt 4)."""
DEVICE_SHAPE = 0.5
"""Jeffreys' prior of a rate."""


class Window(Struct, frozen=True):
    """The registered baseline of a device: the days [first, after)."""

    first: date
    after: date


class Expectation(Struct, frozen=True):
    """Reference rates after the baseline; arrays run over devices, or over the panel's streams.

    `shape` says how many events a rate rests on; `monitored` which columns come after the baseline;
    `exposure` is the number of failures expected of the device in a year at the volume of its baseline.
    """

    device_of: Ints
    phi: Floats
    exposure: Floats
    device_shape: Floats
    device_rate: Floats
    device_events: Floats
    device_studies: Floats
    rate: Floats
    shape: Floats
    first: Ints
    after: Ints
    monitored: NDArray[np.bool_]


def expect(panel: Panel, *, baseline_days: int, registered: Mapping[str, Window]) -> Expectation:
    """Rates of each device and, shrunk towards it, of each of its sites, from the baseline alone.

    Method: gamma-Poisson, posterior mean; phi is Pearson's statistic over its degrees of freedom, at least 1.
    """
    devices = sorted({stream.device for stream in panel.streams})
    place = {device: i for i, device in enumerate(devices)}
    device_of = np.array([place[stream.device] for stream in panel.streams], np.int64)
    first, after = _windows(panel, devices, device_of, baseline_days=baseline_days, registered=registered)
    column = np.arange(panel.length)
    inside = (column >= first[device_of, None]) & (column < after[device_of, None])
    studies, failed = panel.counts["studies"] * inside, panel.counts["failed"] * inside
    site_of = _sites(panel)
    phi = _dispersion(studies, failed, site_of=site_of, device_of=device_of)
    days = np.maximum(after - first, 1)
    n, x = (_per(device_of, part, len(devices)) for part in (studies, failed))
    shape = x / phi + DEVICE_SHAPE
    rate = np.where(n > 0, shape * phi / np.maximum(n, 1), np.nan)
    site_rate, site_shape = _of_sites(studies, failed, site_of, device_of, phi=phi, rate=rate, shape=shape)
    return Expectation(
        device_of, phi, rate * n / days * 365.0 / phi, shape, rate, x, n, site_rate, site_shape, first, after,
        (column >= after[device_of, None]) & (n > 0)[device_of, None],
    )  # fmt: skip


def _windows(
    panel: Panel, devices: list[str], device_of: Ints, *, baseline_days: int, registered: Mapping[str, Window]
) -> tuple[Ints, Ints]:
    alive = panel.counts["studies"] > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), panel.length)
    first = np.full(len(devices), panel.length, np.int64)
    np.minimum.at(first, device_of, start)
    after = first + baseline_days
    for i, device in enumerate(devices):
        if device in registered:
            first[i] = registered[device].first.toordinal() - panel.first
            after[i] = registered[device].after.toordinal() - panel.first
    return first, after


def _sites(panel: Panel) -> Ints:
    """The (device, site) of each stream."""
    place: dict[tuple[str, str], int] = {}
    return np.array([place.setdefault((s.device, s.site), len(place)) for s in panel.streams], np.int64)


def _dispersion(studies: Floats, failed: Floats, *, site_of: Ints, device_of: Ints) -> Floats:
    """How much more daily counts vary than Poisson ones, pooled over the sites of a device; at least 1."""
    n, x = (_grouped(part, site_of) for part in (studies, failed))
    total_n, total_x = n.sum(axis=1), x.sum(axis=1)
    mean = n * (total_x / np.maximum(total_n, 1))[:, None]
    seen = mean > 0
    squares = np.divide((x - mean) ** 2, mean, out=np.zeros_like(mean), where=seen).sum(axis=1)
    freedom = np.maximum(seen.sum(axis=1) - 1, 0)
    device = np.zeros(len(total_n), np.int64)
    device[site_of] = device_of
    pooled = np.bincount(device, squares) / np.maximum(np.bincount(device, freedom), 1)
    return np.maximum(1.0, pooled)


def _of_sites(
    studies: Floats,
    failed: Floats,
    site_of: Ints,
    device_of: Ints,
    *,
    phi: Floats,
    rate: Floats,
    shape: Floats,
) -> tuple[Floats, Floats]:
    own = phi[device_of]
    n = np.bincount(site_of, studies.sum(axis=1))[site_of] / own
    x = np.bincount(site_of, failed.sum(axis=1))[site_of] / own
    prior = SITE_SHAPE / rate[device_of]
    site_shape = SITE_SHAPE + x
    borrowed = prior / (prior + n)  # the part of the site's rate that rests on the device's
    sure = 1.0 / (1.0 / site_shape + borrowed**2 / shape[device_of])
    return site_shape / (prior + n), sure


def _per(group: Ints, values: Floats, groups: int) -> Floats:
    """The total of all days for each group of streams."""
    return np.asarray(np.bincount(group, values.sum(axis=1), groups), dtype=np.float64)


def _grouped(values: Floats, group: Ints) -> Floats:
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[order], starts, axis=0), dtype=np.float64)
