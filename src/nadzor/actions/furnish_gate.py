# SPDX-License-Identifier: Apache-2.0
"""A demonstration of the transmission gate: three devices as far as they came, through the real deeds.

The first passed its test some months ago, so that its real data make whole months; the second showed its test
bench too little; the third only declared.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from nadzor.actions.await_directory import await_directory
from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.declare_transmission import declare_transmission
from nadzor.actions.grant_access import grant_access
from nadzor.actions.judge_stream import judge_stream
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor.journal.opening import read_log
from nadzor.people.queries import CONSOLE
from nadzor.register import gate
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor_sdk.direct import StreamState, seal_batch, send_sealed
from nadzor_wire.event import AdverseEvent, Event, Failure, Fault, Finding, Heartbeat, Study

AGO: Final = timedelta(weeks=11)  # two whole months lie between, whatever the day
STUDIES: Final = 24
STAGES: Final = ("network", "processing", "input")
PATIENCE_S: Final = 5.0  # the sandbox writes down repeats once it is quiet


def furnish_gate(home: Home, *, gateway: str, now: datetime) -> int:
    """Bring up to three devices to the gate and return how many; a second run changes nothing.

    Why: with a gateway at hand, because a test stream is signed and receipted like any other.
    """
    cards = [card for card in register.devices() if _fit(card)][:3]
    if not cards or gate.gate(cards[0].code, today=moscow_date(now)).state:
        return 0
    for card in cards:
        declare_transmission(card.code, by=CONSOLE, now=now - AGO)
    for card, whole in zip(cards, (True, False), strict=False):
        grant_access(home, device=card.code, by=CONSOLE, now=now - AGO + timedelta(hours=1))
        _rehearse(home, card, gateway=gateway, now=now, whole=whole)
        judge_stream(home, device=card.code, by=CONSOLE, now=now - AGO + timedelta(days=1))
    return len(cards)


def _fit(card: DeviceCard) -> bool:
    """Whether a device has all that a stream names: a registered version and a finding."""
    registered = any(each.registered_on for each in register.versions(card.code))
    return card.transmits and card.status == "registered" and registered and bool(register.claims(card.code))


def _rehearse(home: Home, card: DeviceCard, *, gateway: str, now: datetime, whole: bool) -> None:
    """A test bench on this machine sends what a test needs, or half of it."""
    room = home.spool / f"bench-{card.code}"
    bench = connect_installation(home, room, device=card.code, clinic_oid=None, now=now, gateway=gateway)
    await_directory(home, gateway=gateway, now=now)
    stream = StreamState()
    sealed = seal_batch(list(_events(card, now, whole=whole)), stream)
    send_sealed(bench, sealed, stream)
    if whole:
        send_sealed(bench, sealed, stream)  # as a sender does whose answer was lost
        _wait_for_the_note(home)
    stream.close()


def _wait_for_the_note(home: Home) -> None:
    until = time.monotonic() + PATIENCE_S
    with closing(read_log(home.sandbox())) as reader:
        while not reader.refusals() and time.monotonic() < until:
            time.sleep(0.05)


def _events(card: DeviceCard, now: datetime, *, whole: bool) -> Iterator[Event]:
    """Studies with and without failures, signs of life, a crash and an adverse event."""
    version = [each.version for each in register.versions(card.code) if each.registered_on][-1]
    then = now - timedelta(minutes=30)
    for number in range(STUDIES):
        stage = STAGES[number] if whole and number < len(STAGES) else None
        yield _study(card, version, then + timedelta(minutes=number), stage=stage)
    for number in range(4):
        at = then + timedelta(minutes=5 * number)
        yield Heartbeat(id=derived_uuid7(at, "bench", "alive"), at=at, purpose="test", sdk="0.1.0")
    if whole:
        yield Fault(
            id=derived_uuid7(then, "bench", "fault"), at=then, purpose="test", stage="processing",
            code="CRA001", version=version,
        )  # fmt: skip
        yield AdverseEvent(
            id=derived_uuid7(then, "bench", "adverse"), at=then, purpose="test", event_date=then.date(),
            aware_date=then.date(), event_type="malfunction", problem_codes=("A0401",), version=version,
        )  # fmt: skip


def _study(card: DeviceCard, version: str, at: datetime, *, stage: str | None) -> Study:
    finding = next(iter(register.claims(card.code))).finding
    builds = next(each.builds for each in register.versions(card.code) if each.version == version)
    return Study(
        id=derived_uuid7(at, "bench", card.code),
        at=at,
        purpose="test",
        study=derived_uuid7(at, "bench", "study", card.code).replace("-", ""),
        version=version,
        build=builds[0] if builds else "0" * 64,
        outcome="failed" if stage else "processed",
        failure=Failure(stage=stage, code="NET001") if stage else None,  # type: ignore[arg-type]
        modality=card.modality,  # type: ignore[arg-type]
        findings=() if stage else (Finding(code=finding, score=5000, positive=True),),
    )
