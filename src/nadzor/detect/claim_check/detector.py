# SPDX-License-Identifier: Apache-2.0
"""Claim check: labels against the lower bound that the maker declared, and against the device's own past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.claim_check.claim import FAIR, PAIRS, READS, SELECTION, Claim, Evidence, Labels, Shelf
from nadzor.detect.claim_check.decay import Decay, decays
from nadzor.detect.claim_check.shares import Contradiction, contradictions
from nadzor.detect.claim_check.verdict import Look, Verdict, estimate, looks, p_value, verdict
from nadzor.detect.context import Context
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.series import Days
from nadzor.detect.stats.e_evidence import GREATEST, e_of_p
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row
from nadzor.measures.score_scale import ScoreScale

NAME = "claim_check"
BUDGET = 0.05
DECAY_SHARE = 0.4
"""How much of the budget goes to decay against the device's own past; the rest to declared bounds."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: alpha_against is the chance that any claim of a true device version is ever contradicted;
    alpha_for the chance that one false claim is ever called consistent; decay false alarms per device-year;
    scales are the registered ones by (device, finding).
    """

    alpha_against: float = BUDGET * (1.0 - DECAY_SHARE)
    alpha_for: float = 0.05
    decay: float = BUDGET * DECAY_SHARE
    scales: Mapping[tuple[str, str], ScoreScale] = {}
    journal_size: int | None = None


def detect(
    rows: Sequence[Row] | Days, *, claims: Sequence[Claim], params: Params | None = None
) -> list[Finding]:
    """Claims that the labels contradict, and devices whose labels have become worse than their own past.

    Method: sensitivity and specificity by a mixture e-process against the declared lower bound, read at every
    day of knowing (Howard et al. 2021); the AUC by DeLong et al. 1988 at looks that share alpha by a union
    bound; the claims of a device by Bonferroni's.  Decay by a Poisson CUSUM of wrong answers (Lucas 1985).
    """
    params = params or Params()
    days = Days.of(rows, READS)
    shelf = _Lazy(days)
    against = contradictions(days, claims, alpha=params.alpha_against)
    found = [_contradicted(one, shelf, claims, params) for one in against]
    found += list(_areas(shelf, claims, params))
    found += [_decayed(one, days, params) for one in decays(days, budget=params.decay)]
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, of the claims in the register."""
    return detect(days, claims=context.claims, params=Params(journal_size=context.journal_size))


def check(
    rows: Sequence[Row] | Days, *, claims: Sequence[Claim], params: Params | None = None
) -> list[Verdict]:
    """Every claim of every version that has labels, and every claim of a device that has none.

    Method: as `detect`; consistent means that the evidence against "below the bound" suffices.
    """
    params = params or Params()
    return [
        verdict(
            labels,
            version,
            alpha_against=alpha,
            alpha_for=params.alpha_for,
            scale=params.scales.get((labels.claim.device, labels.claim.finding)),
        )
        for labels, version, alpha in _asked(Shelf(Days.of(rows, READS)), claims, params)
    ]


class _Lazy:
    """The shelf of labels, built when a claim first needs it."""

    def __init__(self, days: Days) -> None:
        self.days = days
        self._shelf: Shelf | None = None

    def shelf(self) -> Shelf:
        self._shelf = self._shelf or Shelf(self.days)
        return self._shelf


def _asked(shelf: Shelf, claims: Sequence[Claim], params: Params) -> Iterator[tuple[Labels, str, float]]:
    """The labels of each claim and version, and the alpha that the claim may spend."""
    of_device = Counter(claim.device for claim in claims)
    for claim in sorted(claims, key=lambda claim: (claim.device, claim.finding, claim.metric)):
        for version, labels in shelf.labels(claim).items():
            yield labels, version, params.alpha_against / of_device[claim.device]


def _contradicted(one: Contradiction, shelf: _Lazy, claims: Sequence[Claim], params: Params) -> Finding:
    """A share below its declared bound; the e-value counts for all claims of the device together."""
    number = sum(claim.device == one.claim.device for claim in claims)
    labels = shelf.shelf().labels(one.claim)[one.version]
    said = verdict(
        labels, one.version, alpha_against=params.alpha_against / number, alpha_for=params.alpha_for
    )
    e_value = float(np.exp(min(690.0, one.log_e - np.log(number))))
    look = Look(1, one.day, Evidence(one.cases, one.events), said.alpha, 0.0, 0.0, "contradicted")
    whole = _finding(labels.selected(FAIR), said, look, params)
    return structs.replace(
        whole, statistic=e_value, threshold=1.0 / params.alpha_against, e_value=e_value,
        p_value=min(1.0, 1.0 / e_value),
    )  # fmt: skip


