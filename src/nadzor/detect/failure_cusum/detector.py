# SPDX-License-Identifier: Apache-2.0
"""Failure-rate CUSUM: the share of failed studies has risen, since when, at which version or site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.context import Context
from nadzor.detect.failure_cusum.chart import Charts, Crossing, run_charts
from nadzor.detect.failure_cusum.expectation import Expectation, expect
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.series import Days, Floats, Ints, Panel, Stream, grouped, unsplit
from nadzor.detect.stats.cusum_arl import log_ratio_reference
from nadzor.detect.stats.exposure_chart import STEPS, exposure_limits, exposure_run_lengths
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row

NAME = "failure_cusum"
READS = unsplit("studies", "failed")
BUDGET = 0.02
RATIOS = (1.5, 3.0, 8.0)
SLACK = 5.0
"""By how much the parts of the budget are too careful when they are added up: measured, see the dossier."""
RISES = np.linspace(1.0, 8.0, 281)
DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: budget is the share of device-years with a false alarm; ratios are the rises charts are built for.
    """

    budget: float = BUDGET
    baseline_days: int = 90
    ratios: tuple[float, ...] = RATIOS
    release_days: int = 14
    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class View(Struct, frozen=True):
    """Streams of one level (versions, or sites): what was seen and expected each day, in units of phi."""

    level: str
    streams: list[Stream]
    device: Ints
    seen: Floats
    expected: Floats
    shape: Floats
    limits: Floats
    charts: Charts


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the failure rate of a version across its sites, and of a site across its versions.

    Method: Poisson CUSUM on failures expected from each site's own baseline (Lucas 1985; Steiner et al.
    2000), one chart for each ratio; limits from the exact run length in expected failures, averaged over the
    posterior of the baseline (stats/exposure_chart.py); counts divided by phi.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    panel = Panel(days, by=("device", "version", "site"), measures=("studies", "failed"))
    _only_possible(panel)
    if not panel.streams:
        return []
    expected = expect(panel, baseline_days=params.baseline_days, registered=params.registered)
    versions = _view(panel, expected, level="version", params=params)
    found = [_finding(c, versions, panel, expected, params=params) for c in versions.charts.crossings]
    if (expected.sites > 1).any():
        sites = _view(panel, expected, level="site", params=params)
        covered = _covered(versions, len(expected.phi))
        for crossing in sites.charts.crossings:
            if not covered[sites.device[crossing.stream], crossing.column]:
                found.append(_finding(crossing, sites, panel, expected, params=params))
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _only_possible(panel: Panel) -> None:
    """A half-made correction may leave negative studies, or more failures than studies: those are nothing."""
    studies = np.maximum(panel.counts["studies"], 0.0)
    panel.counts = {"studies": studies, "failed": np.clip(panel.counts["failed"], 0.0, studies)}


def smallest_detectable_rise(
    *, failures_per_day: float, baseline_events: float, days: int = 90, budget: float = BUDGET
) -> float | None:
    """The smallest rise that a chart shows, on average, within so many days; None if no rise up to 8 does.

    Method: for each designed ratio, the rise at which the run length equals the failures expected in those
    days.
    """
    found = []
    for ratio in RATIOS:
        limit = float(
            exposure_limits(
                ratio,
                shape=baseline_events,
                exposure=failures_per_day * 365.0,
                budget=SLACK * budget / 2.0 / len(RATIOS),
            )
        )
        if np.isfinite(limit):
            lengths = exposure_run_lengths(log_ratio_reference(ratio), RISES)[:, round(limit * STEPS)]
            found += RISES[lengths <= failures_per_day * days].tolist()
    return min(found, default=None)


