# SPDX-License-Identifier: Apache-2.0
"""What routine labels can substantiate of a claim: how many are needed, how fast they come, what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from math import ceil, floor, log, sqrt
from typing import Literal

from msgspec import Struct
from scipy.special import ndtri

from nadzor.detect.claim_check.claim import FAIR, PAIRS, SELECTION, Claim
from nadzor.detect.claim_check.shares import CASES_MIN
from nadzor.detect.claim_check.verdict import GROWTH, WINDOW_DAYS, Outcome
from nadzor.detect.stats.claim_evidence import log_e_above
from nadzor.measures.rollup import Row

ALPHA_FOR = 0.05
BACK = timedelta(days=WINDOW_DAYS)
"""How far back the earlier day of knowledge lies."""
CASES_MAX = 10_000_000
"""Beyond so many labels a claim is as good as untestable for ever."""
Lost = Literal["", "less_sure", "new_version", "dried_up"]
Key = tuple[str, str, str]
"""Device, finding, version."""


class Outlook(Struct, frozen=True, kw_only=True):
    """Whether a claim will be testable, and when.

    Units: `needed` fair cases until a device exactly as declared is called consistent, None where no number
    of cases does it; `recent` fair cases that became known in 90 days; `days_left` at that pace, None where
    none come or none suffice.
    """

    needed: int | None
    recent: int
    days_left: int | None


class Flow(Struct, frozen=True, kw_only=True):
    """The fair labels of one claim and version: known by now, recent, and whether the version still works."""

    cases: int
    recent: int
    at_work: bool


def outlook(claim: Claim, *, cases: int, recent: int, alpha: float = ALPHA_FOR) -> Outlook:
    """How far a claim is from being testable, with so many cases known and so many of them recent."""
    needed = needed_cases(claim, alpha=alpha)
    if needed is None or (recent <= 0 and cases < needed):
        return Outlook(needed=needed, recent=recent, days_left=None)
    lacking = max(0, needed - cases)
    return Outlook(needed=needed, recent=recent, days_left=ceil(lacking * WINDOW_DAYS / max(1, recent)))


def needed_cases(claim: Claim, *, alpha: float = ALPHA_FOR) -> int | None:
    """The fewest cases at which a device that is exactly as declared is called consistent; None if none do.

    Method: a share by the mixture e-value of the check at the declared value (stats/claim_evidence.py); an
    area by the variance of Hanley & McNeil 1982 with as many absent cases, at the check's own growing looks.
    """
    if claim.value <= claim.lower_bound or not _suffices(CASES_MAX, claim, alpha):
        return None
    low, high = CASES_MIN - 1, CASES_MIN
    while not _suffices(high, claim, alpha):
        low, high = high, min(2 * high, CASES_MAX)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _suffices(middle, claim, alpha) else (middle, high)
    return high


def recent_cases(rows: Iterable[Row], *, today: date) -> Counter[tuple[Key, str]]:
    """Fair labels that became known in the 90 days that end on a day, by stream and measure."""
    found: Counter[tuple[Key, str]] = Counter()
    for row in rows:
        if row.dimension == SELECTION and row.stratum in FAIR and 0 <= (today - row.known).days < WINDOW_DAYS:
            found[(row.device, row.finding, row.version), row.measure] += row.n
    return found


def recent_of(recent: Counter[tuple[Key, str]], claim: Claim, version: str) -> int:
    """Recent cases that bear on a claim of a version: both answers of a share, an area's smaller class."""
    key = (claim.device, claim.finding, version)
    right, wrong = (max(0, recent[key, measure]) for measure in PAIRS[claim.metric])
    return min(right, wrong) if claim.metric == "auc" else right + wrong


def what_was_lost(now: Outcome, before: Outcome | None, *, others: Collection[Outcome], flow: Flow) -> Lost:
    """Why a claim of a version at work cannot be tested: the labels say less, none come, or it is new.

    `before` is the outcome of the same version by an earlier day of knowledge, `others` those of the
    device's other versions now.
    """
    if now != "untestable" or not flow.at_work:
        return ""
    if before in ("consistent", "contradicted"):
        return "less_sure"
    if any(each != "untestable" for each in others):
        return "new_version"
    return "dried_up" if flow.cases and not flow.recent else ""


def _suffices(cases: int, claim: Claim, alpha: float) -> bool:
    if claim.metric == "auc":
        return claim.value - _reach(cases, claim.value, alpha) >= claim.lower_bound
    return float(log_e_above(cases * claim.value, cases, claim.lower_bound)) >= -log(alpha)


def _reach(cases: int, area: float, alpha: float) -> float:
    """How far below the area the lower limit lies at the look that so many cases of either kind allow."""
    number = 1 + max(0, floor(log(cases / CASES_MIN) / log(GROWTH)))
    spent = alpha / (number * (number + 1))
    return float(ndtri(1.0 - spent)) * sqrt(_variance(area, cases))


def _variance(area: float, cases: int) -> float:
    """Method: Hanley & McNeil 1982 (Radiology 143:29), equation 2, with as many present as absent cases."""
    first, second = area / (2.0 - area), 2.0 * area * area / (1.0 + area)
    square = area * area
    return (area * (1.0 - area) + (cases - 1) * (first + second - 2.0 * square)) / (cases * cases)
