# SPDX-License-Identifier: Apache-2.0
"""Likely duplicates as pages: laid side by side, judged with grounds, once, by the desk alone."""

from __future__ import annotations

import pytest

from nadzor.base import clock
from nadzor.vigilance.models import AdverseEvent, LikelySame


@pytest.fixture
def pair(client_of, house):
    """Two letters about one device, proposed as one event."""
    given = {"system": "ai-001", "wrong": ["missed"], "harm": "later", "event_on": clock.today().isoformat()}
    for once in ("a", "b"):
        client_of("inspector").post("/events/new/", given | {"once": once})
    first, second = AdverseEvent.objects.order_by("id")
    compared = {"device": "agrees", "version": "unknown", "event_type": "agrees", "problems": "differs"}
    LikelySame.objects.create(
        first=first, second=second, cluster=first.number, weight=17.0, probability=0.9999,
        compared=compared, found_at=clock.now(),
    )  # fmt: skip
    return {"first": first.number, "second": second.number}


def test_a_pair_stands_side_by_side(client_of, pair):
    """Both numbers, each field with how it compares, and no claim of certainty."""
    page = client_of("head", "en").get("/events/pairs/").content.decode()
    assert pair["first"] in page and pair["second"] in page
    assert "agrees" in page and "differs" in page and "&gt; 99%" in page and "100%" not in page


def test_a_verdict_needs_grounds_and_stands_once(client_of, pair):
    """Without grounds it is refused in place; then the newer is led by the older; a second is refused."""
    desk, same = client_of("inspector", "en"), pair | {"verdict": "same"}
    bare = desk.post("/events/pairs/judge/", same)
    assert bare.status_code >= 400 and f'href="#pair-{pair["first"]}' in bare.content.decode()
    assert desk.post("/events/pairs/judge/", same | {"because": "One letter, sent twice."}).status_code == 302
    led = AdverseEvent.objects.get(number=pair["second"])
    assert led.leading is not None and led.leading.number == pair["first"]
    assert "Led by" in desk.get(f"/events/{led.number}/").content.decode()
    assert desk.post("/events/pairs/judge/", same | {"because": "Again."}).status_code >= 400


def test_different_is_remembered(client_of, pair):
    """The pair is not asked about again, and neither event has moved."""
    desk = client_of("inspector", "en")
    desk.post("/events/pairs/judge/", pair | {"verdict": "different", "because": "Two rooms."})
    assert pair["first"] not in desk.get("/events/pairs/").content.decode()
    assert set(AdverseEvent.objects.values_list("state", flat=True)) == {"awaiting_report"}


@pytest.mark.parametrize("role", ["manufacturer_admin", "clinic", "auditor", "registrar", "operator"])
def test_pairs_are_the_desks(client_of, pair, role):
    """A pair tells of an event that is another's, so nobody else sees or judges one."""
    client = client_of(role)
    assert client.get("/events/pairs/").status_code == 403
    assert client.post("/events/pairs/judge/", pair | {"verdict": "same", "because": "x"}).status_code == 403
    assert LikelySame.objects.get().said == ""
