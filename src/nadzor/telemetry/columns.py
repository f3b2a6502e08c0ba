# SPDX-License-Identifier: Apache-2.0
"""From lines to columns: lists of one kind of event become a table of the lake.

Why columns at once: a Python object a cell would cost ten times what decoding does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from nadzor.telemetry import line as said
from nadzor.telemetry.origins import NO_SOFTWARE, Software
from nadzor.telemetry.pile import Pile
from nadzor.telemetry.schema import CODE, TABLES, arrow_schema

Columns = dict[str, Any]
_DAY_ZERO = date(1970, 1, 1).toordinal()


def key_halves(texts: Sequence[str]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """128-bit keys written in hex, as two signed 64-bit columns.

    >>> high, low = key_halves(["00000000-0000-7000-8000-000000000001"])
    >>> int(high[0]), int(low[0]) == 1 - 2**63
    (28672, True)
    """
    raw = bytes.fromhex("".join(texts).replace("-", ""))
    pairs = np.frombuffer(raw, ">i8").astype(np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def codes(texts: Iterable[str | None]) -> pa.Array:
    """Short codes; an absent one is the empty string."""
    column = pa.array(list(texts), pa.string())
    return (column.fill_null("") if column.null_count else column).dictionary_encode()


def flags(values: Iterable[bool | None]) -> pa.Array:
    """Yes, no and unknown as 1, 0 and null."""
    return pa.array(list(values), pa.bool_()).cast(pa.int8())


def seconds_late(received: Sequence[datetime], happened: Sequence[datetime]) -> np.ndarray[Any, Any]:
    """Whole seconds from event to receipt, rounded down; exact, since both are integers of microseconds."""
    stamp = pa.timestamp("us", tz="UTC")
    ticks = [np.asarray(pa.array(moments, stamp).cast(pa.int64())) for moments in (received, happened)]
    return np.asarray((ticks[0] - ticks[1]) // 1_000_000)


def software(line: said.Line) -> Software:
    """Which software a line speaks of."""
    return _SOFTWARE.get(type(line), _none)(line)


def _none(_: Any) -> Software:
    return NO_SOFTWARE


def _version(line: Any) -> Software:
    return line.version or "", ""


_SOFTWARE: dict[type, Callable[[Any], Software]] = {
    said.Study: attrgetter("version", "build"), said.Change: attrgetter("to_version", "build"),
    said.Review: _version, said.Truth: _version, said.AdverseEvent: _version, said.Fault: _version,
}  # fmt: skip


def tables_of(kind: str, pile: Pile[Any]) -> dict[str, pa.Table]:
    """The tables that one kind of event fills."""
    return {table: _table(table, columns) for table, columns in _MAKERS[kind](pile).items()}


def event_table(pile: Pile[said.Recorded]) -> pa.Table:
    """Every event, whatever its kind and purpose: its id, its place, its days."""
    high, low = key_halves([e.id for e in pile.lines])
    told = {
        "id_hi": high, "id_lo": low, "installation": pile.installations,
        "kind": codes(said.KIND[type(e)] for e in pile.lines),
        "purpose": codes(e.purpose for e in pile.lines),
    }  # fmt: skip
    return _table("event", {**_dated(pile), **told})


def _table(name: str, columns: Columns) -> pa.Table:
    schema = arrow_schema(TABLES[name])
    return pa.table([_fit(columns[field.name], field.type) for field in schema], schema=schema)


def _fit(values: Any, kind: pa.DataType) -> pa.Array:
    if kind == CODE:
        return values
    return values if isinstance(values, pa.Array) and values.type == kind else pa.array(values, kind)


def _dated(pile: Pile[Any]) -> Columns:
    days = pa.array([e.at.date() for e in pile.lines], pa.date32())
    return {"event": pile.places, "day": days, "known": pile.known}


def _placed(pile: Pile[Any]) -> Columns:
    return {**_dated(pile), "origin": pile.origins}


def _study_key(pile: Pile[Any]) -> Columns:
    high, low = key_halves([e.study for e in pile.lines])
    return {"installation": pile.installations, "study_hi": high, "study_lo": low}


def hour_of(at: datetime) -> int:
    """Hours from 1970-01-01 on the clock that wrote `at`.

    >>> hour_of(datetime.fromisoformat("1970-01-02T03:59:00+05:00"))
    27
    """
    return (at.toordinal() - _DAY_ZERO) * 24 + at.hour


def first_problem(problem_codes: Sequence[str]) -> str:
    """The first code of annex A, the device's problem; without one, the first of any annex; else nothing.

    >>> first_problem(["E0101", "A0908", "A05"])
    'A0908'
    """
    return next((code for code in problem_codes if code.startswith("A")), next(iter(problem_codes), ""))


def _hours(lines: Sequence[said.Recorded]) -> pa.Array:
    return pa.array([hour_of(e.at) for e in lines], pa.int32())


def _study(pile: Pile[said.Study]) -> dict[str, Columns]:
    lines = pile.lines
    failures = [e.failure for e in lines]
    study = {
        **_placed(pile), **_study_key(pile),
        "hour": pa.array([e.at.hour for e in lines], pa.int8()), "at_hour": _hours(lines),
        "outcome": codes(e.outcome for e in lines),
        "stage": codes(f.stage if f else "" for f in failures),
        "failure": codes(f.code if f else "" for f in failures),
        "duration_ms": pa.array([e.duration_ms for e in lines], pa.int32()),
        "delay_s": seconds_late(pile.received, [e.at for e in lines]),
        "modality": codes(e.modality for e in lines), "equipment": codes(e.equipment for e in lines),
        "age_band": codes(e.age_band for e in lines), "sex": codes(e.sex for e in lines),
    }  # fmt: skip
    return {"study": study, "finding": _findings(pile, _table("study", study))}


def _findings(pile: Pile[said.Study], study: pa.Table) -> Columns:
    findings = [f for e in pile.lines for f in e.findings]
    carried = ["event", "origin", "day", "known", "equipment", "age_band", "sex"]
    owners = study.select(carried).take(_owners(pile)).combine_chunks()
    return {
        **{name: _whole(owners.column(name)) for name in carried},
        "finding": codes(f.code for f in findings),
        "score": pa.array([f.score for f in findings], pa.int32()),
        "positive": flags(f.positive for f in findings),
        "threshold": pa.array([f.threshold for f in findings], pa.int32()),
    }


def _owners(pile: Pile[Any]) -> pa.Array:
    return pa.array(np.repeat(np.arange(len(pile.lines)), [len(e.findings) for e in pile.lines]))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _presences(pile: Pile[Any]) -> Columns:
    findings = [f for e in pile.lines for f in e.findings]
    return {
        "event": pile.places.take(_owners(pile)),
        "finding": codes(f.code for f in findings),
        "present": flags(f.present for f in findings),
    }


def _review(pile: Pile[said.Review]) -> dict[str, Columns]:
    lines = pile.lines
    review = {
        **_placed(pile), **_study_key(pile),
        "study_day": pa.array([e.study_day for e in lines], pa.date32()), "at_hour": _hours(lines),
        "reader": np.array([int(e.reader, 16) for e in lines], np.uint64).astype(np.int64),
        "ai_seen_first": flags(e.ai_seen_first for e in lines),
        "verdict": codes(e.verdict for e in lines), "reading_time": codes(e.reading_time for e in lines),
    }  # fmt: skip
    return {"review": review, "review_finding": _presences(pile)}


def _truth(pile: Pile[said.Truth]) -> dict[str, Columns]:
    lines = pile.lines
    truth = {
        **_placed(pile), **_study_key(pile),
        "study_day": pa.array([e.study_day for e in lines], pa.date32()),
        "source": codes(e.source for e in lines), "selection": codes(e.selection for e in lines),
    }  # fmt: skip
    return {"truth": truth, "truth_finding": _presences(pile)}


def _fault(pile: Pile[said.Fault]) -> dict[str, Columns]:
    told = {
        "stage": codes(e.stage for e in pile.lines), "failure": codes(e.code for e in pile.lines),
        "severity": codes(e.severity for e in pile.lines),
    }  # fmt: skip
    return {"fault": {**_placed(pile), **told}}


def _heartbeat(pile: Pile[said.Heartbeat]) -> dict[str, Columns]:
    told = {
        "spool_events": [e.spool_events for e in pile.lines],
        "spool_bytes": [e.spool_bytes for e in pile.lines],
        "dropped": [sum(e.drops.values()) for e in pile.lines],
        "clock_offset_ms": [e.clock_offset_ms for e in pile.lines],
    }  # fmt: skip
    return {"heartbeat": {**_placed(pile), **told}}


def _change(pile: Pile[said.Change]) -> dict[str, Columns]:
    told = {
        "from_version": codes(e.from_version for e in pile.lines),
        "to_version": codes(e.to_version for e in pile.lines),
    }
    return {"change": {**_placed(pile), **told}}


def _correct(pile: Pile[said.Correct]) -> dict[str, Columns]:
    high, low = key_halves([e.corrects for e in pile.lines])
    told = {
        "installation": pile.installations, "corrects_hi": high, "corrects_lo": low,
        "reason": codes(e.reason for e in pile.lines),
    }  # fmt: skip
    return {"correct": {**_placed(pile), **told}}


def _adverse_event(pile: Pile[said.AdverseEvent]) -> dict[str, Columns]:
    lines = pile.lines
    high, low = key_halves([e.study or "0" * 32 for e in lines])
    unnamed = np.array([e.study is None for e in lines])
    told = {
        "event_date": pa.array([e.event_date for e in lines], pa.date32()),
        "aware_date": pa.array([e.aware_date for e in lines], pa.date32()),
        "event_type": codes(e.event_type for e in lines),
        "problem": codes(first_problem(e.problem_codes) for e in lines),
        "problem_codes": pa.array([" ".join(e.problem_codes) for e in lines], pa.string()),
        "study_hi": pa.array(high, mask=unnamed), "study_lo": pa.array(low, mask=unnamed),
    }  # fmt: skip
    return {"adverse_event": {**_placed(pile), **told}}


def _absence(kind: str, missing: Callable[[Any], int]) -> Callable[[Pile[Any]], dict[str, Columns]]:
    def columns(pile: Pile[Any]) -> dict[str, Columns]:
        told = {
            "kind": codes(kind for _ in pile.lines), "code": codes(e.code for e in pile.lines),
            "missing": [missing(e) for e in pile.lines],
        }  # fmt: skip
        return {"absence": {**_placed(pile), **told}}

    return columns


_MAKERS: dict[str, Callable[[Pile[Any]], dict[str, Columns]]] = {
    "study": _study, "review": _review, "truth": _truth, "fault": _fault, "heartbeat": _heartbeat,
    "change": _change, "correct": _correct, "adverse_event": _adverse_event,
    "withheld": _absence("withheld", lambda _: 1), "lost": _absence("lost", lambda e: e.last - e.first + 1),
}  # fmt: skip
