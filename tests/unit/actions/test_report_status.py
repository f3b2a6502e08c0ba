# SPDX-License-Identifier: Apache-2.0
"""Every event received has one fate in the status, and the sums close."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.report_status import Lag, report_status
from nadzor.actions.revoke_key import revoke_key
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.journal.opening import open_journal
from nadzor.people.queries import CONSOLE
from nadzor.simulate.read_directory import read_directory
from nadzor_sdk.direct import NotAccepted, StreamState, send_batch
from nadzor_wire.batch import encode_event
from nadzor_wire.enrolment import parse_credential
from nadzor_wire.event import Heartbeat
from tests.unit.actions.gate import gate, write_small_reads

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEAT = Heartbeat(id="01900000-0000-7000-8000-000000000001", at=NOON, sdk="0.1.0")


@pytest.fixture
def spoken(home, tmp_path):
    """A home with a replay, an open gateway, and the replayed installation's credential."""
    with gate(home) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(home, reads, gateway=address, now=clock.now())
        kept = parse_credential((home.spool / "reads-tiny" / "credential.json").read_bytes())
        yield home, msgspec.structs.replace(kept, gateway=address)


def test_an_empty_house_counts_zero(home):
    """No batch, no event, no lag; the root is that of an empty tree."""
    open_journal(home).close()
    status = report_status(home)
    assert (status.batches, status.received, status.events, status.gaps, status.tree_size) == (0, 0, {}, 0, 0)
    assert status.root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert status.lag == Lag(0, 0)


def test_lag_is_what_was_not_loaded_yet(spoken):
    """Before the load all of the journal lags behind, after it nothing does."""
    home, _ = spoken
    before = report_status(home)
    assert (before.lag.batches, before.lag.events) == (before.batches, 24)
    assert before.events == {}
    roll_up_day(home, now=clock.now())
    after = report_status(home)
    assert after.lag == Lag(0, 0)
    assert sum(after.events.values()) == after.accepted == 24


def test_a_first_rollup_that_failed_is_all_lag(spoken):
    """Loaded but not rolled up: nothing is shown yet, and the status says so instead of failing."""
    home, _ = spoken
    roll_up_day(home, now=clock.now())
    (home.rollups / "manifest.json").unlink()
    status = report_status(home)
    assert (status.events, status.lag.batches, status.lag.events) == ({}, status.batches, 24)


def test_lag_counts_only_what_came_since(spoken):
    """A batch that arrives after the rollup is the lag, and no more than it."""
    home, credential = spoken
    roll_up_day(home, now=clock.now())
    send(credential, encode_event(BEAT))
    assert report_status(home).lag == Lag(1, 1)


def test_fates_add_up_to_what_was_received(spoken):
    """A malformed event is rejected, a repeated one counted, the rest accepted: every event has its fate."""
    home, credential = spoken
    line = encode_event(BEAT)
    send(credential, line, line, line.replace(b"Z", b""))
    roll_up_day(home, now=clock.now())
    status = report_status(home)
    assert (status.received, status.accepted, status.duplicate, status.rejected) == (27, 25, 1, 1)
    assert status.accepted + status.duplicate + status.rejected == status.received


def test_a_refused_batch_is_counted_by_its_code(spoken):
    """A revoked key is refused: nothing of the batch is stored, and the refusal is in the status."""
    home, credential = spoken
    before = report_status(home)
    revoke_key(home, keyid=credential.keyid, by=CONSOLE, now=clock.now())
    with gate(home) as address:
        for _ in range(3):
            with pytest.raises(NotAccepted):
                send(msgspec.structs.replace(credential, gateway=address), encode_event(BEAT))
    after = report_status(home)
    assert after.refused_batches == {"key.revoked": 3}
    assert (after.batches, after.root) == (before.batches, before.root)


def send(credential, *lines):
    """One batch of these lines in a stream of its own."""
    stream = StreamState()
    try:
        send_batch(credential, lines, stream)
    finally:
        stream.close()
