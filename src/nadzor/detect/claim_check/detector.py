# SPDX-License-Identifier: Apache-2.0
"""Claim check: labels against the lower bound that the maker declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from nadzor.detect.claim_check.claim import FAIR, READS, Claim, Labels, Shelf
from nadzor.detect.claim_check.verdict import Look, Verdict, estimate, looks, p_value, verdict
from nadzor.detect.context import Context
from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, code_digest, in_order
from nadzor.detect.series import Days
from nadzor.measures.rollup import Row

NAME = "claim_check"
BUDGET = 0.05


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    Units: alpha_against is the chance that any claim of a true device version is ever contradicted;
    alpha_for the chance that one false claim is ever called consistent.
    """

    alpha_against: float = BUDGET
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
    for labels, version, alpha in _asked(rows, claims, params):
        taken = looks(labels.selected(FAIR), alpha_against=alpha, alpha_for=params.alpha_for)
        against = next((look for look in taken if look.outcome == "contradicted"), None)
        if against:
            said = verdict(labels, version, alpha_against=alpha, alpha_for=params.alpha_for)
            found.append(_finding(labels.selected(FAIR), said, against, params))
    return in_order(found)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, of the claims in the register."""
    return detect(days, claims=context.claims, params=Params(journal_size=context.journal_size))


def check(
    rows: Sequence[Row] | Days, *, claims: Sequence[Claim], params: Params | None = None
) -> list[Verdict]:
    """Every claim of every version that has labels, and every claim of a device that has none.

    Method: as `detect`; consistent means that the lower limit reaches the declared lower bound.
    """
    params = params or Params()
    return [
        verdict(labels, version, alpha_against=alpha, alpha_for=params.alpha_for)
        for labels, version, alpha in _asked(rows, claims, params)
    ]


def _asked(
    rows: Sequence[Row] | Days, claims: Sequence[Claim], params: Params
) -> Iterator[tuple[Labels, str, float]]:
    """The labels of each claim and version, and the alpha that the claim may spend."""
    shelf = Shelf(Days.of(rows, READS))
    of_device = Counter(claim.device for claim in claims)
    for claim in sorted(claims, key=lambda claim: (claim.device, claim.finding, claim.metric)):
        for version, labels in shelf.labels(claim).items():
            yield labels, version, params.alpha_against / of_device[claim.device]


def _finding(labels: Labels, said: Verdict, look: Look, params: Params) -> Finding:
    claim, seen = said.claim, estimate(look.evidence, level=0.95)
    assert seen is not None
    rows_hash, rows_read = labels.rows_by(look.day.toordinal()).seal()
    return Finding(
        detector=NAME, code=code_digest(NAME), kind="claim.contradicted", device=claim.device,
        version=said.version, stratum=claim.metric, finding=claim.finding,
        statistic=look.upper, threshold=claim.lower_bound,
        guarantee=Guarantee(
            kind="anytime", budget=params.alpha_against,
            spent=said.alpha * look.number / (look.number + 1),
        ),
        baseline=Baseline(hash=claim.digest(), rate=claim.lower_bound),
        p_value=p_value(look.evidence, claim.lower_bound),
        effect=Effect(name=claim.metric, estimate=seen.estimate, low=seen.low, high=seen.high),
        first_day=look.day, journal_size=params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(said, look),
    )  # fmt: skip


def _facts(said: Verdict, look: Look) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "declared": said.claim.value,
        "declared_lower_bound": said.claim.lower_bound,
        "cases": look.evidence.cases,
        "selections": said.selections,
        "labels_not_used": said.unfair,
        "look": look.number,
        "alpha_of_look": look.alpha,
        "alpha_of_claim": said.alpha,
    }
    if said.smallest_drop is not None:
        facts["smallest_drop_in_90_days"] = said.smallest_drop
    return facts
