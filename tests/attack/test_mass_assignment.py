# SPDX-License-Identifier: Apache-2.0
"""What a form holds besides what it asks for: refused, or without effect on any column."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.core.cache import cache
from django.db import transaction

from nadzor.people.access import may_enter
from nadzor.people.models import Organisation, User
from nadzor.records.models import AccessDeferral, Embargo, LegalHold, ShredOrder, VaultOpening
from nadzor.register.models import Device, Filing
from nadzor.vigilance.models import AdverseEvent, Dispute, MonitoringReport, Signal, SiteLetter
from tests.attack.matrix_asking import World, routes
from tests.attack.matrix_world import place

FORGED: Final = {
    "owner": "evil", "organisation_code": "evil", "org": "evil", "state": "registered", "status": "cancelled",
    "deadline": "2099-01-01", "due": "2099-01-01", "until_at": "2099-01-01", "risk_class": "1",
    "role": "head",
    "is_staff": "1", "is_superuser": "1", "is_active": "", "id": "1", "pk": "1", "by": "evil",
    "filed_on": "2020-01-01",
    "decided_by": "evil", "asked_by": "evil", "placed_by": "evil", "opened_by": "evil", "applicant": "evil",
    "expert": "evil", "username": "evil", "number": "X-2020-999999", "reporter_role": "head",
}  # fmt: skip
KEPT: Final[dict[Any, tuple[str, ...]]] = {
    User: ("username", "role", "organisation", "is_active", "is_superuser"),
    Organisation: ("code", "kind", "represented_by"),
    Device: ("status", "risk_class", "maker"),
    Filing: ("procedure", "state", "maker", "applicant", "expert", "filed_on", "opened_by"),
    AdverseEvent: ("state", "device", "seriousness", "reporter_role"),
    Signal: ("state", "device"),
    Dispute: ("state", "device", "opened_by", "settled_by"),
    MonitoringReport: ("state", "device", "year"),
    SiteLetter: ("site", "kind"),
    VaultOpening: ("asked_by", "decided_by", "purpose"),
    ShredOrder: ("asked_by", "decided_by", "is_approved"),
    LegalHold: ("placed_by", "device", "installation"),
    AccessDeferral: ("device", "site"),
    Embargo: ("device", "version"),
}


def kept() -> list[Any]:
    """Every column that says whose something is, how it stands, or what somebody may."""
    return [list(model.objects.order_by("pk").values_list(*columns)) for model, columns in KEPT.items()]


def done(world: World, who: str, url: str, body: dict[str, Any]) -> tuple[int, list[Any]]:
    """What a form's sending answers, and how everything stands after it; nothing of it remains."""
    cache.clear()
    with transaction.atomic():
        status = world.clients[who].post(url, body).status_code
        after = kept()
        transaction.set_rollback(True)
    return status, after


@pytest.mark.parametrize("who", ["manufacturer_admin", "clinic", "inspector", "head", "registrar"])
def test_no_form_sets_what_it_is_not_asked_for(world: World, who: str) -> None:
    """Each honest form does the same with twenty-odd forged columns beside its fields as without them."""
    wrong, sent, thing = [], 0, world.things["A"]
    for found, route, method in routes():
        if method != "POST" or found.name.startswith("api:") or not may_enter(world.roles[who], found.name):
            continue
        if found.name in {"logout", "login"} or found.name.startswith("security"):
            continue
        url = place(found.name, route, found.object, thing)
        honest = done(world, who, url, world.body(found.name, method, thing))
        forged = done(world, who, url, {**FORGED, **world.body(found.name, method, thing)})
        sent += honest[0] < 400
        wrong += (
            [] if forged == honest or 400 <= forged[0] < 500 else [f"{found.name}: {honest[0]} {forged[0]}"]
        )
    assert wrong == [] and sent >= 5
