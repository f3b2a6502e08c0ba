# SPDX-License-Identifier: Apache-2.0
"""What telemetry costs, beside what the same machine needs to do no more than look at the same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from os import times
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nadzor.journal.sheet import Verdicts
from nadzor.statutory.month import MEASURES
from nadzor.telemetry import line as said
from nadzor.telemetry.bench_lake import FINDINGS, Nation, make_lake
from nadzor.telemetry.lake import opened
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.schema import TABLES
from nadzor.telemetry.store import Rollups

T = TypeVar("T")
BATCH: Final = 1_000


class RollupBench(Struct, frozen=True, kw_only=True):
    """Units: seconds of wall time, `cpu_s` of all threads; `scan_s` reads every column the rollup reads.

    `ratio` is seconds by scan_s, `peak_mib` the memory of a process that did nothing else; `refresh_s` is
    what one more date took, all the others being rolled up already.
    """

    studies: int
    events: int
    rows: int
    seconds: float
    cpu_s: float
    scan_s: float
    ratio: float
    peak_mib: float
    month_read_s: float
    refresh_s: float


class LoadBench(Struct, frozen=True, kw_only=True):
    """Units: events a second.  `limit` only decodes the same lines; `ratio` is events_per_s by limit."""

    events: int
    seconds: float
    events_per_s: float
    limit: float
    ratio: float


def bench_rollup(*, studies: int = 2_000_000, days: int = 30) -> RollupBench:
    """A nation's lake rolled up in a process of its own, then a month read back for the statutory report."""
    nation = Nation(studies=studies, days=days)
    with tempfile.TemporaryDirectory() as scratch:
        lake, rollups = Path(scratch) / "lake", Path(scratch) / "rollups"
        refresh_s = _refresh(Path(scratch) / "before", nation)
        events = make_lake(lake, nation)
        scan_s = _alone(_scan, lake)
        rows, seconds, cpu_s, peak_mib = _alone(_roll_up, lake, rollups, nation)
        month_read_s, _ = timed(lambda: _read_month(rollups, nation))
    return RollupBench(
        studies=studies,
        events=events,
        rows=rows,
        seconds=round(seconds, 3),
        cpu_s=round(cpu_s, 3),
        scan_s=round(scan_s, 3),
        ratio=round(seconds / scan_s, 2),
        peak_mib=round(peak_mib, 1),
        month_read_s=round(month_read_s, 3),
        refresh_s=round(refresh_s, 3),
    )


def bench_load(*, events: int = 100_000) -> LoadBench:
    """Batches of a thousand studies from memory into a lake, beside decoding the same lines."""
    journal = _Studies(events)
    with tempfile.TemporaryDirectory() as scratch:
        seconds, report = timed(lambda: load_lake(Path(scratch) / "lake", journal))
    bare, _ = timed(lambda: [said.read_lines(batch.body()) for batch in journal.batches(0, journal.size())])
    return LoadBench(
        events=report.rows,
        seconds=round(seconds, 3),
        events_per_s=round(report.rows / seconds),
        limit=round(report.rows / bare),
        ratio=round(bare / seconds, 2),
    )


def _refresh(scratch: Path, nation: Nation) -> float:
    """Seconds that the last date on which studies happened takes, when all before it are rolled up."""
    lake, rollups, last = scratch / "lake", scratch / "rollups", nation.start + nation.days - 1
    make_lake(lake, replace(nation, until=last))
    _alone(_roll_up, lake, rollups, nation)
    make_lake(lake, replace(nation, until=last + 1))
    return _alone(_roll_up, lake, rollups, nation)[1]


def _alone(work: Callable[..., T], *told: object) -> T:
    """A piece of work in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(work, *told).result()


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that a piece of work took, and what it gave."""
    began = perf_counter()
    found = work()
    return perf_counter() - began, found


def _scan(lake: Path) -> float:
    """Every row of every table looked at once."""
    with opened(lake) as (store, _):
        return timed(lambda: [store.execute(_looked_at(table)).fetchall() for table in TABLES])[0]


def _looked_at(table: str) -> str:
    """A question that no statistics of a file can answer."""
    looked = ", ".join(f"bit_xor(hash({name}))" for name in TABLES[table])
    return f"SELECT count(*), {looked} FROM {table}"  # noqa: S608


def _roll_up(lake: Path, rollups: Path, nation: Nation) -> tuple[int, float, float, float]:
    began = times()
    seconds, report = timed(lambda: roll_up_lake(lake, rollups, bins=nation.bins))
    ended = times()
    return report.rows, seconds, ended.user + ended.system - began.user - began.system, _peak_mib()


def _peak_mib() -> float:
    """The most memory this process ever held.

    Why not getrusage: a child's figure there begins at its parent's.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _read_month(rollups: Path, nation: Nation) -> int:
    """Everything the monthly report reads, of all devices."""
    found = Rollups.open_at(rollups)
    since = date(1970, 1, 1) + timedelta(days=nation.start)
    until = since + timedelta(days=31)
    rows = [found.rows(name, dimension=by, since=since, until=until) for name, by in MEASURES.items()]
    return sum(map(len, rows))


class _StudyBatch(Struct, frozen=True, kw_only=True):
    index: int
    installation: str
    device: str
    site: str
    stream: bytes
    first: int
    last: int
    received_at: datetime
    verdicts: Verdicts
    cum_events: int
    lines: bytes

    def body(self) -> bytes:
        return self.lines


class _Studies:
    """A journal of studies, made once and kept in memory."""

    def __init__(self, events: int) -> None:
        self._batches = [_study_batch(number) for number in range(events // BATCH)]

    def size(self) -> int:
        return len(self._batches)

    def batches(self, start: int, stop: int) -> Iterator[_StudyBatch]:
        return iter(self._batches[start:stop])


def _study_batch(number: int) -> _StudyBatch:
    lines = [_study_line(number * BATCH + place) for place in range(BATCH)]
    return _StudyBatch(
        index=number,
        installation="i-000000000001",
        device="ai-001",
        site="s-1",
        stream=bytes(16),
        first=number * BATCH + 1,
        last=(number + 1) * BATCH,
        received_at=datetime(2026, 10, 1, 12, tzinfo=UTC),
        verdicts=Verdicts(),
        cum_events=number * BATCH,
        lines=b"\n".join(lines) + b"\n",
    )


def _study_line(place: int) -> bytes:
    findings = [
        {
            "code": code,
            "score": (place * 7 + number * 1_999) % 10_001,
            "positive": place % 10 == number,
            "threshold": 5_000,
        }
        for number, code in enumerate(FINDINGS)
    ]
    return msgspec.json.encode({
        "kind": "study", "id": f"{place:08x}-0000-7000-8000-{place:012x}", "at": "2026-10-01T11:59:00+03:00",
        "study": f"{place:032x}", "version": "1.0.0", "build": "ab" * 32, "outcome": "processed",
        "duration_ms": place % 20_000, "modality": "DX", "equipment": "ge", "age_band": "60-69", "sex": "f",
        "findings": findings,
    })  # fmt: skip
