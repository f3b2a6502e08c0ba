# SPDX-License-Identifier: Apache-2.0
"""The debug transport: everything but the gateway, and no doubt about it."""

from __future__ import annotations

import json
import os
import socket

import pytest

from nadzor_sdk import Client
from tests.wire_samples import EVENT


@pytest.fixture
def no_network(monkeypatch):
    """Any attempt to open a connection fails the test."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))


def test_batches_are_collected(no_network, caplog):
    """Sealed batches come one by one, receipted by nobody's key; the log says that nothing is reported."""
    seen = []
    with Client.debug(seen.append, seal_events=2, heartbeat_every_s=None) as client:
        ids = [client.study(**EVENT) for _ in range(3)]
        assert client.flush(30)
        health, spool = client.health(), client._settings.spool
    assert [json.loads(line)["id"] for sealed in seen for line in sealed.lines()] == ids
    assert (health.transport, health.receipted, health.unreceipted) == ("debug", 3, 0)
    assert "NOTHING IS REPORTED" in caplog.text and not spool.exists()


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_batches_are_printed(no_network, capsys, coding):
    """Without a sink they go to standard error, in plain lines, each said to be unreported."""
    with Client(transport="debug", heartbeat_every_s=None, coding=coding) as client:
        event_id = client.study(**EVENT)
        assert client.flush(30)
    said = capsys.readouterr().err
    assert "nadzor DEBUG, nothing is reported: events 1..1" in said and coding in said and event_id in said


def test_a_real_spool_is_never_touched(tmp_path, gateway):
    """A spool would be emptied on nobody's word, so none is taken; a credential is not used."""
    with pytest.raises(ValueError, match="takes no spool"):
        Client(gateway.credential, spool=tmp_path, transport="debug")
    with Client(gateway.credential, transport="debug", heartbeat_every_s=None) as client:
        client.study(**EVENT)
        assert client.flush(30)
    assert gateway.attempts == 0 and list(tmp_path.iterdir()) == []


def test_a_client_without_credential_and_transport_is_a_mistake():
    """Only the debug transport needs none."""
    with pytest.raises(TypeError, match="needs a credential"):
        Client()


def test_a_sink_that_fails_stops_nothing(no_network, caplog):
    """Its exception is logged; the events count as shown."""
    with Client.debug(lambda sealed: 1 / 0, heartbeat_every_s=None) as client:
        client.study(**EVENT)
        assert client.flush(30)
    assert "debug sink failed" in caplog.text


def test_an_event_that_a_gateway_would_reject_is_rejected(no_network):
    """A line that is no event gets its verdict here too."""
    with Client.debug(lambda sealed: None, heartbeat_every_s=None) as client:
        client._sender.current.log.append(b"{}")
        assert client.flush(30) and client.health().rejected == {"event.unknown-kind": 1}


def test_a_forked_child_leaves_the_parents_folder(no_network):
    """Only the process that made the spool removes it."""
    client = Client.debug(lambda sealed: None, heartbeat_every_s=None)
    pid = os.fork()
    if not pid:
        client.close(timeout=0.1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert client._settings.spool.exists() and client.study(**EVENT) and client.flush(30)
    client.close()
    assert not client._settings.spool.exists()
