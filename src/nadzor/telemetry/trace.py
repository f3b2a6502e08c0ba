# SPDX-License-Identifier: Apache-2.0
"""The way back: from a cell of the rollup to the events it was made of, and their places in the journal.

It names every event that ever touched the cell, those later superseded or taken back and the corrections that
took them back too: what is not counted any more is still evidence.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Unpack

import duckdb
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.bins import Edges
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import ALL
from nadzor.telemetry.lake import opened
from nadzor.telemetry.rollup_file import read_bins
from nadzor.telemetry.store import Within

LIMIT: Final = 1_000  # events shown for one cell; a person reads dozens


class EventRef(Struct, frozen=True, order=True):
    """One event and where it stands: line `line` of batch `index`, counted from 0; `seq` in its stream.

    A measure of intake itself leads to whole batches: their `kind` is "batch" and their `id` is empty.
    """

    index: int
    line: int
    seq: int
    installation: str
    kind: str
    id: str


class Way(Struct, frozen=True):
    """How a measure leads back: a relation, the rows of it that count, the column that its bins cut."""

    relation: str
    only: str = "TRUE"
    binned: str = ""


_TOLD: Final = """
    SELECT {place} AS place, s.origin, t.study_day AS day, g.finding, g.present, f.positive, f.score,
    f.equipment, f.age_band, f.sex, t.* EXCLUDE (event, origin, day)
    FROM {table} t
    JOIN {table}_finding g ON t.event = g.event
    JOIN study s ON s.installation = t.installation AND s.study_hi = t.study_hi AND s.study_lo = t.study_lo
    JOIN finding f ON f.event = s.event AND f.finding = g.finding
"""
_SIGNED: Final = """
    SELECT {place} AS place, s.origin, r.study_day AS day, r.at_hour - s.at_hour AS hours
    FROM review r
    JOIN study s ON s.installation = r.installation AND s.study_hi = r.study_hi AND s.study_lo = r.study_lo
"""
_RELATIONS: Final = {
    "signed": " UNION ALL ".join(_SIGNED.format(place=place) for place in ("s.event", "r.event")),
    "label": "SELECT t.event AS place, t.study_day AS day, t.* EXCLUDE (day), g.finding "
    "FROM truth t JOIN truth_finding g ON t.event = g.event",
    "pair": " UNION ALL ".join(_TOLD.format(place=place, table="truth") for place in ("s.event", "t.event")),
    "agreement": " UNION ALL ".join(
        _TOLD.format(place=place, table="review") for place in ("s.event", "t.event")
    ),
    "absence": "SELECT event AS place, known AS day, * EXCLUDE (day) FROM absence",
    "batch": "SELECT first_event AS place, known AS day, * FROM batch",
    "rejection": "SELECT b.first_event AS place, r.known AS day, r.* "
    "FROM rejection r JOIN batch b ON r.batch = b.batch",
}
_WAYS: Final = {
    "studies": Way("study"), "processed": Way("study", "outcome = 'processed'"),
    "failed": Way("study", "outcome = 'failed'"), "declined": Way("study", "outcome = 'declined'"),
    "duration": Way("study", binned="duration_ms"), "delay": Way("study", binned="delay_s"),
    "decided": Way("finding", "positive IS NOT NULL"), "positives": Way("finding", "positive = 1"),
    "scored": Way("finding", "score IS NOT NULL"), "scores": Way("finding", binned="score"),
    "reviews": Way("review"), "not_reviewed": Way("review", "verdict = 'not_reviewed'"),
    "reading_time": Way("review"), "time_to_sign": Way("signed", binned="hours"),
    "agree": Way("agreement", "present = positive"), "disagree": Way("agreement", "present <> positive"),
    "labels": Way("label"),
    "tp": Way("pair", "present = 1 AND positive = 1"), "fn": Way("pair", "present = 1 AND positive = 0"),
    "fp": Way("pair", "present = 0 AND positive = 1"), "tn": Way("pair", "present = 0 AND positive = 0"),
    "score_present": Way("pair", "present = 1", "score"), "score_absent": Way("pair", "present = 0", "score"),
    "faults": Way("fault"), "heartbeats": Way("heartbeat"),
    "skew": Way("heartbeat", binned="clock_offset_ms"),
    "changes": Way("change"), "adverse_events": Way("adverse_event"), "corrected": Way("correct"),
    "withheld": Way("absence", "kind = 'withheld'"), "lost": Way("absence", "kind = 'lost'"),
    "accepted": Way("batch", "accepted > duplicates"), "duplicates": Way("batch", "duplicates > 0"),
    "rejected": Way("rejection"), "gaps": Way("batch"),
}  # fmt: skip
_PLACES: Final = """
    CREATE TEMP TABLE place AS
    SELECT DISTINCT r.place FROM ({relation}) r JOIN origin o ON r.origin = o.origin WHERE {rows}
