# SPDX-License-Identifier: Apache-2.0
"""Lists tell the log of readings what they showed, so that an owner's counts are true."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from nadzor.actions.say_listed import said_of, say_listed
from nadzor.base.home import Home
from nadzor.people.queries import Person, person
from nadzor.records.models import ReadEntry

CLIENTS = Callable[..., Client]
LISTS = ("signals", "devices", "filings", "months", "journal")
EMPTY = ("events", "warnings")
API = ("signals", "events", "filings", "warnings")


class Carrier:
    """A request, as far as this goes."""


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_kept_with_its_rows(client_of: CLIENTS, house: Home, name: str) -> None:
    """Every list leaves exactly one entry, with as many rows as it showed."""
    page = client_of("inspector").get(reverse(name)).content.decode()
    (kept,) = ReadEntry.objects.all()
    rows = len(re.findall(r"<tr", page.split('id="refused"')[0])) + len(re.findall(r'class="title"', page))
    assert (kept.route, kept.by) == (name, "inspector")
    assert 0 < kept.rows <= rows


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_list_showed_nothing(client_of: CLIENTS, house: Home, name: str) -> None:
    """A list that nothing fits is kept as a reading of no rows, not of one."""
    client_of("inspector").get(reverse(name))
    assert [(row.route, row.rows) for row in ReadEntry.objects.all()] == [(name, 0)]


@pytest.mark.parametrize("name", API)
def test_the_api_says_its_rows_too(client_of: CLIENTS, house: Home, name: str) -> None:
    """A list by the API is kept with exactly the number of items it answered with."""
    told = client_of("inspector").get(f"/api/v1/{name}", {"limit": "3"}).json()
    (kept,) = ReadEntry.objects.all()
    assert kept.rows == len(told["items"])
    owners = {each["device"] or "" for each in told["items"]}
    assert kept.device == (owners.pop() if len(owners) == 1 else "")


def test_a_list_of_one_device_is_its_owners(client_of: CLIENTS, house: Home) -> None:
    """A list narrowed to a device names it, and its rows are counted for its owner alone."""
    from nadzor.actions.show_readings import show_readings
    from nadzor.base import clock
    from nadzor.vigilance.models import Signal

    device = Signal.objects.exclude(device="").values_list("device", flat=True).first()
    answer = client_of("inspector").get("/api/v1/signals", {"device": str(device)}).json()
    client_of("inspector").get(reverse("devices"))
    kept = ReadEntry.objects.order_by("id").first()
    assert kept is not None
    assert (kept.device, kept.rows) == (device, len(answer["items"]))
    maker = _maker_of(str(device))
    counts = {row.kind: row.rows for row in show_readings(house, maker, now=clock.now()).counts}
    assert counts == {"signals": len(answer["items"]), "operation": 0}


def test_rows_of_several_owners_are_everybodys() -> None:
    """One device: its own; two devices, or a row of none: one entry of everybody; nothing: no rows."""
    found = []
    for devices in (["a", "a"], ["a", "b"], ["a", None], []):
        carrier = Carrier()
        say_listed(carrier, devices)
        (one,) = said_of(carrier)
        found.append((one.device, one.rows))
    assert found == [("a", 2), ("", 2), ("", 2), ("", 0)]


def test_what_was_known_is_kept_with_its_rows(client_of: CLIENTS, house: Home) -> None:
    """The page of a day says how many lines it showed, and of which device."""
    answer = client_of("inspector").get(
        reverse("known"), {"kind": "device", "ref": "ai-001", "on": "2026-01-01"}
    )
    (kept,) = ReadEntry.objects.all()
    assert answer.status_code == 200
    assert (kept.device, kept.rows >= 1) == ("ai-001", True)


def _maker_of(device: str) -> Person | None:
    from nadzor.people.models import User
    from nadzor.register.models import Device

    maker = Device.objects.get(code=device).maker
    account = User.objects.get(username="manufacturer_admin")
    account.organisation = maker
    return person(account)
