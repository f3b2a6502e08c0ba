# SPDX-License-Identifier: Apache-2.0
"""What a stored line says, read without judging it again.

Why: the gateway judged every line against nadzor_wire before its receipt went out, and its verdict is in the
leaf.  These structs read only what the lake keeps; patterns are not checked a second time, and a field that a
later protocol adds does not break an old journal.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec import Struct


class Failure(Struct, gc=False):
    """Where one study failed."""

    stage: str
    code: str


class Finding(Struct, gc=False):
    """What the device concluded on one finding."""

    code: str
    score: int | None = None
    positive: bool | None = None
    threshold: int | None = None


class Presence(Struct, gc=False):
    """Whether a finding is there according to a person."""

    code: str
    present: bool


class Recorded(Struct, gc=False, kw_only=True, tag_field="kind"):
    """What every line carries."""

    id: str
    at: datetime
    purpose: str = "clinical"


class Study(Recorded, gc=False, kw_only=True, tag="study"):
    """One study passed through the device."""

    study: str
    version: str
    build: str
    outcome: str
    failure: Failure | None = None
    duration_ms: int | None = None
    modality: str
    equipment: str = "unknown"
    age_band: str = "unknown"
    sex: str = "u"
    findings: list[Finding] = []


class Review(Recorded, gc=False, kw_only=True, tag="review"):
    """A physician's verdict."""

    study: str
    study_day: date
    version: str
    reader: str
    ai_seen_first: bool
    verdict: str
    findings: list[Presence] = []
    reading_time: str = "unknown"


class Truth(Recorded, gc=False, kw_only=True, tag="truth"):
    """What later proved true."""

    study: str
    study_day: date
    version: str
    findings: list[Presence] = []
    source: str
    selection: str = "unknown"


class Fault(Recorded, gc=False, kw_only=True, tag="fault"):
    """A malfunction outside a study."""

    stage: str
    code: str
    severity: str = "major"
    version: str | None = None


class Heartbeat(Recorded, gc=False, kw_only=True, tag="heartbeat"):
    """A sign of life."""

    spool_events: int = 0
    spool_bytes: int = 0
    drops: dict[str, int] = {}
    clock_offset_ms: int = 0


class Change(Recorded, gc=False, kw_only=True, tag="change"):
    """The software changed."""

    from_version: str
    to_version: str
    build: str


class Correct(Recorded, gc=False, kw_only=True, tag="correct"):
    """An event is void from now on."""

    corrects: str
    reason: str


class AdverseEvent(Recorded, gc=False, kw_only=True, tag="adverse_event"):
    """The coded core of an adverse event; its narrative stays in the journal."""

    event_date: date
    aware_date: date
    event_type: str
    problem_codes: list[str] = []
    study: str | None = None
    version: str


class Withheld(Recorded, gc=False, kw_only=True, tag="withheld"):
    """Stands for an event that was refused."""

    code: str


class Lost(Recorded, gc=False, kw_only=True, tag="lost"):
    """Declares sequence numbers that will never arrive."""

    first: int
    last: int
    code: str


Line = Study | Review | Truth | Fault | Heartbeat | Change | Correct | AdverseEvent | Withheld | Lost
KIND: dict[type, str] = {
    Study: "study", Review: "review", Truth: "truth", Fault: "fault", Heartbeat: "heartbeat",
    Change: "change",
    Correct: "correct", AdverseEvent: "adverse_event", Withheld: "withheld", Lost: "lost",
}  # fmt: skip

_decoder = msgspec.json.Decoder(Line)


def read_lines(body: bytes) -> list[Line]:
    """Every line of a body.

    Raises: msgspec.DecodeError when an accepted line cannot be read: a bug of ours, never a sender's fault.
    """
    return _decoder.decode_lines(body)


def read_line(line: bytes) -> Line:
    """One line of a body."""
    said: Line = _decoder.decode(line)
    return said
