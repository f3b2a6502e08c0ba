# SPDX-License-Identifier: Apache-2.0
"""How many failures are expected of every device, version and site, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats, Ints, Panel, grouped
from nadzor.detect.window import Window

SITE_SHAPE = 4.0
"""Before anything is known of a site, its rate differs from the device's by about half (1/sqrt 4)."""
DEVICE_SHAPE = 0.5
"""Jeffreys' prior of a rate."""


class Places(Struct, frozen=True):
    """To which device and (device, site) each stream of the panel belongs, and each site to which device."""

    devices: list[str]
    device_of: Ints
    site_of: Ints
    device_of_site: Ints


class Expectation(Struct, frozen=True):
    """Reference rates after the baseline; arrays run over devices, or over sites where the name says so.

    Units: shapes are numbers of events a rate rests on; exposures are failures expected in a year at the
    volume of the baseline, divided by phi; first and after are columns.
    """

    places: Places
    first: Ints
    after: Ints
    studies: Floats
    events: Floats
    phi: Floats
    rate: Floats
    shape: Floats
    exposure: Floats
    sites: Ints
    site_rate: Floats
    site_shape: Floats
    site_exposure: Floats

    def monitored(self, length: int) -> NDArray[np.bool_]:
        """Which columns of each stream come after a baseline that had any studies."""
        device = self.places.device_of
        return (np.arange(length) >= self.after[device, None]) & (self.studies > 0)[device, None]


def expect(panel: Panel, *, baseline_days: int, registered: Mapping[str, Window]) -> Expectation:
    """Rates of each device and, shrunk towards it, of each of its sites, from the baseline alone.

    Method: gamma-Poisson, posterior mean; phi is Pearson's statistic over its degrees of freedom, at least 1.
    """
    places = _places(panel)
    first, after = _windows(panel, places, baseline_days)
    for i, device in enumerate(places.devices):
        if device in registered:
            first[i] = registered[device].first.toordinal() - panel.first
            after[i] = registered[device].after.toordinal() - panel.first
    column, of = np.arange(panel.length), places.device_of
    inside = (column >= first[of, None]) & (column < after[of, None])
    by_site = [grouped(panel.counts[measure] * inside, places.site_of) for measure in ("studies", "failed")]
    return _rates(places, by_site, first=first, after=after)


def _rates(places: Places, by_site: list[Floats], *, first: Ints, after: Ints) -> Expectation:
    of, count = places.device_of_site, len(places.devices)
    site_n, site_x = (part.sum(axis=1) for part in by_site)
    n, x = (_floats(np.bincount(of, part, count)) for part in (site_n, site_x))
    phi = _dispersion(by_site, of)
    shape = x / phi + DEVICE_SHAPE
    rate = shape * phi / np.maximum(n, 1.0)
    own, prior = phi[of], SITE_SHAPE / rate[of]
    site_shape, site_scale = SITE_SHAPE + site_x / own, prior + site_n / own
    borrowed = prior / site_scale  # the part of the site's rate that rests on the device's
    year = 365.0 / np.maximum(after - first, 1)
    site_rate = site_shape / site_scale
    sites = np.bincount(of, site_n > 0, count).astype(np.int64)
    usual = np.where(site_n > 0, site_n, (n / np.maximum(sites, 1))[of])  # a new site: as busy as the others
    return Expectation(
        places, first, after, n, x, phi, rate, shape,
        exposure=rate * n * year / phi,
        sites=sites,
        site_rate=site_rate,
        site_shape=1.0 / (1.0 / site_shape + borrowed**2 / shape[of]),
        site_exposure=site_rate * usual * year[of] / own,
    )  # fmt: skip


def _places(panel: Panel) -> Places:
    devices: dict[str, int] = {}
    sites: dict[tuple[str, str], int] = {}
    device_of = np.array([devices.setdefault(s.device, len(devices)) for s in panel.streams], np.int64)
    site_of = np.array([sites.setdefault((s.device, s.site), len(sites)) for s in panel.streams], np.int64)
    device_of_site = np.array([devices[device] for device, _ in sites], np.int64)
    return Places(list(devices), device_of, site_of, device_of_site)


def _windows(panel: Panel, places: Places, baseline_days: int) -> tuple[Ints, Ints]:
    alive = panel.counts["studies"] > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), panel.length)
    first = np.full(len(places.devices), panel.length, np.int64)
    np.minimum.at(first, places.device_of, start)
    return first, first + baseline_days


def _dispersion(by_site: list[Floats], device: Ints) -> Floats:
    """How much more daily counts vary than Poisson ones, pooled over the sites of a device; at least 1."""
    n, x = by_site
    mean = n * (x.sum(axis=1) / np.maximum(n.sum(axis=1), 1.0))[:, None]
    seen = mean > 0
    squares = np.divide((x - mean) ** 2, mean, out=np.zeros_like(mean), where=seen).sum(axis=1)
    freedom = np.maximum(seen.sum(axis=1) - 1, 0)
    pooled = np.bincount(device, squares) / np.maximum(np.bincount(device, freedom), 1)
    # rounded, so that days beyond the baseline cannot move the last bit
    return _floats(np.round(np.maximum(1.0, pooled), 9))


def _floats(values: NDArray[np.generic]) -> Floats:
    return values.astype(np.float64)
