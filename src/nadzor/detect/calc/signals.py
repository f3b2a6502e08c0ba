# SPDX-License-Identifier: Apache-2.0
"""The statistic of a signal, by its detector itself: run on the rows that the pack of an inquiry gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, cast

import numpy as np
from msgspec import Struct

from nadzor.detect.calc.figures import Figures, Statistic
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.context import Context, Declared, Release
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding, code_digest
from nadzor.detect.series import Days
from nadzor.detect.suite import detector
from nadzor.detect.window import Window
from nadzor.measures.columns import Block, Columns, Name

ASKED: Final = ("kind", "device", "site", "stratum", "dimension", "finding", "first_day")
"""What tells a finding from the others of its detector; a version may be named afterwards."""


class Rows(Struct, frozen=True, forbid_unknown_fields=True):
    """Rollup rows of one measure in one dimension: a list for each column, or one value for all rows.

    Units: day and known are ordinals of dates; n is a number of facts; the rest, places in `names`.
    """

    measure: str
    dimension: str
    rows: int
    columns: dict[str, list[int] | int]


class Edges(Struct, frozen=True, forbid_unknown_fields=True):
    """Registered edges of a score histogram."""

    device: str
    finding: str
    edges: list[int]


class Told(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What register and calendar told the detector, as of that day."""

    after: date | None = None
    holidays: list[date] = []
    claims: list[Claim] = []
    releases: dict[str, list[Release]] = {}
    makers: dict[str, str] = {}
    baselines: dict[str, Window] = {}
    declared: list[Declared] = []
    bins: list[Edges] = []
    journal_size: int | None = None


class SignalFigures(Figures, frozen=True, kw_only=True):
    """A detector, which of its findings is asked for, and all that it read; sites may be numbered."""

    detector: str
    kind: str
    first_day: date
    device: str = ""
    version: str = ""
    site: str = ""
    stratum: str = ""
    dimension: str = ""
    finding: str = ""
    names: dict[str, list[str]]
    rows: list[Rows]
    told: Told = Told()


class SignalAnswer(Struct, frozen=True, kw_only=True):
    """What the detector says of these rows: null where it finds no such thing in them.

    `code` is the digest of the detector that ran here; `rows_hash` that of the rows as given.
    """

    found: bool
    statistic: float | None
    threshold: float | None
    effect: float | None
    p_value: float | None
    e_value: float | None
    rows_hash: str
    rows_read: int
    code: str


def columns_of(figures: SignalFigures) -> Columns:
    """The rows as detectors take them.

    Raises: ValueError for columns that do not fit together.
    """
    names = {cast(Name, name): told for name, told in figures.names.items()}
    return Columns(names, {(one.measure, one.dimension): _block(one, figures) for one in figures.rows})


def _block(one: Rows, figures: SignalFigures) -> Block:
    if set(one.columns) != set(Block.__struct_fields__):
        raise ValueError(f"the columns of {one.measure} are not {', '.join(Block.__struct_fields__)}")
    return Block(**{name: _column(name, told, one, figures) for name, told in one.columns.items()})


def _column(name: str, told: list[int] | int, one: Rows, figures: SignalFigures) -> Any:
    values = np.array(told if isinstance(told, list) else [told] * one.rows, np.int64)
    if len(values) != one.rows:
        raise ValueError(f"{one.measure}.{name} has {len(values)} values for {one.rows} rows")
    places = len(figures.names.get(name, [""])) if name in figures.names else None
    if places is not None and len(values) and not 0 <= values.min() <= values.max() < places:
        raise ValueError(f"{one.measure}.{name} points at no name")
    return values


def _context(told: Told) -> Context:
    plain = {name: getattr(told, name) for name in Told.__struct_fields__}
    bins = {(one.device, one.finding): one.edges for one in told.bins}
    return Context(**plain | {"bins": bins, "holidays": frozenset(told.holidays)})


def _signal(figures: SignalFigures) -> SignalAnswer:
    if figures.detector not in DETECTORS:
        raise ValueError(f"no detector is called so; there are {', '.join(DETECTORS)}")
    ours = detector(figures.detector)
    days = Days.of(columns_of(figures), ours.READS)
    with np.errstate(all="ignore", under="ignore"):
        said = _asked(ours.watch(days, _context(figures.told)), figures)
    rows_hash, rows_read = days.seal()
    return SignalAnswer(
        found=said is not None, rows_hash=rows_hash, rows_read=rows_read, code=code_digest(figures.detector),
        statistic=said.statistic if said else None, threshold=said.threshold if said else None,
        effect=said.effect.estimate if said else None, p_value=said.p_value if said else None,
        e_value=said.e_value if said else None,
    )  # fmt: skip


def _asked(found: Sequence[Finding], figures: SignalFigures) -> Finding | None:
    """The finding of this kind, stream and first day; of several, that of the version."""
    mine = [one for one in found if all(getattr(one, name) == getattr(figures, name) for name in ASKED)]
    return min(mine, key=lambda one: one.version != figures.version, default=None)


def _example() -> dict[str, Any]:
    """Three studies by a version that the register does not hold."""
    day = date(2026, 9, 1).toordinal()
    whole = dict.fromkeys(Block.__struct_fields__, 0) | {"day": day, "known": day, "bin": -1, "n": 3}
    return {
        "detector": "version_watch", "kind": "version.unregistered", "first_day": "2026-09-01",
        "device": "D", "version": "2.0",
        "names": {"device": ["D"], "version": ["2.0"], "site": ["site 1"]},
        "rows": [{"measure": "studies", "dimension": "all", "rows": 1, "columns": whole}],
        "told": {"releases": {"D": [{"version": "1.0", "released_on": "2026-01-01"}]}},
    }  # fmt: skip


STATISTICS = (
    Statistic(
        name="signal", what="The statistic of a signal of any kind, by the detector that raised it",
        method="The detector's own (docs/reference/detectors.md): its published code on the rows that the"
        " pack of an inquiry gives",
        equation="that of the detector; the answer names the digest of the code that ran",
        figures=SignalFigures, compute=_signal, example=_example(),
    ),
)  # fmt: skip
