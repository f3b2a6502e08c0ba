# SPDX-License-Identifier: Apache-2.0
"""A head who declared an interest in a maker keeps nothing from that maker."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from nadzor.actions.declare_interest import declare_interest
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.people.models import User
from nadzor.people.queries import person
from nadzor.records.models import AccessDeferral
from nadzor.register.models import Device

CLIENTS = Callable[..., Client]


def test_an_interest_bars_a_deferral(client_of: CLIENTS, house: Home) -> None:
    """The form is refused and nothing stands; another maker's device may still be deferred."""
    mine = Device.objects.select_related("maker").get(code="ai-001")
    other = Device.objects.exclude(maker=mine.maker).values_list("code", flat=True).first()
    head = person(User.objects.get(username="head"))
    declare_interest(mine.maker.code, why="a relative works there", by=head, now=clock.now())
    client, told = client_of("head"), {"site": "", "days": "5", "because": "an inspection"}
    barred = client.post(reverse("deferral-place"), {**told, "device": "ai-001"})
    allowed = client.post(reverse("deferral-place"), {**told, "device": str(other)})
    assert (barred.status_code, allowed.status_code) == (403, 302)
    assert list(AccessDeferral.objects.values_list("device", flat=True)) == [other]
