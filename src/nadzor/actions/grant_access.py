# SPDX-License-Identifier: Apache-2.0
"""Grant access to the sandbox, invite further test benches, take access away, end the gate."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from django.db import transaction

from nadzor.actions.issue_token import issue_token
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.step_gate import (
    device_row,
    gate_of,
    must_be_registrar,
    must_work_the_gate,
    step_gate,
    tell_maker,
)
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import read_log
from nadzor.people.queries import Person
from nadzor.procedures.transmission import GRANTED
from nadzor.records import audit
from nadzor.register.gate_words import gate_notice
from nadzor.register.models import Device, EnrolmentToken, InstallationKey

NOTICES = {"revoke_access": "revoked", "end": "ended"}


@transaction.atomic
def grant_access(home: Home, *, device: str, by: Person | None, now: datetime) -> str:
    """Open the sandbox to a declared device; the token of its first test bench, shown once.

    Law: R-151: access is given, then the device is connected.
    Raises: Refusal register.device-unknown, people.registrar-only, filing.interest, gate.not-declared,
    enrol.device-cancelled, move.not-from-here.
    """
    row = device_row(device)
    doer = must_be_registrar(by, row)
    step_gate(gate_of(row), "grant_access", doer=doer, now=now, facts={"log_size": sandbox_size(home)})
    tell_maker(row, gate_notice("granted", device=device), now=now)
    return issue_token(home, device=device, clinic_oid=None, by=by, now=now)


@transaction.atomic
def invite_bench(home: Home, *, device: str, by: Person | None, now: datetime) -> str:
    """A token for another test bench, shown once: to begin the test anew, or to test another version.

    Raises: Refusal register.device-unknown, people.not-yours, gate.not-declared, gate.no-access.
    """
    row = device_row(device)
    must_work_the_gate(by, row)
    if gate_of(row).state not in GRANTED:
        raise Refusal("gate.no-access")
    return issue_token(home, device=device, clinic_oid=None, by=by, now=now)


def revoke_access(home: Home, *, device: str, by: Person | None, because: str, now: datetime) -> str:
    """Take the sandbox away; the keys of all its test benches are revoked, a declaration remains.

    Raises: Refusal register.device-unknown, people.registrar-only, filing.interest, gate.not-declared, move.…
    """
    return _close(home, "revoke_access", device=device, by=by, because=because, now=now)


def end_gate(home: Home, *, device: str, by: Person | None, because: str, now: datetime) -> str:
    """Close the gate for good, as when the function was taken out of the device.

    Raises: Refusal register.device-unknown, people.registrar-only, filing.interest, gate.not-declared, move.…
    """
    return _close(home, "end", device=device, by=by, because=because, now=now)


def sandbox_size(home: Home) -> int:
    """How many batches the test log holds; none before it was first needed."""
    try:
        with closing(read_log(home.sandbox())) as reader:
            return reader.size()
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return 0


def _close(home: Home, verb: str, *, device: str, by: Person | None, now: datetime, because: str = "") -> str:
    with transaction.atomic():
        row = device_row(device)
        doer = must_be_registrar(by, row)
        state = step_gate(gate_of(row), verb, doer=doer, now=now, because=because)
        _revoke_benches(row, by=doer.name, now=now)
        tell_maker(row, gate_notice(NOTICES[verb], device=device, because=because.strip()), now=now)
    publish_directory(home, now=now)
    return state


def _revoke_benches(device: Device, *, by: str, now: datetime) -> None:
    """Working installations are untouched: only the sandbox closes, to keys and to unused tokens."""
    benches = InstallationKey.objects.filter(installation__device=device, installation__sandbox=True)
    for key in benches.filter(revoked_at=None):
        audit.record("register.key.revoke", key.keyid, by=by, now=now, because="access to the sandbox ended")
    benches.filter(revoked_at=None).update(revoked_at=now)
    EnrolmentToken.objects.filter(device=device, sandbox=True, used_at=None).update(expires_at=now)
