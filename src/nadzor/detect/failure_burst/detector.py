# SPDX-License-Identifier: Apache-2.0
"""Failure burst: far more failures within one to three days than the device's baseline lets expect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import numpy as np
from msgspec import Struct
from scipy.special import betainc

from nadzor.detect.context import Context
from nadzor.detect.failure_cusum.expectation import Expectation, expect
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.series import Days, Floats, Ints, Panel, grouped, unsplit
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row

NAME = "failure_burst"
READS = unsplit("studies", "failed")
BUDGET = 0.03
SITES_PART = 0.2
"""This part of the budget is shared by the sites of a device that has several."""
WINDOWS = (1, 2, 3)
LOOKS_A_YEAR = 280.0
"""Windows overlap and counts are whole, so that a year of three windows a day costs no more: measured."""
Z_MIN = 3.0
"""A count that is not so many standard deviations above its mean is never rare enough to look at closer."""
FAILURES_MIN = 3
CALM_DAYS = 7
"""A stream that was alarmed speaks again only after so many days without reason to."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: budget is false alarms a device-year.
    """

    budget: float = BUDGET
    baseline_days: int = 90
    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class Streams(Struct, frozen=True):
    """Devices, or sites of devices: what failed and was expected each day, how sure the expectation is.

    `device` and `example` are the place of each stream's device, and one of its rows in the panel; `limit` is
    the p-value at which it speaks.
    """

    level: str
    device: Ints
    example: Ints
    seen: Floats
    expected: Floats
    shape: Floats
    phi: Floats
    limit: Floats


class Burst(Struct, frozen=True, order=True):
    """A stream's window [column - days + 1, column] that held too many failures."""

    column: int
    stream: int
    days: int
    p: float