def _areas(shelf: _Lazy, claims: Sequence[Claim], params: Params) -> Iterator[Finding]:
    """Areas below their declared bound, at the first look that says so."""
    asked = [claim for claim in claims if claim.metric == "auc"]
    if not asked or not len(shelf.days):
        return
    number = Counter(claim.device for claim in claims)
    for labels, version, _ in _asked(shelf.shelf(), asked, params):
        alpha, fair = params.alpha_against / number[labels.claim.device], labels.selected(FAIR)
        taken = looks(fair, alpha_against=alpha, alpha_for=params.alpha_for)
        look = next((look for look in taken if look.outcome == "contradicted"), None)
        if look:
            said = verdict(labels, version, alpha_against=alpha, alpha_for=params.alpha_for)
            p = min(1.0, p_value(look.evidence, labels.claim.lower_bound) * said.alpha / look.alpha)
            evidence = min(GREATEST, e_of_p(p)) / number[labels.claim.device]
            yield structs.replace(_finding(fair, said, look, params), p_value=p, e_value=evidence)


def _finding(labels: Labels, said: Verdict, look: Look, params: Params) -> Finding:
    claim, seen = said.claim, estimate(look.evidence, level=0.95)
    assert seen is not None
    rows_hash, rows_read = labels.rows_by(look.day.toordinal()).seal()
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="claim.contradicted", device=claim.device,
        version=said.version, stratum=claim.metric, finding=claim.finding,
        statistic=look.upper, threshold=claim.lower_bound,
        guarantee=Guarantee(kind="anytime", budget=params.alpha_against, spent=said.alpha),
        baseline=Baseline(hash=claim.digest(), rate=claim.lower_bound),
        effect=Effect(name=claim.metric, estimate=seen.estimate, low=seen.low, high=seen.high),
        first_day=look.day, journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(said, look),
    )  # fmt: skip


def _facts(said: Verdict, look: Look) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "declared": said.claim.value,
        "declared_lower_bound": said.claim.lower_bound,
        "observed": look.evidence.events / look.evidence.cases if look.evidence.area is None else 0.0,
        "expected": said.claim.lower_bound,
        "cases": look.evidence.cases,
        "selections": said.selections,
        "labels_not_used": said.unfair,
        "alpha_of_claim": said.alpha,
        "design": "baseline",
        "since_version": said.version,
        "estimate_chosen_by_alarm": True,
    }
    if look.evidence.area is not None:
        facts |= {"observed": look.evidence.area.auc, "look": look.number, "alpha_of_look": look.alpha}
    if said.smallest_drop is not None:
        facts["smallest_drop_in_90_days"] = said.smallest_drop
    return facts


def _decayed(one: Decay, days: Days, params: Params) -> Finding:
    """A share of wrong answers above the device's own past: nothing is said of the claim."""
    names = days.columns.names
    device, finding = names["device"][one.device], names["finding"][one.finding]
    first, after, day = (date.fromordinal(each) for each in (one.first, one.after, one.day))
    rows_hash, rows_read = _fair_rows(days, one, until=one.day).seal()
    before, cases, _ = one.baseline
    years = (one.day - one.after) / 365.0
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="labels.decay", device=device, stratum=one.metric,
        finding=finding, statistic=one.value, threshold=one.limit,
        guarantee=Guarantee(kind="run_length", budget=params.decay, spent=params.decay * max(0.0, years)),
        baseline=Baseline(
            hash=_fair_rows(days, one, until=one.after - 1).seal()[0], first=first, after=after,
            exposure=cases, events=before, rate=before / cases,
        ),
        over_dispersion=one.phi, effect=_drop(one), first_day=day,
        located=Located(**dict(zip(("day", "low", "high"), map(date.fromordinal, one.since), strict=True))),
        journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts={
            "observed": 1.0 - one.wrong / one.cases, "expected": 1.0 - before / cases,
            "cases": round(one.cases), "baseline_cases": round(cases), "designed_for_ratio": one.ratio,
            "design": "baseline", "estimate_chosen_by_alarm": True,
        },
    )  # fmt: skip


def _drop(one: Decay) -> Effect:
    """The share of right answers less that of the past; limits by squaring and adding the exact ones."""
    before, cases, _ = one.baseline
    wrong = min(one.wrong, one.cases)
    now = clopper_pearson((one.cases - wrong) / one.phi, one.cases / one.phi)
    past = clopper_pearson((cases - before) / one.phi, cases / one.phi)
    gap = now.estimate - past.estimate
    low = gap - float(np.hypot(now.estimate - now.low, past.high - past.estimate))
    high = gap + float(np.hypot(now.high - now.estimate, past.estimate - past.low))
    return Effect(name="drop", estimate=gap, low=low, high=high)


def _fair_rows(days: Days, one: Decay, *, until: int) -> Days:
    """The fair labels of a device and finding that bear on a metric and were known by a day."""
    fair = np.array([name in FAIR for name in days.columns.names["stratum"]], dtype=bool)
    blocks = {}
    for measure in PAIRS[one.metric]:
        block = days.block(measure, SELECTION)
        if len(block):
            mine = (block.device == one.device) & (block.finding == one.finding) & (block.known <= until)
            blocks[measure, SELECTION] = block.where(mine & fair[block.stratum])
    return Days(Columns(days.columns.names, blocks), blocks)
