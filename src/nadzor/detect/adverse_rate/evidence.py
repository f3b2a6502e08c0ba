# SPDX-License-Identifier: Apache-2.0
"""Evidence that a stream's reports have become more frequent since some week: an e-detector.

For each week a stream's reports from then on are compared under two gamma-Poisson models: the rate it had
before, shrunk to what the fleet and the device's other reports tell, and that rate times a rise.  The sum
over weeks of weight times likelihood ratio grows, without a rise, by no more than its weights on average;
hence a limit L is passed no more often than once in L device-years, however often one looks.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.adverse_rate.reports import FAMILIES, WEEK, WHOLE, Ledger
from nadzor.detect.series import Floats, Ints

RISES: Final = (2.0, 3.5, 7.0)
SHARES: Final = (0.6, 0.05, 0.35)
"""What problems, types and the whole may spend of a device's budget."""
OF_REPORTS: Final = 1.08
"""Over-dispersion: some reports are told twice, and nobody has linked them yet."""
RISE_MIN: Final = 1.2
"""Below this many times the expected reports no ratio exceeds one; those weeks are left out."""
DROP_95: Final = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""
LOG_MAX: Final = 600.0
VARIES: Final = (0.2, 4.0)
"""Limits of the squared variation of rates between devices, and of problems within a device."""
JEFFREYS: Final = 0.5
FLEET_MIN: Final = 2.0
"""So many reports of the others are needed before a problem of one device is compared with anything."""
REPORTS_MIN: Final = 3
"""Fewer reports than this are no signal, whatever the ratio."""
RECENT_WEEKS: Final = 13
CALM: Final = 20.0
"""Reports that a wave of the whole nation must exceed before it counts as one."""


class Prior(Struct, frozen=True):
    """By stream and week: shape and rate of the gamma of the stream's rate before the week, and its weight.

    Shapes: streams x weeks.
    Units: rate in studies; weights add up, over the streams of a device, to the share of a year in a week.
    """

    shape: Floats
    rate: Floats
    weight: Floats


class Peers(Struct, frozen=True):
    """A stream's share of all reports elsewhere, and the part of the budget that it may spend.

    Shapes: share, unsure (the share's own squared variation) and weight streams x weeks; varies, how shares
    differ between devices, families x weeks.
    """

    share: Floats
    unsure: Floats
    varies: Floats
    weight: Floats


class _Fleet(Struct, frozen=True):
    """Sums over devices: kinds of stream (family and stratum), their reports, and each device's reports."""

    kind: Ints
    family_of_kind: Ints
    of_kind: Floats
    whole: Floats
    working: NDArray[np.bool_]


class Evidence(Struct, frozen=True):
    """For some reports: the statistic on their day, and the week from which the rise is likeliest."""

    total: Floats
    week: Ints
    low: Ints
    high: Ints


def exposure(ledger: Ledger) -> Floats:
    """Studies of each device before each day, those in a national wave of reports counted for more.

    Why: reports come in waves (a launch, a letter to clinics); what all devices share is no signal of one.
    """
    weekly = ledger.studies[:, ::WEEK]
    reports = np.zeros(weekly.shape)
    whole = np.flatnonzero(ledger.family == WHOLE)
    reports[ledger.device[whole], :-1] = ledger.before[whole]
    wave = _wave(reports, weekly)
    daily = np.diff(ledger.studies, axis=1) * np.repeat(wave[:, :-1], WEEK, axis=1)
    return np.concatenate((np.zeros((len(daily), 1)), np.cumsum(daily, axis=1)), axis=1)


def _wave(reports: Floats, studies: Floats) -> Floats:
    """How many times more the others reported lately than before, by device and week; 1 at least."""
    lag = np.maximum(np.arange(reports.shape[1]) - RECENT_WEEKS, 0)
    rate = (reports[:, lag] + 0.5) / (studies[:, lag] + 1.0)
    seen = reports - reports[:, lag]
    due = np.where(studies[:, lag] > 0, rate * (studies - studies[:, lag]), 0.0)
    seen = np.where(studies[:, lag] > 0, seen, 0.0)
    others_seen, others_due = (part.sum(axis=0) - part for part in (seen, due))
    return np.asarray(np.maximum(1.0, (others_seen + CALM) / (others_due + CALM)))


