# SPDX-License-Identifier: Apache-2.0
"""A simulated history is sent once, as the first run decided it; a gateway that stumbles is waited for."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.actions import send_nation as action
from nadzor.actions.import_register import import_register
from nadzor.actions.report_status import report_status
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.actions.send_nation import send_nation
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.simulate.devices import devices_of
from nadzor_sdk.delivery import Response
from nadzor_sdk.direct import NotAccepted
from tests.unit.actions.gate import gate

pytestmark = pytest.mark.django_db
DAYS = 3


@pytest.fixture(autouse=True)
def small_nation(home, monkeypatch):
    """The nation has one device, in the clinics it works in."""
    import_register(action.DEMO_REGISTER, by=CONSOLE, now=clock.now())
    monkeypatch.setattr(
        action, "devices_of", lambda raw, volume_scale: devices_of(raw, volume_scale=volume_scale)[:1]
    )
    monkeypatch.setattr(action, "BATCH", 4)
    monkeypatch.setattr(action, "PAUSE_S", 0.01)


def send(home, address, *, seed=7, days=DAYS):
    """One run."""
    return send_nation(home, seed=seed, days=days, gateway=address, now=clock.now())


def test_a_history_is_sent_once(home):
    """A second run sends nothing; seed and days are those of the first, whatever the second asks for."""
    with gate(home) as address:
        first = send(home, address)
        second = send(home, address, seed=8, days=99)
    assert first.sent > 0
    assert first.batches > 1
    assert msgspec.structs.replace(second, seconds=0) == msgspec.structs.replace(
        first, sent=0, batches=0, seconds=0
    )
    roll_up_day(home, now=clock.now())
    status = report_status(home)
    assert (status.accepted, status.duplicate, status.rejected) == (first.sent, 0, 0)


def test_no_days_are_no_nation(home):
    """Without a history nobody is connected, and a later run may still have one."""
    assert send(home, "http://127.0.0.1:1", days=0).installations == 0
    with gate(home) as address:
        assert send(home, address).sent > 0


def test_a_run_that_was_broken_off_is_finished(home, monkeypatch):
    """A post whose sending broke off is sent anew: what had arrived is repeated and counted once."""
    kept = action.send_sealed
    broken = []

    def break_off(credential, sealed, stream):
        if stream.next_seq > 1 and not broken:
            broken.append(stream.next_seq - 1)
            raise KeyboardInterrupt
        return kept(credential, sealed, stream)

    with gate(home) as address:
        monkeypatch.setattr(action, "send_sealed", break_off)
        with pytest.raises(KeyboardInterrupt):
            send(home, address)
        before = report_status(home).accepted
        whole = send(home, address)
    roll_up_day(home, now=clock.now())
    status = report_status(home)
    assert broken == [status.duplicate] == [4]
    assert (status.accepted, status.gaps) == (before + whole.sent - 4, 0)


def test_a_gateway_that_stumbles_is_waited_for(home, monkeypatch):
    """A broken connection and an overloaded gateway are tried again; nothing is lost or doubled."""
    kept = action.send_sealed
    answers = iter([Response(0), Response(503)])

    def stumble(*arguments):
        if (answer := next(answers, None)) is not None:
            raise NotAccepted(answer)
        return kept(*arguments)

    monkeypatch.setattr(action, "send_sealed", stumble)
    with gate(home) as address:
        summary = send(home, address)
    roll_up_day(home, now=clock.now())
    assert report_status(home).accepted == summary.sent


@pytest.mark.parametrize(("answer", "patience"), [(Response(403), 30.0), (Response(0), 0.05)])
def test_a_gateway_that_will_not_is_named(home, monkeypatch, answer, patience):
    """A refusal for good, or silence for too long, ends the run with what to do."""

    def refuse(*_):
        raise NotAccepted(answer)

    monkeypatch.setattr(action, "send_sealed", refuse)
    monkeypatch.setattr(action, "PATIENCE_S", patience)
    with gate(home) as address, pytest.raises(Refusal, match=r"nation\.not-accepted") as refused:
        send(home, address)
    assert refused.value.facts["reason"] == f"http.{answer.status}"
