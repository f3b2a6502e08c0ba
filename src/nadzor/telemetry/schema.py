# SPDX-License-Identifier: Apache-2.0
"""The tables of the lake and their columns: integers, dates and short codes.

`event` is the place of an event in the whole journal, counted in lines; it leads back to a batch and a line.
`origin` is a number for (device, version, build, site, installation), `installation` for the last of them,
`known` is the legal date of receipt.  Only clinical events have rows beyond the table `event`.
`at_hour` counts hours from 1970-01-01 on the sender's own clock; `problem` is the first code of
a device's problem.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

CODE: Final = pa.dictionary(pa.int32(), pa.string())
_EVENT: Final = {"event": pa.int64()}
_PLACED: Final = {**_EVENT, "origin": pa.int32(), "day": pa.date32(), "known": pa.date32()}
_STUDY_KEY: Final = {"installation": pa.int32(), "study_hi": pa.int64(), "study_lo": pa.int64()}

TABLES: Final[dict[str, dict[str, pa.DataType]]] = {
    "event": {
        **_EVENT, "id_hi": pa.int64(), "id_lo": pa.int64(), "installation": pa.int32(),
        "kind": CODE, "purpose": CODE, "day": pa.date32(), "known": pa.date32(),
    },
    "study": {
        **_PLACED, **_STUDY_KEY, "hour": pa.int8(), "at_hour": pa.int32(),
        "outcome": CODE, "stage": CODE, "failure": CODE,
        "duration_ms": pa.int32(), "delay_s": pa.int64(),
        "modality": CODE, "equipment": CODE, "age_band": CODE, "sex": CODE,
    },
    "finding": {
        **_PLACED, "equipment": CODE, "age_band": CODE, "sex": CODE,
        "finding": CODE, "score": pa.int32(), "positive": pa.int8(), "threshold": pa.int32(),
    },
    "review": {
        **_PLACED, **_STUDY_KEY, "study_day": pa.date32(), "at_hour": pa.int32(),
        "reader": pa.int64(), "ai_seen_first": pa.int8(),
        "verdict": CODE, "reading_time": CODE,
    },
    "review_finding": {**_EVENT, "finding": CODE, "present": pa.int8()},
    "truth": {**_PLACED, **_STUDY_KEY, "study_day": pa.date32(), "source": CODE, "selection": CODE},
    "truth_finding": {**_EVENT, "finding": CODE, "present": pa.int8()},
    "fault": {**_PLACED, "stage": CODE, "failure": CODE, "severity": CODE},
    "heartbeat": {
        **_PLACED, "spool_events": pa.int64(), "spool_bytes": pa.int64(), "dropped": pa.int64(),
        "clock_offset_ms": pa.int64(),
    },
    "change": {**_PLACED, "from_version": CODE, "to_version": CODE},
    "correct": {
        **_PLACED, "installation": pa.int32(), "corrects_hi": pa.int64(), "corrects_lo": pa.int64(),
        "reason": CODE,
    },
    "adverse_event": {
        **_PLACED, "event_date": pa.date32(), "aware_date": pa.date32(), "event_type": CODE,
        "problem": CODE, "problem_codes": pa.string(), "study_hi": pa.int64(), "study_lo": pa.int64(),
    },
    "absence": {**_PLACED, "kind": CODE, "code": CODE, "missing": pa.int64()},
    "batch": {
        "batch": pa.int64(), "origin": pa.int32(), "installation": pa.int32(), "known": pa.date32(),
        "stream_hi": pa.int64(), "stream_lo": pa.int64(), "first_seq": pa.int64(), "last_seq": pa.int64(),
        "first_event": pa.int64(), "lines": pa.int32(), "accepted": pa.int32(), "duplicates": pa.int32(),
        "uncounted": pa.int32(), "unread": pa.int32(),
    },
    "rejection": {
        "batch": pa.int64(), "origin": pa.int32(), "known": pa.date32(), "code": CODE, "rejected": pa.int32(),
    },
}  # fmt: skip
"""Columns by table.  `batch.accepted` are rows of `event` before repeats were dropped; `uncounted` are test
and phantom events; `unread` are lines whose body was shredded."""

ORIGIN: Final = {
    "origin": pa.int32(), "installation": pa.int32(), "device": pa.string(), "version": pa.string(),
    "build": pa.string(), "site": pa.string(), "code": pa.string(),
}  # fmt: skip
"""Columns of the one table that is not cut into parts: what each origin number stands for, `code` being the
installation's own."""


def arrow_schema(columns: dict[str, pa.DataType]) -> pa.Schema:
    """Columns as an Arrow schema."""
    return pa.schema(list(columns.items()))


def empty(table: str) -> pa.Table:
    """A table of the lake without rows."""
    return arrow_schema(TABLES[table]).empty_table()