def detect(rows: Iterable[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Bursts of a device over all its sites, and of a site alone.

    Method: scan of windows of 1, 2 and 3 days (Naus 1965 in discrete time); the count of a window is negative
    binomial: Poisson about the window's expectation, over-dispersed by phi, mixed over the gamma posterior of
    the baseline rate.  A stream speaks when the chance of as many or more falls to its yearly budget / 365.
    """
    params = params or Params()
    panel = Panel(Days.of(rows, READS), by=("device", "version", "site"), measures=("studies", "failed"))
    if not panel.streams:
        return []
    studies = np.maximum(panel.counts["studies"], 0.0)
    panel.counts = {"studies": studies, "failed": np.clip(panel.counts["failed"], 0.0, studies)}
    told = expect(panel, baseline_days=params.baseline_days, registered=params.registered)
    devices = _of_devices(panel, told, params)
    whole = _bursts(devices)
    found = [_finding(one, devices, panel, told, params) for one in whole]
    if (told.sites > 1).any():
        sites = _of_sites(panel, told, params)
        named = {
            (int(devices.device[one.stream]), one.column + back) for one in whole for back in range(-3, 8)
        }
        alone = [one for one in _bursts(sites) if (int(sites.device[one.stream]), one.column) not in named]
        found += [_finding(one, sites, panel, told, params) for one in alone]
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _of_devices(panel: Panel, told: Expectation, params: Params) -> Streams:
    of = told.places.device_of
    part = np.where(told.sites > 1, 1.0 - SITES_PART, 1.0)
    seen, expected = _counts(panel, told, of)
    return Streams(
        "device", np.arange(len(told.phi)), _examples(of), seen, expected, told.shape, told.phi,
        params.budget * part / LOOKS_A_YEAR,
    )  # fmt: skip


def _of_sites(panel: Panel, told: Expectation, params: Params) -> Streams:
    of, device = told.places.site_of, told.places.device_of_site
    several = told.sites[device] > 1
    share = np.where(several, SITES_PART / np.maximum(told.sites[device], 1), 0.0)
    seen, expected = _counts(panel, told, of)
    return Streams(
        "site", device, _examples(of), seen, expected, told.site_shape, told.phi[device],
        params.budget * share / LOOKS_A_YEAR,
    )  # fmt: skip


def _counts(panel: Panel, told: Expectation, group: Ints) -> tuple[Floats, Floats]:
    watched = told.monitored(panel.length)
    rate = told.site_rate[told.places.site_of][:, None]
    seen = grouped(panel.counts["failed"] * watched, group)
    return seen, grouped(panel.counts["studies"] * watched * rate, group)


def _examples(group: Ints) -> Ints:
    example = np.zeros(int(group.max()) + 1, np.int64)
    example[group] = np.arange(len(group))
    return example


def _bursts(streams: Streams) -> list[Burst]:
    """The first day of each burst, stream by stream."""
    best = np.ones(streams.seen.shape)
    days = np.ones(streams.seen.shape, np.int64)
    for window in WINDOWS:
        p = _chances(streams, window)
        better = p < best
        best[better], days[better] = p[better], window
    over = best <= streams.limit[:, None]
    found = []
    for stream in np.flatnonzero(over.any(axis=1)).tolist():
        columns = np.flatnonzero(over[stream])
        fresh = np.diff(columns, prepend=-CALM_DAYS - 1) > CALM_DAYS
        found += [
            Burst(column, stream, int(days[stream, column]), float(best[stream, column]))
            for column in columns[fresh].tolist()
        ]
    return sorted(found)


def _chances(streams: Streams, window: int) -> Floats:
    """The chance of as many failures or more in the window that ends on each day; 1 where there are few."""
    seen, expected = (_last(part, window) for part in (streams.seen, streams.expected))
    p = np.ones(seen.shape)
    above = seen - expected
    watched = streams.limit[:, None] > 0
    row, column = np.nonzero(watched & (seen >= FAILURES_MIN) & (above * above > Z_MIN**2 * expected))
    row, column = (part[(above > 0)[row, column] & (expected > 0)[row, column]] for part in (row, column))
    mean = expected[row, column]
    spread = np.maximum((streams.phi[row] - 1.0) + mean / streams.shape[row], 1e-9)
    p[row, column] = betainc(seen[row, column], mean / spread, spread / (1.0 + spread))
    return p


def _last(values: Floats, window: int) -> Floats:
    sums = np.cumsum(values, axis=1)
    sums[:, window:] -= sums[:, :-window].copy()
    return sums


def _finding(one: Burst, streams: Streams, panel: Panel, told: Expectation, params: Params) -> Finding:
    device, stream = int(streams.device[one.stream]), panel.streams[int(streams.example[one.stream])]
    start = max(0, one.column - one.days + 1)
    window = slice(start, one.column + 1)
    seen, mean = (float(part[one.stream, window].sum()) for part in (streams.seen, streams.expected))
    first_day, since = panel.date(one.column), panel.date(start)
    digest, rows_read = panel.days.digest(device=stream.device, after=first_day + timedelta(days=1))
    years = max(0, one.column + 1 - int(told.after[device])) / 365.0
    mine = np.flatnonzero(told.places.device_of == device).tolist()
    sites, watched = _contributors(panel, mine, window)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="failure.burst", device=stream.device,
        site=stream.site if streams.level == "site" else "", stratum=streams.level,
        statistic=-float(np.log(one.p)),
        threshold=float(-np.log(streams.limit[one.stream])),
        guarantee=Guarantee(kind="run_length", budget=params.budget, spent=params.budget * years),
        baseline=_baseline(panel, told, device), over_dispersion=float(streams.phi[one.stream]),
        p_value=one.p, effect=_effect(seen, mean, float(streams.shape[one.stream])), first_day=first_day,
        located=Located(day=since, low=since, high=first_day), journal_size=params.journal_size,
        rows_hash=digest, rows_read=rows_read,
        facts={"observed": seen, "expected": mean, "days": one.days, "sites": sites, "sites_watched": watched,
               "design": "baseline", "estimate_chosen_by_alarm": True},
    )  # fmt: skip


def _contributors(panel: Panel, mine: list[int], window: slice) -> tuple[list[str], int]:
    """The sites with failures in the window, most first, and how many the device has."""
    failed: dict[str, float] = {}
    for i in mine:
        site = panel.streams[i].site
        failed[site] = failed.get(site, 0.0) + float(panel.counts["failed"][i, window].sum())
    sites = sorted((site for site, n in failed.items() if n), key=lambda site: (-failed[site], site))
    return sites, len(failed)


def _baseline(panel: Panel, told: Expectation, device: int) -> Baseline:
    first, after = panel.date(int(told.first[device])), panel.date(int(told.after[device]))
    digest, _ = panel.days.digest(device=told.places.devices[device], first=first, after=after)
    return Baseline(
        hash=digest, first=first, after=after, exposure=float(told.studies[device]),
        events=float(told.events[device]), rate=float(told.rate[device]),
    )  # fmt: skip


def _effect(seen: float, mean: float, shape: float) -> Effect:
    """Observed over expected, the baseline's own uncertainty included, by the interval of a share."""
    share = clopper_pearson(seen, seen + shape)
    low, high = (p / (1.0 - p) * shape / mean for p in (share.low, min(share.high, 1.0 - 1e-9)))
    estimate = seen / mean
    return Effect(name="rate_ratio", estimate=estimate, low=min(low, estimate), high=max(high, estimate))