def peers_of(ledger: Ledger, studies: Floats) -> Peers:
    """What the others tell of each stream before each week."""
    working = studies[:, : ledger.weeks * WEEK : WEEK] > 0
    whole = _by_device(ledger, ledger.before)
    kinds, kind = np.unique(_kind(ledger), return_inverse=True)
    of_kind = np.zeros((len(kinds), ledger.weeks))
    np.add.at(of_kind, kind, ledger.before)
    fleet = _Fleet(kind, ledger.family[np.unique(kind, return_index=True)[1]], of_kind, whole, working)
    share = np.where(working[ledger.device], _shares_elsewhere(ledger, fleet), 0.0)
    unsure = OF_REPORTS / np.maximum(of_kind[kind] - ledger.before, JEFFREYS)
    return Peers(share, unsure, _variation(ledger, fleet), _weights(ledger, fleet, share))


def prior_of(ledger: Ledger, studies: Floats, peers: Peers, *, origin: Ints) -> Prior:
    """What is known of each stream's rate before each week, from its device since `origin` and from others.

    Shapes: origin, a week for each device.
    Method: gamma-Poisson shrinkage (Clayton & Kaldor 1987): a problem's share of a device's reports is drawn
    to its share elsewhere, as far as shares vary between devices (by moments) and as surely as the others
    tell it: a small fleet tells little.  All reports together have Jeffreys' prior: how often a device is
    reported on at all differs too much between devices to borrow it.
    """
    device, week = ledger.device, np.arange(ledger.weeks)
    weekly = studies[:, week * WEEK]
    weekly = np.maximum(weekly - weekly[np.arange(len(weekly)), origin][:, None], 0.0)[device]
    seen = ledger.before - ledger.before[np.arange(len(device)), origin[device]][:, None]
    seen = np.maximum(seen, 0.0)
    whole = (_by_device(ledger, seen) + JEFFREYS)[device]
    expected = peers.share * (whole / np.maximum(weekly, 1.0))
    all_reports = (ledger.family == WHOLE)[:, None]
    shape = np.where(all_reports, JEFFREYS, 1.0 / (peers.varies[ledger.family] + 1.0 / whole + peers.unsure))
    rate = np.where(all_reports, 0.0, shape / np.maximum(expected, 1e-300))
    weight = np.where(weekly > 0, peers.weight, 0.0)
    return Prior(shape + seen / OF_REPORTS, rate + weekly, weight)


def evidence(ledger: Ledger, prior: Prior, studies: Floats, *, at: Ints, since: Ints) -> Evidence:
    """The evidence on the days of some reports (`at`), from the week `since` of their device on.

    Method: Shiryaev-Roberts sum of weighted likelihood ratios (Shin, Ramdas & Rinaldo 2023), each the
    gamma-Poisson marginal of the reports since a week: r^n ((B + s) / (B + r s))^(A + n), A and B the gamma
    before that week, s the studies since, averaged over the rises r.
    """
    first = int(since.min()) if len(since) else 0
    stream, day = ledger.report_stream[at], ledger.report_day[at]
    device, week = ledger.device[stream], np.arange(min(first, ledger.weeks - 1), ledger.weeks)
    n = np.maximum(ledger.rank[at][:, None] - ledger.before[stream][:, week], 0.0) / OF_REPORTS
    length = np.maximum(studies[device, day + 1][:, None] - studies[:, week * WEEK][device], 0.0)
    weight = prior.weight[stream][:, week]
    open_ = (week >= since[device][:, None]) & (week * WEEK <= day[:, None]) & (weight > 0)
    shape, rate = prior.shape[stream][:, week], prior.rate[stream][:, week]
    row, column = np.nonzero(open_ & (n * OF_REPORTS >= 2.0) & (n * rate > RISE_MIN * shape * length))
    cell = (row, column)
    logs = np.full(n.shape, -np.inf)
    logs[cell] = _log_ratio(n[cell], length[cell], shape[cell], rate[cell])
    total = np.cumsum(weight * np.exp(np.minimum(logs, LOG_MAX)), axis=1)[:, -1]  # weeks to come add nothing
    near = logs >= np.maximum(logs.max(axis=1, initial=-np.inf), -1e300)[:, None] - DROP_95
    last = len(week) - 1 - np.argmax(near[:, ::-1], axis=1)
    places = (week[part] for part in (np.argmax(logs, axis=1), np.argmax(near, axis=1), last))
    return Evidence(total, *places)


