# SPDX-License-Identifier: Apache-2.0
"""Reports with known duplicates: an event told twice, by other hands, with other days and fewer details."""

from __future__ import annotations

import random
from datetime import date, timedelta

from msgspec.structs import replace

from nadzor.vigilance.alike import Report

PROBLEMS = ("A090803", "A090804", "A090805", "A110303", "A1101", "A1302", "A090812", "A110201", "A0907")
EFFECTS = ("F13", "F26", "F04", "F05", "F08", "F12", "")
TYPES = ("malfunction", "malfunction", "malfunction", "serious_injury", "other", "death")
WORDS = tuple(f"слово{n}" for n in range(300))  # of which a text takes twelve
FIRST = date(2025, 1, 1)


def generated(events: int, *, told_twice: float, seed: int) -> tuple[list[Report], set[tuple[str, str]]]:
    """Reports of so many events on thirty devices in two years, and which pairs are one event."""
    rng = random.Random(seed)
    reports, true = [], []
    for _ in range(events):
        one = _event(rng)
        reports.append(one)
        if rng.random() < told_twice:
            true.append((len(reports) - 1, len(reports)))
            reports.append(_told_again(one, rng))
    order = rng.sample(range(len(reports)), len(reports))
    place = {old: new for new, old in enumerate(order)}
    named = [replace(reports[old], number=f"AE-2026-{new + 1:06d}") for new, old in enumerate(order)]
    pairs = {tuple(sorted((place[a], place[b]))) for a, b in true}
    return named, {(named[a].number, named[b].number) for a, b in pairs}


def _event(rng: random.Random) -> Report:
    day = FIRST + timedelta(days=rng.randrange(690))
    return Report(
        number="", device=f"ai-{rng.randrange(30):03}", version=rng.choice(("1.0", "1.1", "2.0")),
        site=f"s-{rng.randrange(200)}", study=f"{rng.getrandbits(64):016x}" if rng.random() < 0.4 else "",
        event_on=day, aware_on=day + timedelta(days=rng.randrange(6)), event_type=rng.choice(TYPES),
        problems=rng.choice(PROBLEMS), effects=rng.choice(EFFECTS), words=" ".join(rng.sample(WORDS, 12)),
    )  # fmt: skip


def _told_again(one: Report, rng: random.Random) -> Report:
    """The maker's report of what a clinic told: no site, often another day, code or wording."""
    assert one.event_on and one.aware_on
    kept = one.words.split()
    return replace(
        one, site="", study=one.study if rng.random() < 0.5 else "",
        version=one.version if rng.random() < 0.8 else "",
        event_on=one.event_on + timedelta(days=rng.choice((0, 0, 0, 1, -1, 2))),
        aware_on=one.aware_on + timedelta(days=rng.randrange(4)),
        event_type=one.event_type if rng.random() < 0.85 else rng.choice(TYPES),
        problems=one.problems if rng.random() < 0.8 else rng.choice(PROBLEMS),
        effects=one.effects if rng.random() < 0.8 else "",
        words=" ".join(rng.sample(kept, max(4, len(kept) - 3))) if rng.random() < 0.8 else "",
    )  # fmt: skip
