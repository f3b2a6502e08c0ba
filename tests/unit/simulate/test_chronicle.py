# SPDX-License-Identifier: Apache-2.0
"""A nation on disk: events that the telemetry reads back, the truth about them, and a register to import."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from nadzor.journal.sheet import Verdicts
from nadzor.measures.columns import Columns, columns_digest
from nadzor.register.check_rows import Known, defects
from nadzor.register.parse_rows import parse
from nadzor.simulate.chronicle import Chronicle, Installation, read_chronicle, write_chronicle
from nadzor.simulate.planting import plant
from nadzor.simulate.population import columns
from nadzor.simulate.reference import Scale, reference_nation
from nadzor.simulate.world import World, with_faults
from nadzor.telemetry.rollup_plain import roll_up_plain
from nadzor_wire import event as wire
from tests.engines.twin import TwinBatch

DAYS = 20
PAIRS = [("studies", "all"), ("agree", "equipment"), ("heartbeats", "all"), ("duplicates", "all")]


@pytest.fixture(scope="module")
def world() -> World:
    """Two devices for twenty days, one site silent."""
    quiet = reference_nation(2, devices=2, days=DAYS, scale=Scale(volume=3.0))
    return with_faults(quiet, plant("silent_site", 2, quiet))


@pytest.fixture(scope="module")
def written(world, tmp_path_factory) -> Path:
    """The nation on disk."""
    place = tmp_path_factory.mktemp("chronicle")
    write_chronicle(world, place)
    return place


def batches(told: Chronicle, place: Path) -> list[TwinBatch]:
    """The files as a journal would hold them: each day's lines a batch."""
    found = [
        batch
        for day in range((told.after - told.first).days)
        for one in told.installations
        for batch in _batch(told, one, place, day)
    ]
    return [structs.replace(batch, index=index) for index, batch in enumerate(found)]


def _batch(told: Chronicle, one: Installation, place: Path, day: int) -> list[TwinBatch]:
    start, count = sum(one.received[:day]), one.received[day]
    lines = (place / one.file).read_bytes().splitlines(keepends=True)[start : start + count]
    received = datetime.combine(told.first + timedelta(days=day), time(20, 59), UTC)
    return [
        TwinBatch(
            index=0, installation=one.name, device=one.device, site=one.site,
            stream=one.name.encode().rjust(16, b"-")[-16:], first=start + 1, last=start + count,
            received_at=received, verdicts=Verdicts(), cum_events=0, lines=b"".join(lines),
        )
    ][:count]  # fmt: skip


def test_files_go_through_the_telemetry(world, written):
    """Lines, days of receipt and bins of the directory are all that the real counting needs."""
    told = read_chronicle(written)
    bins = {(scale.device, scale.finding): scale.edges for scale in told.scales}
    slow = Columns.of_rows(roll_up_plain(batches(told, written), bins=bins))
    for pair in PAIRS:
        assert columns_digest(slow.only([pair])) == columns_digest(columns(world, wanted=[pair]))


def test_every_line_is_a_word_of_the_wire(written):
    """The strict decoder of the gateway reads every file whole."""
    decoder = msgspec.json.Decoder(wire.Event)
    told = read_chronicle(written)
    lines = [decoder.decode_lines((written / one.file).read_bytes()) for one in told.installations]
    assert [len(each) for each in lines] == [sum(one.received) for one in told.installations]
    assert sum(map(len, lines)) > 100


def test_the_truth_is_told_in_full(world, written):
    """Faults, devices and installations come back as they were put in."""
    told = read_chronicle(written)
    assert (told.faults, told.devices) == (world.faults, world.devices)
    assert [one.device for one in told.installations] == [post.device.code for post in world.posts]
    assert {one.zone for one in told.installations} == {post.zone for post in world.posts}


def test_the_register_can_be_imported(world, written):
    """Every row has the register's shape, and nothing in it is wrong."""
    rows, malformed = parse((written / "register.json").read_bytes())
    assert malformed == []
    assert defects(rows, known=Known(), on=date(2026, 11, 1)) == []
    assert [row.code for row in rows.devices] == [device.code for device in world.devices]


def test_a_nation_is_written_the_same_twice(world, written, tmp_path):
    """The same world gives the same bytes."""
    write_chronicle(world, tmp_path)
    for name in ("nation.json", "register.json"):
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes()