def _log_ratio(n: Floats, length: Floats, shape: Floats, rate: Floats) -> Floats:
    """The log of the likelihood ratio, averaged over the rises."""
    logs = [
        n * np.log(rise) - (shape + n) * np.log1p((rise - 1.0) * length / (rate + length)) for rise in RISES
    ]
    return np.asarray(np.logaddexp.reduce(np.stack(logs), axis=0) - np.log(len(RISES)))


def _by_device(ledger: Ledger, reports: Floats) -> Floats:
    """All reports of each device before each week."""
    whole = np.zeros((len(ledger.studies), ledger.weeks))
    mine = ledger.family == WHOLE
    whole[ledger.device[mine]] = reports[mine]
    return whole / OF_REPORTS


def _kind(ledger: Ledger) -> Ints:
    """Family and stratum of each stream as one number."""
    return np.asarray(ledger.family * (int(ledger.stratum.max()) + 1) + ledger.stratum)


def _shares_elsewhere(ledger: Ledger, fleet: _Fleet) -> Floats:
    """A stream's share of reports among the other devices; 0 where they have hardly told of it."""
    others = fleet.of_kind[fleet.kind] - ledger.before
    mine = fleet.whole[ledger.device] * OF_REPORTS
    all_others = fleet.whole.sum(axis=0) * OF_REPORTS - mine
    share = np.where(others >= FLEET_MIN, others / np.maximum(all_others, 1.0), 0.0)
    alone = np.where(all_others < FLEET_MIN, ledger.before / np.maximum(mine, 1.0), share)
    return np.where(ledger.family[:, None] == WHOLE, 1.0, np.minimum(alone, 1.0))


def _variation(ledger: Ledger, fleet: _Fleet) -> Floats:
    """The squared variation of shares between devices, by family and week.

    Method: moments, of all pairs of a device and a problem; pairs without a report are added up at once, so
    that it makes no difference whether one will come.
    """
    usual = (fleet.whole + JEFFREYS) * fleet.working
    share = fleet.of_kind / np.maximum(fleet.whole.sum(axis=0) * OF_REPORTS, 1.0)
    due = share[fleet.kind] * usual[ledger.device]
    n = ledger.before / OF_REPORTS
    told = np.zeros((len(FAMILIES), ledger.weeks))
    for family in range(len(FAMILIES)):
        shares, mine = share[fleet.family_of_kind == family], ledger.family == family
        squares = (shares**2).sum(axis=0) * (usual**2).sum(axis=0)
        once = shares.sum(axis=0) * usual.sum(axis=0)
        top = np.add.reduce(n[mine] ** 2 - 2.0 * n[mine] * due[mine], axis=0) + squares - once
        told[family] = np.clip((top + 1.0) / (squares + 1.0), *VARIES)
    return told


def _weights(ledger: Ledger, fleet: _Fleet, share: Floats) -> Floats:
    """The part of a device's budget that each stream may spend in each week: by the root of its share."""
    of_kind = np.sqrt(fleet.of_kind)
    whole = np.zeros((len(FAMILIES), ledger.weeks))
    np.add.at(whole, fleet.family_of_kind, of_kind)
    each = of_kind[fleet.kind] / np.maximum(whole[ledger.family], 1e-300)
    each = np.where(ledger.family[:, None] == WHOLE, 1.0, np.where(share > 0, each, 0.0))
    return np.asarray(each * np.array(SHARES)[ledger.family][:, None] * (WEEK / 365.0))


def watched(ledger: Ledger) -> Ints:
    """Reports that come after their device's baseline, and not as the first of their stream."""
    start = ledger.start[ledger.device[ledger.report_stream]]
    after = np.flatnonzero(ledger.report_day >= start * WEEK)
    stream = ledger.report_stream[after]
    since = ledger.rank[after] - ledger.before[stream, ledger.start[ledger.device[stream]]]
    return np.asarray(after[since >= REPORTS_MIN])
