# SPDX-License-Identifier: Apache-2.0
"""All streams of all releases at once: what was counted, what it says, and the mixture of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.detect.learned import Table, of_devices, tabulate
from nadzor.detect.score_rows import PAIR as SCORES
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.version_regression.compared import Compared, Told, compare
from nadzor.detect.version_regression.course import Daily, correlation, course, daily
from nadzor.detect.version_regression.episodes import Episodes, episodes
from nadzor.detect.version_regression.evidence import FAILING, Evidence, mixed
from nadzor.detect.version_regression.failures import log_ratios
from nadzor.detect.version_regression.scores import scored
from nadzor.measures.columns import Name, Pair
from nadzor.measures.rollup import ALL

STUDIES: Final[Pair] = ("studies", ALL)
FAILED: Final[Pair] = ("failed", ALL)
SHARES: Final[dict[str, tuple[Pair, Pair]]] = {
    "disagreement": (("disagree", "equipment"), ("agree", "equipment")),
    "positives": (("positives", "equipment"), ("decided", "equipment")),
}
READS: Final = frozenset({STUDIES, FAILED, SCORES, *SHARES["disagreement"], *SHARES["positives"]})
KEYS: Final[tuple[Name, ...]] = ("device", "finding", "stratum", "site", "version")


class Scene(Struct, frozen=True, kw_only=True):
    """Everything that findings are written from; by stream: tables, what they hold, days and their course."""

    days: Days
    releases: Episodes
    tables: dict[str, Table]
    told: dict[str, Told]
    seen: dict[str, Daily]
    course: dict[str, Floats]
    compared: dict[str, Compared]
    failures: Mapping[float, Floats]
    evidence: Evidence


def scene(days: Days) -> Scene | None:
    """What every release's days say; None where there is no release to speak of."""
    software = tabulate(days, (STUDIES, FAILED), by=("device", "site", "version"))
    releases = episodes(software, STUDIES) if software is not None else None
    if software is None or releases is None or not len(releases):
        return None
    tables, told = _streams(days, np.unique(releases.device))
    seen = {name: daily(tables[name], told[name]) for name in tables}
    common = {name: course(seen[name]) for name in tables}
    compared = {name: compare(tables[name], told[name], releases, common[name]) for name in tables}
    failures = log_ratios(software, (STUDIES, FAILED), releases, FAILING)
    evidence = mixed(
        {name: (one.score, one.information) for name, one in compared.items()}, _together(seen, releases),
        failures,
    )  # fmt: skip
    return Scene(
        days=days, releases=releases, tables={**tables, "failures": software}, told=told, seen=seen,
        course=common, compared=compared, failures=failures, evidence=evidence,
    )  # fmt: skip


def _together(seen: Mapping[str, Daily], releases: Episodes) -> dict[tuple[str, str], Floats]:
    """Disagreement with each of the others, by release."""
    return {
        ("disagreement", other): correlation(seen["disagreement"], seen[other], releases)
        for other in ("scores", "positives")
        if {"disagreement", other} <= set(seen)
    }


def _streams(days: Days, devices: Ints) -> tuple[dict[str, Table], dict[str, Told]]:
    """The tables of the devices, and what they hold."""
    tables: dict[str, Table] = {}
    told: dict[str, Told] = {}
    for name, pairs in SHARES.items():
        whole = tabulate(days, pairs, by=KEYS)
        table = of_devices(whole, devices) if whole else None
        if table is not None:
            first, second = (table.counts[pair] for pair in pairs)
            trials = first + second if name == "disagreement" else second
            tables[name], told[name] = table, Told(total=np.minimum(first, trials), count=trials)
    if (scores := scored(days, devices)) is not None:
        tables["scores"], told["scores"] = scores
    return tables, told
