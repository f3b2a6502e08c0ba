# SPDX-License-Identifier: Apache-2.0
"""The vault over the API: two programs open it, a look leaves no copy, others are refused."""

from __future__ import annotations

import pytest

from nadzor.base import clock
from nadzor.people.models import GivenAnswer
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records.models import ShredOrder, VaultLook
from tests.openings import CLINIC, sites
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
