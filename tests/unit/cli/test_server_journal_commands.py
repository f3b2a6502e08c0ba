# SPDX-License-Identifier: Apache-2.0
"""init, load, status, verify and rebuild on a journal that a PostgreSQL server keeps."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.actions.publish_tiles import publish_log
from nadzor.actions.replay_reads import replay_reads
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, document
from nadzor.cli.app import app
from nadzor.simulate.read_directory import read_directory
from tests.postgres_server import Server, binaries
from tests.unit.actions.copies.old_house import make_house, write
from tests.unit.actions.gate import gate, write_small_reads
from tests.unit.cli.console import Frame, answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tmp_path, settings, postgres):
    """A data directory made by `nadzor init --journal`."""
    root, url = tmp_path / "data", postgres.database()
    made = CliRunner().invoke(app, ["init", "--data", str(root), "--journal", url, "--json"], obj=Frame())
    assert made.exit_code == 0, (made.output, made.exception)
    settings.HOME = Home.open(root)
    assert settings.HOME.settings.journal_url == url
    return settings.HOME


def test_every_command_works_on_a_server(house, tmp_path, postgres):
    """A replay is received, loaded, counted, verified and rebuilt; no file of a journal was made."""
    with gate(house) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(house, reads, gateway=address, now=clock.now())
    answer(house, "load")
    status = answer(house, "status")
    assert status["received"] > 0 and status["lag"]["batches"] == 0
    assert answer(house, "rebuild")["equal"] is True
    assert answer(house, "verify", "journal") == []
    assert not house.journal.exists()
    postgres.tell("UPDATE journal.batch SET device = 'x' WHERE idx = 0", url=house.settings.journal_url)
    assert ask(house, "verify", "journal", "--json").exit_code == 1


def test_with_the_server_stopped_every_command_says_so_and_nothing_is_lost(tmp_path, settings, postgres):
    """What is wrong and what to do, on one screen; tiles wait; afterwards all figures are what they were."""
    server = Server(binaries())
    server.start()
    try:
        home, _ = make_house(tmp_path / "house", batches=3, journal_url=server.database())
        settings.HOME = home
        assert publish_log(home.log).size == 3
        write(home, 2, first=50)
        before = answer(home, "status")
        server.kill()
        for words in (("status",), ("ledger", "gaps"), ("verify", "journal"), ("load",), ("rebuild",)):
            assert refused(ask(home, *words, "--json")) == "journal.away", words
        assert refused(ask(home, "backup", tmp_path / "shelf")) == "journal.away"
        told = document(ask(home, "status").exception, "en")
        assert "does not answer" in told["title"] and "look at the PostgreSQL server" in told["do"]
        with pytest.raises(Refusal, match=r"journal\.away"):
            publish_log(home.log)
        server.start()
        assert answer(home, "status") == before
        assert publish_log(home.log).size == 5
    finally:
        server.stop()


def test_a_journal_does_not_move(house, postgres):
    """Another address for the same directory is refused, the same one is not; a password never gets in."""
    same = ask(house, "init", "--journal", house.settings.journal_url, "--json")
    assert (same.exit_code, json.loads(same.stdout)["staff"]) == (0, [])
    assert refused(ask(house, "init", "--journal", postgres.database())) == "journal.elsewhere"
    assert refused(ask(house, "init", "--journal", "postgresql://a:b@c/d")) == "journal.address"
