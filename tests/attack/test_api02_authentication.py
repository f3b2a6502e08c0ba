# SPDX-License-Identifier: Apache-2.0
"""API2:2023 Broken authentication: forged, changed, borrowed and guessed tokens; sessions without their form.

Brute force on the portal's own sign-in stands with the identity tests; tests/unit/api/test_credentials.py
holds scopes, revocation and the count of each token.
"""

from __future__ import annotations

import base64
import json

import pytest
from django.test import Client

from nadzor.people.models import User
from tests.filing_samples import HEAD, INSPECTOR, town
from tests.unit.api.callers import API, calling, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(home):
    town()


def token_of(who) -> str:
    """The header that signs a program in."""
    return str(program(who).defaults["HTTP_AUTHORIZATION"])


def bearer(text: str) -> Client:
    """A program with some text in the place of a token."""
    return Client(headers={"authorization": text})


def test_no_forged_token_opens_anything():
    """Empty, basic, an unsigned JWT, a token with a letter changed, two in one header, a NUL."""
    good = token_of(HEAD)
    claims = base64.urlsafe_b64encode(json.dumps({"sub": HEAD.username, "alg": "none"}).encode()).decode()
    other = good[:-1] + ("a" if good[-1] != "a" else "b")
    forged = (
        "Bearer ", "Basic aGVhZDpoZWFk", f"Bearer e30.{claims}.", other,
        f"{good}, {good}", good.replace("Bearer", "Token"), good.upper(), "Bearer \x01",
    )  # fmt: skip
    told = [bearer(each).get(f"{API}/me") for each in forged]
    assert {each.status_code for each in told} == {401}
    assert all(each.headers["WWW-Authenticate"].startswith("Bearer") for each in told)


def test_guessing_is_slowed_and_a_good_token_is_not():
    """After twenty wrong ones from an address the next is told to wait; whoever holds a good one goes on."""
    good = program(HEAD)
    told = [bearer("Bearer guess").get(f"{API}/me").status_code for _ in range(25)]
    assert told[0] == 401 and told[-1] == 429
    assert good.get(f"{API}/me").status_code == 200


def test_a_refused_token_does_not_fall_back_on_the_session():
    """A bad header beside a good cookie is refused: nobody is mixed up with somebody else."""
    client = calling(HEAD)
    assert client.get(f"{API}/me", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_a_token_in_an_address_is_none():
    """Addresses are logged and passed on; nothing in them signs anybody in."""
    token = token_of(HEAD).split()[1]
    for query in (f"token={token}", f"access_token={token}", f"api_key={token}"):
        assert Client().get(f"{API}/me?{query}").status_code == 401


def test_a_disabled_account_and_a_changed_role_count_at_once():
    """The token asks who its owner is each time."""
    client = program(INSPECTOR)
    assert client.get(f"{API}/signals/quiet").status_code == 200
    User.objects.filter(username=INSPECTOR.username).update(role="auditor")
    assert client.get(f"{API}/signals/quiet").status_code == 403
    User.objects.filter(username=INSPECTOR.username).update(is_active=False)
    assert client.get(f"{API}/me").status_code == 401
