# SPDX-License-Identifier: Apache-2.0
"""A directory of reads as events: a row is a study, a radiologist a review, the standard the truth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

import msgspec

from nadzor.base.ids import derived_uuid7
from nadzor.measures.score_scale import ScoreScale
from nadzor.simulate.read_directory import ModelReads, ReadDirectory, Table, finding_code
from nadzor_wire import event as wire

DAYS: Final = 50  # the reads are laid over this many days before the installation was enrolled
VERSION: Final = "1.0"
_ZONE: Final = timezone(timedelta(hours=3), "MSK")
_FIRST_STUDY: Final = time(8, 0, tzinfo=_ZONE)
_WORKING_MINUTES: Final = 600
_REVIEW_AFTER: Final = timedelta(minutes=25)
_TRUTH_AFTER: Final = timedelta(hours=5)


class ReadPlan(msgspec.Struct, frozen=True):
    """What turns one model's reads into events that are the same at every replay."""

    model: ModelReads
    scales: Mapping[str, ScoreScale]
    salt: bytes
    enrolled: date


def build_digest(model: str) -> str:
    """The digest that stands for a leaderboard model's build, which nobody published."""
    return hashlib.sha256(f"reads:{model}:{VERSION}".encode()).hexdigest()


def read_events(plan: ReadPlan, reads: ReadDirectory) -> Iterator[wire.Event]:
    """Every event of one model, study by study in time.

    Why: id and moment derive from (model, study, kind) alone, so that a repeat names the same events, also
    when rows were shuffled or studies were added meanwhile.
    """
    for at, study in sorted((_moment(study, plan.enrolled), study) for study in plan.model.scores):
        yield _study(plan, study, at)
        for reader, table in reads.radiologists.items():
            if seen := _present(table, study, plan.model):
                yield _review(plan, study, at, reader, seen)
        if known := _present(reads.reference, study, plan.model):
            yield _truth(plan, study, at, known)


def event_count(model: ModelReads, reads: ReadDirectory) -> int:
    """How many events `read_events` will give."""
    tables = [*reads.radiologists.values(), reads.reference]
    labelled = sum(bool(_present(table, study, model)) for study in model.scores for table in tables)
    return len(model.scores) + labelled


def _study(plan: ReadPlan, study: str, at: datetime) -> wire.Study:
    decisions = plan.model.decisions.get(study, {})
    findings = tuple(
        wire.Finding(
            code=finding_code(label), score=plan.scales[label].to_wire(score), positive=decisions.get(label)
        )
        for label, score in plan.model.scores[study].items()
    )
    return wire.Study(
        id=derived_uuid7(at, plan.model.name, study, "study"),
        at=at,
        study=_key(plan.salt, study),
        version=VERSION,
        build=build_digest(plan.model.name),
        outcome="processed",
        modality="DX",
        findings=findings,
    )


def _review(plan: ReadPlan, study: str, at: datetime, reader: str, seen: Mapping[str, bool]) -> wire.Review:
    decisions = plan.model.decisions.get(study, {})
    agreed = all(decisions.get(label, present) == present for label, present in seen.items())
    moment = at + _REVIEW_AFTER
    return wire.Review(
        id=derived_uuid7(moment, plan.model.name, study, f"review:{reader}"),
        at=moment,
        study=_key(plan.salt, study),
        study_day=at.date(),
        version=VERSION,
        reader=hashlib.sha256(plan.salt + reader.encode()).hexdigest()[:16],
        ai_seen_first=False,
        verdict="accepted" if agreed else "modified",
        findings=tuple(
            wire.ReviewFinding(code=finding_code(label), present=present) for label, present in seen.items()
        ),
        reading_time="unknown",
    )


def _truth(plan: ReadPlan, study: str, at: datetime, known: Mapping[str, bool]) -> wire.Truth:
    moment = at + _TRUTH_AFTER
    return wire.Truth(
        id=derived_uuid7(moment, plan.model.name, study, "truth"),
        at=moment,
        study=_key(plan.salt, study),
        study_day=at.date(),
        version=VERSION,
        findings=tuple(
            wire.TruthFinding(code=finding_code(label), present=present) for label, present in known.items()
        ),
        source="panel",
        selection="all",
    )


def _present(table: Table[bool], study: str, model: ModelReads) -> dict[str, bool]:
    return {label: present for label, present in table.get(study, {}).items() if label in model.findings}


def _key(salt: bytes, study: str) -> str:
    return hashlib.sha256(salt + study.encode()).hexdigest()[:32]


def _moment(study: str, enrolled: date) -> datetime:
    """A minute of a working day before the enrolment: chance, but the same for this study at every replay."""
    draw = int.from_bytes(hashlib.sha256(study.encode()).digest()[:8], "big")
    back, minute = 1 + draw % DAYS, draw // DAYS % _WORKING_MINUTES
    return datetime.combine(enrolled - timedelta(days=back), _FIRST_STUDY) + timedelta(minutes=minute)
