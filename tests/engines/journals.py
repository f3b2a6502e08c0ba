# SPDX-License-Identifier: Apache-2.0
"""Journals that Hypothesis invents: few studies, few findings, so that events meet, repeat and contradict."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from nadzor.measures.bins import Bins
from nadzor_wire import event as wire
from tests.engines.pipe_table import BUILD, event_id
from tests.engines.twin import TwinJournal

EDGES = [100, 5000, 5040]
BINS: Bins = {("ai-001", "edema"): EDGES, ("ai-001", "nodule"): [5000]}
START = datetime(2026, 10, 1, 19, 30, tzinfo=UTC)  # half past ten in the evening in Moscow: midnight is near

_studies = st.sampled_from([f"{n:032x}" for n in range(3)])
_findings = st.sampled_from(["edema", "nodule"])
_zones = st.sampled_from([timezone(timedelta(hours=h)) for h in (0, 3, 7)])
_scores = st.sampled_from([None, 0, 99, 100, 4999, 5000, 5039, 5040, 10_000])
_bits = st.booleans()
_days = st.dates(date(2026, 10, 1), date(2026, 10, 2))
_versions = st.sampled_from(["1.0", "1.1"])
_names = st.integers(0, 11).map(str)


@st.composite
def _shared(draw: st.DrawFn) -> dict[str, Any]:
    at = (START + timedelta(hours=draw(st.integers(0, 40)))).astimezone(draw(_zones))
    purpose = draw(st.sampled_from(["clinical"] * 7 + ["test"]))
    return {"id": event_id(draw(_names)), "at": at, "purpose": purpose}


@st.composite
def _study(draw: st.DrawFn) -> wire.Study:
    failed = draw(st.sampled_from([False] * 4 + [True]))
    codes = draw(st.lists(_findings, unique=True, max_size=2))
    findings = [
        wire.Finding(code=c, score=draw(_scores), positive=draw(st.sampled_from([None, True, False])))
        for c in codes
    ]
    return wire.Study(
        **draw(_shared()),
        study=draw(_studies),
        version=draw(_versions),
        build=BUILD,
        outcome="failed" if failed else "processed",
        failure=wire.Failure(stage="input", code="INP001") if failed else None,
        duration_ms=draw(st.sampled_from([None, 0, 99, 100, 86_400_000])),
        modality="DX",
        equipment=draw(st.sampled_from(["ge", "agfa"])),
        age_band=draw(st.sampled_from(["80+", "unknown"])),
        findings=tuple(findings),
    )


@st.composite
def _presences(draw: st.DrawFn) -> tuple[wire.Presence, ...]:
    codes = draw(st.lists(_findings, unique=True, max_size=2))
    return tuple(wire.Presence(code=code, present=draw(_bits)) for code in codes)


@st.composite
def _spoken(draw: st.DrawFn) -> wire.Review | wire.Truth:
    said = {"study": draw(_studies), "study_day": draw(_days), "version": draw(_versions)}
    found = draw(_presences())
    if draw(_bits):
        selection = draw(st.sampled_from(["all", "random"]))
        return wire.Truth(**draw(_shared()), **said, findings=found, source="panel", selection=selection)
    verdict = draw(st.sampled_from(["accepted", "not_reviewed"]))
    return wire.Review(
        **draw(_shared()), **said, reader="f" * 16, ai_seen_first=True, verdict=verdict, findings=found
    )


@st.composite
def _other(draw: st.DrawFn) -> wire.Event:
    shared = draw(_shared())
    return draw(
        st.sampled_from([
            wire.Fault(**shared, stage="network", code="NET001", version="1.0"),
            wire.Heartbeat(**shared, sdk="1.0", clock_offset_ms=1001),
            wire.Change(**shared, from_version="1.0", to_version="1.1", build=BUILD),
            wire.Lost(**shared, first=2, last=4, code="event.malformed"),
            wire.AdverseEvent(
                **shared, event_date=date(2026, 10, 1), aware_date=date(2026, 10, 2), event_type="death",
                problem_codes=("A01", "C02"), version="1.0",
            ),
        ])
    )  # fmt: skip


@st.composite
def _correct(draw: st.DrawFn) -> wire.Correct:
    return wire.Correct(**draw(_shared()), corrects=event_id(draw(_names)), reason="other")


events = st.one_of(_study(), _study(), _spoken(), _spoken(), _correct(), _other())


@st.composite
def journals(draw: st.DrawFn, max_batches: int = 12) -> TwinJournal:
    """A journal of up to twelve batches over two days; ids come from a small pool, so events repeat."""
    journal = TwinJournal()
    moment = START
    for _ in range(draw(st.integers(1, max_batches))):
        moment += timedelta(hours=draw(st.integers(0, 30)))
        batch = draw(st.lists(events, min_size=1, max_size=4))
        refused = draw(st.sampled_from([(), (), (), ((0, "event.malformed"),)]))
        installation = draw(st.sampled_from(["i-00000000000a", "i-00000000000b"]))
        shredded = draw(st.sampled_from([False] * 9 + [True]))
        journal.append(
            batch, received_at=moment, installation=installation, rejected=refused, shredded=shredded
        )
    return journal
