# SPDX-License-Identifier: Apache-2.0
"""Rows of a family as one integer each, so that facts are brought together by sorting numbers.

A key is measure, dimension, known, stratum, finding and face (its high half), then day and bin (its low
half).  Every part is a rank, so the order of keys is the order of rows.  This is a matter of speed only: the
rollup's meaning is in sql/, and the reference engine knows no packing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import ALL
from nadzor.telemetry.bin_tables import WIDTH
from nadzor.telemetry.counting import Counted, Ints, count_facts, count_halves
from nadzor.telemetry.query import Query, Span

WHOLE: Final = 63  # bits of a key that one number holds
BATCH: Final = 1 << 20
DAY_ZERO: Final = date(1970, 1, 1).toordinal()
FACES: Final = ("device", "version", "build", "site", "installation")
STRATA: Final = {
    "study": ("equipment", "modality", "age_band", "sex", "stage"), "review": ("verdict", "reading_time"),
    "truth": ("selection", "source"), "fault": ("stage", "severity"),
    "adverse_event": ("event_type", "problem"),
    "correct": ("reason",), "absence": ("code",), "rejection": ("code",),
}  # fmt: skip
_FACES: Final = """
    SELECT origin AS face, device, version, build, site, code AS installation FROM origin
    UNION ALL
    SELECT DISTINCT l.line, o.device, o.version, '', '', '' FROM line l JOIN origin o ON l.origin = o.origin
"""
_DAYS: Final = """
    SELECT min(low), max(high) FROM (
        SELECT min(day) AS low, max(day) AS high FROM event UNION ALL
        SELECT min(known), max(known) FROM batch UNION ALL
        SELECT min(study_day), max(study_day) FROM review UNION ALL
        SELECT min(study_day), max(study_day) FROM truth
    )
"""
_PACKED: Final = """
    SELECT {key}, CAST(r.n AS BIGINT) AS n
    FROM ({family}) r JOIN face f ON r.origin = f.face
    WHERE r.n <> 0 AND r.known >= DATE '{span.since}' AND r.known < DATE '{span.until}'
