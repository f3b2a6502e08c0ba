# SPDX-License-Identifier: Apache-2.0
"""Make the proof bundle of a case: its file, what it rests on, the deeds about it, the batches behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

import msgspec
from django.db import transaction

from nadzor.actions.export_audit import prove_deeds
from nadzor.actions.make_bundle import Wish, make_bundle
from nadzor.actions.seal_audit import audit_log
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.detect.dossier import DETECTORS
from nadzor.detect.finding import Finding, code_digest
from nadzor.people.permissions import may_read_every_device
from nadzor.people.queries import Person
from nadzor.receipts.bundle import BundleError
from nadzor.records import audit
from nadzor.records.case_bundle import VERSION, CaseBundle, seal_case, verify_case
from nadzor.records.chain import entry_hash
from nadzor.register import revisions
from nadzor.vigilance.known.cards import KnownCase
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import Moment
from nadzor.vigilance.known.signal import known_signal
from nadzor.workdays.calendar import ONE_DAY

BEHIND: Final = 14 * ONE_DAY  # batches of so many days up to the run that a ground quotes
DEEDS_MAX: Final = 1_000


@transaction.atomic
def make_case_bundle(home: Home, number: str, *, by: Person | None, because: str, now: datetime) -> bytes:
    """The file, by what this person may read, checked as a stranger would check it before it is handed over.

    Raises: Refusal filing.unknown, bundle.unsound.
    """
    moment = Moment(now, moscow_date(now))
    case = known_case(by, number, moment)
    journal, left_out = _journal(home, case, by=by, now=now)
    parts = _parts(case, moment, by)
    proofs, unproved = _proofs(home, parts["deeds"], now=now)
    bundle = CaseBundle(
        v=VERSION, made_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        origin=home.log_origin, parts=parts, journal=journal, audit=proofs,
        audit_key=audit_log(home).vkey, left_out=(*left_out, *unproved),
    )  # fmt: skip
    made = seal_case(bundle, home.log.key)
    try:
        report = verify_case(
            made, home.log.vkey, calculate=calculate, directory_key=home.settings.directory_key
        )
    except BundleError as unsound:
        raise Refusal("bundle.unsound", at=unsound.field) from unsound
    told = {"steps": report.steps, "batches": report.batches, "deeds": report.deeds}
    doer = by.username if by else ""
    audit.record("vigilance.case.bundle", f"filing {number}", by=doer, because=because, now=now, **told)
    return made


def _parts(case: KnownCase, moment: Moment, by: Person | None) -> dict[str, str]:
    signals = _visible(lambda ref: known_signal(by, int(ref), moment), case, "signal")
    events = _visible(lambda ref: known_event(by, ref, moment), case, "event")
    told: dict[str, Any] = {
        "case": case, "signals": signals, "events": events, "entries": _entries(case, moment),
        "deeds": list(_deeds(case)) if _in_office(by) else [], "code": _code(),
    }  # fmt: skip
    return {name: msgspec.json.encode(part, order="sorted").decode() for name, part in told.items()}


def _visible(read: Callable[[str], Any], case: KnownCase, kind: str) -> list[Any]:
    """What the case rests on, as far as its reader may see it; the rest stands in the grounds' own copies."""
    found = []
    for ground in case.grounds:
        if ground.kind == kind:
            with contextlib.suppress(Refusal):
                found.append(read(ground.ref))
    return found


def _entries(case: KnownCase, moment: Moment) -> list[dict[str, Any]]:
    """The register entry as it was known when the case was opened, and as it is known now."""
    if not case.device:
        return []
    return [
        {"known_at": at, "entry": revisions.as_of(case.device, valid_on=moscow_date(at), known_at=at)}
        for at in (case.opened_at, moment.at)
    ]


def _deeds(case: KnownCase) -> Iterator[dict[str, Any]]:
    """The deeds about the case and what it rests on, by their place in the chain; only their own words."""
    kinds = {"signal": "signal", "event": "event"}
    objects = [
        f"filing {case.number}",
        *(f"{kinds[g.kind]} {g.ref}" for g in case.grounds if g.kind in kinds),
    ]
    found = {link.seq: link for name in objects for link in audit.entries(object=name, limit=DEEDS_MAX)}
    for _seq, link in sorted(found.items()):
        yield {"link": link, "entry": entry_hash(link)}


def _proofs(home: Home, deeds: str, *, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Where the deeds stand in the sealed log; the last ones wait for the next seal."""
    places = [each["link"]["seq"] for each in msgspec.json.decode(deeds)]
    if not places:
        return "", ()
    try:
        return prove_deeds(home, places, now=now).decode(), ()
    except Refusal as refusal:
        return "", (f"proofs of deeds: {refusal.code}",)


def _in_office(by: Person | None) -> bool:
    """Whether somebody reads who did what: a deed names its doer, whom a maker does not see."""
    return may_read_every_device(by) or (by is not None and by.at_console)


def _code() -> dict[str, Any]:
    return {"nadzor": version("nadzor"), "detectors": {name: code_digest(name) for name in sorted(DETECTORS)}}


def _journal(
    home: Home, case: KnownCase, *, by: Person | None, now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A proof bundle of batches for each signal that the case rests on; what could not be had is said."""
    made: list[str] = []
    left_out = [] if _in_office(by) else ["deeds: they name people of the regulator"]
    for ground in case.grounds:
        if ground.kind != "signal":
            continue
        finding = msgspec.convert(ground.facts["finding"], Finding)
        wish = Wish(
            device=finding.device, because=f"case {case.number}", since=ground.at - BEHIND, until=ground.at
        )
        try:
            made.append(make_bundle(home, wish, by=by, now=now).decode())
        except Refusal as refusal:
            left_out.append(f"batches of signal {ground.ref}: {refusal.code}")
    return tuple(made), tuple(left_out)
