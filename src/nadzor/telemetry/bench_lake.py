# SPDX-License-Identifier: Apache-2.0
"""A lake for measuring, made of numpy columns: as large as asked, the same for the same seed.

The nation it describes: installations of a device run one version, studies come at an even pace, 3 % of
them late, a quarter are reviewed, one in fifty labelled weeks later, one in a thousand taken back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.bins import Bins
from nadzor.telemetry.load import STEP
from nadzor.telemetry.manifest import Manifest, Part, write_manifest
from nadzor.telemetry.part import write_table, write_tables
from nadzor.telemetry.schema import CODE, ORIGIN, TABLES, arrow_schema

FINDINGS: Final = ("atelectasis", "cardiomegaly", "consolidation", "edema", "pleural_effusion")
EQUIPMENT: Final = ("ge", "siemens", "philips", "canon", "fujifilm", "samsung", "agfa", "unknown")
AGES: Final = ("0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+")

LAST: Final = 2**31 - 1
Ints = np.ndarray[Any, np.dtype[Any]]
Columns = dict[str, Any]


class Nation(Struct, frozen=True):
    """How large a lake to make: by default a month of a country, 48 devices at four installations each."""

    studies: int = 2_000_000
    devices: int = 48
    installations: int = 192
    days: int = 30
    reviewed: float = 0.25
    labelled: float = 0.02
    start: int = 20_362  # days since 1970-01-01
    until: int = 0  # what became known from this day on is left out
    seed: int = 1

    @property
    def bins(self) -> Bins:
        """Two hundred registered bins for every device and finding."""
        edges = list(range(0, 10_000, 50))
        return {(f"ai-{d:03d}", finding): edges for d in range(self.devices) for finding in FINDINGS}


def make_lake(lake: Path, nation: Nation) -> int:
    """Write a lake; returns how many events it holds."""
    random = np.random.default_rng(nation.seed)
    study = _studies(nation, random)
    told = {
        "study": study,
        "review": _told(study, random.random(nation.studies) < nation.reviewed, random, days_later=2),
        "truth": _told(study, random.random(nation.studies) < nation.labelled, random, days_later=40),
        "correct": _told(study, random.random(nation.studies) < 0.001, random, days_later=10),
    }
    _place(told)
    tables = {**told, **_spoken(told, random), "finding": _findings(study, random), "event": _events(told)}
    tables["batch"] = _batches(told, nation)
    _write(lake, {name: _table(name, columns) for name, columns in tables.items()}, nation)
    return len(tables["event"]["event"])


def _studies(nation: Nation, random: np.random.Generator) -> Columns:
    count = nation.studies
    installation = random.integers(0, nation.installations, count, np.int32)
    day = nation.start + np.sort(random.integers(0, nation.days, count, np.int32))
    late = np.where(random.random(count) < 0.03, random.integers(1, 7, count, np.int32), 0)
    order = np.argsort(day + late, kind="stable")
    return {
        "day": day[order], "known": (day + late)[order], "installation": installation, "origin": installation,
        "id_hi": np.arange(count), "id_lo": random.integers(0, 2**62, count),
        "study_hi": random.integers(0, 2**62, count), "study_lo": random.integers(0, 2**62, count),
        "hour": random.integers(0, 24, count), "at_hour": day[order] * 24 + random.integers(0, 24, count),
        "duration_ms": random.integers(50, 20_000, count),
        "delay_s": late[order] * 86_400 + random.integers(1, 300, count),
        "outcome": _codes(["processed", "failed"], random.random(count) < 0.01), "stage": _codes([""], count),
        "failure": _codes([""], count), "modality": _codes(["DX"], count),
        "equipment": _codes(EQUIPMENT, (installation + random.integers(0, 3, count)) % len(EQUIPMENT)),
        "age_band": _codes(AGES, random.integers(0, len(AGES), count)),
        "sex": _codes(["f", "m"], random.integers(0, 2, count)),
    }  # fmt: skip


def _told(study: Columns, which: Ints, random: np.random.Generator, *, days_later: int) -> Columns:
    """Events that speak of some of the studies, on a later day."""
    rows = np.flatnonzero(which)
    known = study["known"][rows] + random.integers(0, days_later + 1, len(rows), np.int32)
    rows, known = rows[np.argsort(known, kind="stable")], np.sort(known)
    count = len(rows)
    keys = {name: study[name][rows] for name in ("installation", "origin", "study_hi", "study_lo")}
    corrected = {"corrects_hi": study["id_hi"][rows], "corrects_lo": study["id_lo"][rows]}
    return {
        **keys, **corrected, "day": known, "known": known, "study_day": study["day"][rows],
        "at_hour": known * 24 + random.integers(0, 24, count),
        "id_hi": np.arange(count), "id_lo": random.integers(0, 2**62, count),
        "reader": random.integers(0, 2**62, count), "ai_seen_first": random.integers(0, 2, count),
        "verdict": _codes(["accepted", "rejected"], random.random(count) < 0.1),
        "reading_time": _codes(["1-2m"], count), "reason": _codes(["other"], count),
        "source": _codes(["panel"], count), "selection": _codes(["random"], count),
    }  # fmt: skip


def _place(told: dict[str, Columns]) -> None:
    """Give every event its place in the journal, by the day it became known."""
    known = np.concatenate([columns["known"] for columns in told.values()])
    places = np.empty(len(known), np.int64)
    places[np.argsort(known, kind="stable")] = np.arange(len(known))
    start = 0
    for columns in told.values():
        stop = start + len(columns["known"])
        columns["event"] = places[start:stop]
        start = stop


def _findings(study: Columns, random: np.random.Generator) -> Columns:
    count = len(study["event"]) * len(FINDINGS)
    score = (10_000 * random.beta(2, 5, count)).astype(np.int32)
    carried = ("event", "origin", "day", "known")
    return {
        **{name: np.repeat(study[name], len(FINDINGS)) for name in carried},
        **{name: _repeated(study[name], len(FINDINGS)) for name in ("equipment", "age_band", "sex")},
        "finding": _codes(FINDINGS, np.tile(np.arange(len(FINDINGS)), len(study["event"]))),
        "score": score, "positive": (score > 5_000).astype(np.int8),
        "threshold": np.full(count, 5_000),
    }  # fmt: skip


def _spoken(told: dict[str, Columns], random: np.random.Generator) -> dict[str, Columns]:
    """What reviews and labels say on each finding."""
    found: dict[str, Columns] = {}
    for name in ("review", "truth"):
        count = len(told[name]["event"])
        found[f"{name}_finding"] = {
            "event": np.repeat(told[name]["event"], len(FINDINGS)),
            "finding": _codes(FINDINGS, np.tile(np.arange(len(FINDINGS)), count)),
            "present": random.random(count * len(FINDINGS)) < 0.1,
        }
    return found


def _events(told: dict[str, Columns]) -> Columns:
    names = list(told)
    columns = {
        name: np.concatenate([part[name] for part in told.values()])
        for name in ("event", "id_hi", "id_lo", "installation", "day", "known")
    }
    order = np.argsort(columns["event"])
    kinds = np.repeat(np.arange(len(names)), [len(part["event"]) for part in told.values()])
    sorted_columns: Columns = {name: values[order] for name, values in columns.items()}
    return {
        **sorted_columns,
        "kind": _codes(names, kinds[order]),
        "purpose": _codes(["clinical"], len(order)),
    }


def _batches(told: dict[str, Columns], nation: Nation) -> Columns:
    """At most a thousand events a batch, all of them received on one date."""
    known = np.sort(np.concatenate([part["known"] for part in told.values()]))
    first = np.union1d(np.arange(0, len(known), 1000), np.flatnonzero(np.diff(known)) + 1)
    lines = np.diff([*first, len(known)])
    batch = np.arange(len(first))
    source = batch % nation.installations
    last_seq = np.empty(len(first), np.int64)
    for installation in range(nation.installations):
        last_seq[installation :: nation.installations] = np.cumsum(
            lines[installation :: nation.installations]
        )
    nothing = np.zeros(len(first), np.int32)
    return {
        "batch": batch, "origin": source, "installation": source, "known": known[first], "stream_hi": source,
        "stream_lo": nothing, "first_seq": last_seq - lines + 1, "last_seq": last_seq, "first_event": first,
        "lines": lines, "accepted": lines, "duplicates": nothing, "uncounted": nothing, "unread": nothing,
    }  # fmt: skip


def _write(lake: Path, tables: dict[str, pa.Table], nation: Nation) -> None:
    events = int(np.searchsorted(_numbers(tables["event"]["known"]), nation.until or LAST))
    batches = int(np.searchsorted(_numbers(tables["batch"]["known"]), nation.until or LAST))
    parts = [_part(lake, tables, number, events) for number in range(-(-events // STEP))]
    origin = write_table(lake, "origin/bench.parquet", _origins(nation))
    write_manifest(
        lake,
        Manifest(step=STEP, journal_size=batches, events=events, rows=events, origin=origin, parts=parts),
    )


def _numbers(days: pa.ChunkedArray) -> Ints:
    return np.asarray(days.cast(pa.int32()))


def _part(lake: Path, tables: dict[str, pa.Table], number: int, events: int) -> Part:
    low, high = number * STEP, min((number + 1) * STEP, events)
    cut = {}
    for name, table in tables.items():
        places = np.asarray(table["first_event" if name == "batch" else "event"])
        cut[name] = table.filter(pa.array((places >= low) & (places < high)))
    first = cut["batch"]["batch"][0].as_py()
    stop = first + cut["batch"].num_rows
    files = write_tables(lake, cut, name=f"part-{number:05d}-{high:09d}")
    return Part(number, first, stop, low, high, files)


def _origins(nation: Nation) -> pa.Table:
    numbers = range(nation.installations)
    columns = {
        "origin": numbers, "installation": numbers,
        "device": [f"ai-{i % nation.devices:03d}" for i in numbers],
        "version": ["1.0.0"] * nation.installations,
        "build": [f"{i % nation.devices:064x}" for i in numbers],
        "site": [f"s-{i // 2:08x}" for i in numbers], "code": [f"i-{i:012x}" for i in numbers],
    }  # fmt: skip
    return pa.table(
        [pa.array(columns[name], kind) for name, kind in ORIGIN.items()], schema=arrow_schema(ORIGIN)
    )


def _codes(names: tuple[str, ...] | list[str], numbers: Ints | int) -> pa.DictionaryArray:
    chosen = np.zeros(numbers, np.int32) if isinstance(numbers, int) else numbers.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(chosen), list(names))


def _repeated(column: pa.DictionaryArray, times: int) -> pa.DictionaryArray:
    numbers = np.repeat(np.asarray(column.indices), times)
    return pa.DictionaryArray.from_arrays(pa.array(numbers), column.dictionary)


def _table(name: str, columns: Columns) -> pa.Table:
    arrays = [_array(columns[column], kind) for column, kind in TABLES[name].items()]
    return pa.table(arrays, schema=arrow_schema(TABLES[name]))


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if kind == CODE:
        return values
    if pa.types.is_date32(kind):
        return pa.array(values.astype(np.int32)).cast(kind)
    return pa.array(values).cast(kind)
