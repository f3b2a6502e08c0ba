# SPDX-License-Identifier: Apache-2.0
"""A journal that was lost or emptied is not written to: the log must not begin a second history."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.actions import check_journal as action
from nadzor.actions.check_journal import check_journal
from nadzor.actions.create_home import create_home
from nadzor.actions.refresh import refresh
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.simulate.read_directory import read_directory
from tests.unit.actions.gate import gate, write_small_reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(home, tmp_path):
    """A home whose small replay is loaded and rolled up."""
    return load(home, tmp_path)


def load(home, tmp_path):
    """Replay a little and roll it up."""
    with gate(home) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(home, reads, gateway=address, now=clock.now())
    roll_up_day(home, now=clock.now())
    return home


def lose(home):
    """The journal's file and what belongs to it are gone."""
    for file in home.journal.parent.iterdir():
        file.unlink()


def overwrite(home):
    """Another file lies in the journal's place."""
    lose(home)
    home.journal.write_bytes(b"not a journal")


def begin_anew(home):
    """Somebody made an empty journal in its place."""
    lose(home)
    lake, aside = home.lake, home.root / "aside"
    lake.rename(aside)
    create_home(home.root)
    lake.rmdir() if lake.exists() else None
    aside.rename(lake)


@pytest.mark.parametrize("harm", [lose, overwrite, begin_anew])
def test_a_journal_that_was_lost_is_not_begun_again(loaded, harm):
    """Neither opening the house nor the scheduler goes on; the refusal says how much is missing."""
    harm(loaded)
    for deed in (lambda: create_home(loaded.root), lambda: refresh(loaded, now=clock.now())):
        with pytest.raises(Refusal, match=r"journal\.shorter") as refused:
            deed()
        assert refused.value.facts["held"] == 0
        assert refused.value.facts["loaded"] > 0


def test_a_journal_that_cannot_be_opened_is_not_called_lost(loaded, monkeypatch):
    """On a read-only disk SQLite opens no journal of its kind: that is said, not that batches are missing."""

    def fail(_):
        raise Refusal("journal.missing")

    monkeypatch.setattr(action, "open_reader", fail)
    with pytest.raises(Refusal, match=r"path\.unusable"):
        check_journal(loaded)


def test_a_whole_journal_and_a_new_house_pass(loaded, tmp_path):
    """What is complete is opened as ever, and so is a house that loaded nothing yet."""
    check_journal(loaded)
    check_journal(create_home(loaded.root))
    check_journal(create_home(tmp_path / "new"))


def test_a_journal_on_a_server_is_not_begun_again(tmp_path, settings, postgres):
    """An emptied database is a lost journal; a server that is away is not."""
    kept = create_home(tmp_path / "data", journal_url=postgres.database())
    settings.HOME = kept
    check_journal(load(kept, tmp_path))
    postgres.tell("DROP SCHEMA journal CASCADE", url=kept.settings.journal_url)
    with pytest.raises(Refusal, match=r"journal\.shorter") as refused:
        create_home(kept.root)
    assert refused.value.at == kept.settings.journal_url
    kept.settings = msgspec.structs.replace(kept.settings, journal_url="postgresql:///x?host=/nowhere")
    with pytest.raises(Refusal, match=r"journal\.away"):
        check_journal(kept)


def test_a_damaged_lake_is_not_the_journals_fault(loaded):
    """The lake can be made anew from the journal, so it keeps nobody from opening the house."""
    (loaded.lake / "manifest.json").write_text("{")
    check_journal(loaded)
