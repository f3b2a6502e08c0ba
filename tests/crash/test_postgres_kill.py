# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the journal's server under load: the gateway says 503, goes on by itself, loses nothing."""

from __future__ import annotations

import time

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from tests.crash.door import Gateway, free_port
from tests.crash.test_journal_kill import SENDERS, check_everything, senders_at
from tests.postgres_server import Server, binaries
from tests.unit.journal.entries import ServerPlace, entry, proved

pytestmark = pytest.mark.crash

KILLS = 4


@pytest.fixture
def server(postgres):
    """A server of this test's own, to be killed; `postgres` says whether there can be one."""
    made = Server(binaries())
    made.start()
    yield made
    made.stop()


def test_a_killed_server_loses_nothing_that_was_acknowledged(server, tmp_path):
    """Two gateway processes outlive four deaths of their server; every batch is there once, and provable."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    home = Home.create(tmp_path / "data", public_url=url, journal_url=server.database())
    gateway = Gateway(home, port, workers=2)
    gateway.start()
    senders = senders_at(home, port, 120)
    for kill in range(KILLS):
        time.sleep(0.3 + 0.1 * kill)
        server.kill()
        time.sleep(0.1)
        server.start()
    for sender in senders:
        sender.join(90)
    assert gateway.stop() == 0
    check_everything(home, senders, 120)
    assert sum(sender.tries for sender in senders) > SENDERS * 120


def test_writer_and_reader_go_on_after_a_restart(server, tmp_path):
    """While the server is away both say so; when it is back, neither has to be opened again."""
    place = ServerPlace(tmp_path, server.database())
    journal, reader = place.journal(), place.reader(body_keys=place.keys)
    sent = entry(1, 2)
    journal.append([sent])
    server.kill()
    for question, code in ((reader.size, "away"), (lambda: journal.append([sent]), "unavailable")):
        with pytest.raises(Refusal, match=rf"journal\.{code}"):
            question()
    server.start()
    (again,) = journal.append([sent])
    assert (again.index, proved(again), reader.size()) == (0, 1, 1)
    assert reader.batch(0).coded() == sent.coded
    place.close()


def test_a_server_that_does_not_fsync_is_refused(server, tmp_path):
    """A receipt from it would promise what nobody keeps."""
    place = ServerPlace(tmp_path, server.database())
    server.kill()
    server.start("fsync=off")
    with pytest.raises(Refusal, match=r"journal\.careless-server"):
        place.journal()
