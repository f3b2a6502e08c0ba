# SPDX-License-Identifier: Apache-2.0
"""A house on a day in September, a maker's software on a test bench and in a clinic, and its gate."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

from nadzor.actions.declare_transmission import declare_transmission
from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.grant_access import grant_access
from nadzor.actions.issue_token import issue_token
from nadzor.actions.judge_stream import judge_stream
from nadzor.actions.publish_directory import publish_directory
from nadzor.base import clock
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor_sdk import Client
from nadzor_sdk import clock as sdk_clock
from nadzor_sdk.exchange import Exchange
from nadzor_sdk.line import BROKEN
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.event import Failure, Finding
from tests.register_samples import CLINIC_OID
from tests.unit.actions.gate import gate

DAY = datetime(2026, 9, 20, 9, 0, tzinfo=UTC)
DEVICE = "ai-901"
MAKER = Person("maker", "Maker", Role.MANUFACTURER_ADMIN, "luchik")
REGISTRAR = Person("registrar", "Registrar", Role.REGISTRAR)
BUILD = "a" * 64


def stand_on(monkeypatch, day=DAY):
    """Let house and SDK live on a day, from its given moment on."""
    real_ns, real_now = sdk_clock.now_ns, clock.now
    shift = day - real_now()
    shift_ns = round(shift.total_seconds() * 1_000_000_000)
    monkeypatch.setattr(clock, "now", lambda: real_now() + shift)
    monkeypatch.setattr(sdk_clock, "now_ns", lambda: real_ns() + shift_ns)
    monkeypatch.setattr(sdk_clock, "now_s", lambda: (real_ns() + shift_ns) / 1_000_000_000)


def enrolled(home, token, address, *, now=None):
    """The credential a token becomes, reporting to a gateway at this address."""
    private, public, _ = new_key()
    made = enrol_installation(home, token=token, public_key=b64(public), now=now or clock.now())
    tail = made.gateway.removeprefix(home.settings.public_url)
    fields = {name: getattr(made, name) for name in made.__struct_fields__} | {"gateway": address + tail}
    return Credential(private=private, **fields)


def opened_gate(home):
    """The device declared, its access granted; the bench's token."""
    declare_transmission(DEVICE, by=MAKER, now=clock.now())
    return grant_access(home, device=DEVICE, by=REGISTRAR, now=clock.now())


def clinic_token(home):
    """A token for a working installation."""
    return issue_token(home, device=DEVICE, clinic_oid=CLINIC_OID, by=CONSOLE, now=clock.now())


@contextmanager
def sender(credential, spool, **options):
    """The SDK as a maker uses it; everything is receipted when it is left."""
    with closing(Client(credential, spool=spool, flush_every_s=0.05, strict=True, **options)) as client:
        yield client
        assert client.flush(30), client.health()


def study(client, number, *, stage=None, at=None, **more):
    """One study through the SDK, failed at a stage if one is named."""
    how = {"outcome": "failed", "failure": Failure(stage=stage, code="NET001")} if stage else {}
    found = [] if stage else [Finding(code="lung_nodule", score=5000, positive=True, threshold=5000)]
    fields = {"outcome": "processed", "version": "1.0", "findings": found} | how | more
    return client.study(study=f"{number:032x}", build=BUILD, modality="CT", at=at, **fields)


def rehearse(client):
    """Everything the conformance test looks for, but the heartbeats, which come by themselves."""
    for number in range(20):
        study(client, number)
    for place, stage in enumerate(("network", "processing", "input")):
        study(client, 100 + place, stage=stage)
    study(client, 200, at=clock.now() - timedelta(minutes=2))
    client.fault(stage="processing", code="CRA001", severity="critical", version="1.0")
    today = clock.now().date()
    client.adverse_event(
        event_date=today, aware_date=today, event_type="malfunction", problem_codes=["A0401"], version="1.0"
    )
    client.correct(corrects=study(client, 300), reason="test_data")


def lose_one_answer(monkeypatch):
    """The first answer of a gateway is lost on its way; the batch was stored."""
    post, lost = Exchange.post, []

    def once(exchange, sent):
        answer = post(exchange, sent)
        if lost or answer.status != 200:
            return answer
        lost.append(sent)
        return BROKEN

    monkeypatch.setattr(Exchange, "post", once)


@contextmanager
def open_gateway(home):
    """A gateway with a fresh directory; what it holds is written when it is left."""
    publish_directory(home, now=clock.now())
    with gate(home) as address:
        yield address


def judged_bench(home, tmp_path, monkeypatch):
    """The maker's test: a bench sends everything, one answer gets lost, three heartbeats come."""
    lose_one_answer(monkeypatch)
    token = opened_gate(home)
    with open_gateway(home) as address:
        bench = enrolled(home, token, address)
        options = {"purpose": "test", "heartbeat_every_s": 1.0}
        with sender(bench, tmp_path / "bench", **options) as client:
            rehearse(client)
            time.sleep(3.3)
    return judge_stream(home, device=DEVICE, by=MAKER, now=clock.now())
