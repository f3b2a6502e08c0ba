# SPDX-License-Identifier: Apache-2.0
"""Whoever sees somebody's data is in the log of readings before the page has left the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.people.queries import CONSOLE
from nadzor.records.models import AuditEntry, Notice, ReadEntry
from nadzor.records.reading import shown

CLIENTS = Callable[..., Client]
STAFF = ("inspector", "head", "registrar", "moscow_centre", "auditor")


def entries() -> list[tuple[str, str, str, str, str]]:
    """Readings as (by, route, device, organisation, way)."""
    return list(ReadEntry.objects.order_by("id").values_list("by", "route", "device", "organisation", "way"))


@pytest.mark.parametrize("role", STAFF)
def test_a_page_of_a_device_leaves_its_owner_a_trace(client_of: CLIENTS, role: str) -> None:
    """Each role of the regulator that opens a device is kept with the device, by account."""
    answer = client_of(role).get(reverse("device", args=["ai-001"]))
    assert answer.status_code == 200
    assert [row[:3] for row in entries()] == [(role, "device", "ai-001")]


def test_a_list_over_everything_is_one_entry(client_of: CLIENTS) -> None:
    """A list is one entry of all devices; a list that was narrowed to a device is that device's."""
    client = client_of("inspector")
    client.get(reverse("events"))
    client.get(reverse("events"), {"device": "ai-002"})
    assert list(ReadEntry.objects.order_by("id").values_list("subject", "device")) == [
        ("all devices", ""), ("device ai-002", "ai-002"),
    ]  # fmt: skip


def test_an_owner_is_kept_with_its_organisation(client_of: CLIENTS, house: Home) -> None:
    """A maker that reads its own device is kept too, under its own code."""
    from nadzor.people.models import User
    from nadzor.register.models import Device

    maker = User.objects.get(username="manufacturer_admin")
    code = Device.objects.filter(maker=maker.organisation).values_list("code", flat=True).first()
    assert client_of("manufacturer_admin").get(reverse("device", args=[code])).status_code == 200
    assert entries() == [("manufacturer_admin", "device", code, maker.organisation.code, "portal")]


def test_a_clinic_is_kept_without_its_account(client_of: CLIENTS, house: Home) -> None:
    """The account and the code of a clinic are nowhere in the log: its pseudonyms stand for both."""
    from nadzor.people.models import User

    clinic = User.objects.get(username="clinic")
    assert client_of("clinic").get(reverse("clinic")).status_code == 200
    row = ReadEntry.objects.get()
    assert row.by.startswith("u-")
    assert row.organisation == row.site
    assert row.site.startswith("s-")
    assert clinic.organisation.code not in (row.organisation, row.subject, row.site)


def test_public_pages_and_the_public_leave_no_trace(client_of: CLIENTS) -> None:
    """What is open to everybody is nobody's sensitive data, whoever reads it."""
    client_of("inspector").get(reverse("register"))
    client_of().get(reverse("register"))
    client_of("inspector").get(reverse("help"))
    assert entries() == []


def test_a_token_is_kept_like_its_owner(client_of: CLIENTS, house: Home) -> None:
    """The API by token and by session leaves the same trace as a page."""
    given = give_api_token("inspector", scope="read", days=1, by=CONSOLE, now=clock.now())
    token = given if isinstance(given, str) else given.token
    answer = Client().get("/api/v1/devices/ai-001/gaps", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert client_of("head").get("/api/v1/devices/ai-001/gaps").status_code == 200
    assert [(by, route, device, way) for by, route, device, _org, way in entries()] == [
        ("inspector", "api:read_device_gaps", "ai-001", "api"),
        ("head", "api:read_device_gaps", "ai-001", "api"),
    ]


def test_what_cannot_be_recorded_is_not_shown(client_of: CLIENTS) -> None:
    """Where the log cannot be written the page and the API answer 503, and no figure leaves."""
    client = client_of("inspector")
    with patch("nadzor.actions.note_reading.record_reads", side_effect=DatabaseError("locked")):
        page = client.get(reverse("device", args=["ai-001"]))
        told = client.get("/api/v1/devices/ai-001/gaps")
    assert (page.status_code, told.status_code) == (503, 503)
    assert "reading.unrecorded" in page.content.decode()
    assert told.json()["code"] == "reading.unrecorded"


def test_attempts_at_foreign_data_are_counted_and_told(client_of: CLIENTS, house: Home) -> None:
    """Attempts that are turned away are no readings; one more than the norm tells the auditor, once."""
    client = client_of("manufacturer_admin")
    for number in range(23):
        assert client.get(reverse("signal", args=[900_000 + number])).status_code == 404
    assert set(ReadEntry.objects.values_list("way", "device", "rows")) == {("refused", "", 0)}
    assert ReadEntry.objects.count() == 23
    assert AuditEntry.objects.filter(verb="records.reading.probe").count() == 1
    told: Any = Notice.objects.filter(role="auditor", subject="account manufacturer_admin")
    assert told.count() == 1


def test_a_form_given_back_is_a_reading(client_of: CLIENTS, house: Home) -> None:
    """A refused form shows its page again, and so its reading is kept; a redirect shows nothing."""
    from nadzor.vigilance.models import Signal

    signal = Signal.objects.exclude(device="").first()
    assert signal is not None
    client = client_of("inspector")
    answer = client.post(reverse("signal-move", args=[signal.pk]), {"verb": "dismiss"})
    kept = [route for _by, route, _device, _organisation, _way in entries()]
    assert kept == (["signal-move"] if answer.status_code in (200, 400, 409, 422) else [])


def test_an_address_nobody_entered_counts_as_everything() -> None:
    """Deny by default: what the table does not name is kept as a list over all data."""
    found = shown("a-page-of-tomorrow")
    assert (found.is_sensitive, found.of) == (True, "all")
