# SPDX-License-Identifier: Apache-2.0
"""A monitor before a real gateway of an operator who lies: every lie is an alarm."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from datetime import timedelta

import msgspec
import pytest

from nadzor.actions.appoint_witness import appoint_witness
from nadzor.actions.ask_witnesses import ask_witnesses
from nadzor.actions.cosign_checkpoint import create_witness
from nadzor.actions.follow_log import Memory, Watch, follow_log
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.tiles import TileFiles
from nadzor.receipts.tiles import Tile
from nadzor.site.processes import free_address
from nadzor_wire.note import open_note, vkey
from tests.unit.actions.open_doors import public_log, witness_at
from tests.unit.actions.test_publish_tiles import grow

OTHER_STREAM = b"2" * 16


def published(home, count, first=1, **how):
    """Grow and publish; gives the home again."""
    grow(home.log, count, first=first, **how)
    publish_tiles(home)
    return home


def copy_of(home, place):
    """The same log with the same keys on another disk, as it is now."""
    shutil.copytree(home.root, place)
    return Home.open(place)


def codes(look):
    """Alarms without their words."""
    return [alarm.code for alarm in look.alarms]


@pytest.fixture
def watching(home, tmp_path):
    """Looks at a log behind its real gateway, with one state; gives a function that looks once."""

    def look(at=None, *, later=timedelta(), **more):
        with public_log(at or home) as address:
            watch = Watch(**({"log": address, "vkey": home.log_vkey, "state": tmp_path / "watch"} | more))
            return follow_log(watch, now=clock.now() + later)

    return look


def evidence(tmp_path):
    """The roots that were signed, in the notes that were kept."""
    kept = [file.read_text() for file in (tmp_path / "watch" / "evidence").iterdir()]
    return {line for text in kept for line in text.split("\n") if len(line) == 44 and line.endswith("=")}


def test_an_honest_log_is_followed(home, watching, tmp_path):
    """Every tile at first, then what is new, every tile again after a day; the newest note is kept."""
    looks = [watching(published(home, 300))]
    looks.append(watching(published(home, 300, first=301)))
    looks.append(watching())
    looks.append(watching(later=timedelta(hours=25), stale_after=timedelta(days=2)))
    assert [codes(look) for look in looks] == [[]] * 4
    assert [(look.size, look.full, look.tiles) for look in looks] == [
        (300, True, 3), (600, False, 3), (600, False, 1), (600, True, 4),
    ]  # fmt: skip
    note = (tmp_path / "watch" / "checkpoint").read_text()
    assert open_note(note, home.log_vkey).split("\n")[1] == "600"
    assert not (tmp_path / "watch" / "evidence").exists()


def test_yesterdays_state_shown_today_is_an_alarm(home, watching, tmp_path):
    """Roll back: fewer leaves than were seen. It stays an alarm until the log is back."""
    yesterday = copy_of(published(home, 20), tmp_path / "yesterday")
    assert codes(watching(published(home, 20, first=21))) == []
    assert codes(watching(yesterday)) == ["shrunk"]
    assert codes(watching(yesterday)) == ["shrunk"]
    assert codes(watching(home)) == []
    assert len(evidence(tmp_path)) == 2


def test_two_roots_of_one_size_are_an_alarm(home, watching, tmp_path):
    """Rolled back and grown to the same size with other leaves: the two notes prove it to anyone."""
    other = copy_of(published(home, 20), tmp_path / "other")
    assert codes(watching(published(home, 20, first=21))) == []
    assert codes(watching(published(other, 20, first=21, stream=OTHER_STREAM))) == ["fork"]
    assert len(evidence(tmp_path)) == 2


@pytest.mark.parametrize("common, more", [(20, 30), (256, 300), (300, 700)])
def test_a_longer_second_history_is_an_alarm(home, watching, tmp_path, common, more):
    """Whole in itself and signed, but not grown from what was seen; full and partial tiles alike."""
    other = copy_of(published(home, common), tmp_path / "other")
    assert codes(watching(published(home, 10, first=common + 1))) == []
    found = watching(published(other, more, first=common + 1, stream=OTHER_STREAM))
    assert (codes(found), found.full) == (["rewritten"], True)
    assert len(evidence(tmp_path)) == 2


def test_a_split_view_is_found_through_a_peer(home, watching, tmp_path):
    """Two customers are shown two histories; each is whole, and one file or one address betrays both."""
    other = copy_of(published(home, 20), tmp_path / "other")
    published(home, 20, first=21)
    published(other, 30, first=21, stream=OTHER_STREAM)
    assert codes(watching(other, state=tmp_path / "w1")) == []
    their_file = str(tmp_path / "w1" / "checkpoint")
    found = watching(home, peers=(their_file,))
    assert codes(found) == ["split-view"]
    assert "50 leaves" in found.alarms[0].detail
    with public_log(home) as address:
        assert codes(watching(other, peers=(address,))) == ["split-view"]
    assert not (tmp_path / "watch" / "memory.json").exists()


def test_a_peer_who_saw_less_of_the_same_log_is_no_alarm(home, watching, tmp_path):
    """Its checkpoint is a beginning of ours, proved; one that nobody signed, or that is away, is told."""
    watching(published(home, 20), state=tmp_path / "w1")
    earlier = str(tmp_path / "w1" / "checkpoint")
    published(home, 600, first=21)
    forged = tmp_path / "forged"
    forged.write_text((tmp_path / "w1" / "checkpoint").read_text().replace("\n20\n", "\n19\n"))
    assert codes(watching(peers=(earlier,))) == []
    assert codes(watching(peers=(str(forged),))) == ["bad-signature"]
    away = (str(tmp_path / "none"), free_address() + "/log")
    assert codes(watching(peers=away)) == ["peer-unreachable"] * 2


@pytest.mark.parametrize("tile", [Tile(0, 0), Tile(0, 1), Tile(0, 2, 88), Tile(1, 0, 2)])
def test_an_altered_tile_is_an_alarm(home, watching, tile):
    """One bit in one file, also in a part that was read before."""
    assert codes(watching(published(home, 600))) == []
    file = home.tiles / tile.path
    content = bytearray(file.read_bytes())
    content[40] ^= 4
    file.write_bytes(content)
    assert codes(watching(full=True)) == ["tile-altered"]


@pytest.mark.parametrize("tile", [Tile(0, 0), Tile(0, 2, 88), Tile(1, 0, 2)])
def test_a_missing_tile_is_an_alarm(home, watching, tile):
    """Nobody can check what is not shown."""
    (published(home, 600).tiles / tile.path).unlink()
    found = watching()
    assert codes(found) == ["tile-missing"]
    assert tile.path in found.alarms[0].detail


def test_a_checkpoint_that_the_log_did_not_sign_is_an_alarm(home, watching):
    """Under another key nothing is believed."""
    stranger = vkey(home.settings.origin, bytes(32))
    assert codes(watching(published(home, 3), vkey=stranger)) == ["bad-signature"]


def test_a_log_that_does_not_answer_is_an_alarm(home, watching):
    """Nothing published, or nobody there."""
    assert codes(watching()) == ["unreachable"]
    published(home, 3)
    assert codes(watching(log=free_address() + "/log")) == ["unreachable"]


def test_a_log_that_stands_still_is_an_alarm(home, watching):
    """No growth for longer than the limit; growth ends it."""
    watching(published(home, 3))
    assert codes(watching(later=timedelta(hours=23))) == []
    assert codes(watching(later=timedelta(hours=25))) == ["stale"]
    assert codes(watching(published(home, 1, first=4), later=timedelta(hours=26))) == []


def test_missing_witnesses_are_an_alarm(home, watching, tmp_path):
    """Counted are fresh signatures of those we trust, under a tree that this one grew from."""
    desks = [
        create_witness(tmp_path / name, f"witness.example/{name}", now=clock.now()) for name in ("a", "b")
    ]
    trust = {"witnesses": tuple(desk.vkey for desk in desks), "min_witnesses": 2}
    assert codes(watching(published(home, 3), **trust)) == ["witness-missing"]
    with ExitStack() as doors:
        for desk in desks:
            address = doors.enter_context(witness_at(desk, home.log_vkey))
            appoint_witness(Home.open(home.root), url=address, vkey=desk.vkey)
        ask_witnesses(home, now=clock.now())
    found = watching(**trust)
    assert (codes(found), found.witnesses) == ([], ("witness.example/a", "witness.example/b"))
    assert codes(watching(published(home, 300, first=4), **trust)) == []
    late = watching(later=timedelta(hours=25), stale_after=timedelta(hours=24), **trust)
    assert codes(late) == ["witness-missing", "stale"]


def test_a_witnessed_note_of_another_history_counts_for_nothing(home, watching, tmp_path):
    """The operator cannot borrow signatures from the tree that the witness saw."""
    desk = create_witness(tmp_path / "a", "witness.example/a", now=clock.now())
    other = copy_of(published(home, 3), tmp_path / "other")
    with witness_at(desk, home.log_vkey) as address:
        appoint_witness(published(home, 4, first=4), url=address, vkey=desk.vkey)
        ask_witnesses(home, now=clock.now())
    published(other, 9, first=4, stream=OTHER_STREAM)
    TileFiles(other.tiles).put_note(TileFiles(home.tiles).note("witnessed"), "witnessed")
    assert codes(watching(other, witnesses=(desk.vkey,), min_witnesses=1)) == ["witness-missing"]


def test_a_memory_that_rotted_or_is_anothers_is_refused(home, watching, tmp_path):
    """A monitor never forgets in silence."""
    watching(published(home, 3))
    memory = tmp_path / "watch" / "memory.json"
    kept = msgspec.json.decode(memory.read_bytes(), type=Memory)
    for spoiled in (b"{", msgspec.json.encode(msgspec.structs.replace(kept, size=2, hashes=kept.hashes[:1]))):
        memory.write_bytes(spoiled)
        with pytest.raises(Refusal, match=r"monitor\.damaged"):
            watching()
    memory.write_bytes(msgspec.json.encode(kept))
    with pytest.raises(Refusal, match=r"monitor\.other-log"):
        watching(vkey=home.sandbox().vkey)
