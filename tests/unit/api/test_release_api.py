# SPDX-License-Identifier: Apache-2.0
"""Releases and embargoes over the API: who may read, build, publish and hide, and who keeps out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.import_register import import_register
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.embargoes import hidden_details
from nadzor.records.models import Release
from nadzor.register.models import Delegation, Interest
from tests.open_samples import release, table
from tests.register_samples import NOW, device, foreign_device, register
from tests.unit.api.callers import API, account, calling, code_of, post

pytestmark = pytest.mark.django_db
HEAD = Person("head", "head", Role.HEAD)
REGISTRAR = Person("registrar", "registrar", Role.REGISTRAR)
AUDITOR = Person("auditor", "auditor", Role.AUDITOR)
CLINIC = Person("ward", "ward", Role.CLINIC, "ward")
PERIOD = "2026-09"
PUBLISH = f"releases/use-month/{PERIOD}/publish"
HIDING = {"device": "ai-901", "version": "1.0", "hides": ["version"], "because": "no repair yet"}


@pytest.fixture
def built(home):
    """A table that stood the attack and waits for the head."""
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    release(home, table(PERIOD), at=clock.now(), is_out=False)
    Release.objects.update(attack={"close": 0, "narrowest": 0.2, "beside": []})


def delegated(matter):
    """An order of the head that names the registrar for a matter, today."""
    today = moscow_date(clock.now())
    Delegation.objects.create(
        to=account(REGISTRAR).username, order="12-r", valid_from=today, valid_until=today + timedelta(days=2),
        procedures=[matter], given_at=clock.now(), given_by="head",
    )  # fmt: skip


def test_the_office_reads_and_others_do_not(built):
    """Head, registrar and auditor read list and card; a clinic and whoever has not signed in do not."""
    for who in (HEAD, REGISTRAR, AUDITOR):
        (one,) = calling(who).get(f"{API}/releases").json()["items"]
        assert one == calling(who).get(f"{API}/releases/use-month/{PERIOD}").json()
        assert (one["is_safe"], one["published_at"]) == (True, None)
    assert calling(CLINIC).get(f"{API}/releases").status_code == 403
    assert calling(None).get(f"{API}/releases").status_code == 401
    assert code_of(calling(HEAD).get(f"{API}/releases/use-month/2026-08")) == (404, "release.unknown")


def test_the_head_publishes_once(built):
    """Published once, on record; a second time is a conflict."""
    done = post(calling(HEAD), PUBLISH)
    assert done.status_code == 200, done.content
    assert done.json()["published_by"] == "head"
    assert audit.entries(verb="records.release.publish")[0].by == "head"
    assert code_of(post(calling(HEAD), PUBLISH)) == (409, "release.published")


def test_a_registrar_publishes_by_order_alone(built):
    """Without an order that names releases a registrar may not; with it the order is on record."""
    assert code_of(post(calling(REGISTRAR), PUBLISH)) == (403, "filing.no-delegation")
    delegated("release")
    assert post(calling(REGISTRAR), PUBLISH).status_code == 200
    assert audit.entries(verb="records.release.publish")[0].because == "12-r"


def test_who_has_an_interest_keeps_out(built):
    """An interest in the maker of any device that stands in the table bars from publishing it."""
    maker = calling(None).get(f"{API}/register/devices/ai-901").json()["maker"]["code"]
    Interest.objects.create(
        username=account(HEAD).username, organisation=maker, why="shares", declared_at=NOW, declared_by="head"
    )
    assert code_of(post(calling(HEAD), PUBLISH)) == (403, "filing.interest")
    assert Release.objects.get().published_at is None


def test_an_embargo_is_placed_and_ended(built):
    """It hides from the public until it is ended; what is asked wrongly is refused with its place."""
    until = (clock.now() + timedelta(days=3)).isoformat()
    made = post(calling(HEAD), "embargoes", {**HIDING, "until": until})
    assert made.status_code == 201, made.content
    id = made.json()["id"]
    assert hidden_details("ai-901", "1.0", now=clock.now()) == {"version"}
    assert calling(AUDITOR).get(f"{API}/embargoes").json()["items"][0]["id"] == id
    ended = post(calling(HEAD), f"embargoes/{id}/end", {"because": "repaired"})
    assert ended.json()["end_because"] == "repaired"
    assert hidden_details("ai-901", "1.0", now=clock.now()) == frozenset()
    wrong = post(calling(HEAD), "embargoes", {**HIDING, "until": until, "hides": ["danger"]})
    assert code_of(wrong)[1] == "embargo.details"
    assert code_of(post(calling(HEAD), "embargoes/9999/end", {"because": "x"})) == (404, "embargo.unknown")
    assert code_of(post(calling(REGISTRAR), "embargoes", {**HIDING, "until": until}))[0] == 403
    assert post(calling(CLINIC), "embargoes", {**HIDING, "until": until}).status_code == 403
