# SPDX-License-Identifier: Apache-2.0
"""The gate in front of every view: shut where the table is silent, and the same words for a whole role."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from nadzor.people import access
from nadzor.register.models import RefusedMove
from nadzor.site import urls
from tests.filing_samples import AUDITOR, CLINIC, HEAD, INSPECTOR, MAKER_ADMIN, town
from tests.unit.api.callers import API, calling, program

pytestmark = pytest.mark.django_db
urlpatterns = [
    path("forgotten/", lambda request: HttpResponse("secret"), name="forgotten"),
    *urls.urlpatterns,
]


@pytest.fixture(autouse=True)
def _people(home):
    town()


def test_an_address_without_a_row_is_shut_and_called_our_fault(settings, capsys):
    """A view that somebody forgot to enter answers nobody, the head not excepted."""
    settings.ROOT_URLCONF = __name__
    for client in (calling(None), calling(HEAD)):
        answer = client.get("/forgotten/")
        assert answer.status_code == 403 and b"secret" not in answer.content
        assert b"people.address-shut" in answer.content
    said = capsys.readouterr()
    assert "site.address.unnamed" in said.out + said.err


def test_an_operation_without_a_row_is_shut(monkeypatch):
    """For a session and for a token alike."""
    rest = {name: row for name, row in access.table().items() if name != "api:read_me"}
    monkeypatch.setattr(access, "table", lambda: rest)
    for client in (calling(None), calling(HEAD), program(HEAD)):
        answer = client.get(f"{API}/me")
        assert (answer.status_code, answer.json()["code"]) == (403, "people.address-shut")


def test_the_public_signs_in_and_comes_back():
    """A page sends to the sign-in page, an operation says 401."""
    answer = calling(None).get("/signals/?state=open")
    assert answer.status_code == 302 and answer["Location"] == "/login/?next=/signals/%3Fstate%3Dopen"
    assert calling(None).post("/signals/1/move/")["Location"] == "/login/?next=/"
    assert calling(None).post("/opinions/")["Location"] == "/login/?next=/qualify/result/"
    assert calling(None).get(f"{API}/me").json()["code"] == "api.anonymous"


def test_a_role_that_may_not_come_in_is_told_so_and_counted():
    """By session and by token, at a page and at an operation; whatever the address names."""
    for address in ("/clinic-words/", "/duty/set/"):
        assert calling(CLINIC).post(address).status_code == 403
    assert b"people.desk-of-others" in calling(MAKER_ADMIN).get("/morning/").content
    for client in (calling(CLINIC), program(CLINIC)):
        for number in ("2026-000001", "no-such"):
            answer = client.get(f"{API}/filings/{number}")
            assert (answer.status_code, answer.json()["code"]) == (404, "filing.unknown")
    assert RefusedMove.objects.filter(role="clinic", code="people.desk-of-others").exists()


def test_a_role_is_refused_before_anything_it_sent_is_read():
    """What may not come in is not told what is wrong with its words."""
    answer = calling(AUDITOR).post(f"{API}/duty", "no json", content_type="application/json")
    assert answer.json()["code"] == "people.head-only"


def test_a_method_that_an_operation_has_not_stays_what_it_was():
    """The API itself says 405."""
    assert calling(INSPECTOR).delete(f"{API}/me").status_code == 405
    assert calling(None).put(f"{API}/problems").status_code == 405


def test_a_disabled_account_is_the_public():
    """In the middle of a visit, from one request to the next; its token as well."""
    from nadzor.people.models import User

    client, token = calling(INSPECTOR), program(INSPECTOR)
    assert client.get("/morning/").status_code == 200 and token.get(f"{API}/me").status_code == 200
    User.objects.filter(username=INSPECTOR.username).update(is_active=False)
    assert client.get("/morning/").status_code == 302
    assert client.get(f"{API}/me").status_code == 401 and token.get(f"{API}/me").status_code == 401


def test_addresses_that_are_open_ask_nobody():
    """Register, health and the notices need no account."""
    for address in ("/register/", "/health/live", "/notices/", f"{API}/notices"):
        assert Client().get(address).status_code == 200, address
