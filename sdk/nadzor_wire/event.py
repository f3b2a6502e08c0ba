# SPDX-License-Identifier: Apache-2.0
"""What a device may say: one struct per kind of event, one tagged union.

Every string is an enumeration, a registry code or an anchored pattern, so the schema itself keeps
personal data out of telemetry; the narrative of an adverse event is the one free text.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from nadzor_wire.limits import FINDINGS_MAX, INT_MAX

# `$(?!\n)`: in Python `$` also matches before a trailing newline, in JSON Schema's dialect it does not.
EventId: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        max_length=36,
        description="UUIDv7, lower case (RFC 9562 section 5.7)",
    ),
]
Moment: TypeAlias = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 with zone; `day` is the date written here")
]
Version: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}([-+.](rc|a|b|dev|hotfix)\.?[0-9]{0,4})?$(?!\n)",
        max_length=32,
    ),
]
Build: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64, description="SHA-256 of model and software")
]
StudyKey: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{32}$",
        max_length=32,
        description="study identifier hashed with a salt kept at the site",
    ),
]
ReaderKey: TypeAlias = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{16}$", max_length=16, description="opaque reader")
]
FailureCode: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Z]{3}[0-9]{3}$", max_length=6)]
FindingCode: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$(?!\n)", max_length=40)]
ImdrfCode: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-G][0-9]{2,7}$(?!\n)",
        max_length=8,
        description="IMDRF adverse event terminology, annexes A-G",
    ),
]
ProblemCode: TypeAlias = Annotated[
    str, Meta(pattern=r"^[a-z]{2,24}(\.[a-z]{1,24}(-[a-z]{1,24}){0,4}){1,3}$(?!\n)", max_length=64)
]
FieldPath: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^\$((\.[a-z_]{1,32})|(\[[0-9]{1,4}\])){0,8}$(?!\n)",
        max_length=96,
        description="path of a field",
    ),
]
DropReason: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z][a-z_]{1,31}$(?!\n)", max_length=32)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=INT_MAX)]
Sequence: TypeAlias = Annotated[int, Meta(ge=1, le=INT_MAX)]
Signed: TypeAlias = Annotated[int, Meta(ge=-INT_MAX, le=INT_MAX)]
Score: TypeAlias = Annotated[int, Meta(ge=0, le=10_000, description="score in ten-thousandths")]
DurationMs: TypeAlias = Annotated[int, Meta(ge=0, le=86_400_000)]

Purpose: TypeAlias = Literal["clinical", "test", "phantom"]
Outcome: TypeAlias = Literal["processed", "failed", "declined"]
Stage: TypeAlias = Literal["network", "input", "processing", "output", "integration"]
Severity: TypeAlias = Literal["minor", "major", "critical"]
Verdict: TypeAlias = Literal["accepted", "rejected", "modified", "supplemented", "not_reviewed"]
TruthSource: TypeAlias = Literal["biopsy", "follow_up", "panel"]
Selection: TypeAlias = Literal["all", "random", "positives", "choice", "unknown"]
CorrectReason: TypeAlias = Literal[
    "wrong_study", "wrong_version", "wrong_finding", "duplicate", "test_data", "clock", "other"
]
AdverseEventType: TypeAlias = Literal[
    "death", "serious_injury", "public_health_threat", "malfunction", "other"
]
Sex: TypeAlias = Literal["f", "m", "u"]
ReadingTime: TypeAlias = Literal["<30s", "30-60s", "1-2m", "2-5m", "5-10m", ">10m", "unknown"]
Modality: TypeAlias = Literal[
    "CR", "DX", "MG", "CT", "MR", "US", "NM", "PT", "ECG", "OPT", "SM", "TXT", "OTHER"
]
AgeBand: TypeAlias = Literal["0-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+", "unknown"]
Equipment: TypeAlias = Literal[
    "ge", "siemens", "philips", "canon", "fujifilm", "samsung", "agfa", "carestream", "konica", "hologic",
    "shimadzu", "medray", "sp_helpic", "proton", "electron", "gammamed", "neusoft", "united_imaging",
    "other", "unknown",
]  # fmt: skip


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A piece of an event: strict, immutable, acyclic."""


class Failure(Part, frozen=True, kw_only=True, gc=False):
    """Where and how the processing of one study failed."""

    stage: Stage
    code: FailureCode


class Finding(Part, frozen=True, kw_only=True, gc=False):
    """What the device concluded on one registered finding."""

    code: FindingCode
    score: Score | None = None
    positive: bool | None = None
    threshold: Score | None = None


