# SPDX-License-Identifier: Apache-2.0
"""The vault over the API: two programs open it, a look leaves no copy, others are refused."""

from __future__ import annotations

import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.join_identifiers import sealed_path
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.people.models import GivenAnswer
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import vault
from nadzor.records.models import ShredOrder, VaultLook
from nadzor.register.models import Device
from nadzor_wire.canonical import canonical
from tests.openings import CLINIC, sites
from tests.register_samples import NOW, device, register
from tests.unit.api.callers import API, calling, code_of, post

pytestmark = pytest.mark.django_db
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
HEAD = Person("head", "head", Role.HEAD)
REGISTRAR = Person("registrar", "registrar", Role.REGISTRAR)
CLINICAL = Person("ward", "ward", Role.CLINIC, "ward")
ASKED = {"purpose": "court", "because": "Order 12 of a court"}


def asked(home):
    """A request of the inspector: its number and its site."""
    site, _ = sites(home)
    return post(calling(INSPECTOR), "vault/openings", {**ASKED, "sites": [site]}).json()["id"], site


def approved(id):
    """The head's word."""
    given = {"decision": "approve", "because": "read"}
    return post(calling(HEAD), f"vault/openings/{id}/decision", given)


def test_two_open_and_a_look_leaves_no_copy(home):
    """The answer is no-store, and under an idempotency key nothing of it is kept; twice is two looks."""
    id, site = asked(home)
    assert approved(id).json()["state"] == "open"
    for _ in range(2):
        found = post(
            calling(INSPECTOR),
            f"vault/openings/{id}/looks",
            {"site": site},
            headers={"Idempotency-Key": "k1"},
        )
        assert found.json()["clinic"]["oid"] == CLINIC.oid
        assert "no-store" in found.headers["Cache-Control"]
    assert (VaultLook.objects.count(), GivenAnswer.objects.count()) == (2, 0)
    assert CLINIC.oid not in calling(HEAD).get(f"{API}/vault/openings").content.decode()
    assert post(calling(HEAD), f"vault/openings/{id}/end").json()["state"] == "closed"
    refused = post(calling(HEAD), f"vault/openings/{id}/looks", {"site": site})
    assert code_of(refused) == (409, "vault.opening-state")


def test_asking_twice_under_one_key_asks_once(home):
    """A program that lost the answer gets it again."""
    site, _ = sites(home)
    told = [
        post(
            calling(INSPECTOR), "vault/openings", {**ASKED, "sites": [site]}, headers={"Idempotency-Key": "a"}
        )
        for _ in range(2)
    ]
    assert told[0].json() == told[1].json()


def test_others_are_refused(home):
    """A clinic, a registrar and whoever has not signed in; the asker does not approve."""
    id, site = asked(home)
    for who in (CLINICAL, REGISTRAR):
        for answer in (
            calling(who).get(f"{API}/vault/openings"),
            calling(who).get(f"{API}/vault/openings/{id}"),
            post(calling(who), "vault/openings", {**ASKED, "sites": [site]}),
            post(calling(who), f"vault/openings/{id}/looks", {"site": site}),
        ):
            assert code_of(answer) == (403, "vault.not-yours")
    given = {"decision": "approve", "because": "mine"}
    refused = post(calling(INSPECTOR), f"vault/openings/{id}/decision", given)
    assert code_of(refused) == (403, "vault.two-people")
    assert calling(None).get(f"{API}/vault/openings").status_code == 401


def test_a_sealed_month_is_opened_by_two_and_leaves_no_copy(home):
    """Asked for by its name, approved, read as a file; each site in it is a look; a stranger gets nothing."""
    site, _ = sites(home)
    import_register(register(device()), by=CONSOLE, now=NOW)
    code = Device.objects.get().code
    path = sealed_path(home, Month(2026, 10), code)
    path.parent.mkdir(parents=True, exist_ok=True)
    paper = canonical({"lines": [{"organisation": {"oid": CLINIC.oid}}]})
    path.write_bytes(vault.seal_paper(paper, about=f"{code} 2026-10", home=home))
    asked_for = {"purpose": "named_month", "because": "Order 4472", "month": f"{code} 2026-10"}
    id = post(calling(INSPECTOR), "vault/openings", asked_for).json()["id"]
    early = post(calling(INSPECTOR), f"vault/openings/{id}/month")
    assert code_of(early) == (409, "vault.opening-state")
    approved(id)
    third = calling(Person("third", "third", Role.INSPECTOR))
    assert code_of(post(third, f"vault/openings/{id}/month")) == (403, "vault.not-yours")
    read = post(calling(INSPECTOR), f"vault/openings/{id}/month", headers={"Idempotency-Key": "m"})
    assert read.content == paper and "no-store" in read.headers["Cache-Control"]
    assert [one.site for one in VaultLook.objects.all()] == [site] and GivenAnswer.objects.count() == 0


def test_a_danger_is_opened_alone_and_reviewed(home):
    """By one, for that purpose; judged by another."""
    site, _ = sites(home)
    given = {"purpose": "danger", "because": "A scanner burns", "sites": [site], "alone": True}
    id = post(calling(INSPECTOR), "vault/openings", given).json()["id"]
    post(calling(INSPECTOR), f"vault/openings/{id}/end")
    judged = {"finding": "justified", "because": "It burned"}
    assert code_of(post(calling(INSPECTOR), f"vault/openings/{id}/review", judged)) == (
        403,
        "vault.not-yours",
    )
    assert post(calling(HEAD), f"vault/openings/{id}/review", judged).json()["finding"] == "justified"


def test_orders_to_destroy(home):
    """Listed for those who order, decided by another, refused to the desk of inspectors."""
    row = ShredOrder.objects.create(
        installation="i-x", month="2020-01", because="over", asked_by="registrar", asked_at=clock.now()
    )
    assert code_of(calling(INSPECTOR).get(f"{API}/destruction/orders")) == (403, "shred.not-yours")
    assert calling(HEAD).get(f"{API}/destruction/orders").json()["items"][0]["state"] == "asked"
    given = {"decision": "refuse", "because": "still needed"}
    own = post(calling(REGISTRAR), f"destruction/orders/{row.pk}/decision", given)
    assert code_of(own) == (403, "shred.two-people")
    assert post(calling(HEAD), f"destruction/orders/{row.pk}/decision", given).status_code == 200
    wanted = {"installation": "i-x", "month": "2020-13", "because": "over"}
    assert code_of(post(calling(REGISTRAR), "destruction/orders", wanted)) == (422, "shred.month")
