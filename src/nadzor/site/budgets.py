# SPDX-License-Identifier: Apache-2.0
"""The budgets of the design, measured: every figure beside the machine's own limit in the same run.

Why here: what is measured lies in doors and rooms of every storey, and only the frame sees them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from nadzor.gateway.bench import Result

GATEWAY_SHARE: Final = 0.5
GATEWAY_REQUESTS: Final = 8_000
GATEWAY_P99_MS: Final = 100
ROLLUP_S: Final = 5


class Figure(Struct, frozen=True):
    """One measured figure.  `ratio` is value by limit, where there is one; `met` is None without a budget."""

    family: str
    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    budget: str = ""
    met: bool | None = None


def measure_budgets(families: Sequence[str], *, quick: bool = False) -> list[Figure]:
    """The figures of some families, in the order asked for; `quick` does a tenth of the work."""
    return [figure for family in families for figure in FAMILIES[family](quick)]


def as_markdown(figures: Iterable[Figure]) -> str:
    """Figures as a Markdown table.

    >>> figure = Figure("rollup", "2 M studies", 3.0, "s", budget="≤ 5 s", met=True)
    >>> print(as_markdown([figure]).splitlines()[-1])
    | rollup | 2 M studies | 3.0 s | — | — | ≤ 5 s | yes |
    """
    lines = ["| family | what | measured | limit | ratio | budget | met |", "|---|---|---|---|---|---|---|"]
    for one in figures:
        limit = "—" if one.limit is None else f"{one.limit:,.0f}"
        ratio = "—" if one.ratio is None else f"{one.ratio:.2f}"
        value = f"{one.value:,.0f}" if one.value >= 1000 else f"{one.value}"
        met = {True: "yes", False: "no", None: "—"}[one.met]
        cells = (one.family, one.name, f"{value} {one.unit}", limit, ratio, one.budget or "—", met)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _sdk(quick: bool) -> list[Figure]:
    """Capture calls in a tight loop with nobody answering, and a cold import."""
    from nadzor.site.budget_sdk import bench_capture, bench_import

    cost = bench_capture(calls=2_000 if quick else 20_000)
    imported = bench_import(times=3 if quick else 9)
    return [
        _at_most("sdk", "capture call, tight loop, p50", cost.p50, "µs", 10),
        _at_most("sdk", "capture call, tight loop, p99", cost.p99, "µs", 200),
        _at_most("sdk", "import nadzor_sdk, median", imported, "ms", 80),
    ]


def _gateway(quick: bool) -> list[Figure]:
    from nadzor.gateway.bench import bench_gateway

    return [
        Figure("gateway", one.name, one.value, one.unit, one.limit, one.ratio, *_budget(one))
        for one in bench_gateway(quick=quick)
    ]


def _otlp(quick: bool) -> list[Figure]:
    from nadzor.gateway.bench_otlp import bench_otlp

    return [
        Figure("otlp", one.name, one.value, one.unit, one.limit, one.ratio) for one in bench_otlp(quick=quick)
    ]


def _budget(one: Result) -> tuple[str, bool | None]:
    """The budget that a gateway's figure has, and whether it was met."""
    if one.name.startswith("gateway, batch 1000") and one.ratio is not None:
        return "≥ 50 % of the limit", one.ratio >= GATEWAY_SHARE
    if one.unit == "requests/s":
        return "≥ 8,000 requests/s", one.value >= GATEWAY_REQUESTS
    if one.name.endswith("p99 at 2000 events/s"):
        return "≤ 100 ms", one.value <= GATEWAY_P99_MS
    return "", None


