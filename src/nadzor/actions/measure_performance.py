# SPDX-License-Identifier: Apache-2.0
"""Measure what labels and physicians say of every device, from rollups alone."""

from __future__ import annotations

from collections import Counter, defaultdict

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.detect.stats.auc import auc_of_counts
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups

OUTCOMES = ("tp", "fn", "tn", "fp")
VIEWS = ("agree", "disagree")
SCORES = ("score_present", "score_absent")

Key = tuple[str, str, str]
Pair = tuple[float, float]


class Performance(Struct, frozen=True, kw_only=True):
    """One device, version and finding against its labels; None where the counts do not say.

    Units: n and positives are labelled studies; figures are shares 0..1 with 95 % limits; agreement is the
    share of pairs of physician and study in which the physician agreed, and is not accuracy.
    """

    code: str
    device: str
    version: str
    finding: str
    finding_code: str
    n: int
    positives: int
    auc: float | None
    auc_ci: Pair | None
    sensitivity: float | None
    sensitivity_ci: Pair | None
    specificity: float | None
    specificity_ci: Pair | None
    agreement: float | None


class Counts(Struct):
    """The rollup's counts of one cell: scores by integer, outcomes and views by name."""

    present: Counter[int]
    absent: Counter[int]
    named: Counter[str]


def measure_performance(home: Home) -> list[Performance]:
    """Every device, version and finding with a label or a physician's view, in order.

    Method: AUC by Mann-Whitney with DeLong's variance on integer scores; sensitivity and specificity with
    limits of Clopper & Pearson; agreement pooled over readers and studies.
    """
    names = {card.code: card.name_en for card in register.devices()}
    labels = {(claim.device, claim.finding): claim.label_en for claim in register.claims()}
    return [
        performance_of(
            key, counts, device=names.get(key[0], key[0]), finding=labels.get((key[0], key[2]), key[2])
        )
        for key, counts in sorted(_counts(Rollups.open(home)).items())
    ]


def performance_of(key: Key, counts: Counts, *, device: str, finding: str) -> Performance:
    """The figures of one cell from its counts."""
    code, version, finding_code = key
    named = counts.named
    area = _area(counts)
    sensitivity, sensitivity_ci = _share(named["tp"], named["fn"])
    specificity, specificity_ci = _share(named["tn"], named["fp"])
    scored = counts.present.total() + counts.absent.total()
    decided = sum(named[outcome] for outcome in OUTCOMES)
    return Performance(
        code=code,
        device=device,
        version=version,
        finding=finding,
        finding_code=finding_code,
        n=max(scored, decided),
        positives=max(counts.present.total(), named["tp"] + named["fn"]),
        auc=area[0] if area else None,
        auc_ci=area[1] if area else None,
        sensitivity=sensitivity,
        sensitivity_ci=sensitivity_ci,
        specificity=specificity,
        specificity_ci=specificity_ci,
        agreement=_share(named["agree"], named["disagree"])[0],
    )


def _counts(rollups: Rollups) -> dict[Key, Counts]:
    found: dict[Key, Counts] = defaultdict(lambda: Counts(Counter(), Counter(), Counter()))
    by = ("device", "version", "finding")
    for measure in (*OUTCOMES, *VIEWS):
        for device, version, finding, n in rollups.totals(measure, by=by):
            found[device, version, finding].named[measure] += n
    for measure in SCORES:
        for device, version, finding, score, n in rollups.totals(measure, by=(*by, "bin")):
            counts = found[device, version, finding]
            (counts.present if measure == "score_present" else counts.absent)[score] += n
    return found


def _area(counts: Counts) -> tuple[float, Pair] | None:
    if counts.present.total() <= 0 or counts.absent.total() <= 0:
        return None
    area = auc_of_counts(counts.present, counts.absent)
    return area.auc, (area.low, area.high)


def _share(hits: int, misses: int) -> tuple[float | None, Pair | None]:
    if hits + misses <= 0:
        return None, None
    bounds = clopper_pearson(hits, hits + misses)
    return bounds.estimate, (bounds.low, bounds.high)