"""


class Packing(Struct, frozen=True):
    """Everything that a number can stand for: each list is in order, `days` are the first and the last.

    Units: `widths` are bits of stratum, finding and face, highest first.
    """

    strata: list[str]
    findings: list[str]
    faces: list[tuple[str, ...]]
    days: tuple[date, date]
    score_bin: np.ndarray[Any, np.dtype[np.int16]]
    widths: dict[str, int]

    @property
    def day_bits(self) -> int:
        """Bits that tell one day from all others."""
        return _bits((self.days[1] - self.days[0]).days + 1)

    def layout(self, query: Query, span: Span) -> Layout:
        """How the keys of a family are put together."""
        measures = sorted(query.measures)
        names = sorted({name for measure in measures for name in catalogue().measures[measure].dimensions})
        return Layout(
            pack=self,
            measures=measures,
            dimensions=names,
            span=span,
            bin_bits=_bits(max(map(self._bins, measures)) + 1),
            placed=query.placed,
        )

    def _bins(self, measure: str) -> int:
        """How many bins a measure has."""
        match catalogue().measures[measure].bins:
            case None | "":
                return 0
            case "score":
                return WIDTH
            case "registered":
                return int(self.score_bin.max(initial=0)) + 1
            case fixed:
                return len(catalogue().edges(fixed)) + 1


class Layout(Struct, frozen=True):
    """The parts of a key of one family, and where they lie."""

    pack: Packing
    measures: list[str]
    dimensions: list[str]
    span: Span
    bin_bits: int
    placed: bool

    @property
    def low_bits(self) -> int:
        """Bits of day and bin."""
        return self.pack.day_bits + self.bin_bits

    @property
    def high_bits(self) -> int:
        """Bits of everything before them."""
        return self.group_bits + self.known_bits + _bits(len(self.measures)) + _bits(len(self.dimensions))

    @property
    def whole(self) -> bool:
        """Whether one number holds a key."""
        return self.high_bits + self.low_bits <= WHOLE

    @property
    def known_bits(self) -> int:
        """Bits that tell one date of the span from another."""
        return _bits(self.span.days)

    @property
    def group_bits(self) -> int:
        """Bits of stratum, finding and face."""
        return sum(self.pack.widths.values())

    def base(self, measure: int, dimension: int, known: int) -> int:
        """The first high half of a measure, dimension and date, each by its number."""
        pair = (measure << _bits(len(self.dimensions))) + dimension
        return ((pair << self.known_bits) + known) << self.group_bits

    def query(self, family: str) -> str:
        """A family with a key for each row: whole where it fits, or in halves; bins apart where placed."""
        high, low, low_bits = self._high(), self._low(), self.low_bits - (self.bin_bits if self.placed else 0)
        key = f"({high}) * {1 << low_bits} + {low} AS key" if self.whole else f"{high} AS high, {low} AS low"
        return _PACKED.format(key=key + ", r.bin AS place" * self.placed, family=family, span=self.span)

    def count(self, store: duckdb.DuckDBPyConnection, family: str) -> Counted:
        """What the facts of a family come to."""
        batches: Iterable[pa.RecordBatch] = store.sql(self.query(family)).to_arrow_reader(BATCH)
        if self.placed:
            batches = map(self._binned, batches)
        return count_facts(batches, low_bits=self.low_bits) if self.whole else count_halves(batches)

    def _binned(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Keys with the bins that stand at their places."""
        name = "key" if self.whole else "low"
        keys = batch.column(name).to_numpy() << self.bin_bits
        keys |= self.pack.score_bin[batch.column("place").to_numpy()] + np.int64(1)
        return batch.set_column(batch.schema.get_field_index(name), name, pa.array(keys))

    def total(self, counted: Counted, dimension: str) -> Counted:
        """The strata of a dimension added up: rows of the dimension `all`."""
        shift, bits = self.known_bits + self.group_bits, _bits(len(self.dimensions))
        field = ((1 << bits) - 1) << shift
        split = (counted.high & field) == self.dimensions.index(dimension) << shift
        widths = self.pack.widths
        stratum = ((1 << widths["stratum"]) - 1) << (self.group_bits - widths["stratum"])
        high = counted.high[split] & ~(stratum | field) | (self.dimensions.index(ALL) << shift)
        low, n = counted.low[split], counted.n[split]
        if not self.whole:
            return count_halves([pa.record_batch({"high": high, "low": low, "n": n})])
        keys = (high << self.low_bits) | low
        return count_facts([pa.record_batch({"key": keys, "n": n})], low_bits=self.low_bits)

    def _high(self) -> str:
        widths = self.pack.widths
        parts = {
            _numbered("r.measure", self.measures): _bits(len(self.measures)),
            _numbered("r.dimension", self.dimensions): _bits(len(self.dimensions)),
            f"(r.known - DATE '{self.span.since}')": self.known_bits,
            "enum_code(CAST(r.stratum AS stratum_word))": widths["stratum"],
            "enum_code(CAST(r.finding AS finding_word))": widths["finding"],
            "f.rank": widths["face"],
        }
        return _joined(parts)

    def _low(self) -> str:
        bin_part = {"(r.bin + 1)": self.bin_bits} if self.bin_bits and not self.placed else {}
        return _joined({f"(r.day - DATE '{self.pack.days[0]}')": self.pack.day_bits, **bin_part})

    def bins(self, low: Ints) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The bin of each row."""
        return (low & ((1 << self.bin_bits) - 1)).astype(np.int32) - 1

    def days(self, low: Ints) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The day of each row, counted from 1970."""
        first = self.pack.days[0].toordinal() - DAY_ZERO
        return ((low >> self.bin_bits) + first).astype(np.int32)

    def known(self, high: Ints) -> np.ndarray[Any, np.dtype[np.int32]]:
        """The date on which each row became known, counted from 1970."""
        first = self.span.since.toordinal() - DAY_ZERO
        return ((high >> self.group_bits) & ((1 << self.known_bits) - 1)).astype(np.int32) + np.int32(first)

    def part(self, high: Ints, name: str) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Stratum, finding or face of each row, by its number."""
        shift = 0
        for other, bits in reversed(self.pack.widths.items()):
            if other == name:
                return ((high >> shift) & ((1 << bits) - 1)).astype(np.int32)
            shift += bits
        raise KeyError(name)


def packing(store: duckdb.DuckDBPyConnection, score_bin: np.ndarray[Any, np.dtype[np.int16]]) -> Packing:
    """How to pack what this lake holds; the lake's words and faces are made known to the engine."""
    strata = _words(store, [(table, name) for table, names in STRATA.items() for name in names])
    findings = _words(store, [("finding", "finding"), ("truth_finding", "finding")])
    _enum(store, "stratum_word", strata)
    _enum(store, "finding_word", findings)
    faces = sorted((tuple(texts), face) for face, *texts in store.execute(_FACES).fetchall())
    ranks = pa.table(
        {"face": pa.array([face for _, face in faces], pa.int32()), "rank": np.arange(len(faces))}
    )
    store.register("face_rank", ranks)
    store.execute("CREATE TABLE face AS SELECT * FROM face_rank")
    first, last = store.execute(_DAYS).fetchone() or (None, None)
    days = (first or date.min, last or date.min)
    counts = {"stratum": len(strata), "finding": len(findings), "face": len(faces)}
    widths = {name: _bits(count) for name, count in counts.items()}
    return Packing(strata, findings, [texts for texts, _ in faces], days, score_bin, widths)


def _bits(count: int) -> int:
    """Bits that tell so many apart."""
    return max(count - 1, 0).bit_length()


def _words(store: duckdb.DuckDBPyConnection, columns: list[tuple[str, str]]) -> list[str]:
    texts = " UNION ".join(f"SELECT DISTINCT {name} FROM {table}" for table, name in columns)
    return sorted({"", *(text for (text,) in store.execute(texts).fetchall())})


def _enum(store: duckdb.DuckDBPyConnection, name: str, words: list[str]) -> None:
    quoted = ", ".join(_text(word) for word in words)
    store.execute(f"CREATE TYPE {name} AS ENUM ({quoted})")


def _numbered(column: str, names: list[str]) -> str:
    cases = " ".join(f"WHEN {_text(name)} THEN {number}" for number, name in enumerate(names))
    return f"CASE {column} {cases} END"


def _joined(parts: dict[str, int]) -> str:
    """Parts of a number one after another, highest first."""
    whole = "CAST(0 AS BIGINT)"
    for part, bits in parts.items():
        whole = f"({whole}) * {1 << bits} + {part}"
    return whole


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"
