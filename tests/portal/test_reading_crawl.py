# SPDX-License-Identifier: Apache-2.0
"""Every address that shows somebody's data, opened as each role: no answer without its entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from nadzor.base.home import Home
from nadzor.people.access import table as entries
from nadzor.records.models import ReadEntry
from nadzor.records.reading import table
from tests.unit.site.test_reading_census import operations

CLIENTS = Callable[..., Client]
ROLES = ("inspector", "auditor", "manufacturer_admin", "clinic")


def things(role: str) -> dict[str, str]:
    """One object of each kind that the town has, preferably one that the role may see."""
    from nadzor.register.models import Device, Filing
    from nadzor.vigilance.models import AdverseEvent, Dispute, SafetyWarning, Signal

    device = str(Device.objects.values_list("code", flat=True).first())
    found: dict[str, Any] = {
        "code": device,
        "signal": Signal.objects.filter(device=device).values_list("pk", flat=True).first(),
        "event": AdverseEvent.objects.filter(device=device).values_list("number", flat=True).first(),
        "filing": Filing.objects.filter(device__code=device).values_list("number", flat=True).first(),
        "warning": SafetyWarning.objects.filter(device=device).values_list("number", flat=True).first(),
        "dispute": Dispute.objects.filter(device=device).values_list("pk", flat=True).first(),
        "batch": 0,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def addresses(known: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Readable addresses that the table calls sensitive: name, address, device that they are about."""
    paths = dict(operations())
    for name, row in table().routes.items():
        if not row.is_sensitive or name.startswith("console:") or name not in entries():
            continue
        value = known.get("code" if row.of == "device" else row.of, "")
        if name.startswith("api:"):
            path = paths.get(name, "")
            address = path.replace(f"{{{row.by}}}", value) if row.by and value else path
            if address and "{" not in address:
                yield name, address, row.of
            continue
        try:
            yield name, reverse(name, kwargs={row.by: value} if row.by and row.by[0] != "?" else {}), row.of
        except NoReverseMatch:
            continue


@pytest.mark.parametrize("role", ROLES)
def test_no_answer_with_somebodys_data_goes_unrecorded(client_of: CLIENTS, house: Home, role: str) -> None:
    """A good answer leaves its entry with the right owner; a refusal leaves no reading."""
    known, client, seen = things(role), client_of(role), 0
    for name, address, of in addresses(known):
        before = ReadEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        answer = client.get(address)
        kept = list(ReadEntry.objects.filter(id__gt=before).exclude(way="refused"))
        if answer.status_code != 200:
            assert kept == [] or answer.status_code in (400, 409, 422), (name, answer.status_code)
            continue
        seen += 1
        assert [row.route for row in kept] == [name], name
        if of in ("device", "signal", "event", "filing", "warning", "dispute"):
            assert kept[0].device == known["code"], name
    assert seen >= (4 if role == "clinic" else 8)
