# SPDX-License-Identifier: Apache-2.0
"""Counts that vary less than counted things do, and weeks without weekdays."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtr, fdtr

from nadzor.detect.fabrication.ledger import Ledger, Trace, excursions
from nadzor.detect.stats.volume import Floats, Ints, folded, unfolded

WEEKS = (4, 8, 14)
"""Windows that are judged, in weeks."""
PAST = 26
HALF = PAST // 2
"""Weeks before the window with which it is compared, and the halves of which the calmer one counts."""
MEAN_MIN = 5.0
"""Studies a weekday below which its variation is not judged."""
SHUT = 0.3
"""A day below this part of its weekday's mean was a holiday or half of one, and is left out."""
RECENT, SETTLING = 8, 3
"""Weeks that tell a weekday's mean, and weeks at the very beginning that are not judged."""
FREEDOM_MIN = 10.0
PAST_FREEDOM_MIN = 40.0
FLAT_WEEKS_MIN = 7
"""Times that each weekday must have been seen before a flat week means anything."""
RATIO_MAX = 0.5
"""A variance that is not even halved is no invention, however long it is watched."""
EVIDENCE_MAX = 700.0


def too_regular(ledger: Ledger) -> list[Trace]:
    """Windows whose days vary less than Poisson counts could, or far less than the site's own past.

    Method: Fisher's index of dispersion for each weekday, summed: chi-squared, lower tail; against the past
    of the same site by the F distribution, lower tail.
    """
    sums = _weekday_sums(ledger)
    limit = ledger.limit("too_regular", looks=365.0 * 2 * len(WEEKS))
    before = _calmer(_dispersion(sums, ledger, HALF))
    found = []
    for weeks in WEEKS:
        now, freedom = _dispersion(sums, ledger, weeks)
        past, past_freedom = (_later(part, 7 * weeks) for part in before)
        evidence = _evidence((now, freedom), (past, past_freedom))
        usual = np.divide(past, past_freedom, out=np.ones_like(past), where=past_freedom > 0)
        ratio = np.divide(now, freedom, out=np.ones_like(now), where=freedom > 0) / np.maximum(usual, 1.0)
        evidence = np.where(ratio <= RATIO_MAX, evidence, 0.0)
        cells = excursions(evidence, limit)
        found += [_regular(ledger, at, weeks, (evidence, ratio, limit)) for at in _listed(cells)]
    return found


def _weekday_sums(ledger: Ledger) -> tuple[Floats, Floats, Floats]:
    """Days, counts and squares cumulated by weekday over the weeks, holidays left out."""
    weeks = folded(ledger.studies, ledger.offset)
    there = folded(np.broadcast_to(~ledger.rest, ledger.studies.shape), ledger.offset)
    usual = np.cumsum(weeks, axis=1)
    usual[:, RECENT:] -= usual[:, :-RECENT].copy()
    usual /= np.minimum(np.arange(1, weeks.shape[1] + 1), RECENT)[:, None]
    there = there * (weeks > SHUT * usual)
    there[:, :SETTLING] = 0.0
    zero = np.zeros((len(weeks), 1, 7))
    parts = (there, weeks * there, weeks**2 * there)
    days, counts, squares = (np.concatenate((zero, np.cumsum(part, axis=1)), axis=1) for part in parts)
    return days, counts, squares


