# SPDX-License-Identifier: Apache-2.0
"""A sandbox stream that passes, and ways of changing it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

from nadzor.base.ids import derived_uuid7
from nadzor.law.form import edition_on
from nadzor.procedures.rules.conformance import conformance
from nadzor.procedures.rules.sandbox_stream import Arrived, Heard, Rehearsal, Stream
from nadzor_wire.event import AdverseEvent, Correct, Failure, Fault, Finding, Heartbeat, Study

ON = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BUILD = "a" * 64
STAGES = ("network", "processing", "input")


def study(number, *, stage=None, at=AT, **more):
    """A study, failed at a stage if one is named."""
    how = {"outcome": "failed", "failure": Failure(stage=stage, code="NET001")} if stage else {}
    found = () if stage else (Finding(code="nodule", score=5000, positive=True),)
    said = {"outcome": "processed", "findings": found, "purpose": "test", "version": "1.0"} | how | more
    named = {"id": derived_uuid7(at, "study", str(number)), "at": at, "study": f"{number:032x}"}
    return Study(build=BUILD, modality="CT", **named, **said)


def beats(count=4, *, every_s=300, offset_ms=0):
    """Heartbeats at a rate."""
    moments = [AT + timedelta(seconds=number * every_s) for number in range(count)]
    return [
        Heartbeat(id=derived_uuid7(at, "beat"), at=at, purpose="test", sdk="0.1.0", clock_offset_ms=offset_ms)
        for at in moments
    ]


def fault(stage="processing"):
    """A crash."""
    return Fault(id=derived_uuid7(AT, "fault"), at=AT, purpose="test", stage=stage, code="CRA001")


def adverse_event():
    """A test message of Order 1113n."""
    return AdverseEvent(
        id=derived_uuid7(AT, "adverse"), at=AT, purpose="test", event_date=ON, aware_date=ON,
        event_type="malfunction", problem_codes=("A0401",), version="1.0",
    )  # fmt: skip


def correction(of):
    """An honest mistake."""
    return Correct(id=derived_uuid7(AT, "correct"), at=AT, purpose="test", corrects=of.id, reason="clock")


def events():
    """Twenty studies that worked, one failed at each stage, a crash, signs of life, an adverse event."""
    failed = [study(100 + place, stage=stage) for place, stage in enumerate(STAGES)]
    return [*map(study, range(20)), *failed, fault(), *beats(), adverse_event()]


def month(attempts=23, **more):
    """What the monthly data set of those events says."""
    errors = {
        "network": 1,
        "processing": 1,
        "data_quality": 1,
        "output": 0,
        "integration": 0,
        "interruption": 1,
    }
    form = edition_on("order-4472", ON)
    return Rehearsal(attempts=attempts, errors=errors | more, given=frozenset(form.fields))


def stream(said=None, *, late_s=90, **changes):
    """A stream of these events, received late by so much, with other facts if named."""
    heard = tuple(Heard(event, event.at + timedelta(seconds=late_s)) for event in said or events())
    made = Stream(
        device="ai-901", installation="i-1", origin="test/log-sandbox", events=heard,
        batches=(Arrived(0, 0),),
        versions={"1.0": frozenset({BUILD})}, repeats=1, form=edition_on("order-4472", ON), month=month(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def verdict(key, made, *, on=ON):
    """What one check says."""
    return {check.key: check for check in conformance(made, on=on).checks}[key].verdict
