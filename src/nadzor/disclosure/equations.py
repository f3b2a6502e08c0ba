# SPDX-License-Identifier: Apache-2.0
"""What an attacker writes down: every published figure as an equation, and what equations say together.

Independent of the guard on purpose: it reads the tables as anybody could, and shares none of its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.tables import Band, Cell, PublicTable

Key = tuple[str, str, str]  # month, device, part
ANY: Final = 10**12  # more than any nation sends
COUNTS: Final = {
    "studies": ("studies",), "failed_share": ("failed",), "stage_share": ("failed",),
    "agreement": ("agree", "disagree"), "events": ("adverse_events",), "verified_share": ("labels",),
}  # fmt: skip
SHARE_OF: Final = {
    "failed_share": ("studies",), "agreement": ("agree", "disagree"), "verified_share": ("decided",),
    "stage_share": ("failed",),
}  # fmt: skip


class Equation(Struct, frozen=True):
    """The sum over some keys lies between two numbers; `told`: the figures that say so together."""

    keys: frozenset[Key]
    low: int
    high: int
    told: tuple[str, ...]
    floor: bool = False  # told by the very rule that hides the figure

    @property
    def exact(self) -> bool:
        """Whether it says one number."""
        return self.low == self.high


class Written(Struct, frozen=True):
    """All equations on one quantity, and the keys of each figure that is below a floor."""

    equations: tuple[Equation, ...]
    hidden: Mapping[str, frozenset[Key]]


def months(period: str) -> tuple[str, ...]:
    """The months a period is made of."""
    if "Q" not in period:
        return (period,)
    year, quarter = period.split("-Q")
    return tuple(f"{year}-{3 * int(quarter) + k:02d}" for k in (-2, -1, 0))


def write_down(
    tables: Iterable[PublicTable],
    quantity: str,
    *,
    sums: Mapping[str, Mapping[Key, int]],
    groups: Mapping[str, str],
) -> Written:
    """The equations that tables hold on a quantity.

    `sums`: the true sums of every quantity over all sites; the attacker is given what a share is a share of,
    even where it was not published.
    """
    found: list[Equation] = []
    hidden: dict[str, frozenset[Key]] = {}
    for table in tables:
        near = [key for key in sums.get(quantity, {}) if key[0] in months(table.period)]
        for cell in table.cells:
            if quantity not in COUNTS.get(cell.measure, ()):
                continue
            keys = frozenset(key for key in near if _inside(table, cell, key, groups))
            name = f"{table.series} {table.period} {' '.join(cell.row)} {cell.measure}"
            if isinstance(cell.figure, Hidden) and cell.figure.reason in ("organisations", "studies"):
                hidden[name] = keys
                found += _floor(cell, keys, name)
            elif keys and (edges := _edges(table, cell, quantity, sums, groups)) is not None:
                found.append(Equation(keys, *edges, (name,)))
    return Written(tuple(found), hidden)


def _inside(table: PublicTable, cell: Cell, key: Key, groups: Mapping[str, str]) -> bool:
    month, device, part = key
    if month not in months(table.period):
        return False
    own = {"nation": "all", "device": device, "modality": groups.get(device, "")}
    own |= {"stage": part, "seriousness": part}
    pairs = zip(table.dimensions, cell.row, strict=True)
    return all(stratum == own[dimension] for dimension, stratum in pairs)


def _floor(cell: Cell, keys: frozenset[Key], name: str) -> list[Equation]:
    """What "fewer than 10 studies" says of a sum; of events it says nothing."""
    assert isinstance(cell.figure, Hidden)
    if not keys or cell.figure.reason != "studies" or cell.measure == "events":
        return []
    return [Equation(keys, 0, cell.figure.floor - 1, (name,), floor=True)]


def _edges(
    table: PublicTable,
    cell: Cell,
    quantity: str,
    sums: Mapping[str, Mapping[Key, int]],
    groups: Mapping[str, str],
) -> tuple[int, int] | None:
    if isinstance(cell.figure, Shown):
        return cell.figure.value, cell.figure.value
    if not isinstance(cell.figure, Band):
        return None
    low, high = cell.figure.low, ANY if cell.figure.high is None else cell.figure.high
    if cell.measure not in SHARE_OF:
        return low, high
    whole = sum(
        n
        for name in SHARE_OF[cell.measure]
        for key, n in sums.get(name, {}).items()
        if (
            key[0] in months(table.period)
            if cell.measure == "stage_share"
            else _inside(table, cell, key, groups)
        )
    )
    low, high = -(-low * whole // 10_000), high * whole // 10_000
    return (whole - high, whole - low) if quantity == "disagree" else (low, high)


def differences(equations: Sequence[Equation]) -> list[Equation]:
    """What is left of each exact equation when the exact ones inside it are taken away, largest first.

    The classic attack: a total less its published parts tells the hidden parts.
    """
    exact = {one.keys: one for one in sorted(equations, key=lambda one: -len(one.told)) if one.exact}
    fresh = list(exact.values())
    for _ in range(3):
        fresh = [left for one in fresh if (left := _less(one, exact)) is not None and left.keys not in exact]
        exact |= {one.keys: one for one in fresh}
    return list(exact.values())


def _less(whole: Equation, exact: Mapping[frozenset[Key], Equation]) -> Equation | None:
    keys, value, told = whole.keys, whole.low, whole.told
    inside = sorted((one for one in exact.values() if one.keys < whole.keys), key=lambda one: -len(one.keys))
    for one in inside:
        if one.keys <= keys:
            keys, value, told = keys - one.keys, value - one.low, (*told, *one.told)
    return Equation(keys, value, value, told) if keys and keys != whole.keys else None