def _calmer(half: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Of the last two half-pasts the one that varied less; nothing where one of them tells too little.

    Why: a clinic that doubles its work in a day varies wildly for as long as that day is looked at, and days
    like all others would look invented beside it; one such step spoils one half alone.
    """
    (chi2, freedom), (older, older_freedom) = half, tuple(_later(part, 7 * HALF) for part in half)
    enough = (freedom >= PAST_FREEDOM_MIN) & (older_freedom >= PAST_FREEDOM_MIN)
    recent = chi2 * older_freedom <= older * freedom
    return np.where(enough, np.where(recent, chi2, older), 0.0), np.where(
        enough, np.where(recent, freedom, older_freedom), 0.0
    )


def _later(value: Floats, days: int) -> Floats:
    """The same, so many days later; nothing before."""
    moved = np.zeros_like(value)
    moved[:, days:] = value[:, : max(value.shape[1] - days, 0)]
    return moved


def _dispersion(sums: tuple[Floats, Floats, Floats], ledger: Ledger, weeks: int) -> tuple[Floats, Floats]:
    """Chi-squared and its freedom, by stream and day, of so many weeks."""
    days, counts, squares = (_last(part, weeks) for part in sums)
    mean = np.divide(counts, days, out=np.zeros_like(counts), where=days > 0)
    judged = (mean >= MEAN_MIN) & (days >= 2)
    spread = np.divide(squares - days * mean**2, mean, out=np.zeros_like(mean), where=judged)
    parts = (np.maximum(spread, 0.0), np.where(judged, days - 1.0, 0.0))
    chi2, freedom = (_over_a_week(unfolded(part, ledger.offset, ledger.studies.shape[1])) for part in parts)
    return chi2, freedom


def _last(sums: Floats, weeks: int) -> Floats:
    """Sums over the last weeks, from cumulated ones."""
    recent = sums[:, 1:].copy()
    recent[:, weeks:] -= sums[:, 1:-weeks] if weeks < recent.shape[1] else 0.0
    return recent


def _over_a_week(value: Floats) -> Floats:
    sums = np.cumsum(value, axis=1)
    week = sums.copy()
    week[:, 7:] -= sums[:, :-7]
    return np.asarray(week)


def _evidence(now: tuple[Floats, Floats], past: tuple[Floats, Floats]) -> Floats:
    """Minus the log of the smaller of the two lower tails, on days with enough freedom."""
    (chi2, freedom), (past_chi2, past_freedom) = now, past
    evidence = np.zeros_like(chi2)
    low = (freedom >= FREEDOM_MIN) & (chi2 < 0.5 * freedom)
    evidence[low] = -np.log(np.maximum(chdtr(freedom[low], chi2[low]), np.exp(-EVIDENCE_MAX)))
    usual = np.divide(past_chi2, past_freedom, out=np.zeros_like(past_chi2), where=past_freedom > 0)
    low = (freedom >= FREEDOM_MIN) & (past_freedom >= PAST_FREEDOM_MIN) & (usual > 0)
    low &= chi2 < RATIO_MAX * usual * freedom
    ratio = chi2[low] / freedom[low] / usual[low]
    tail = fdtr(freedom[low], past_freedom[low], ratio)
    evidence[low] = np.maximum(evidence[low], -np.log(np.maximum(tail, np.exp(-EVIDENCE_MAX))))
    return evidence


def _listed(cells: tuple[Ints, Ints, Ints]) -> list[tuple[int, int, int]]:
    return list(zip(*(part.tolist() for part in cells), strict=True))


def _regular(
    ledger: Ledger, at: tuple[int, int, int], weeks: int, told: tuple[Floats, Floats, Floats]
) -> Trace:
    stream, _, column = at
    evidence, ratio, limit = told
    share = float(ratio[stream, column])
    freedom = 6.0 * weeks
    return Trace(
        kind="fabrication.too_regular", stream=stream, start=max(0, column - 7 * weeks + 1), column=column,
        evidence=float(evidence[stream, column]), limit=float(limit[stream]), effect=(
            "variance_ratio", share, share * max(0.0, 1.0 - 1.96 * float(np.sqrt(2.0 / freedom))),
            share * (1.0 + 1.96 * float(np.sqrt(2.0 / freedom))),
        ),
        facts={"weeks": weeks},
    )  # fmt: skip


def flat_week(ledger: Ledger) -> list[Trace]:
    """Four weeks in which all weekdays are alike at a site that used to rest on some.

    Method: log likelihood ratio of equal weekdays against the site's own shares of half a year, divided by
    its over-dispersion.
    """
    days, counts, _ = _weekday_sums(ledger)
    here = np.arange(1, days.shape[1])
    now = counts[:, here] - counts[:, np.maximum(here - 4, 0)]
    past_here = np.maximum(here - 4, 0)
    past = counts[:, past_here] - counts[:, np.maximum(past_here - PAST, 0)]
    seen = days[:, past_here] - days[:, np.maximum(past_here - PAST, 0)]
    mean = past / np.maximum(seen, 1.0)
    share = (mean + 0.5) / (mean + 0.5).sum(axis=2, keepdims=True)
    phi = 1.0 + 0.05 * mean.mean(axis=2)
    gain = (now * np.log(1.0 / 7.0 / share)).sum(axis=2) / phi
    sure = (seen.min(axis=2) >= FLAT_WEEKS_MIN) & (past.sum(axis=2) >= 200) & (now.min(axis=2) > 0)
    gain = np.where(sure, np.maximum(gain, 0.0), 0.0)
    limit = ledger.limit("flat_week", looks=53.0)
    cells = excursions(gain, limit)
    return [trace for at in _listed(cells) if (trace := _flat(ledger, at, (gain, share, limit)))]


def _flat(ledger: Ledger, at: tuple[int, int, int], told: tuple[Floats, Floats, Floats]) -> Trace | None:
    stream, _, week = at
    gain, share, limit = told
    column = 7 * week + 6 - ledger.offset
    if column >= ledger.studies.shape[1]:
        return None
    four = ledger.studies[stream, column - 27 : column + 1].reshape(4, 7).sum(axis=0)
    seen = float(np.sort(four)[:2].sum() / max(four.sum(), 1.0))
    usual = float(np.sort(share[stream, week])[:2].sum())
    half = 1.96 * float(np.sqrt(seen * (1.0 - seen) / max(four.sum(), 1.0)))
    return Trace(
        kind="fabrication.flat_week", stream=stream, start=column - 27, column=column,
        evidence=float(gain[stream, week]), limit=float(limit[stream]),
        effect=("share_of_quiet_weekdays", seen, max(0.0, seen - half), min(1.0, seen + half)),
        facts={"usual_share": round(usual, 4), "weeks": 4},
    )  # fmt: skip
