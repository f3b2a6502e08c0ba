# SPDX-License-Identifier: Apache-2.0
"""Questions to the transmission gate: how far a device came, and what that proves on a day.

Why: the gate is evidence for the registrar on a version amendment; filing is always possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from nadzor.base.clock import moscow_date
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.conformance import Check
from nadzor.procedures.rules.transmission_period import COUNTED, Period
from nadzor.procedures.transmission import TRANSMISSION
from nadzor.register.filing_words import called, filled
from nadzor.register.gate_cards import (
    CertificateCard,
    GateCard,
    GateEvidence,
    GateStep,
    MonthState,
    OutageCard,
    Statement,
)
from nadzor.register.gate_words import day_text, evidence_words, gate_grounds, gate_words, month_text, why_of
from nadzor.register.models import Certificate, Outage, Transmission, TransmissionStep

PERIOD = "telemetry.report_period"
TESTING = "transmission.testing"
STAGES = "gate.stages"
UNDECLARED = "undeclared"
SENDING = ("transmitting", "eligible")


def gate(device: str, *, today: date) -> GateCard:
    """The gate of a device as it stands today; a device that never declared has one without a state."""
    row = Transmission.objects.filter(device__code=device).first()
    steps = steps_of(row) if row else ()
    tests = tuple(_certificate(each) for each in Certificate.objects.filter(device__code=device)[:50])
    months = tuple(_months(steps, today))
    state = row.state if row else ""
    return GateCard(
        device=device,
        state=state,
        changed_at=row.changed_at if row else None,
        steps=steps,
        certificate=next((test for test in tests if test.passed), None),
        last_test=tests[0] if tests else None,
        months=months,
        reasons=tuple(_reasons(state, months, tests, today)),
        next=gate_words().next[state or UNDECLARED],
    )


def sending() -> frozenset[str]:
    """The devices that transmit today, eligible ones among them."""
    rows = Transmission.objects.filter(state__in=SENDING)
    return frozenset(rows.values_list("device__code", flat=True))


def evidence_for(device: str, version: str, *, on: date) -> GateEvidence:
    """What the gate says on a day for the amendment of a version; it helps a person decide and bars nothing.

    Law: R-115 testing and actual transmission; T-23 the period; R-157 the stages.
    """
    found = gate(device, today=on)
    return GateEvidence(
        device=device,
        version=version,
        on=on,
        state=found.state,
        certificate=found.certificate,
        months=found.months,
        statements=tuple(_statements(found, version, on)),
    )


def certificate_of(device: str) -> CertificateCard | None:
    """The newest certificate of a device whose transmission stands; for the public card."""
    standing = Transmission.objects.filter(device__code=device, state__in=SENDING)
    row = Certificate.objects.filter(device__code=device, passed=True).first()
    return _certificate(row) if row and standing.exists() else None


def certificate(device: str, number: str) -> CertificateCard:
    """One test record of a device.

    Raises: Refusal gate.no-certificate.
    """
    row = Certificate.objects.filter(device__code=device, number=number).first()
    if row is None:
        raise Refusal("gate.no-certificate")
    return _certificate(row)


def outages(*, first: datetime, after: datetime) -> tuple[OutageCard, ...]:
    """Our outages that touch [first, after), oldest first."""
    rows = Outage.objects.filter(began__lt=after, ended__gte=first)
    return tuple(OutageCard(row.began, row.ended, row.what, row.noted_by, row.noted_at) for row in rows)


def steps_of(row: Transmission) -> tuple[GateStep, ...]:
    """The gate's moves, oldest first."""
    return tuple(_step(each) for each in row.steps.all())


def begun_on(steps: tuple[GateStep, ...]) -> date | None:
    """The day from which months are judged: that of the last beginning, unless access was taken since."""
    found = None
    for step in steps:
        if step.verb == "begin_transmitting":
            found = date.fromisoformat(step.facts["since"])
        elif step.verb in ("revoke_access", "end"):
            found = None
    return found


def noted(steps: tuple[GateStep, ...]) -> dict[str, GateStep]:
    """What was noted last of each month since the last beginning."""
    found: dict[str, GateStep] = {}
    for step in steps:
        if step.verb == "begin_transmitting":
            found = {}
        elif "period" in step.facts:
            found[step.facts["period"]["month"]] = step
    return found


def told(step: GateStep) -> Text:
    """On what grounds a step was made: the house speaks both languages, a person's words stay as written."""
    if step.role == "house" and "period" in step.facts:
        return why_of(period_of(step))
    if step.verb == "fail_test" and "n" in step.facts:
        return gate_grounds(**step.facts)
    return Text(ru=step.because, en=step.because)


