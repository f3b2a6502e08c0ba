# SPDX-License-Identifier: Apache-2.0
"""Site disparity: agreement, positives or failures at one site unlike those at the device's other sites."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from nadzor.detect.context import Context
from nadzor.detect.disparity import Comparison, Odd, odd_units
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, code_digest, in_order
from nadzor.detect.monthly import Looks, looks, seal_of_look
from nadzor.detect.series import Days
from nadzor.measures.rollup import Row

NAME = "site_disparity"
BUDGET = 0.01
COMPARISONS = (
    Comparison(name="agreement", events=("disagree",), others=("agree",), prior=0.12),
    Comparison(name="positives", events=("positives",), others=("decided",), whole=True, both_sides=True,
               prior=0.06),
    Comparison(name="failures", events=("failed",), others=("studies",), whole=True, prior=0.25),
)  # fmt: skip
READS = frozenset(pair for one in COMPARISONS for pair in one.pairs())
SITES_MIN = 3
"""With two sites nobody can say which of them is the odd one."""
YEARLY = 0.4
"""Independent chances that a year of looks gives a group; see the dossier for how it was measured."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.  Units: budget is false alarms per device-year, all groups together."""

    budget: float = BUDGET
    after: date | None = None
    journal_size: int | None = None


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Sites beyond the usual heterogeneity between a device's sites, at monthly looks over three months.

    Method: funnel with additive over-dispersion (Spiegelhalter 2005), the spread learned from all devices;
    Cochran's Q opens a device, Benjamini & Hochberg 1995 names its sites; empirical-Bayes effect.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    at = looks(days, params.after)
    found = odd_units(days, COMPARISONS, at=at, budget=params.budget / YEARLY, units_min=SITES_MIN)
    return in_order([_finding(odd, days, at, params) for odd in found])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told how far the calendar has come."""
    return detect(days, params=Params(after=context.after, journal_size=context.journal_size))


def _finding(odd: Odd, days: Days, at: Looks, params: Params) -> Finding:
    names = days.columns.names
    device, day = names["device"][odd.device], at.day(odd.look)
    first, after = at.window(odd.look, odd.comparison.months)
    rows_hash, rows_read = seal_of_look(days, device, look=day)
    baseline_hash, _ = seal_of_look(days, device, look=day, first=first)
    years = (day - date.fromordinal(days.first)).days / 365.0
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=f"disparity.{odd.comparison.name}", device=device,
        site=names["site"][odd.part], finding=names["finding"][odd.finding], stratum=odd.comparison.name,
        statistic=odd.z, threshold=odd.limit,
        guarantee=Guarantee(kind="fdr", budget=params.budget, spent=params.budget * years),
        baseline=Baseline(hash=baseline_hash, first=first, after=after, rate=odd.rest),
        over_dispersion=1.0, p_value=odd.p,
        effect=Effect(name="share_difference", estimate=odd.gap[0], low=odd.gap[1], high=odd.gap[2]),
        first_day=day, journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(odd, names["site"][odd.part]),
    )  # fmt: skip


def _facts(odd: Odd, site: str) -> dict[str, Fact]:
    return {
        "sites": [site],
        "sites_watched": odd.units,
        "design": "baseline",
        "estimate_chosen_by_alarm": True,
        "observed": odd.share,
        "expected": odd.rest,
        "cases": odd.trials,
        "events": odd.events,
        "usual_spread": odd.spread,
        "i_squared": odd.i_squared,
        "heterogeneity_p": odd.heterogeneity_p,
        "months": odd.comparison.months,
    }
