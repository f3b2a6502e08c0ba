# SPDX-License-Identifier: Apache-2.0
"""Copied weeks: days that repeat, figure by figure, those of a week before, or those of another site."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from nadzor.detect.fabrication.ledger import Ledger, Trace
from nadzor.detect.stats.volume import Bools, Floats, Ints

LAGS = tuple(range(7, 92, 7))
"""Days back at which a copy is looked for: the same weekday of the thirteen weeks before."""
STUDIES_MIN = 30.0
DAYS_MIN = 5
WINDOW = 7
TABLE = 4096
SETTLING = 56
"""Days of a site before it is known how often it repeats itself honestly."""
HISTORY = 84
"""Days before, on which a site's own chance repeats are counted."""


def surprise(count: Floats) -> Floats:
    """Minus the log of the chance to meet the same count again, at the level at which it is likeliest.

    Method: the Poisson probability of a count at its own mean; more variation only makes a repeat rarer.
    Units: nats; none for no count at all.
    """
    at = np.arange(TABLE, dtype=np.float64)
    told = at - at * np.log(np.maximum(at, 1.0)) + gammaln(at + 1.0)
    return np.asarray(told[np.minimum(count, TABLE - 1).astype(np.int64)])


def copied_weeks(ledger: Ledger) -> list[Trace]:
    """Runs of days equal in all figures to those a whole number of weeks before.

    Method: the evidence of a run is the sum of its days' surprise, less what the site's own repeats from week
    to week exceed the expected ones by; each lag has an equal share of the looks.
    """
    surprising, whole = _surprise_of_days(ledger), _whole(ledger)
    honest = np.maximum(surprising - _usual_repeats(_repeats(whole, LAGS[0]), surprising), 0.0)
    honest *= _settled(ledger)
    limit = ledger.limit("copied_week", looks=365.0 * len(LAGS))
    return [
        _copy(ledger, run, limit, lag)
        for lag in LAGS
        if lag < whole.shape[1]
        for run in _runs(ledger, _repeats(whole, lag), honest, limit)
    ]


def _whole(ledger: Ledger) -> Ints:
    """All figures of a day in one number."""
    whole = np.zeros_like(ledger.studies, dtype=np.int64)
    for part in ledger.figures:
        whole = whole * (1 << 20) + part.astype(np.int64)
    return whole


def _surprise_of_days(ledger: Ledger) -> Floats:
    return np.asarray(sum((surprise(part) for part in ledger.figures), np.zeros_like(ledger.studies)))


def _settled(ledger: Ledger) -> Bools:
    """Days on which a site has been known for eight weeks."""
    begun = np.where((ledger.studies > 0).any(axis=1), (ledger.studies > 0).argmax(axis=1), 1 << 30)
    return np.asarray(np.arange(ledger.studies.shape[1]) >= begun[:, None] + SETTLING)


def _repeats(whole: Ints, lag: int) -> Bools:
    """Days whose figures all equal those of `lag` days before."""
    same = np.zeros_like(whole, dtype=bool)
    same[:, lag:] = whole[:, lag:] == whole[:, :-lag]
    return same


def _runs(ledger: Ledger, same: Bools, score: Floats, limit: Floats) -> list[tuple[int, int, int, float]]:
    """Runs that reach their limit on enough days with enough studies: stream, columns, evidence."""
    stream, column = np.nonzero(same)
    begins = np.ones(len(stream), dtype=bool)
    begins[1:] = (np.diff(stream) != 0) | (np.diff(column) != 1)
    run, first = np.cumsum(begins) - 1, np.flatnonzero(begins)
    sums = [
        _within(part[stream, column], run, first)
        for part in (score, ledger.studies, (ledger.studies > 0).astype(np.float64))
    ]
    over = np.flatnonzero((sums[0] >= limit[stream]) & (sums[1] >= STUDIES_MIN) & (sums[2] >= DAYS_MIN))
    kept = over[np.unique(run[over], return_index=True)[1]]
    return [
        (int(stream[i]), int(column[first[run[i]]]), int(column[i]), float(sums[0][i])) for i in kept.tolist()
    ]


def _within(value: Floats, run: Ints, first: Ints) -> Floats:
    """Sums from the beginning of each run, rounded: what other sites add must not show in the last digit."""
    sums = np.cumsum(value)
    return np.asarray(np.round(sums - np.concatenate(([0.0], sums))[first][run], 9))


def _usual_repeats(same: Bools, surprising: Floats) -> Floats:
    """By how much a site repeats itself more often than chance would: the log of the ratio, at least 0.

    Why: a site with ten booked places a day repeats itself honestly.
    """
    met, due = (
        _before(np.where(surprising > 0, part, 0.0)) for part in (same.astype(float), np.exp(-surprising))
    )
    return np.asarray(np.maximum(np.log((met + 1.0) / (due + 1.0)), 0.0))


