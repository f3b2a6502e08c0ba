# SPDX-License-Identifier: Apache-2.0
"""Subgroup disparity: a device disagrees with physicians, misses or over-calls more for some patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from nadzor.detect.claim_check.claim import FAIR, SELECTION
from nadzor.detect.context import Context
from nadzor.detect.disparity import Comparison, Mask, Odd, odd_units
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, code_digest, in_order
from nadzor.detect.monthly import Cells, Looks, looks, seal_of_look, trailing
from nadzor.detect.series import Days, Floats
from nadzor.detect.stats.proportion import Bounds, newcombe
from nadzor.measures.rollup import Row

NAME = "subgroup_disparity"
BUDGET = 0.005
LABELS = ("labels", SELECTION)
LABEL_MONTHS = 12
"""Labels are few: their cells are filled over a year, those of agreement over three months."""
PATIENTS = ("age_band", "sex")
COMPARISONS = (
    *(
        Comparison(
            name="agreement", events=("disagree",), others=("agree",), dimension=dimension, prior=prior
        )
        for dimension, prior in (("age_band", 0.02), ("sex", 0.02), ("equipment", 0.05))
    ),
    *(
        Comparison(
            name=name, events=(wrong,), others=(right,), dimension=dimension, prior=0.02, months=LABEL_MONTHS
        )
        for name, wrong, right in (("sensitivity", "fn", "tp"), ("specificity", "fp", "tn"))
        for dimension in PATIENTS
    ),
)
READS = frozenset((*(pair for one in COMPARISONS for pair in one.pairs()), LABELS))
NOBODY = ("unknown", "u", "other", "")
"""Strata that are no group of patients and no maker."""
YEARLY = 0.4
"""Independent chances that a year of looks gives a group; see the dossier for how it was measured."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: budget is false alarms per device-year, all groups together; `reference` are gaps that a device
    declared, by (device, measure, dimension, stratum): a share more of wrong answers than for the rest.
    """

    budget: float = BUDGET
    after: date | None = None
    reference: Mapping[tuple[str, str, str, str], float] = {}
    journal_size: int | None = None


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Groups of patients, or makers of equipment, for which a device is wrong more often than for the rest.

    Method: as site disparity (Spiegelhalter 2005; Benjamini & Hochberg 1995 within a device, dimension and
    measure), one-sided; the gap by Newcombe 1998, method 10; it must exceed the declared gap where one is.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    at = looks(days, params.after)
    fair = _fairly_labelled(days, at)
    names = days.columns.names

    def spoken_for(one: Comparison, cells: Cells) -> Mask:
        people = np.array([name not in NOBODY for name in names["stratum"]], dtype=bool)
        kept = np.repeat(people[cells.part][:, None], at.count, axis=1)
        return kept & fair[cells.device] if one.months == LABEL_MONTHS else kept

    found = odd_units(days, COMPARISONS, at=at, budget=params.budget / YEARLY, spoken_for=spoken_for)
    told = [(odd, _gap(odd)) for odd in found]
    return in_order(
        [
            _finding(odd, gap, (days, at), params)
            for odd, gap in told
            if gap.low > _declared(odd, days, params)
        ]
    )


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told how far the calendar has come."""
    return detect(days, params=Params(after=context.after, journal_size=context.journal_size))


def _fairly_labelled(days: Days, at: Looks) -> Mask:
    """Devices (rows) whose labels of the last year were all or a random part of the studies, by look.

    Why: the counts by age and sex do not tell how labels were selected, and chosen ones would mislead.
    """
    block, names = days.block(*LABELS), days.columns.names
    unfair = np.array([name not in FAIR for name in names["stratum"]], dtype=bool)
    if not len(block):
        return np.ones((len(names["device"]), at.count), dtype=bool)
    chosen = block.where(unfair[block.stratum])
    counts: Floats = trailing(
        chosen, chosen.device.astype(np.int64), units=len(names["device"]), at=at, months=LABEL_MONTHS
    )
    return np.asarray(counts <= 0)


def _gap(odd: Odd) -> Bounds:
    """The difference of wrong answers, the group's less the rest's."""
    rest = odd.rest * odd.rest_trials
    return newcombe((odd.events, min(rest, odd.rest_trials)), (odd.trials, odd.rest_trials))


def _declared(odd: Odd, days: Days, params: Params) -> float:
    one, names = odd.comparison, days.columns.names
    key = (names["device"][odd.device], one.name, one.dimension, names["stratum"][odd.part])
    return params.reference.get(key, 0.0)


def _finding(odd: Odd, gap: Bounds, told: tuple[Days, Looks], params: Params) -> Finding:
    days, at = told
    names, one = days.columns.names, odd.comparison
    device, day = names["device"][odd.device], at.day(odd.look)
    first, after = at.window(odd.look, one.months)
    rows_hash, rows_read = seal_of_look(days, device, look=day)
    baseline_hash, _ = seal_of_look(days, device, look=day, first=first)
    years = (day - date.fromordinal(days.first)).days / 365.0
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=f"subgroup.{one.name}", device=device,
        finding=names["finding"][odd.finding], dimension=one.dimension, stratum=names["stratum"][odd.part],
        statistic=odd.z, threshold=odd.limit,
        guarantee=Guarantee(kind="fdr", budget=params.budget, spent=params.budget * years),
        baseline=Baseline(hash=baseline_hash, first=first, after=after, rate=odd.rest),
        p_value=odd.p,
        effect=Effect(name="share_difference", estimate=gap.estimate, low=gap.low, high=gap.high),
        first_day=day, journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(odd, names["stratum"][odd.part]),
    )  # fmt: skip


def _facts(odd: Odd, stratum: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "design": "baseline",
        "estimate_chosen_by_alarm": True,
        "observed": odd.share,
        "expected": odd.rest,
        "cases": odd.trials,
        "events": odd.events,
        "shrunk": odd.gap[0],
        "shrunk_low": odd.gap[1],
        "shrunk_high": odd.gap[2],
        "groups": odd.units,
        "usual_spread": odd.spread,
        "i_squared": odd.i_squared,
        "heterogeneity_p": odd.heterogeneity_p,
        "months": odd.comparison.months,
    }
    return facts | {"equipment": [stratum]} if odd.comparison.dimension == "equipment" else facts