def _rollup(quick: bool) -> list[Figure]:
    from nadzor.telemetry.bench import bench_load, bench_rollup

    studies = 200_000 if quick else 2_000_000
    result = bench_rollup(studies=studies)
    loaded = bench_load(events=10_000 if quick else 100_000)
    name = f"{studies:,} studies, five findings each"
    return [
        Figure(
            "rollup", name, result.seconds, "s", result.scan_s, result.ratio, "≤ 5 s", result.seconds <= 5
        ),
        _at_most("rollup", f"{name}, peak memory", result.peak_mib, "MiB", 1024),
        Figure("rollup", f"{name}, one more date", result.refresh_s, "s"),
        Figure("rollup", f"{name}, processor time", result.cpu_s, "s"),
        Figure(
            "rollup", "load, journal to lake", loaded.events_per_s, "events/s", loaded.limit, loaded.ratio
        ),
    ]


def _detect(quick: bool) -> list[Figure]:
    from nadzor.actions.bench_detectors import bench_detectors, bench_drift, bench_prior

    devices = 50 if quick else 500
    times = bench_detectors(devices=devices)
    slowest = max(times.seconds, key=lambda name: times.seconds[name])
    drift = bench_drift(100_000 if quick else 1_000_000)
    prior = bench_prior(reports=2_400 if quick else 24_000)
    what = f"all detectors, {devices} devices × {times.days} days, {times.rows:,} rows"
    return [
        _at_most("detect", what, round(times.total_s, 3), "s", 1),
        Figure("detect", f"the slowest of {len(times.seconds)}, {slowest}", times.seconds[slowest], "s"),
        _at_most("detect", f"{drift.scores:,} scores to a verdict once binned", drift.verdict_s, "s", 0.05),
        Figure("detect", f"binning {drift.scores:,} scores twice", drift.binning_s, "s"),
        _at_most("detect", f"EBGM of {prior.pairs:,} pairs", prior.fit_s + prior.scores_s, "s", 1),
    ]


def _month(quick: bool) -> list[Figure]:
    from nadzor.statutory.bench import bench_month

    result = bench_month(events=1_000_000 if quick else 10_000_000)
    what = f"statutory month from {result.events:,} events, {result.rows:,} rows"
    return [
        _at_most("month", what, result.seconds, "s", 10),
        Figure(
            "month",
            "same hash from the rows in reverse",
            float(result.same_hash),
            "",
            budget="1",
            met=result.same_hash,
        ),
    ]


def _backup(quick: bool) -> list[Figure]:
    from nadzor.actions.copies.bench import measure_copies

    found = measure_copies(200 if quick else 10_000)
    size = f"{found.events:,} events, {found.mebibytes:,} MiB"
    told = {
        f"backup, {size}": found.backup_s,
        "backup again, nothing changed but time": found.again_s,
        "verify where it lies": found.verify_s,
        "restore, tree and counts proved": found.restore_s,
        "restore --verify, every body opened": found.restore_full_s,
    }
    return [
        Figure("backup", name, value, "s", found.copy_s, value / found.copy_s if found.copy_s else None)
        for name, value in told.items()
    ]


def _release(quick: bool) -> list[Figure]:
    """Three public tables of each month of a nation: built beside each other, then attacked by quarter."""
    from nadzor.disclosure.bench import bench_release

    one = bench_release(devices=48, sites=60 if quick else 500, months=1 if quick else 12)
    what = f"{one.devices} devices, {one.sites} sites, {one.months} months"
    return [
        _at_most("release", f"guard {one.tables} tables: {what}", one.guard_s, "s", 30),
        _at_most("release", f"attack them: {what}", one.attack_s, "s", 300),
        Figure(
            "release", "narrowest interval left", 100 * one.narrowest, "%", budget="≥ 15 %",
            met=one.narrowest >= 0.15,
        ),
    ]  # fmt: skip


def _at_most(family: str, name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(family, name, round(value, 3), unit, budget=f"≤ {most:g} {unit}", met=value <= most)


FAMILIES: Final[dict[str, Callable[[bool], list[Figure]]]] = {
    "sdk": _sdk,
    "gateway": _gateway,
    "otlp": _otlp,
    "rollup": _rollup,
    "detect": _detect,
    "month": _month,
    "release": _release,
    "backup": _backup,
}
