# SPDX-License-Identifier: Apache-2.0
"""Where the experiments stand: a real gateway process, real clients, and the journal read afterwards."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_sdk import Client
from tests.crash.door import Gateway, free_port
from tests.faults.fault_proxy import FaultProxy
from tests.stub_gateway import eventually, make_credential
from tests.unit.gateway.house import INSTALLATION
from tests.wire_samples import EVENT

SEED = bytes(range(32))  # the key that the published directory knows


class Ground:
    """A gateway process behind a fault proxy; the public address is the proxy's."""

    def __init__(self, folder, *, workers=1):
        self.folder, port = folder, free_port()
        self.proxy = FaultProxy(port)
        self.home = Home.create(folder / "data", public_url=self.proxy.url)
        self.gateway = Gateway(self.home, port, workers=workers)
        self.port = port
        known = make_credential(self.proxy.url, self.home.log_vkey, seed=SEED)
        self.credential = msgspec.structs.replace(known, installation=INSTALLATION)

    def client(self, *, spool="spool", **options):
        """A client that sends soon, without heartbeats."""
        options = {"flush_every_s": 0.02, "heartbeat_every_s": None} | options
        return Client(self.credential, spool=self.folder / spool, **options)

    def records(self):
        """All batches of the journal, in order."""
        with closing(open_reader(self.home)) as reader:
            return [(record, record.body().splitlines()) for record in reader.batches()]

    def stored(self):
        """Ids of all events in the journal, counted."""
        return Counter(json.loads(line)["id"] for _, lines in self.records() for line in lines)

    def ledger(self):
        """The journal's ledger of gaps."""
        with closing(open_reader(self.home)) as reader:
            return reader.gaps()

    def check_log(self):
        """Every proof of the journal holds."""
        assert verify_journal(self.home.journal, self.home.log_vkey) == []


@contextmanager
def standing(folder, **how):
    """A ground with its gateway running; both are gone afterwards."""
    ground = Ground(folder, **how)
    try:
        ground.gateway.start()
        yield ground
    finally:
        ground.proxy.close()
        ground.gateway.stop()


def report(client, count):
    """Report some studies; their ids."""
    ids = [client.study(**EVENT) for _ in range(count)]
    assert all(ids)
    return ids


def open_files():
    """Descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def settles(measure, bound, *, within_s=20.0):
    """Whether a figure comes down to its bound in time."""
    return eventually(lambda: measure() <= bound, within_s=within_s)


def hurry(monkeypatch, *, longest_s=0.1):
    """Clients wait hundredths of a second between attempts, and a second for an answer."""
    monkeypatch.setattr("nadzor_sdk.delivery.FIRST_WAIT_S", 0.01)
    monkeypatch.setattr("nadzor_sdk.delivery.LONGEST_WAIT_S", longest_s)
    monkeypatch.setattr("nadzor_sdk.line.ANSWER_S", 1.0)


threads = threading.active_count
