# SPDX-License-Identifier: Apache-2.0
"""What the public tables of a whole nation cost: to guard, and to attack."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from time import perf_counter

from msgspec import Struct, structs

from nadzor.disclosure.attack import Secret, attack
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.dominance import Rules
from nadzor.disclosure.ledger import Atom
from nadzor.disclosure.scope import Facts, quarter_months
from nadzor.disclosure.tables import PublicTable

SERIES = ("use-nation", "use-month", "use-national")
RULES = Rules(organisations=5, studies=10, interval=15)
GROUPS = ("CR", "CT", "DX", "ECG", "MG", "MR", "OPT", "SM", "TXT", "US")


class ReleaseBench(Struct, frozen=True, kw_only=True):
    """Units: seconds of wall time for all tables together; `narrowest` a share of the true value."""

    devices: int
    sites: int
    months: int
    tables: int
    guard_s: float
    attack_s: float
    told: int
    narrowest: float


def bench_release(*, devices: int, sites: int, months: int = 1, seed: int = 1) -> ReleaseBench:
    """Guard months of a synthetic nation, attack each quarter: differences, 40 programs a quantity."""
    names = [f"2026-{number:02d}" for number in range(1, months + 1)]
    facts = _nation(devices, sites, names, random.Random(seed))
    began = perf_counter()
    tables: list[PublicTable] = []
    for name, month in product(SERIES, names):
        asked = Asked(name=name, period=month)
        part = _around(facts, quarter_months((month,)))
        tables.append(build(asked, part, earlier=tables, rules=RULES, known_by=date(2027, 1, 15)))
    guarded = perf_counter()
    widths = [_narrowest(tables, facts, quarter) for quarter in dict.fromkeys(map(_quarter, names))]
    told = sum(type(cell.figure).__name__ == "Shown" for table in tables for cell in table.cells)
    return ReleaseBench(
        devices=devices, sites=sites, months=months, tables=len(tables), narrowest=min(widths),
        guard_s=round(guarded - began, 2), attack_s=round(perf_counter() - guarded, 2), told=told,
    )  # fmt: skip


def _quarter(month: str) -> tuple[str, ...]:
    return quarter_months((month,))


def _around(facts: Facts, months: Sequence[str]) -> Facts:
    """The facts of some months."""
    counted = {
        name: {place: n for place, n in found.items() if place[0].month in months}
        for name, found in facts.counted.items()
    }
    return structs.replace(facts, counted=counted)


def _narrowest(tables: Sequence[PublicTable], facts: Facts, months: Sequence[str]) -> float:
    near, part = [one for one in tables if one.period in months], _around(facts, months)
    secret = Secret(
        counted=_plainly(part.counted), groups=part.groups, makers=part.makers, running=part.running
    )
    return attack(near, secret, interval=RULES.interval / 100, programs=40).narrowest or 0.0


def _plainly(
    counted: Mapping[str, Mapping[tuple[Atom, str], int]],
) -> dict[str, dict[tuple[tuple[str, str, str], str], int]]:
    """Counts as the attack names them, which shares no type with the guard."""
    return {
        name: {((at.month, at.device, at.part), site): n for (at, site), n in found.items()}
        for name, found in counted.items()
    }


def _nation(devices: int, sites: int, months: Sequence[str], chance: random.Random) -> Facts:
    studies: Counter[tuple[Atom, str]] = Counter()
    failed: Counter[tuple[Atom, str]] = Counter()
    running: dict[tuple[str, str], set[str]] = {}
    names = [f"d{number:03d}" for number in range(devices)]
    for device in names:
        for site in chance.sample(range(sites), chance.randint(1, min(30, sites))):
            size = chance.lognormvariate(5, 1.2)
            for month in months:
                n = max(1, int(size * chance.uniform(0.8, 1.2)))
                studies[Atom(month, device), f"s{site}"] = n
                failed[Atom(month, device, chance.choice(("input", "processing"))), f"s{site}"] = n // 60
                running.setdefault((month, device), set()).add(f"s{site}")
    return Facts(
        counted={"studies": studies, "failed": failed},
        groups={device: chance.choice(GROUPS) for device in names},
        makers={device: f"m{number % (devices // 2)}" for number, device in enumerate(names)},
        running={place: frozenset(found) for place, found in running.items()},
    )
