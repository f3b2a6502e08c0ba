# SPDX-License-Identifier: Apache-2.0
"""Adopt a clinical monitoring plan: from the dossier of a registered device, or as its maker enters it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.move_monitoring import HOUSE, side_of
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.rules.dossier import Plan
from nadzor.records import audit, notices
from nadzor.register.cards import DeviceCard
from nadzor.register.models import Filing
from nadzor.vigilance.models import MonitoringPlan
from nadzor.vigilance.monitoring import monitored, monitored_devices, plan, plan_card, seen_device
from nadzor.vigilance.monitoring_cards import PlanCard
from nadzor.vigilance.monitoring_permissions import may_write_monitoring
from nadzor.vigilance.monitoring_words import told

REGISTERED: Final = "registered"
ROUTES: Final = ("registration_simplified", "registration_accelerated")


class Adopted(Struct, frozen=True, kw_only=True):
    """A plan, since when it counts, and where it comes from."""

    plan: Plan
    since: date
    filing: str
    by: str


@transaction.atomic
def adopt_plan(device: str, entered: Plan, *, by: Person | None, now: datetime) -> PlanCard:
    """Keep a plan its maker entered as the next edition; the same plan again is the edition that stands.

    Why: a device registered before this platform has its plan on paper; inspectors are told and read it here.
    Raises: Refusal monitoring.unknown, people.not-yours, monitoring.plan-empty; those of
    `must_name_nobody`.
    """
    card = seen_device(by, device)
    if by is None or not may_write_monitoring(by, maker=card.maker.code):
        raise Refusal("people.not-yours")
    if not entered.goals.strip() or not entered.sample_size:
        raise Refusal("monitoring.plan-empty", "$.plan")
    must_name_nobody({"$.plan": msgspec.to_builtins(entered)})
    since = entered.starts or card.registered_on
    return _kept(card, Adopted(plan=entered, since=since, filing="", by=by.username), now=now)


def adopt_registered(*, now: datetime) -> int:
    """Adopt the plan of every device registered here whose filing holds one; returns how many."""
    cards = {card.code: card for card in monitored_devices()}
    rows = Filing.objects.filter(procedure__in=ROUTES, state=REGISTERED, device__code__in=sorted(cards))
    waiting = [row for row in rows.select_related("device") if row.number not in _known()]
    return sum(_adopted(cards[row.device.code], row, now=now) for row in waiting if row.device)


@transaction.atomic
def _adopted(card: DeviceCard, row: Filing, *, now: datetime) -> bool:
    found = _plan_of(row)
    if found is None or not monitored(card):
        return False
    _kept(card, Adopted(plan=found, since=card.registered_on, filing=row.number, by=HOUSE), now=now)
    return True


def _known() -> set[str]:
    return set(MonitoringPlan.objects.exclude(filing="").values_list("filing", flat=True))


def _plan_of(row: Filing) -> Plan | None:
    """The plan in what was handed in last, if anything of it was filled."""
    last = row.submissions.order_by("-id").first()
    form: dict[str, Any] = (last.form if last else row.form) or {}
    try:
        found = msgspec.convert(form.get("plan") or {}, Plan)
    except msgspec.ValidationError:  # a form of an older release
        return None
    return found if found != Plan() else None


def _kept(card: DeviceCard, adopted: Adopted, *, now: datetime) -> PlanCard:
    before = plan(card.code)
    if before is not None and before.plan == adopted.plan and before.filing == adopted.filing:
        return before
    row = MonitoringPlan.objects.create(
        device=card.code, edition=before.edition + 1 if before else 1, since=adopted.since,
        body=msgspec.to_builtins(adopted.plan), filing=adopted.filing, at=now, by=adopted.by,
    )  # fmt: skip
    subject = f"plan {card.code}"
    text = told("plan", device=card.code, edition=row.edition)
    notices.to_role(Role.INSPECTOR.value, subject=subject, text=text, now=now)
    for code in side_of(card):
        notices.to_organisation(code, subject=subject, text=text, now=now)
    audit.record(
        "vigilance.monitoring.adopt_plan", subject, by=adopted.by, now=now,
        because=f"filing {adopted.filing}" if adopted.filing else "the maker's entry",
        edition=row.edition, since=adopted.since.isoformat(), on=moscow_date(now).isoformat(),
    )  # fmt: skip
    return plan_card(row)
