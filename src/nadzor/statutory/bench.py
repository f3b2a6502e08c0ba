# SPDX-License-Identifier: Apache-2.0
"""How long a nation's month takes from rows that stand for ten million events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from time import perf_counter

import msgspec

from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.law.form import edition_on
from nadzor.measures.rollup import Row
from nadzor.statutory.body import digest
from nadzor.statutory.month import FORM, OF_FINDING, PLAIN, SPLIT, DeviceFacts, month_report

MONTH = Month(2026, 10)
STAGES = ("network", "input", "processing", "output", "integration")
VERDICTS = ("accepted", "rejected", "modified")


class MonthBench(msgspec.Struct, frozen=True, kw_only=True):
    """What a run measured.  Units: seconds of wall time; events are those the rows stand for."""

    devices: int
    rows: int
    events: int
    seconds: float
    same_hash: bool


def bench_month(*, devices: int = 50, sites: int = 50, events: int = 10_000_000) -> MonthBench:
    """Fill the month of every device twice, the second time from the rows in reverse order.

    Why: the budget is ten seconds for ten million events, and the hash must not depend on the order of rows.
    """
    studies = events // (devices * sites * len(MONTH.days))
    rows: dict[str, list[Row]] = defaultdict(list)
    for device in range(devices):
        rows[f"ai-{device:03}"] = list(_rows(f"ai-{device:03}", sites, studies))
    began = perf_counter()
    hashes = [_hash(code, of_device) for code, of_device in rows.items()]
    seconds = perf_counter() - began
    again = [_hash(code, of_device[::-1]) for code, of_device in rows.items()]
    return MonthBench(
        devices=devices,
        rows=sum(map(len, rows.values())),
        events=studies * devices * sites * len(MONTH.days),
        seconds=round(seconds, 3),
        same_hash=hashes == again,
    )


def _hash(code: str, rows: list[Row]) -> str:
    none = Text(ru="", en="")
    facts = DeviceFacts(
        code=code,
        name=Text(ru=code, en=code),
        number="",
        registered_on=date(2024, 1, 1),
        field=none,
        solution_type=none,
        versions=frozenset({"1.0"}),
    )
    edition = edition_on(FORM, MONTH.first)
    return digest(month_report(rows, facts, MONTH, edition=edition, known_by=MONTH.after))


def _rows(device: str, sites: int, studies: int) -> Iterator[Row]:
    split = {"failed": STAGES, "faults": STAGES, "reviews": VERDICTS}
    cells = [(measure, "all", "", "") for measure in PLAIN]
    cells += [(measure, "all", "", finding) for measure in OF_FINDING for finding in ("nodule", "effusion")]
    cells += [
        (measure, SPLIT[measure], stratum, "") for measure, strata in split.items() for stratum in strata
    ]
    for day in MONTH.days:
        for site in range(sites):
            for measure, dimension, stratum, finding in cells:
                yield Row(
                    day, day, device, "1.0", "", f"s-{site:04}", f"i-{site:04}",
                    dimension, stratum, measure, finding, -1, studies,
                )  # fmt: skip
