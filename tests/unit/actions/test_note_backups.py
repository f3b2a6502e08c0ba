# SPDX-License-Identifier: Apache-2.0
"""A backup leaves a trace: one deed with checkpoint and digest, and an age that grows."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from django.db import transaction

from nadzor.actions import note_backup
from nadzor.actions.copies.shelf import backup_at
from nadzor.actions.copies.take import take_backup
from nadzor.actions.copies.trace import waiting_traces
from nadzor.actions.note_backup import backup_age, is_backed_up, note_backups
from nadzor.records import audit
from nadzor_wire.note import Checkpoint, open_note
from tests.unit.actions.copies.old_house import NOW, later, make_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def copied(tmp_path):
    """A house with one backup, and where that lies."""
    house, _ = make_house(tmp_path / "house", batches=2)
    take_backup(house, tmp_path / "shelf", now=NOW)
    return house, backup_at(tmp_path / "shelf")


def deeds():
    """What the chain says of backups."""
    return [link for link in audit.entries(limit=50) if link.verb == "house.backup"]


def test_a_backup_becomes_a_deed_once(copied):
    """Checkpoint and digest are those of the backup; the place where it lies is nobody's business."""
    house, backup = copied
    assert (note_backups(house, now=later(1)), note_backups(house, now=later(2))) == (1, 0)
    (deed,) = deeds()
    assert deed.facts["digest"] == hashlib.sha256((backup / "manifest.json").read_bytes()).hexdigest()
    shown = Checkpoint.parse(open_note(deed.facts["checkpoint"], house.log_vkey))
    assert (shown.size, deed.facts["size"]) == (2, 2)
    assert str(backup.parent) not in msgspec.json.encode(deed.facts).decode()


def test_a_crash_between_deed_and_note_tells_it_once(copied, monkeypatch):
    """The deed is there, the note still waits: the next run only puts the note away."""
    house, _ = copied

    def cut(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(note_backup, "settle_trace", cut)
        note_backups(house, now=later(1))
    assert note_backups(house, now=later(2)) == 0
    assert len(deeds()) == 1 and not list(waiting_traces(house.root))


def test_a_deed_that_is_undone_leaves_the_note(copied):
    """Nothing is lost with a transaction that did not end well."""
    house, _ = copied
    with transaction.atomic():
        note_backup._noted(next(waiting_traces(house.root)), NOW)
        transaction.set_rollback(True)
    assert note_backups(house, now=later(1)) == 1


def test_its_age_alarms_after_the_time_that_the_house_set(copied, tmp_path):
    """Known before and after the deed; none is no young one."""
    house, _ = copied
    assert backup_age(house, now=later(30)) == 1800
    note_backups(house, now=later(30))
    assert is_backed_up(house, now=later(26 * 60)) and not is_backed_up(house, now=later(26 * 60 + 1))
    bare, _ = make_house(tmp_path / "bare", batches=0)
    assert backup_age(bare, now=NOW) is None and not is_backed_up(bare, now=NOW)


def test_a_house_without_room_for_the_note_is_still_copied(tmp_path):
    """The backup stands; its house goes on to alarm."""
    house, _ = make_house(tmp_path / "house", batches=1)
    (house.root / "run").write_text("no folder")
    taken = take_backup(house, tmp_path / "shelf", now=NOW)
    assert taken.size == 1 and backup_age(house, now=later(1)) is None
