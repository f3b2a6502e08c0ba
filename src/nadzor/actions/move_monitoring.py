# SPDX-License-Identifier: Apache-2.0
"""Move a yearly report along its table; moves that need more than grounds have actions of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.move_signal import AUDIT_MAX, GROUNDS_MAX, Grounds
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.monitoring import FILED, MONITORING, NOT_REQUIRED
from nadzor.procedures.moves import Move, allowed, allowed_with
from nadzor.records import audit, notices
from nadzor.register import authority
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.filing_cards import DelegationCard
from nadzor.vigilance.models import MonitoringReport, MonitoringStep
from nadzor.vigilance.monitoring import seen_device
from nadzor.vigilance.monitoring_permissions import may_move_monitoring
from nadzor.vigilance.monitoring_words import told

#: Moves that want data, texts or a signature besides grounds.
APART: Final = frozenset({"draft", "make_ready", "sign", "file_report"})
HOUSE: Final = "house"
NO_GROUNDS: Final = Grounds()


class Deed(Struct, kw_only=True):
    """A move about to be made: the report's row, locked, the arrow, the person, the power, the moment."""

    row: MonitoringReport
    card: DeviceCard
    move: Move
    by: Person | None
    now: datetime
    power: DelegationCard | None = None

    @property
    def doer(self) -> tuple[str, str]:
        """Who moves, and in which role; the house by its name."""
        return (self.by.username, self.by.role.value) if self.by else (HOUSE, HOUSE)


@transaction.atomic
def move_monitoring(
    device: str, year: int, verb: str, *, by: Person | None, now: datetime, grounds: Grounds = NO_GROUNDS
) -> str:
    """Make a move and return the state it leads to.

    Raises: Refusal monitoring.unknown for a report the person may not see; monitoring.apart for a move that
    has an action of its own; move.not-from-here, move.not-yours, move.no-grounds, move.grounds-too-long,
    move.unanswered; those of `must_name_nobody`.
    """
    if verb in APART:
        raise Refusal("monitoring.apart", "$.verb", verb=verb)
    deed = begun(device, year, verb, by=by, because=grounds.because, now=now)
    told_by = allowed_with(deed.move, grounds.added)
    must_name_nobody({"$.because": grounds.because, **{f"$.{ask}": text for ask, text in told_by.items()}})
    if deed.move.start in ("signing", "signed"):
        deed.row.digest, deed.row.seal = "", {}
    finished(deed, because=grounds.because.strip(), added=dict(told_by))
    _tell(deed, because=told_by.get("defects", grounds.because.strip()))
    return deed.move.to


def begun(device: str, year: int, verb: str, *, by: Person | None, now: datetime, because: str = "") -> Deed:
    """The deed of a move that this person may make now; the report's row is locked.

    Raises: Refusal monitoring.unknown, move.not-from-here, move.not-yours, move.no-grounds,
    move.grounds-too-long, filing.interest.
    """
    card = seen_device(by, device)
    row = locked(device, year)
    on = moscow_date(now)
    role, power = authority.acting(by, MONITORING, row.state, verb, on=on) if by else (HOUSE, None)
    move = allowed(MONITORING, row.state, verb, by=role, because=because)
    if not may_move_monitoring(by, move, maker=card.maker.code, role=role):
        raise Refusal("move.not-yours", "$.by", verb=verb, may=", ".join(move.by))
    authority.must_be_disinterested(by, side_of(card))
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    return Deed(row=row, card=card, move=move, by=by, now=now, power=power)


def of_house(row: MonitoringReport, verb: str, *, now: datetime) -> Deed:
    """The deed of a move that the house notes itself.

    Raises: Refusal move.not-from-here, move.not-yours.
    """
    move = allowed(MONITORING, row.state, verb, by=HOUSE, because="")
    return Deed(row=row, card=register.device(row.device), move=move, by=None, now=now)


def locked(device: str, year: int) -> MonitoringReport:
    """The row of a report, locked until the transaction ends.

    Raises: Refusal monitoring.not-open while nobody has opened it.
    """
    row = MonitoringReport.objects.select_for_update().filter(device=device, year=year).first()
    if row is None:
        raise Refusal("monitoring.not-open", year=year)
    return row


def finished(
    deed: Deed, *, because: str = "", added: Mapping[str, Any], facts: Mapping[str, Any] = {}
) -> str:
    """Write the step, the new state and the audit; returns the hash of the audit's entry.

    `facts` go into the audit alone, `added` into the step; what the step keeps whole would burden the chain.
    """
    row, move, (doer, role) = deed.row, deed.move, deed.doer
    power = {"delegation": deed.power.id, "order": deed.power.order} if deed.power else {}
    entry = audit.record(
        f"vigilance.monitoring.{move.verb}", subject(row), by=doer, now=deed.now,
        because=because[:AUDIT_MAX] or move.verb, start=move.start, to=move.to, **facts, **power,
    )  # fmt: skip
    kept = {**added, **power, **({"audit": entry} if move.to == FILED else {})}
    MonitoringStep.objects.create(
        report=row, at=deed.now, on=moscow_date(deed.now), verb=move.verb, start=move.start, to=move.to,
        by=doer, role=role, because=because, added=kept,
    )  # fmt: skip
    row.state, row.changed_at = move.to, deed.now
    row.save()
    return entry


def subject(row: MonitoringReport) -> str:
    """A report as audit, notices and missed limits name it."""
    return subject_of(row.device, row.year)


def subject_of(device: str, year: int) -> str:
    """The same before there is a row."""
    return f"monitoring {device} {year}"


def side_of(card: DeviceCard) -> tuple[str, ...]:
    """The organisations that answer for a device: its maker, and who represents it."""
    found = (card.maker.code, card.maker.represented_by)
    return tuple(code for code in found if code)


def _tell(deed: Deed, *, because: str) -> None:
    if deed.move.to not in (NOT_REQUIRED, "reviewed", "returned", "due"):
        return
    text = told(deed.move.verb, device=deed.row.device, year=deed.row.year, because=because)
    for code in side_of(deed.card):
        notices.to_organisation(code, subject=subject(deed.row), text=text, now=deed.now)
    if deed.move.to == NOT_REQUIRED:
        notices.to_role(Role.HEAD.value, subject=subject(deed.row), text=text, now=deed.now)
