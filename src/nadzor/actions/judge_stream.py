# SPDX-License-Identifier: Apache-2.0
"""Judge a device's sandbox stream: run the conformance test, keep its record, sign it, move the gate."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.read_sandbox import Tested, read_sandbox
from nadzor.actions.step_gate import (
    HOUSE,
    Doer,
    device_row,
    gate_of,
    must_work_the_gate,
    step_gate,
    tell_maker,
    tell_registrars,
)
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.rules.conformance import Conformance, conformance
from nadzor.procedures.rules.sandbox_stream import version_tested
from nadzor.procedures.transmission import ACCESS_GRANTED, CONNECTED, GRANTED
from nadzor.receipts.certificate import TransmissionCertificate, seal_certificate
from nadzor.records import audit
from nadzor.register import gate
from nadzor.register import queries as register
from nadzor.register.gate_cards import CertificateCard
from nadzor.register.gate_words import gate_grounds, gate_notice
from nadzor.register.models import Certificate, Device


class Judged(Struct, frozen=True):
    """A stream as it was read, and what the test found in it."""

    tested: Tested
    found: Conformance


def judge_stream(home: Home, *, device: str, by: Person | None, now: datetime) -> CertificateCard:
    """The record of a conformance test; a passed one is the device's certificate and passes the gate's test.

    Why: the same stream judged again gives the record it had, so that asking twice fills no shelf.
    Raises: Refusal register.device-unknown, people.not-yours, filing.interest, gate.not-declared,
    gate.no-access, gate.no-stream.
    """
    row = device_row(device)
    person = must_work_the_gate(by, row)
    with transaction.atomic():
        if gate_of(row).state not in GRANTED:
            raise Refusal("gate.no-access")
    today = moscow_date(now)
    tested = read_sandbox(home, register.device(device), today=today)
    judged = Judged(tested, conformance(tested.stream, on=today))
    return _kept(home, row, judged, doer=Doer(person.username, HOUSE.role), now=now)


@transaction.atomic
def _kept(home: Home, device: Device, judged: Judged, *, doer: Doer, now: datetime) -> CertificateCard:
    row, found = gate_of(device), judged.found
    latest = Certificate.objects.filter(device=device).first()
    if latest is None or latest.digest != found.digest:
        latest = _record(home, device, judged, now=now)
        audit.record(
            "register.transmission.test", device.code, by=doer.name, now=now,
            because="passed" if found.passed else "not passed", number=latest.number, digest=found.digest,
        )  # fmt: skip
        if found.passed:
            told = gate_notice("passed", device=device.code, number=latest.number)
            tell_maker(device, told, now=now)
            tell_registrars(device, told, now=now)
    if row.state == ACCESS_GRANTED:
        step_gate(row, "connect", doer=HOUSE, now=now)
    if row.state == CONNECTED:
        verb = "pass_test" if latest.passed else "fail_test"
        n = sum(check.verdict != "passed" and not check.advice for check in found.checks)
        facts = {"number": latest.number, "version": latest.version, "n": n}
        because = gate_grounds(**facts).ru if n else ""
        step_gate(row, verb, doer=doer, now=now, because=because, facts=facts)
    return gate.certificate(device.code, latest.number)


def _record(home: Home, device: Device, judged: Judged, *, now: datetime) -> Certificate:
    tested, found = judged.tested, judged.found
    told = TransmissionCertificate(
        number=_next_number(now),
        device=device.code,
        version=version_tested(tested.stream),
        installation=tested.stream.installation,
        at=now,
        passed=found.passed,
        checks={check.key: check.verdict for check in found.checks},
        digest=found.digest,
        log=tested.stream.origin,
        size=tested.size,
    )
    name, key = home.gate_key()
    return Certificate.objects.create(
        number=told.number, device=device, version=told.version, at=now, passed=found.passed,
        checks=msgspec.to_builtins(found.checks), digest=found.digest,
        signature=seal_certificate(told, name=name, key=key),
    )  # fmt: skip


def _next_number(now: datetime) -> str:
    """The next number of the year; the writer's lock of the transaction keeps two from taking one."""
    year = f"{moscow_date(now).year}-"
    last = Certificate.objects.filter(number__startswith=year).order_by("-number").first()
    return f"{year}{int(last.number.removeprefix(year)) + 1 if last else 1:06d}"
