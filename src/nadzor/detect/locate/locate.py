# SPDX-License-Identifier: Apache-2.0
"""What else is known about a finding: with which release it falls together, where it sits, who shares it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.finding import Fact, Finding
from nadzor.detect.locate.onset import onset
from nadzor.detect.series import Days, Floats

STUDIES_MIN = 3
"""Studies of a version at a site that make a day of it there."""
SLACK = 3
"""Days by which a chart's idea of the day of change may miss a roll-out."""


class Arrival(Struct, frozen=True, order=True):
    """A version that came to a device: its first day, the day it reached its last site by then, its sites."""

    first: date
    last: date
    version: str
    sites: tuple[str, ...]


class Explained(Struct, frozen=True, kw_only=True):
    """A finding with what was found out about it: all of it in the facts, so that it can be told and stored.

    `release` is the roll-out that the day of change falls together with; `cause` the finding of a cause that
    several devices share, which speaks for this one.
    """

    finding: Finding
    release: Arrival | None = None
    cause: Finding | None = None


def explain(finding: Finding, days: Days, causes: Sequence[Finding] = ()) -> Explained:
    """The finding with facts `since_version`, `explained_by` and `design`, where they are known.

    `days` must hold ("studies", "all"); `causes` are the findings of common_cause.  What a detector has
    said itself is not overwritten.
    """
    release = None if finding.facts.get("since_version") else aligned(finding, arrivals(days, finding.device))
    cause = cause_of(finding, causes)
    facts: dict[str, Fact] = {"design": "baseline"}
    if release:
        facts |= {"since_version": release.version, "released_then": release.first.isoformat()}
    if cause:
        facts |= {"explained_by": cause.fingerprint(), "explained_kind": cause.kind}
    told = structs.replace(finding, facts={**facts, **finding.facts})
    return Explained(finding=told, release=release, cause=cause)


def arrivals(days: Days, device: str) -> list[Arrival]:
    """The versions that came to a device after its first one, in order of their days."""
    block, names = days.block("studies"), days.columns.names
    if device not in names["device"] or not len(block):
        return []
    block = block.where(np.flatnonzero(block.device == names["device"].index(device)))
    begun: dict[int, dict[int, int]] = {}
    cell, where = np.unique(np.stack((block.version, block.site, block.day)), axis=1, return_inverse=True)
    count = np.bincount(where.reshape(-1), block.n, cell.shape[1])
    for version, site, day in cell[:, count >= STUDIES_MIN].T.tolist():
        sites = begun.setdefault(version, {})
        sites[site] = min(day, sites.get(site, day))
    told = [
        Arrival(
            date.fromordinal(min(sites.values())), date.fromordinal(max(sites.values())),
            names["version"][version], tuple(names["site"][site] for site in sorted(sites)),
        )
        for version, sites in begun.items()
    ]  # fmt: skip
    return sorted(told)[1:]


def aligned(finding: Finding, came: Sequence[Arrival]) -> Arrival | None:
    """The release whose roll-out the interval of the day of change touches, the nearest where several do.

    None where the day of change is not known, or no release is near it, or it is known too vaguely to say.
    """
    where = finding.located
    if where is None:
        return None
    near = [
        one
        for one in came
        if (where.low - one.last).days <= SLACK and (one.first - where.high).days <= SLACK
        and one.first <= finding.first_day
    ]  # fmt: skip
    return min(near, key=lambda one: (abs((where.day - one.first).days), one), default=None)


def cause_of(finding: Finding, causes: Sequence[Finding]) -> Finding | None:
    """The shared cause that speaks for a finding: its device is named, place and equipment meet, and so do
    the days of change; the strongest where several do."""
    mine = [one for one in causes if _speaks_for(one, finding)]
    return max(mine, key=lambda one: (one.statistic - one.threshold, one.fingerprint()), default=None)


def _speaks_for(cause: Finding, finding: Finding) -> bool:
    named = cause.facts.get("devices", [])
    if not finding.device or not isinstance(named, list) or finding.device not in named:
        return False
    return (
        _meets(cause.site, finding.site, finding.facts.get("sites"))
        and _meets(cause.stratum, _equipment(finding), finding.facts.get("equipment"))
        and _overlap(cause, finding)
    )


def _equipment(finding: Finding) -> str:
    return finding.stratum if finding.dimension == "equipment" else ""


def _meets(place: str, own: str, listed: object) -> bool:
    """Whether a cause's place is one of the finding's; a finding that names none may be anywhere."""
    names = [own] if own else listed if isinstance(listed, list) else []
    return not place or not names or place in names


def _overlap(cause: Finding, finding: Finding) -> bool:
    one, other = cause.located, finding.located
    if one is None or other is None:
        return cause.first_day == finding.first_day
    return (one.low - other.high).days <= SLACK and (other.low - one.high).days <= SLACK


class Part(Struct, frozen=True):
    """A contributor: its name, and its share of all that moved the alarmed way, 0..1."""

    name: str
    share: float


def contributors(
    counts: tuple[Floats, Floats], keys: tuple[Sequence[int], Sequence[str]], since: int, *, side: int = 1
) -> list[Part]:
    """Which strata moved since a column, most first, with their shares.

    `counts` are sums and numbers by row and day, `keys` the code of each row and the names of the codes.

    Method: each row's sum since the change less what its own mean before it expects.
    """
    total, n = counts
    before_x, before_n = total[:, :since].sum(axis=1), n[:, :since].sum(axis=1)
    mean = np.divide(before_x, before_n, out=np.zeros_like(before_n), where=before_n > 0)
    off = side * (total[:, since:].sum(axis=1) - n[:, since:].sum(axis=1) * mean) * (before_n > 0)
    code, names = keys
    by = np.bincount(np.asarray(code, np.int64), off, len(names))
    whole = float(by[by > 0].sum())
    order = np.argsort(-by, kind="stable").tolist()
    return [Part(names[i], float(by[i]) / whole) for i in order if by[i] > 0 and whole > 0]


def change_day(counts: tuple[Floats, Floats], *, first: date) -> tuple[date, date, date] | None:
    """Day, earliest and latest day of a shift that lasts to the end, of rows with means of their own.

    None where nothing can be said.
    """
    total, n = counts
    whole = n.sum(axis=1)
    mean = np.divide(total.sum(axis=1), whole, out=np.zeros_like(whole), where=whole > 0)
    found = onset((total - n * mean[:, None]).sum(axis=0), n.sum(axis=0))
    if found is None:
        return None
    day, low, high = (date.fromordinal(first.toordinal() + at) for at in (found.best, found.low, found.high))
    return day, low, high
