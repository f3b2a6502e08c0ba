# SPDX-License-Identifier: Apache-2.0
"""Version watch: studies handled by software that the register does not hold under that name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256

import numpy as np
from msgspec import Struct

from nadzor.detect.context import Context, Release
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located, code_digest, in_order
from nadzor.detect.series import Days, Floats, Ints, unsplit
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.measures.rollup import Row

NAME = "version_watch"
BUDGET = 0.001
READS = unsplit("studies")
STUDIES_MIN = 3
"""One study may be a slip of a clock or of a test; three on their days are software at work."""


class Software(Struct, frozen=True, order=True):
    """A version of a device and the build that reported under its name; codes of the names."""

    device: int
    version: int
    build: int


class AtWork(Struct, frozen=True):
    """Daily studies of one software, and of its device, from ordinal `first` on."""

    software: Software
    first: int
    studies: Floats
    of_device: Floats


def detect(rows: Iterable[Row] | Days, *, releases: Mapping[str, Sequence[Release]]) -> list[Finding]:
    """Versions that are not in the register, and builds that are not registered under their version.

    Method: a count of studies; the day of the third one is the day of the finding.
    """
    return _found(Days.of(rows, READS), releases, None)


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return _found(days, context.releases, context.journal_size)


def _found(days: Days, releases: Mapping[str, Sequence[Release]], journal_size: int | None) -> list[Finding]:
    names = days.columns.names
    found = []
    for one in _at_work(days):
        device, version = names["device"][one.software.device], names["version"][one.software.version]
        kind = _verdict(releases.get(device, ()), version, names["build"][one.software.build])
        total = np.cumsum(one.studies)
        if kind and version and total[-1] >= STUDIES_MIN:
            found.append(_finding(days, one, kind, journal_size))
    return in_order(found)


def _verdict(known: Sequence[Release], version: str, build: str) -> str:
    """What is wrong with a software; nothing where the register holds no versions of the device."""
    if not known:
        return ""
    release = next((one for one in known if one.version == version), None)
    if release is None or not release.registered:
        return "version.unregistered"
    return "version.new_build" if build and release.builds and build not in release.builds else ""


def _at_work(days: Days) -> Iterator[AtWork]:
    """Every software with its days and those of its device."""
    block, names = days.block("studies"), days.columns.names
    if not len(block):
        return
    first, length = int(block.day.min()), int(block.day.max() - block.day.min()) + 1
    sizes = [len(names[key]) for key in ("device", "version", "build")]
    keys = np.ravel_multi_index((block.device, block.version, block.build), sizes)
    kinds, place = np.unique(keys, return_inverse=True)
    day = block.day - first
    studies = _daily(place.reshape(-1), day, block.n, (len(kinds), length))
    of_device = _daily(block.device, day, block.n, (sizes[0], length))
    for at, (device, version, build) in enumerate(np.stack(np.unravel_index(kinds, sizes), axis=1).tolist()):
        yield AtWork(Software(device, version, build), first, studies[at], of_device[device])


def _daily(row: Ints, day: Ints, n: Ints, shape: tuple[int, int]) -> Floats:
    counts = np.bincount(row * shape[1] + day, weights=n, minlength=shape[0] * shape[1])
    return np.asarray(np.maximum(counts.reshape(shape), 0.0), dtype=np.float64)


def _finding(days: Days, one: AtWork, kind: str, journal_size: int | None) -> Finding:
    names, total = days.columns.names, np.cumsum(one.studies)
    column, begun = int((total >= STUDIES_MIN).argmax()), int((total > 0).argmax())
    device, version = names["device"][one.software.device], names["version"][one.software.version]
    first_day, since = date.fromordinal(one.first + column), date.fromordinal(one.first + begun)
    digest, rows_read = days.digest(device=device, after=first_day + timedelta(days=1))
    handled, all_studies = float(total[column]), float(one.of_device[begun : column + 1].sum())
    share = clopper_pearson(handled, max(all_studies, handled))
    build = names["build"][one.software.build]
    return Finding(
        detector=NAME, code=code_digest(NAME), kind=kind, device=device, version=version,
        stratum=build[:16] if kind == "version.new_build" else "", statistic=handled,
        threshold=float(STUDIES_MIN), guarantee=Guarantee(kind="anytime", budget=BUDGET, spent=0.0),
        baseline=Baseline(hash=sha256(f"{device}\t{version}\t{build}".encode()).hexdigest()),
        effect=Effect(name="share_of_studies", estimate=share.estimate, low=share.low, high=share.high),
        first_day=first_day, located=Located(day=since, low=since, high=since), journal_size=journal_size,
        rows_hash=digest, rows_read=rows_read,
        facts={"build": build, "since_version": version, "design": "register", "observed": int(handled),
               "sites": _sites(days, one, column)},
    )  # fmt: skip


def _sites(days: Days, one: AtWork, column: int) -> list[str]:
    """Where it worked by the day of the finding, most studies first."""
    block, names = days.block("studies"), days.columns.names["site"]
    mine = (block.version == one.software.version) & (block.build == one.software.build)
    mine &= (block.device == one.software.device) & (block.day <= one.first + column)
    counts = np.bincount(block.site[mine], weights=block.n[mine], minlength=len(names))
    return [names[i] for i in np.argsort(-counts, kind="stable").tolist() if counts[i] > 0]