"""
_BACK: Final = """
    SELECT b.batch, p.place - b.first_event, b.first_seq + p.place - b.first_event,
           o.code, e.kind, e.id_hi, e.id_lo
    FROM (
        SELECT place FROM place
        UNION
        SELECT c.event FROM place p JOIN event e ON p.place = e.event JOIN correct c
          ON c.installation = e.installation AND c.corrects_hi = e.id_hi AND c.corrects_lo = e.id_lo
    ) p
    JOIN batch b ON p.place >= b.first_event AND p.place < b.first_event + b.lines
    JOIN origin o ON b.origin = o.origin
    LEFT JOIN event e ON p.place = e.event
    ORDER BY p.place LIMIT ?
"""


def trace(home: Home, device: str, day: date, measure: str, **where: Unpack[Within]) -> list[EventRef]:
    """Events behind a cell, in journal order, at most `LIMIT`; `where` narrows it.

    Raises: Refusal measure.unknown, measure.split, lake.missing.
    """
    if measure not in _WAYS:
        raise Refusal("measure.unknown", measure=measure)
    _check(measure, where)
    way = _WAYS[measure]
    rows, values = _rows(home, measure, {"dimension": ALL, **where, "device": device})
    with opened(home.lake) as (store, _):
        relation = _RELATIONS.get(way.relation, f"SELECT event AS place, * FROM {way.relation}")
        condition = " AND ".join(["r.day = ?", way.only, *rows])
        store.execute(_PLACES.format(relation=relation, rows=condition), [day, *values])
        return _refs(store, whole=way.relation in {"batch", "rejection"})


def _check(measure: str, where: Within) -> None:
    """Whether a measure is split by what was asked.

    Raises: Refusal measure.split; it also keeps anything but catalogued names out of the query.
    """
    split = catalogue().measures[measure]
    asked = where.get("dimension", ALL)
    if asked not in split.dimensions:
        raise Refusal("measure.split", measure=measure, by="dimension")
    for column, allowed in {"finding": split.finding, "bin": bool(split.bins)}.items():
        if column in where and not allowed:
            raise Refusal("measure.split", measure=measure, by=column)


def _refs(store: duckdb.DuckDBPyConnection, *, whole: bool) -> list[EventRef]:
    found = store.execute(_BACK, [LIMIT]).fetchall()
    return [
        EventRef(
            index,
            0 if whole else line,
            seq,
            code,
            "batch" if whole else kind,
            "" if whole else _id(high, low),
        )
        for index, line, seq, code, kind, high, low in found
    ]


def _rows(home: Home, measure: str, where: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """Conditions on the relation's rows and on its origin, and the values they ask for."""
    dimension, stratum = where.pop("dimension"), where.pop("stratum", None)
    rows: list[str] = []
    values: list[Any] = []
    if dimension != ALL and stratum is not None:
        where[dimension] = stratum
    number = where.pop("bin", None)
    for column, value in where.items():
        source = {
            "device": "o.device",
            "version": "o.version",
            "build": "o.build",
            "site": "o.site",
            "installation": "o.code",
        }
        rows.append(f"{source.get(column, 'r.' + column)} IN (SELECT unnest(?))")
        values.append([value] if isinstance(value, str) else list(value))
    if number is not None:
        low, high = _bounds(home, measure, number, where)
        rows.append(f"r.{_WAYS[measure].binned} >= ? AND r.{_WAYS[measure].binned} < ?")
        values += [low, high]
    return rows, values


def _bounds(home: Home, measure: str, number: int, where: dict[str, Any]) -> tuple[int, int]:
    """What falls into a bin: [low, high)."""
    bins = catalogue().measures[measure].bins
    if bins == "score":
        return number, number + 1
    edges: Edges
    edges = (
        read_bins(home.rollups)[where["device"], where["finding"]]
        if bins == "registered"
        else catalogue().edges(bins)
    )
    ends = [-(2**62), *edges, 2**62]
    return ends[number], ends[number + 1]


def _id(high: int, low: int) -> str:
    text = f"{high & (2**64 - 1):016x}{low & (2**64 - 1):016x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