class Presence(Part, frozen=True, kw_only=True, gc=False):
    """Whether a finding is there according to a reader or to the later truth."""

    code: FindingCode
    present: bool


ReviewFinding = Presence
TruthFinding = Presence
Findings: TypeAlias = Annotated[tuple[Finding, ...], Meta(max_length=FINDINGS_MAX)]
Presences: TypeAlias = Annotated[tuple[Presence, ...], Meta(max_length=FINDINGS_MAX)]


class Recorded(Part, frozen=True, kw_only=True, gc=False, tag_field="kind"):
    """What every event carries; only `clinical` events are counted."""

    id: EventId
    at: Moment
    purpose: Purpose = "clinical"


class Study(Recorded, frozen=True, kw_only=True, gc=False, tag="study"):
    """One study passed through the device. `failure` is present if and only if the outcome is `failed`."""

    study: StudyKey
    version: Version
    build: Build
    outcome: Outcome
    failure: Failure | None = None
    duration_ms: DurationMs | None = None
    modality: Modality
    equipment: Equipment = "unknown"
    age_band: AgeBand = "unknown"
    sex: Sex = "u"
    findings: Findings = ()

    def __post_init__(self) -> None:
        if (self.outcome == "failed") is (self.failure is None):
            raise ValueError("inconsistent: failure is present if and only if the outcome is failed")


class Review(Recorded, frozen=True, kw_only=True, gc=False, tag="review"):
    """A physician's verdict on what the device said."""

    study: StudyKey
    study_day: date
    version: Version
    reader: ReaderKey
    ai_seen_first: bool
    verdict: Verdict
    findings: Presences = ()
    reading_time: ReadingTime = "unknown"


class Truth(Recorded, frozen=True, kw_only=True, gc=False, tag="truth"):
    """What later proved true, and how the study came to be verified."""

    study: StudyKey
    study_day: date
    version: Version
    findings: Presences
    source: TruthSource
    selection: Selection = "unknown"


class Fault(Recorded, frozen=True, kw_only=True, gc=False, tag="fault"):
    """A malfunction outside any study."""

    stage: Stage
    code: FailureCode
    severity: Severity = "major"
    version: Version | None = None


class Heartbeat(Recorded, frozen=True, kw_only=True, gc=False, tag="heartbeat"):
    """The installation is alive; depth of its spool and what it had to drop."""

    spool_events: Count = 0
    spool_bytes: Count = 0
    drops: Annotated[dict[DropReason, Count], Meta(max_length=32)] = {}
    sdk: Version
    clock_offset_ms: Signed = 0


class Change(Recorded, frozen=True, kw_only=True, gc=False, tag="change"):
    """The software of the installation changed."""

    from_version: Version
    to_version: Version
    build: Build


class Correct(Recorded, frozen=True, kw_only=True, gc=False, tag="correct"):
    """An honest mistake: the event `corrects` is void from now on; nothing is erased."""

    corrects: EventId
    reason: CorrectReason


class AdverseEvent(Recorded, frozen=True, kw_only=True, gc=False, tag="adverse_event"):
    """Information on an adverse event; the coded core stands without the narrative."""

    event_date: date
    aware_date: date
    event_type: AdverseEventType
    problem_codes: Annotated[tuple[ImdrfCode, ...], Meta(max_length=32)]
    study: StudyKey | None = None
    version: Version
    narrative: Annotated[str, Meta(max_length=4_000)] | None = None


class Withheld(Recorded, frozen=True, kw_only=True, gc=False, tag="withheld"):
    """Stands in the sequence for an event that was refused and is not repeated."""

    code: ProblemCode
    field: FieldPath = "$"


class Lost(Recorded, frozen=True, kw_only=True, gc=False, tag="lost"):
    """Declares that the sequence numbers first..last of this stream will never arrive, and why."""

    first: Sequence
    last: Sequence
    code: ProblemCode

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("inconsistent: last precedes first")


Event: TypeAlias = (
    Study | Review | Truth | Fault | Heartbeat | Change | Correct | AdverseEvent | Withheld | Lost
)
KINDS: dict[str, type[Recorded]] = {
    "study": Study,
    "review": Review,
    "truth": Truth,
    "fault": Fault,
    "heartbeat": Heartbeat,
    "change": Change,
    "correct": Correct,
    "adverse_event": AdverseEvent,
    "withheld": Withheld,
    "lost": Lost,
}
