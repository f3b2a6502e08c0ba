# SPDX-License-Identifier: Apache-2.0
"""Claim check: labels against the lower bound that the maker declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from nadzor.detect.claim_check.claim import FAIR, READS, Claim, Labels, labels_of
from nadzor.detect.claim_check.verdict import Look, Verdict, estimate, judge
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, code_digest, in_order
from nadzor.detect.series import Days
from nadzor.measures.rollup import Row

NAME = "claim_check"


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: alpha_against is the chance that any claim of a true device version is ever contradicted;
    alpha_for the chance that one false claim is ever called consistent.
    """

    alpha_against: float = 0.05
    alpha_for: float = 0.05
    journal_size: int | None = None


def detect(
    rows: Sequence[Row] | Days, *, claims: Sequence[Claim], params: Params | None = None
) -> list[Finding]:
    """Claims that the labels contradict, at the first look that did.

    Method: the upper limit of Clopper & Pearson 1934 (sensitivity, specificity) or of DeLong et al. 1988
    (AUC) lies below the declared lower bound; looks at growing numbers of labels share alpha by a union
    bound, and the claims of a device by Bonferroni's.
    """
    params = params or Params()
    found = []
    for labels, verdict, looks in _judged(rows, claims, params):
        against = next((look for look in looks if look.outcome == "contradicted"), None)
        if against:
            found.append(_finding(labels.selected(FAIR), verdict, against, params))
    return in_order(found)


def check(
    rows: Sequence[Row] | Days, *, claims: Sequence[Claim], params: Params | None = None
) -> list[Verdict]:
    """Every claim of every version that has labels, and every claim of a device that has none.

    Method: as `detect`; consistent means that the lower limit reaches the declared lower bound.
    """
    return [verdict for _, verdict, _ in _judged(rows, claims, params or Params())]


def _judged(
    rows: Sequence[Row] | Days, claims: Sequence[Claim], params: Params
) -> list[tuple[Labels, Verdict, list[Look]]]:
    days = Days.of(rows, READS)
    of_device = Counter(claim.device for claim in claims)
    judged = []
    for claim in sorted(claims, key=lambda claim: (claim.device, claim.finding, claim.metric)):
        alpha = params.alpha_against / of_device[claim.device]
        versions = labels_of(days, claim) or {"": Labels(days.where(days.n != days.n), claim)}
        for version, labels in versions.items():
            verdict, looks = judge(labels, version, alpha_against=alpha, alpha_for=params.alpha_for)
            judged.append((labels, verdict, looks))
    return judged


def _finding(labels: Labels, verdict: Verdict, look: Look, params: Params) -> Finding:
    claim, seen = verdict.claim, estimate(look.evidence, level=0.95)
    assert seen is not None
    rows_hash, rows_read = labels.rows_by(look.day.toordinal()).seal()
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="claim.contradicted", device=claim.device,
        version=verdict.version, stratum=claim.metric, finding=claim.finding,
        statistic=look.upper, threshold=claim.lower_bound,
        guarantee=Guarantee(
            kind="anytime", budget=params.alpha_against,
            spent=verdict.alpha * look.number / (look.number + 1),
        ),
        baseline=Baseline(hash=claim.digest(), rate=claim.lower_bound), p_value=look.p_value,
        effect=Effect(name=claim.metric, estimate=seen.estimate, low=seen.low, high=seen.high),
        first_day=look.day, journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(verdict, look),
    )  # fmt: skip


def _facts(verdict: Verdict, look: Look) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "declared": verdict.claim.value,
        "declared_lower_bound": verdict.claim.lower_bound,
        "cases": look.evidence.cases,
        "selections": verdict.selections,
        "labels_not_used": verdict.unfair,
        "look": look.number,
        "alpha_of_look": look.alpha_against,
        "alpha_of_claim": verdict.alpha,
    }
    if verdict.smallest_drop is not None:
        facts["smallest_drop_in_90_days"] = verdict.smallest_drop
    return facts
