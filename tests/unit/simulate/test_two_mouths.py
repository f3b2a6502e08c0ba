# SPDX-License-Identifier: Apache-2.0
"""One truth, two mouths: the real telemetry makes of a nation's events what is counted without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from msgspec import structs

from nadzor.journal.sheet import Verdicts
from nadzor.measures.columns import Columns, columns_digest
from nadzor.simulate.fault import Fault
from nadzor.simulate.nation import Nation
from nadzor.simulate.population import columns, everything, installation_name, site_name
from nadzor.simulate.reference import REFERENCE, Scale, reference_nation
from nadzor.simulate.scales import scales
from nadzor.simulate.world import DeviceSpec, FindingSpec, Post, Setting, VersionSpec, World, settle
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor_wire.batch import encode_event
from nadzor_wire.event import Event
from tests.engines.engine import stored_rows
from tests.engines.twin import TwinBatch

SEED = 6  # one of the posts lies nine hours east of Moscow
DAYS = 84
FIRST = date(2031, 1, 6)
MOSCOW = timezone(timedelta(hours=3))


class NationJournal:
    """A nation's events as batches of a journal: one a post and day, received late in Moscow's evening."""

    def __init__(self, nation: Nation) -> None:
        self._batches = list(_batches(nation))

    def size(self) -> int:
        """How many batches there are."""
        return len(self._batches)

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[TwinBatch]:
        """The batches in [start, stop)."""
        yield from self._batches[start:stop]


def _batches(nation: Nation) -> Iterator[TwinBatch]:
    sent: dict[str, int] = {}
    index = events = 0
    for day in nation.world.days():
        for post in nation.posts:
            if said := nation.events(post, day):
                first = sent.get(post.key, 0) + 1
                yield _batch(nation, post, day, said, (index, first, events))
                sent[post.key] = first + len(said) - 1
                index, events = index + 1, events + len(said)


def _batch(
    nation: Nation, post: Post, day: date, said: Sequence[Event], place: tuple[int, int, int]
) -> TwinBatch:
    index, first, events = place
    name = installation_name(nation.world, post)
    return TwinBatch(
        index=index, installation=name, device=post.device.code, site=site_name(post.clinic),
        stream=name.encode()[-16:].rjust(16, b"-"), first=first, last=first + len(said) - 1,
        received_at=datetime.combine(day, time(23, 59), MOSCOW).astimezone(UTC), verdicts=Verdicts(),
        cum_events=events, lines=b"".join(encode_event(event).rstrip(b"\n") + b"\n" for event in said),
    )  # fmt: skip


def reference() -> World:
    """Three devices of the reference nation, more troubled than usual, with faults that rename rows."""
    habits = structs.replace(REFERENCE, labelled=0.4, late=0.1, duplicated=0.05, revised=0.5)
    scale = Scale(volume=4.0, clinics=9, reports_a_year=200.0, habits=habits)
    world = reference_nation(SEED, devices=3, days=DAYS, scale=scale)
    one, two, three = (device.code for device in world.devices)
    at = world.first + timedelta(days=40)
    faults = (
        Fault(kind="silent_site", device=one, post=0, first=at, days=9),
        Fault(kind="outage", first=at + timedelta(days=15), days=2),
        Fault(kind="copied_weeks", device=two, post=0, first=at, days=28, size=4),
        Fault(kind="unregistered_version", device=two, post=0, first=at + timedelta(days=40), days=20),
        Fault(kind="new_build", device=three, first=at, days=30),
        Fault(kind="error_burst", device=three, first=at, days=3, size=60.0),
        Fault(kind="vendor_drift", device=one, equipment="ge", first=at, days=60, size=0.3),
        Fault(kind="subgroup", device=one, stratum="f", first=at, days=60, size=0.8),
        Fault(kind="growth", device=three, first=at, days=60, size=0.5),
        Fault(kind="safety_signal", device=three, first=at, days=60, size=3.0),
        Fault(kind="dated_back", device=one, first=at, days=60, size=0.3),
        Fault(kind="easy_only", device=two, first=at + timedelta(days=30), days=14),
        Fault(kind="constant_scores", device=three, first=at, days=20),
        Fault(kind="hidden_failures", device=three, first=at + timedelta(days=20), days=20, size=0.01),
    )
    return structs.replace(world, faults=faults)


def declared() -> World:
    """Two devices of a register, with two findings each, as the demonstration has them."""
    findings = (FindingSpec(code="nodule", prevalence=0.3), FindingSpec(code="embolism", threshold=4200))
    versions = (VersionSpec("1.0", FIRST, "a" * 64), VersionSpec("1.1", FIRST + timedelta(days=50), "b" * 64))
    devices = [
        DeviceSpec(code=f"d-{i}", modality="CT", findings=findings, versions=versions, volume=3.0)
        for i in range(2)
    ]
    fault = Fault(kind="contradicted_claim", device="d-0", first=FIRST, days=DAYS, size=0.25)
    return settle(
        5, devices, days=(FIRST, FIRST + timedelta(days=DAYS)), faults=[fault], setting=Setting(sites_max=3)
    )


WORLDS = {"reference": reference, "declared": declared}


@pytest.fixture(scope="module", params=sorted(WORLDS))
def both(request, tmp_path_factory) -> tuple[Columns, Columns]:
    """What the telemetry counts, and what the fast path counts."""
    world = WORLDS[request.param]()
    place = tmp_path_factory.mktemp("nation")
    load_lake(place / "lake", NationJournal(Nation(world)), step=5000)
    roll_up_lake(place / "lake", place / "rollups", bins=scales(world))
    return Columns.of_rows(stored_rows(place / "rollups")), columns(world)


@pytest.mark.parametrize("pair", sorted(everything()), ids="-".join)
def test_the_telemetry_counts_what_the_fast_path_counts(both, pair):
    """Cell by cell the same, late, duplicated and revised events included."""
    slow, fast = (told.only([pair]) for told in both)
    assert columns_digest(fast) == columns_digest(slow)


def test_every_measure_of_the_telemetry_is_told_or_known_to_be_left_out(both):
    """What the fast path does not give is transport's own, or comes from nowhere in a nation."""
    slow, fast = both
    assert set(slow.blocks) - set(fast.blocks) <= {("delay", "all"), ("gaps", "all")}
