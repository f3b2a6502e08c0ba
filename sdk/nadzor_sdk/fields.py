# SPDX-License-Identifier: Apache-2.0
"""Arguments of the capture calls, for type checkers; a test keeps them equal to the wire's structs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Required, TypedDict

from nadzor_wire import event


class Recorded(TypedDict, total=False):
    """What may be said of any event; both are filled in when absent."""

    id: str | None
    at: datetime | None
    purpose: event.Purpose


class Study(Recorded, total=False):
    """Arguments of `Client.study`."""

    study: Required[str]
    version: Required[str]
    build: Required[str]
    outcome: Required[event.Outcome]
    failure: event.Failure | None
    duration_ms: int | None
    modality: Required[event.Modality]
    equipment: event.Equipment
    age_band: event.AgeBand
    sex: event.Sex
    findings: Sequence[event.Finding]


class Review(Recorded, total=False):
    """Arguments of `Client.review`."""

    study: Required[str]
    study_day: Required[date]
    version: Required[str]
    reader: Required[str]
    ai_seen_first: Required[bool]
    verdict: Required[event.Verdict]
    findings: Sequence[event.ReviewFinding]
    reading_time: event.ReadingTime


class Truth(Recorded, total=False):
    """Arguments of `Client.truth`."""

    study: Required[str]
    study_day: Required[date]
    version: Required[str]
    findings: Required[Sequence[event.TruthFinding]]
    source: Required[event.TruthSource]
    selection: event.Selection


class Fault(Recorded, total=False):
    """Arguments of `Client.fault`."""

    stage: Required[event.Stage]
    code: Required[str]
    severity: event.Severity
    version: str | None


class Change(Recorded, total=False):
    """Arguments of `Client.change`."""

    from_version: Required[str]
    to_version: Required[str]
    build: Required[str]


class Correct(Recorded, total=False):
    """Arguments of `Client.correct`."""

    corrects: Required[str]
    reason: Required[event.CorrectReason]


class AdverseEvent(Recorded, total=False):
    """Arguments of `Client.adverse_event`."""

    event_date: Required[date]
    aware_date: Required[date]
    event_type: Required[event.AdverseEventType]
    problem_codes: Required[Sequence[str]]
    study: str | None
    version: Required[str]
    narrative: str | None