def _before(value: Floats) -> Floats:
    """Sums over the twelve weeks that ended a week ago."""
    sums = np.zeros((len(value), value.shape[1] + 1))
    np.cumsum(value, axis=1, out=sums[:, 1:])
    last = np.maximum(np.arange(value.shape[1]) - WINDOW, 0)
    return np.asarray(sums[:, last] - sums[:, np.maximum(last - HISTORY, 0)])


def _copy(ledger: Ledger, run: tuple[int, int, int, float], limit: Floats, lag: int) -> Trace:
    stream, start, column, evidence = run
    days = column - start + 1
    return Trace(
        kind="fabrication.copied_week", stream=stream, start=start, column=column, evidence=evidence,
        limit=float(limit[stream]), effect=("days_repeated", float(days), float(days), float(days)),
        facts={
            "days_repeated": days, "days_back": lag,
            "copied_from": ledger.panel.date(start - lag).isoformat(),
            "studies": int(ledger.studies[stream, start : column + 1].sum()),
        },
    )  # fmt: skip


def copied_from_others(ledger: Ledger) -> list[Trace]:
    """Seven days equal in all figures to seven days, then or before, of another site.

    Method: a rolling hash of the week finds the candidates among all sites and days; they are then compared.
    The evidence of a week is the sum of its days' surprise; every other week of the nation was a look.
    """
    windows = _weeks(ledger)
    if windows is None:
        return []
    stream, column, key, evidence, limit = windows
    order = np.lexsort((stream, column, key))
    same = np.concatenate(([False], key[order][1:] == key[order][:-1]))
    source = order[np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))]
    found: list[Trace] = []
    told: dict[int, int] = {}
    pairs = [(int(order[i]), int(source[i])) for i in np.flatnonzero(same)]
    for one, other in sorted(pairs, key=lambda pair: (int(column[pair[0]]), int(stream[pair[0]]))):
        here, there = (int(stream[one]), int(column[one])), (int(stream[other]), int(column[other]))
        fresh = here[1] - told.get(here[0], -WINDOW - 1) > WINDOW
        if ledger.site[here[0]] != ledger.site[there[0]] and _equal(ledger, here, there):
            told[here[0]] = here[1]
            if fresh:
                found.append(_of_other(ledger, here, there, (float(evidence[one]), float(limit[one]))))
    return found


def _weeks(ledger: Ledger) -> tuple[Ints, Ints, Ints, Floats, Floats] | None:
    """Weeks that say enough to be compared: stream, last column, hash, evidence and its limit."""
    streams, length = ledger.studies.shape
    if length < WINDOW or streams < 2:
        return None
    surprising = _surprise_of_days(ledger)
    evidence, total, worked = (
        _rolling(part) for part in (surprising, ledger.studies, (ledger.studies > 0).astype(float))
    )
    limit = ledger.limit("copied_from", looks=365.0 * 365.0 * streams)
    enough = (evidence >= limit[:, None]) & (total >= STUDIES_MIN) & (worked >= DAYS_MIN)
    stream, column = np.nonzero(enough)
    key = np.zeros(len(stream), np.uint64)
    for part in ledger.figures:
        for back in range(WINDOW):
            key = key * np.uint64(1_000_003) + part[stream, column - back].astype(np.uint64)
    return stream, column, key.astype(np.int64), evidence[stream, column], limit[stream]


def _rolling(value: Floats) -> Floats:
    """Sums over seven days; nothing before there are seven."""
    sums = np.cumsum(value, axis=1)
    week = sums.copy()
    week[:, WINDOW:] -= sums[:, :-WINDOW]
    week[:, : WINDOW - 1] = 0.0
    return np.asarray(week)


def _equal(ledger: Ledger, here: tuple[int, int], there: tuple[int, int]) -> bool:
    weeks = [
        [part[stream, column - WINDOW + 1 : column + 1] for part in ledger.figures]
        for stream, column in (here, there)
    ]
    return all(bool((one == other).all()) for one, other in zip(*weeks, strict=True))


def _of_other(
    ledger: Ledger, here: tuple[int, int], there: tuple[int, int], evidence: tuple[float, float]
) -> Trace:
    stream, column = here
    start = column - WINDOW + 1
    source = ledger.panel.streams[there[0]]
    return Trace(
        kind="fabrication.copied_site", stream=stream, start=start, column=column, evidence=evidence[0],
        limit=evidence[1], effect=("days_repeated", 7.0, 7.0, 7.0),
        facts={
            "days_repeated": WINDOW, "source_site": source.site, "source_device": source.device,
            "copied_from": ledger.panel.date(there[1] - WINDOW + 1).isoformat(),
            "studies": int(ledger.studies[stream, start : column + 1].sum()),
        },
    )  # fmt: skip