def _view(panel: Panel, expected: Expectation, *, level: str, params: Params) -> View:
    places = expected.places
    scale = expected.monitored(panel.length) / expected.phi[places.device_of, None]
    seen, mean = panel.counts["failed"] * scale, panel.counts["studies"] * scale
    mean *= expected.site_rate[places.site_of][:, None]
    streams = list(dict.fromkeys(_stream(stream, level) for stream in panel.streams))
    index = {stream: i for i, stream in enumerate(streams)}
    group = np.array([index[_stream(stream, level)] for stream in panel.streams])
    seen, mean = grouped(seen, group), grouped(mean, group)
    device = np.zeros(len(streams), np.int64)
    device[group] = places.device_of
    shape, limits = _versions(expected, device, params) if level == "version" else _sites(expected, params)
    reference = np.array([log_ratio_reference(ratio) for ratio in params.ratios])
    charts = run_charts(seen, mean, reference=reference, limits=limits)
    return View(level, streams, device, seen, mean, shape, limits, charts)


def _versions(expected: Expectation, device: Ints, params: Params) -> tuple[Floats, Floats]:
    """Half of a device's budget is for its versions; all of it where there is only one site."""
    share = np.where(expected.sites > 1, 0.5, 1.0)[device]
    shape = expected.shape[device]
    return shape, _limits(shape, expected.exposure[device], share, params)


def _sites(expected: Expectation, params: Params) -> tuple[Floats, Floats]:
    """The other half is shared by the sites of the baseline."""
    sites = expected.sites[expected.places.device_of_site]
    share = np.where(sites > 1, 0.5 / np.maximum(sites, 1), 0.0)
    return expected.site_shape, _limits(expected.site_shape, expected.site_exposure, share, params)


def _limits(shape: Floats, exposure: Floats, share: Floats, params: Params) -> Floats:
    """Limits by stream and ratio: the device's budget is shared by versions and sites, then by the ratios."""
    each = SLACK * params.budget / len(params.ratios)
    limits = np.full((len(shape), len(params.ratios)), np.inf)
    for part in np.unique(share[share > 0]):
        here = share == part
        for column, ratio in enumerate(params.ratios):
            limits[here, column] = exposure_limits(
                ratio, shape=shape[here], exposure=exposure[here], budget=each * part
            )
    return limits


def _stream(stream: Stream, level: str) -> Stream:
    return (
        Stream(stream.device, stream.version)
        if level == "version"
        else Stream(stream.device, site=stream.site)
    )


def _covered(versions: View, devices: int) -> NDArray[np.bool_]:
    """On which days a device has a version already above its limit: its sites then say nothing new."""
    covered = np.zeros((devices, versions.charts.busy.shape[1]), dtype=bool)
    np.logical_or.at(covered, versions.device, versions.charts.busy)
    return covered


def _finding(
    crossing: Crossing, view: View, panel: Panel, expected: Expectation, *, params: Params
) -> Finding:
    stream, device = view.streams[crossing.stream], int(view.device[crossing.stream])
    located, onset = _located(crossing, view, panel, ratio=params.ratios[crossing.chart])
    phi = float(expected.phi[device])
    seen, mean = (
        float(part[crossing.stream, onset : crossing.column + 1].sum()) for part in (view.seen, view.expected)
    )
    mine = np.flatnonzero(expected.places.device_of == device).tolist()
    release = _release(stream, panel, mine, located, days=params.release_days)
    first_day = panel.date(crossing.column)
    rows_hash, rows_read = panel.days.digest(device=stream.device, after=first_day + timedelta(days=1))
    watched = float(view.expected[view.device == device, : crossing.column + 1].sum())
    years = watched / max(float(expected.exposure[device]), 1e-9)
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="failure.rise", device=stream.device,
        version=stream.version or release, site=stream.site, stratum=view.level,
        statistic=crossing.value, threshold=float(view.limits[crossing.stream, crossing.chart]),
        guarantee=Guarantee(kind="run_length", budget=params.budget, spent=params.budget * years),
        baseline=_baseline(device, stream.device, panel, expected), over_dispersion=phi,
        effect=_effect(seen, mean, float(view.shape[crossing.stream])),
        first_day=first_day, located=located, journal_size=params.journal_size,
        rows_hash=rows_hash, rows_read=rows_read,
        facts={
            "failed": round(seen * phi), "expected": round(mean * phi, 3),
            "designed_for_ratio": params.ratios[crossing.chart], "released_then": release,
            "since_version": release, "observed": round(seen * phi),
            "design": "baseline", "estimate_chosen_by_alarm": True,
            **_contributors(stream, panel, mine, slice(onset, crossing.column + 1)),
        },
    )  # fmt: skip


