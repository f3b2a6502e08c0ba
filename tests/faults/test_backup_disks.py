# SPDX-License-Identifier: Apache-2.0
"""A backup onto a disk without room is none; a bit that flips in one on any part is found."""

from __future__ import annotations

import random

import pytest

from nadzor.actions.copies.check import find_backup_faults
from nadzor.actions.copies.manifest import HELD
from nadzor.actions.copies.shelf import backup_at, whole_backups
from nadzor.actions.copies.take import Wish, take_backup
from nadzor.actions.publish_tiles import publish_tiles
from tests.faults import disks
from tests.unit.actions.copies.old_house import NOW, later, make_house, write
from tests.unit.cli.console import ask

pytestmark = pytest.mark.faults
BALLAST = 6 << 20  # of a disk of eight MiB
SEED = 41


@pytest.fixture
def furnished(tmp_path):
    """A house with tiles, a lake and a key directory."""
    home, _ = make_house(tmp_path / "house", batches=4)
    publish_tiles(home)
    rows = home.lake / "studies" / "day=2026-11-20"
    rows.mkdir(parents=True)
    (rows / "part-0.parquet").write_bytes(random.Random(SEED).randbytes(4096))
    home.directory.write_bytes(b'{"v": 1, "keys": []}\n' * 20)
    return home


def test_a_full_disk_takes_no_backup_and_keeps_the_last(furnished, tmp_path):
    """Told as such, nothing half remains, the former one is whole; with room again the next one is taken."""
    disks.need_small_disks()
    with disks.small(tmp_path / "small", mebibytes=8) as disk:
        shelf = disk / "shelf"
        take_backup(furnished, shelf, now=NOW)
        big = furnished.months / "2026-10" / "big.json"
        big.write_bytes(random.Random(SEED).randbytes(2 << 20))
        (disk / "ballast").write_bytes(bytes(BALLAST))
        write(furnished, 2, first=50)
        assert ask(furnished, "backup", shelf).exit_code != 0
        (whole,) = whole_backups(shelf)
        assert find_backup_faults(whole) == []
        assert sorted(one.name for one in shelf.iterdir()) == [".lock", whole.name]
        (disk / "ballast").unlink()
        assert take_backup(furnished, shelf, now=later(5)).size == 6
        assert find_backup_faults(backup_at(shelf)) == []


@pytest.mark.parametrize("part", ["tiles", "lake", "directory.json"])
def test_every_flipped_bit_is_named_by_its_file(furnished, tmp_path, part):
    """The check names the file, and nothing else; turned back, all is well again."""
    take_backup(furnished, tmp_path / "shelf", now=NOW, wish=Wish(with_lake=True))
    held, chance = backup_at(tmp_path / "shelf") / HELD, random.Random(SEED)
    files = [held / part] if (held / part).is_file() else [f for f in (held / part).rglob("*") if f.is_file()]
    for file in sorted(files):
        content = bytearray(file.read_bytes())
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        content[at] ^= bit
        file.write_bytes(content)
        told = [fault.detail for fault in find_backup_faults(held.parent)]
        assert told == [f"{file.relative_to(held).as_posix()} differs from its digest"]
        content[at] ^= bit
        file.write_bytes(content)
    assert files and find_backup_faults(held.parent) == []
