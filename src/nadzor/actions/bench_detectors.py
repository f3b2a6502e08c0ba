# SPDX-License-Identifier: Apache-2.0
"""How long the detectors take on a year of a whole country, from columns to findings."""

from __future__ import annotations

from time import perf_counter
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.actions.evaluate_suite import context_of
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.series import Days
from nadzor.detect.stats.distances import js, ks, psi, w1
from nadzor.detect.stats.ebgm import scores as empirical_bayes
from nadzor.detect.stats.ebgm_fit import fit_prior, points_of
from nadzor.detect.suite import detector, reads
from nadzor.simulate.population import columns
from nadzor.simulate.reference import Scale, reference_nation

SEED: Final = 7
SCORES: Final = 1_000_000
BINS: Final = 200


class DetectorTimes(Struct, frozen=True, kw_only=True):
    """Seconds for a population of devices over days, limits worked out anew; `total_s` is all of it."""

    devices: int
    days: int
    rows: int
    findings: int
    seconds: dict[str, float]
    total_s: float


class DriftTimes(Struct, frozen=True, kw_only=True):
    """Seconds to bin so many scores once, and to four distances between the bins."""

    scores: int
    binning_s: float
    verdict_s: float


class PriorTimes(Struct, frozen=True, kw_only=True):
    """Seconds to fit a prior to so many pairs and to score all of them."""

    pairs: int
    fit_s: float
    scores_s: float


def bench_detectors(devices: int = 500, days: int = 365) -> DetectorTimes:
    """All detectors on so many quiet devices of one site each, one after another over the same columns."""
    world = reference_nation(SEED, devices=devices, days=days, scale=Scale(sites_max=1))
    rows, told = columns(world, wanted=reads()), context_of(world)
    seconds: dict[str, float] = {}
    found = 0
    began = perf_counter()
    whole = Days.of(rows, reads())
    for name in DETECTORS:
        start = perf_counter()
        found += len(detector(name).watch(whole.only(detector(name).READS), told))
        seconds[name] = perf_counter() - start
    return DetectorTimes(
        devices=devices, days=days, rows=len(rows), findings=found, seconds=seconds,
        total_s=perf_counter() - began,
    )  # fmt: skip


def bench_drift(scores: int = SCORES) -> DriftTimes:
    """A million scores against a reference of as many: into registered bins, then the distances."""
    rng = np.random.default_rng(SEED)
    reference, current = rng.beta(1.2, 6.0, scores), rng.beta(1.25, 6.0, scores)
    edges = np.quantile(reference, np.arange(1, BINS) / BINS)
    start = perf_counter()
    before, after = (
        np.bincount(np.searchsorted(edges, part), minlength=BINS).astype(np.float64)
        for part in (reference, current)
    )
    binned = perf_counter()
    for distance in (ks, psi, js):
        distance(before, after)
    w1(np.arange(BINS, dtype=np.float64), before, after)
    return DriftTimes(scores=scores, binning_s=binned - start, verdict_s=perf_counter() - binned)


def bench_prior(products: int = 2_000, events: int = 1_200, reports: int = 24_000) -> PriorTimes:
    """EBGM of a table about as large as the FDA's CAERS example: prior fitted, all pairs scored.

    Pairs have relative risks from two gammas, as the model says: most near what is expected, some far above.
    """
    rng = np.random.default_rng(SEED)
    usual = rng.gamma(0.35, 1.0, (products, 1)) * rng.gamma(0.35, 1.0, (1, events))
    related = np.where(rng.random(usual.shape) < 0.07, rng.gamma(3.3, 2.5, usual.shape), 1.0)
    mean = usual * related * rng.gamma(2.0, 0.5, usual.shape)
    table = rng.poisson(mean * (reports / mean.sum()))
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    seen, expected = table[table > 0].astype(np.float64), expected[table > 0]
    start = perf_counter()
    fit = fit_prior(points_of(seen, expected))
    fitted = perf_counter()
    empirical_bayes(seen, expected, fit.prior)
    return PriorTimes(pairs=len(seen), fit_s=fitted - start, scores_s=perf_counter() - fitted)