def _located(crossing: Crossing, view: View, panel: Panel, *, ratio: float) -> tuple[Located, int]:
    """Since when: the start of the excursion, and the days that the likelihood does not exclude.

    Method: log likelihood ratio of "raised since day d" for each d, profiled at the designed ratio.
    """
    end = crossing.column + 1
    start = max(0, end - 365)
    seen, mean = view.seen[crossing.stream, start:end], view.expected[crossing.stream, start:end]
    gain = np.cumsum((np.log(ratio) * seen - (ratio - 1.0) * mean)[::-1])[::-1]
    live = (mean > 0) & (gain >= gain.max() - DROP_95)
    onset = int(gain.argmax())
    low, high = (int(side) for side in (live.argmax(), len(live) - 1 - live[::-1].argmax()))
    low, high = min(low, onset), max(high, onset)
    return Located(
        day=panel.date(start + onset), low=panel.date(start + low), high=panel.date(start + high)
    ), start + onset


def _release(stream: Stream, panel: Panel, mine: list[int], located: Located, *, days: int) -> str:
    """The version that first ran just before the change: named when the change may have come with it."""
    firsts = _first_days(stream, panel, mine)
    founding = min(firsts.values())
    for version in sorted(firsts, key=lambda one: (firsts[one], one), reverse=True):
        day = panel.date(firsts[version])
        same = stream.version in ("", version) and firsts[version] != founding
        if same and located.low <= day + timedelta(days=days) and located.high >= day:
            return version
    return ""


def _first_days(stream: Stream, panel: Panel, mine: list[int]) -> dict[str, int]:
    """When each version of the device (at the site, if one is named) first handled a study."""
    firsts: dict[str, int] = {}
    for i in mine:
        worked, one = panel.counts["studies"][i] > 0, panel.streams[i]
        if stream.site in ("", one.site) and worked.any():
            firsts[one.version] = min(firsts.get(one.version, panel.length), int(worked.argmax()))
    return firsts


def _contributors(stream: Stream, panel: Panel, mine: list[int], window: slice) -> dict[str, Fact]:
    """The sites with failures since the change, most first, and how many there were to fail."""
    failed: dict[str, float] = {}
    for i in mine:
        one = panel.streams[i]
        same = stream.version in ("", one.version) and stream.site in ("", one.site)
        if same and panel.counts["studies"][i, window].any():
            failed[one.site] = failed.get(one.site, 0.0) + float(panel.counts["failed"][i, window].sum())
    sites = sorted((site for site, n in failed.items() if n > 0), key=lambda site: (-failed[site], site))
    return {"sites": sites, "sites_watched": len(failed)}


def _baseline(device: int, name: str, panel: Panel, expected: Expectation) -> Baseline:
    first, after = panel.date(int(expected.first[device])), panel.date(int(expected.after[device]))
    digest, _ = panel.days.digest(device=name, first=first, after=after)
    return Baseline(
        hash=digest, first=first, after=after, exposure=float(expected.studies[device]),
        events=float(expected.events[device]), rate=float(expected.rate[device]),
    )  # fmt: skip


def _effect(seen: float, mean: float, shape: float) -> Effect:
    """Observed over expected, the baseline's own uncertainty included.

    Method: ratio of two Poisson means by the exact binomial interval of their shares.
    """
    share = clopper_pearson(seen, seen + shape)
    low, high = (p / (1.0 - p) * shape / mean for p in (share.low, min(share.high, 1.0 - 1e-9)))
    return Effect(name="rate_ratio", estimate=seen / mean, low=low, high=high)
