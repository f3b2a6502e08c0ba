# SPDX-License-Identifier: Apache-2.0
"""Note what the house itself received: first test batch, real data of a registered version, months.

Why: the gate is evidence, and evidence is what happened.  Nothing is decided here; a month that turns out
otherwise, because data came late or an outage was entered, is noted anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.read_sandbox import first_batch_at
from nadzor.actions.step_gate import HOUSE, device_row, gate_of, step_gate, tell_maker, tell_registrars
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.transmission_period import (
    VERBS,
    Period,
    eligible,
    judge_period,
    outage_days,
)
from nadzor.procedures.transmission import ACCESS_GRANTED, ELIGIBLE, TEST_PASSED, TRANSMITTING
from nadzor.register import gate
from nadzor.register import queries as register
from nadzor.register.gate_cards import GateStep
from nadzor.register.gate_words import gate_notice, month_text, why_of
from nadzor.register.models import Outage, Transmission
from nadzor.telemetry.store import Rollups

ALIVE = ("studies", "heartbeats", "faults")  # what proves that a day was heard


class Known(Struct, frozen=True):
    """What one run rests on: the day, the rollups if there are any, the days of our outages."""

    home: Home
    now: datetime
    today: date
    rollups: Rollups | None
    ours: frozenset[date]


def note_transmission(home: Home, *, now: datetime) -> str | None:
    """Make every move of the gate that what was received asks for. Returns what was done, or nothing."""
    codes = list(
        Transmission.objects.filter(state__in=list(NOTES))
        .exclude(device__status="cancelled")
        .values_list("device__code", flat=True)
    )
    if not codes:
        return None
    ours = outage_days(Outage.objects.values_list("began", "ended"))
    known = Known(home, now, moscow_date(now), _rollups(home), ours)
    moves = sum(_note(code, known) for code in codes)
    return f"gate moves {moves}" if moves else None


@transaction.atomic
def _note(device: str, known: Known) -> int:
    """Make the moves of one device, as many as what was received asks for at once."""
    row = gate_of(device_row(device))
    before, seen = row.steps.count(), ""
    while row.state != seen and row.state in NOTES:
        seen = row.state
        NOTES[row.state](row, gate.steps_of(row), known)
    return int(row.steps.count() - before)


def _connect(row: Transmission, steps: tuple[GateStep, ...], known: Known) -> None:
    granted = next(step for step in reversed(steps) if step.verb == "grant_access")
    came = first_batch_at(known.home, row.device.code, since=granted.facts.get("log_size", 0))
    if came is not None:
        step_gate(row, "connect", doer=HOUSE, now=known.now, facts={"first_batch_at": came.isoformat()})
        tell_registrars(row.device, gate_notice("connected", device=row.device.code), now=known.now)


def _begin(row: Transmission, steps: tuple[GateStep, ...], known: Known) -> None:
    """Real data of a registered version, of a day not before the test was passed."""
    passed = next(step for step in reversed(steps) if step.verb == "pass_test").on
    registered = {each.version for each in register.versions(row.device.code) if each.registered_on}
    found = _daily(known, "studies", row.device.code, since=passed, version=registered)
    if not found:
        return
    day, version = min(found)
    facts = {"since": day.isoformat(), "version": version}
    step_gate(row, "begin_transmitting", doer=HOUSE, now=known.now, facts=facts)
    told = gate_notice("transmitting", device=row.device.code, version=version)
    for tell in (tell_maker, tell_registrars):
        tell(row.device, told, now=known.now)


def _months(row: Transmission, steps: tuple[GateStep, ...], known: Known) -> None:
    """Note every month that is over and came to something else than was noted; then stand where it leads.

    Law: T-23: the period; without a norm for a month it is not judged, and the state is kept.
    """
    begun = gate.begun_on(steps)
    assert begun is not None  # no state that waits for months is reached without a beginning
    noted = gate.noted(steps)
    judged = {month: gate.period_of(step) for month, step in noted.items()}
    heard = _heard(row.device.code, begun, known)
    for month in _over(begun, known.today):
        step = noted.get(str(month))
        if step is not None and step.role != HOUSE.role:
            continue  # a registrar said otherwise, and a person's word stands
        period = judge_period(month, since=begun, heard=heard, ours=known.ours)
        if step is None or _news(judged[str(month)], period, step, known):
            judged[str(month)] = period
            _note_period(row, period, known, again=False)
    _settle(row, judged, known)


def _news(before: Period, after: Period, step: GateStep, known: Known) -> bool:
    """Whether a month is worth noting again: at once when it came to something else, else once a day."""
    return before.received != after.received or (before != after and step.on < known.today)


def _settle(row: Transmission, judged: dict[str, Period], known: Known) -> None:
    """Stand where the newest month that counts leads, whichever month was noted last."""
    wanted = eligible(list(judged.values()))
    if wanted is None or (row.state == ELIGIBLE) is wanted:
        return
    newest = max(key for key, period in judged.items() if period.received != "excused")
    _note_period(row, judged[newest], known, again=True)


def _note_period(row: Transmission, period: Period, known: Known, *, again: bool) -> None:
    verb, why = VERBS[period.received], why_of(period)
    step_gate(
        row, verb, doer=HOUSE, now=known.now, because=why.ru, facts={"period": msgspec.to_builtins(period)}
    )
    if period.received == "missed" and not again:
        month = month_text(Month.parse(period.month))
        told = gate_notice("missed", device=row.device.code, month=month)
        tell_maker(row.device, Text(ru=told.ru, en=told.en), now=known.now)


def _over(begun: date, today: date) -> Iterator[Month]:
    """Months from the beginning that are over and have a norm."""
    month = Month.of(begun)
    while month.after <= today:
        if _monthly(month):
            yield month
        month = month.next()


def _monthly(month: Month) -> bool:
    try:
        return norm(gate.PERIOD, month.first).value == "month"
    except NormMissing:
        return False


def _heard(device: str, begun: date, known: Known) -> frozenset[date]:
    """The days on which something that happened was received."""
    return frozenset(
        day for measure in ALIVE for day, _version in _daily(known, measure, device, since=begun)
    )


def _daily(
    known: Known, measure: str, device: str, *, since: date, version: Collection[str] | None = None
) -> list[tuple[date, str]]:
    """Days and versions with this measure."""
    if known.rollups is None:
        return []
    rows = known.rollups.daily(measure, by=("version",), device=device, since=since)
    found: dict[date, set[str]] = defaultdict(set)
    for day, name, n in rows:
        if n > 0 and (version is None or name in version):
            found[day].add(name)
    return [(day, name) for day, names in found.items() for name in names]


def _rollups(home: Home) -> Rollups | None:
    try:
        return Rollups.open(home)
    except Refusal:
        return None


NOTES: Final[Mapping[str, Callable[[Transmission, tuple[GateStep, ...], Known], None]]] = {
    ACCESS_GRANTED: _connect,
    TEST_PASSED: _begin,
    TRANSMITTING: _months,
    ELIGIBLE: _months,
}
