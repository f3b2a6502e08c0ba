# SPDX-License-Identifier: Apache-2.0
"""Experiment 24: an opponent asks 10,000 permitted questions, keeps every equation and solves them.

The nation is made for the attacker: sparse devices, a clinic that does most of a device's work, clinics that
come and go, makers with two devices each.  Each protection is also switched off once, to see him succeed.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

import pytest
from msgspec.structs import replace

from nadzor.disclosure.attack import Report, Secret, attack
from nadzor.disclosure.building import Asked, build
from nadzor.disclosure.dominance import Rules
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.ledger import Atom
from nadzor.disclosure.scope import Facts
from nadzor.disclosure.tables import Cell, PublicTable

LONG: Final = bool(os.environ.get("FAULTS_AT_LENGTH"))
SITES, DEVICES, MONTHS = (120, 24, 12) if LONG else (60, 12, 6)
QUERIES: Final = 100_000 if LONG else 10_000
PROGRAMS: Final = 1000 if LONG else 60
RULES: Final = Rules(organisations=5, studies=10, interval=15)
STAGES: Final = ("input", "network", "processing")
SEVERITY: Final = ("death", "other", "threat")
PARTS: Final = {"failures-quarter": STAGES, "events-quarter": SEVERITY}
KNOWN: Final = date(2026, 12, 1)


@cache
def the_nation(seed: int = 24) -> Facts:
    """Sites with devices that some began late or gave up, and what each counted."""
    chance = random.Random(seed)
    devices = [f"d{number:02d}" for number in range(DEVICES)]
    counted: dict[str, Counter[tuple[Atom, str]]] = {
        name: Counter()
        for name in ("studies", "failed", "agree", "disagree", "labels", "decided", "adverse_events")
    }
    running: dict[tuple[str, str], set[str]] = {}
    for number, device in enumerate(devices):
        for site, first, last, size in _posts(chance, number):
            for month in MONTH_NAMES[first:last]:
                _live(chance, counted, Atom(month, device), site, size)
                running.setdefault((month, device), set()).add(site)
    return Facts(
        counted=counted,
        groups={device: ("CT", "DX", "MG", "US")[k % 4] for k, device in enumerate(devices)},
        makers={device: f"m{k // 2}" for k, device in enumerate(devices)},
        running={place: frozenset(sites) for place, sites in running.items()},
    )


MONTH_NAMES: Final = tuple(f"2026-{number:02d}" for number in range(1, MONTHS + 1))


def _posts(chance: random.Random, number: int) -> list[tuple[str, int, int, int]]:
    """Where a device works: every third is sparse, every fourth has one site that does most of the work."""
    many = chance.randint(1, 4) if number % 3 == 2 else chance.randint(6, SITES // 3)
    posts = []
    for place, site in enumerate(chance.sample(range(SITES), many)):
        first = chance.choice([0, 0, 0, chance.randrange(MONTHS)])
        last = chance.choice([MONTHS, MONTHS, MONTHS, chance.randint(first + 1, MONTHS)])
        size = 5000 if number % 4 == 0 and not place else int(chance.lognormvariate(4, 1))
        posts.append((f"s{site:03d}", first, last, size))
    return posts


def _live(
    chance: random.Random, counted: Mapping[str, Counter[tuple[Atom, str]]], atom: Atom, site: str, size: int
) -> None:
    studies = max(1, round(size * chance.uniform(0.8, 1.2)))
    counted["studies"][atom, site] += studies
    for stage in STAGES:
        if failed := sum(chance.random() < 0.01 for _ in range(min(studies, 400))):
            counted["failed"][atom._replace(part=stage), site] += failed
    agreed = sum(chance.random() < 0.9 for _ in range(min(studies, 50)))
    for name, n in (("agree", agreed), ("disagree", min(studies, 50) - agreed), ("decided", studies)):
        counted[name][atom, site] += n
    counted["labels"][atom, site] += studies // 4
    if chance.random() < 0.05:
        counted["adverse_events"][atom._replace(part=chance.choice(SEVERITY)), site] += 1


def _agenda() -> list[Asked]:
    """What is published, in the order of the calendar: months as they end, then their quarter."""
    agenda = []
    for number, month in enumerate(MONTH_NAMES, start=1):
        agenda += [(name, month) for name in ("use-nation", "use-month", "use-national")]
        if number % 3 == 0:
            quarter = f"2026-Q{number // 3}"
            every = ("use-quarter", "quality-quarter", "failures-quarter", "events-quarter")
            agenda += [(name, quarter) for name in every]
    return [Asked(name=name, period=period, parts=PARTS.get(name, ())) for name, period in agenda]


@cache
def the_releases(rules: Rules = RULES) -> tuple[PublicTable, ...]:
    """Everything the house published, each beside all that went before."""
    published: list[PublicTable] = []
    for asked in _agenda():
        published.append(build(asked, the_nation(), earlier=published, rules=rules, known_by=KNOWN))
    return tuple(published)


def _asked_at_random(tables: Sequence[PublicTable], queries: int) -> list[PublicTable]:
    """What an opponent holds after many permitted questions: a series, a period, a row or measure or all."""
    chance, seen = random.Random(7), {number: dict[Cell, None]() for number in range(len(tables))}
    for _ in range(queries):
        number = chance.randrange(len(tables))
        table = tables[number]
        row, measure = chance.choice([*table.rows, None]), chance.choice([*table.measures, None])
        answer = (cell for cell in table.cells if row in (None, cell.row) and measure in (None, cell.measure))
        seen[number] |= dict.fromkeys(answer)
    return [replace(table, cells=tuple(seen[number])) for number, table in enumerate(tables)]


def attacked(tables: Sequence[PublicTable], *, programs: int = PROGRAMS) -> Report:
    """What the opponents find in some tables."""
    facts = the_nation()
    secret = Secret(counted=facts.counted, groups=facts.groups, makers=facts.makers, running=facts.running)
    return attack(tables, secret, interval=RULES.interval / 100, programs=programs)


def test_ten_thousand_questions_pin_nobody() -> None:
    """No clinic closer than 15 %, no figure below a floor, nothing exact, whatever two know together."""
    report = attacked(_asked_at_random(the_releases(), QUERIES))
    assert report.finds
    assert (report.close, report.exact) == (0, 0), report.finds
    assert report.narrowest is not None
    assert report.narrowest >= 0.15
    assert report.equations > 10 * MONTHS
    assert report.programs > 100


def test_each_snapshot_is_as_safe_as_the_last() -> None:
    """After every single release, what was out by then is safe too, and nothing earlier was changed."""
    tables = the_releases()
    widths = [attacked(tables[: number + 1], programs=0).narrowest for number in range(len(tables))]
    assert all(width is not None and width >= 0.15 for width in widths)


@pytest.mark.parametrize("protection", ["dominance", "neighbours", "history"])
def test_without_one_protection_the_opponent_wins(protection: str) -> None:
    """The guard with one protection off is broken by the same attack: the experiment can fail."""
    weak = the_releases(replace(RULES, **{protection: False}))
    report = attacked(weak, programs=0)
    assert report.close > 0
    assert report.finds[0].told


def test_a_lower_floor_is_found() -> None:
    """With fewer organisations than three a coalition of two knows the rest exactly."""
    report = attacked(the_releases(replace(RULES, organisations=1, dominance=False)), programs=0)
    assert report.exact > 0


def test_something_useful_is_left() -> None:
    """The guard is no wall: half of what rests on five organisations is told, and most nation's totals."""
    studies = [
        cell for table in the_releases() if table.series == "use-month"
        for cell in table.cells if cell.measure == "studies"
    ]  # fmt: skip
    enough = [c for c in studies if not (isinstance(c.figure, Hidden) and c.figure.reason == "organisations")]
    assert 2 * sum(isinstance(cell.figure, Shown) for cell in enough) >= len(enough)
    national = [table for table in the_releases() if table.series == "use-nation"]
    assert 2 * sum(isinstance(one.figure(("all",), "studies"), Shown) for one in national) >= len(national)