def period_of(step: GateStep) -> Period:
    """The judged month that a step notes."""
    return msgspec.convert(step.facts["period"], Period)


def _months(steps: tuple[GateStep, ...], today: date) -> Iterator[MonthState]:
    begun = begun_on(steps)
    if begun is None:
        return
    known, month = noted(steps), Month.of(begun)
    while month.first <= today:
        yield _month(month, known.get(str(month)), today)
        month = month.next()


def _month(month: Month, step: GateStep | None, today: date) -> MonthState:
    said = gate_words().months
    if not _in_force(PERIOD, month.first):
        return MonthState(month=month, received="no_norm", why=said["no_norm"])
    if step is None:
        running = today < month.after
        key = "running" if running else "waiting"
        return MonthState(month=month, received="running" if running else "waiting", why=said[key])
    period = period_of(step)
    by_person = step.role != "house"
    return MonthState(
        month=month,
        received=period.received,
        why=filled(said["by_person"], because=step.because) if by_person else why_of(period),
        expected=period.expected,
        heard=period.heard,
        ours=period.ours,
    )


def _reasons(
    state: str, months: tuple[MonthState, ...], tests: tuple[CertificateCard, ...], today: date
) -> Iterator[Statement]:
    """Why evidence of transmission does not stand, or what is in doubt."""
    if not _in_force(PERIOD, today):
        yield Statement(evidence_words("no_norm", on=day_text(today)), STAGES, _cite(STAGES, today))
    if state in ("connected", "access_granted") and tests and not tests[0].passed:
        yield Statement(evidence_words("untested"), TESTING, _cite(TESTING, today), good=False)
    newest = _newest(months)
    if state == "transmitting":
        yield _about_month(newest) if newest else Statement(evidence_words("no_month"))


def _statements(found: GateCard, version: str, on: date) -> Iterator[Statement]:
    if not found.state:
        yield Statement(evidence_words("undeclared"), TESTING, _cite(TESTING, on), good=False)
    else:
        assert found.changed_at is not None
        told = {"state": called(TRANSMISSION.name, state=found.state), "on": _day(found.changed_at)}
        standing = found.state in ("transmitting", "eligible")
        yield Statement(evidence_words("state", **told), STAGES, _cite(STAGES, on), good=standing)
    yield from _tested(found.certificate, version, on)
    newest = _newest(found.months)
    if newest is not None:
        yield _about_month(newest)
    elif not _in_force(PERIOD, on):
        yield Statement(evidence_words("no_norm", on=day_text(on)))
    else:
        yield Statement(evidence_words("no_month"), PERIOD, _cite(PERIOD, on))
    yield Statement(evidence_words("never_a_bar"), STAGES, _cite(STAGES, on))


def _tested(found: CertificateCard | None, version: str, on: date) -> Iterator[Statement]:
    if found is None:
        yield Statement(evidence_words("untested"), TESTING, _cite(TESTING, on), good=False)
        return
    told = {"number": found.number, "on": _day(found.at), "version": found.version}
    yield Statement(evidence_words("tested", **told), TESTING, _cite(TESTING, on), good=True)
    if found.version != version:
        yield Statement(
            evidence_words("other_version", tested=found.version, version=version),
            TESTING,
            _cite(TESTING, on),
        )


def _about_month(state: MonthState) -> Statement:
    text = evidence_words("month", month=month_text(state.month), why=state.why)
    return Statement(text, PERIOD, _cite(PERIOD, state.month.first), good=state.received != "missed")


def _newest(months: tuple[MonthState, ...]) -> MonthState | None:
    """The newest month that counts."""
    return next((each for each in reversed(months) if each.received in COUNTED), None)


def _in_force(key: str, on: date) -> bool:
    return bool(_cite(key, on))


def _cite(key: str, on: date) -> str:
    try:
        return norm(key, on).cite
    except NormMissing:
        return ""


def _day(moment: datetime) -> Text:
    return day_text(moscow_date(moment))


def _step(row: TransmissionStep) -> GateStep:
    facts: dict[str, Any] = row.facts
    return GateStep(
        at=row.at, on=row.on, verb=row.verb, start=row.start, to=row.to,
        by=row.by, role=row.role, because=row.because, facts=facts,
    )  # fmt: skip


def _certificate(row: Certificate) -> CertificateCard:
    return CertificateCard(
        number=row.number,
        device=row.device.code,
        version=row.version,
        at=row.at,
        passed=row.passed,
        checks=msgspec.convert(tuple(row.checks), tuple[Check, ...]),
        digest=row.digest,
        note=row.signature,
    )
