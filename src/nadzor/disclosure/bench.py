# SPDX-License-Identifier: Apache-2.0
"""What a public month of a whole nation costs: to guard, and to attack."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import date
from time import perf_counter

from msgspec import Struct

from nadzor.disclosure.attack import Secret, attack
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.dominance import Rules
from nadzor.disclosure.ledger import Atom
from nadzor.disclosure.scope import Facts
from nadzor.disclosure.tables import PublicTable

MONTH = "2026-10"
SERIES = ("use-nation", "use-month", "use-national")
RULES = Rules(organisations=5, studies=10, interval=15)
GROUPS = ("CR", "CT", "DX", "ECG", "MG", "MR", "OPT", "SM", "TXT", "US")


class ReleaseBench(Struct, frozen=True, kw_only=True):
    """Units: seconds of wall time for all three monthly tables; `narrowest` a share of the true value."""

    devices: int
    sites: int
    guard_s: float
    attack_s: float
    told: int
    narrowest: float


def bench_release(*, devices: int, sites: int, seed: int = 1) -> ReleaseBench:
    """Guard one month of a synthetic nation, then attack it by differences and 40 programs a quantity."""
    facts = _nation(devices, sites, random.Random(seed))
    began = perf_counter()
    tables: list[PublicTable] = []
    for name in SERIES:
        asked = Asked(name=name, period=MONTH)
        tables.append(build(asked, facts, earlier=tables, rules=RULES, known_by=date(2026, 11, 15)))
    guarded = perf_counter()
    secret = Secret(
        counted=_plainly(facts.counted), groups=facts.groups, makers=facts.makers, running=facts.running
    )
    report = attack(tables, secret, interval=RULES.interval / 100, programs=40)
    told = sum(type(cell.figure).__name__ == "Shown" for table in tables for cell in table.cells)
    return ReleaseBench(
        devices=devices, sites=sites, guard_s=round(guarded - began, 2), narrowest=report.narrowest or 0.0,
        attack_s=round(perf_counter() - guarded, 2), told=told,
    )  # fmt: skip


def _plainly(
    counted: Mapping[str, Mapping[tuple[Atom, str], int]],
) -> dict[str, dict[tuple[tuple[str, str, str], str], int]]:
    """Counts as the attack names them, which shares no type with the guard."""
    return {
        name: {((at.month, at.device, at.part), site): n for (at, site), n in found.items()}
        for name, found in counted.items()
    }


def _nation(devices: int, sites: int, chance: random.Random) -> Facts:
    studies: Counter[tuple[Atom, str]] = Counter()
    failed: Counter[tuple[Atom, str]] = Counter()
    running: dict[tuple[str, str], set[str]] = {}
    names = [f"d{number:03d}" for number in range(devices)]
    for device in names:
        for site in chance.sample(range(sites), chance.randint(1, min(30, sites))):
            n = max(1, int(chance.lognormvariate(5, 1.2)))
            studies[Atom(MONTH, device), f"s{site}"] = n
            failed[Atom(MONTH, device, chance.choice(("input", "processing"))), f"s{site}"] = n // 60
            running.setdefault((MONTH, device), set()).add(f"s{site}")
    return Facts(
        counted={"studies": studies, "failed": failed},
        groups={device: chance.choice(GROUPS) for device in names},
        makers={device: f"m{number % (devices // 2)}" for number, device in enumerate(names)},
        running={place: frozenset(found) for place, found in running.items()},
    )
