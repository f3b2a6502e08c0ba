# SPDX-License-Identifier: Apache-2.0
"""Reads become events that a repeat names alike and that never lie in the future of the enrolment."""

from __future__ import annotations

from datetime import date

import msgspec

from nadzor.measures.score_scale import ScoreScale
from nadzor.simulate.read_directory import ModelReads, ReadDirectory
from nadzor.simulate.read_events import DAYS, ReadPlan, event_count, read_events
from nadzor_wire.event import Event, Study, Truth

ENROLLED = date(2026, 11, 20)


def _reads(studies: int = 120) -> ReadDirectory:
    names = [f"s{number}" for number in range(studies)]
    scores = {name: {"Edema": number / studies} for number, name in enumerate(names)}
    present = {name: {"Edema": number % 3 == 0, "Fracture": True} for number, name in enumerate(names)}
    model = ModelReads("m", ("Edema",), scores, {names[0]: {"Edema": True}})
    return ReadDirectory((model,), {"a": present, "b": {names[0]: {"Edema": False}}}, present)


def _events(reads: ReadDirectory) -> list[Event]:
    plan = ReadPlan(reads.models[0], {"Edema": ScoreScale()}, b"salt", ENROLLED)
    return list(read_events(plan, reads))


def test_a_repeat_gives_the_same_bytes() -> None:
    """The same plan gives the same events, byte for byte."""
    assert msgspec.json.encode(_events(_reads())) == msgspec.json.encode(_events(_reads()))


def test_ids_are_distinct_and_counted() -> None:
    """A study, a review of each reader who saw it, and a truth: as many as announced, no id twice."""
    reads = _reads()
    events = _events(reads)
    assert len(events) == event_count(reads.models[0], reads) == 120 + 121 + 120
    assert len({event.id for event in events}) == len(events)


def test_studies_fill_the_days_before_enrolment() -> None:
    """Every day of the window has studies, none lies on or after the day of enrolment, and time runs on."""
    studies = [event for event in _events(_reads(1200)) if isinstance(event, Study)]
    days = {study.at.date() for study in studies}
    assert len(days) == DAYS
    assert max(days) < ENROLLED
    assert [study.at for study in studies] == sorted(study.at for study in studies)


def test_shuffled_rows_and_added_studies_keep_their_ids() -> None:
    """Ids hang on model, study and kind alone: what was sent before is known again in a larger directory."""
    few, many = _reads(60), _reads(120)
    model = many.models[0]
    shuffled = {study: few.models[0].scores[study] for study in reversed(few.models[0].scores)}
    again = msgspec.structs.replace(few, models=(msgspec.structs.replace(model, scores=shuffled),))
    first = {event.id for event in _events(few)}
    assert {event.id for event in _events(again)} == first
    assert first < {event.id for event in _events(many)}


def test_findings_the_model_does_not_read_are_left_out() -> None:
    """The standard knows fractures; a model that never scored them is not judged on them."""
    truths = [event for event in _events(_reads()) if isinstance(event, Truth)]
    assert {finding.code for truth in truths for finding in truth.findings} == {"edema"}


def test_a_missing_decision_stays_missing() -> None:
    """Only the study that has a decision says positive or negative."""
    studies = [event for event in _events(_reads()) if isinstance(event, Study)]
    said = {study.findings[0].score: study.findings[0].positive for study in studies}
    assert said.pop(0) is True
    assert set(said.values()) == {None}
