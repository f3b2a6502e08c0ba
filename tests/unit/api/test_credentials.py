# SPDX-License-Identifier: Apache-2.0
"""Signing in at the API: tokens that act as their owner, sessions that prove where a call comes from."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.test import Client

from nadzor.actions.give_api_token import give_api_token, revoke_api_token
from nadzor.actions.reset_password import reset_password
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.models import ApiToken, User
from nadzor.people.queries import CONSOLE, api_tokens
from nadzor.records import audit
from tests.filing_samples import HEAD, MAKER_ADMIN, REGISTRAR, town
from tests.unit.api.callers import API, account, calling, code_of, post

pytestmark = pytest.mark.django_db


def token(who, *, scope="read", days=30, now=None):
    """A fresh token of a person."""
    account(who)
    return give_api_token(who.username, days=days, scope=scope, by=CONSOLE, now=now or clock.now()).token


def bearing(secret):
    """A client that sends a token with every call."""
    return Client(headers={"authorization": f"Bearer {secret}"})


def test_a_token_acts_as_its_owner_and_never_more():
    """In the role the account has now, not in the one it had."""
    client = bearing(token(REGISTRAR))
    assert client.get(f"{API}/me").json()["role"] == "registrar"
    User.objects.filter(username=REGISTRAR.username).update(role="clinic")
    assert client.get(f"{API}/me").json()["role"] == "clinic"


def test_only_its_hash_is_kept_and_its_use_is_noted():
    """The secret is in no row; the first letters tell tokens apart."""
    secret = token(REGISTRAR)
    row = ApiToken.objects.get()
    assert secret not in {row.digest, row.prefix}
    assert secret.startswith(row.prefix)
    assert row.used_at is None
    bearing(secret).get(f"{API}/me")
    (card,) = api_tokens(REGISTRAR.username)
    assert card.used_at is not None


def test_a_token_is_given_and_revoked_on_the_record(caplog):
    """The chain holds who and why, and neither it nor the log holds the secret."""
    with caplog.at_level(logging.DEBUG):
        secret = token(REGISTRAR)
        prefix = secret[:12]
        assert revoke_api_token(prefix, by=CONSOLE, now=clock.now()) == 1
        assert revoke_api_token(prefix, by=CONSOLE, now=clock.now()) == 0
        assert code_of(bearing(secret).get(f"{API}/me")) == (401, "people.token-refused")
    links = audit.entries()
    assert [link.verb for link in links[:2]] == ["people.token.revoke", "people.token.give"]
    assert secret not in str(links) + caplog.text


def test_tokens_that_open_nothing_are_refused_alike():
    """Unknown, expired, of a closed account, of a changed password, or no token at all."""
    now = clock.now()
    secrets = [token(REGISTRAR, days=1, now=now - timedelta(days=2)), "nzp_" + "x" * 43, "", "x" * 5000]
    closed, changed = token(HEAD), token(MAKER_ADMIN)
    User.objects.filter(username=HEAD.username).update(is_active=False)
    reset_password(MAKER_ADMIN.username, by=CONSOLE, now=now)
    for secret in (*secrets, closed, changed):
        answer = bearing(secret).get(f"{API}/me")
        assert code_of(answer) == (401, "people.token-refused")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert code_of(Client(headers={"authorization": "Basic aGk6aGk="}).get(f"{API}/me"))[0] == 401


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"days": 0}, "people.token-days"),
        ({"days": 366}, "people.token-days"),
        ({"days": 1, "scope": "admin"}, "people.token-scope"),
        ({"days": 1, "username": "nobody"}, "people.account-unknown"),
        ({"days": 1, "by": HEAD}, "people.operator-only"),
    ],
)
def test_a_token_has_bounds(given, code):
    """A year at most, two scopes, a standing account, given by whoever runs the house."""
    account(REGISTRAR)
    username = given.pop("username", REGISTRAR.username)
    with pytest.raises(Refusal) as refused:
        give_api_token(username, **{"by": CONSOLE, "now": clock.now(), **given})
    assert refused.value.code == code


def test_what_begins_like_no_token_is_not_revoked():
    """A typing mistake is told."""
    with pytest.raises(Refusal, match="people.token-unknown"):
        revoke_api_token("nzp_nothing", by=CONSOLE, now=clock.now())


def test_a_reading_token_writes_nothing():
    """403 before the deed; imagining moves is reading."""
    client = bearing(token(MAKER_ADMIN))
    assert code_of(post(client, "opinions", {"answers": {"route": "eaeu"}})) == (403, "api.read-only")
    guess = {"steps": [{"verb": "submit", "on": "2026-12-01"}]}
    assert code_of(post(client, "filings/2026-000009/what-if", guess)) == (404, "filing.unknown")
    writer = bearing(token(MAKER_ADMIN, scope="write"))
    assert post(writer, "opinions", {"answers": {"route": "eaeu"}}).status_code == 201


def test_guessing_is_slowed_down_and_harms_nobody_else():
    """After twenty refused tokens an address is told to wait; a good token still opens."""
    bad = bearing("nzp_wrong")
    codes = [code_of(bad.get(f"{API}/me")) for _ in range(22)]
    assert (codes[0], codes[-1]) == ((401, "people.token-refused"), (429, "api.too-many"))
    assert bearing(token(REGISTRAR)).get(f"{API}/me").status_code == 200


def test_a_browser_proves_that_the_portal_sent_it():
    """A session alone writes nothing: another site could have sent the form."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(account(MAKER_ADMIN), backend="django.contrib.auth.backends.ModelBackend")
    answers = {"answers": {"route": "eaeu"}}
    assert client.get(f"{API}/me").status_code == 200
    assert code_of(post(client, "opinions", answers)) == (403, "api.csrf")
    secret = "x" * 32
    client.cookies["nadzor_csrf"] = secret
    assert post(client, "opinions", answers, headers={"x-csrftoken": secret}).status_code == 201


def test_nobody_is_told_to_sign_in():
    """Every signed-in route answers 401 to the public, in the caller's language, with the way in."""
    page = Client().get(f"{API}/openapi.json").json()
    closed = [
        (method, path)
        for path, methods in page["paths"].items()
        for method, operation in methods.items()
        if "security" in operation
    ]
    assert len(closed) > 25
    for method, path in closed:
        address = path.format(
            number="2026-000001", kind="x", edition=1, index=0, id=1, code="ai-901", month="2026-10",
            week="2026-W47", year=2026, series="use-month", period="2026-10",
        )  # fmt: skip
        answer = Client().generic(method.upper(), address, "{}", content_type="application/json")
        assert code_of(answer) == (401, "api.anonymous"), path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_one_key_means_one_deed():
    """The same call under one Idempotency-Key gets the first answer; another call under it is refused."""
    town()
    client, key = calling(MAKER_ADMIN), {"headers": {"Idempotency-Key": "a-1"}}
    body = {"procedure": "registration_simplified", "form": {"name": {"ru": "Один", "en": "One"}}}
    first, again = post(client, "filings", body, **key), post(client, "filings", body, **key)
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.headers["Location"] == f"{API}/filings/{first.json()['number']}"
    assert len(client.get(f"{API}/filings").json()["items"]) == 1
    other = post(client, "filings", {**body, "title": {"ru": "Два", "en": "Two"}}, **key)
    assert code_of(other) == (409, "api.key-reused")
    assert post(calling(REGISTRAR), "opinions", {"answers": {"route": "eaeu"}}, **key).status_code == 201


def test_a_key_that_cannot_be_kept_is_refused():
    """Too long to be anybody's."""
    answer = post(calling(REGISTRAR), "opinions", {"answers": {}}, headers={"Idempotency-Key": "x" * 300})
    assert code_of(answer) == (422, "api.key-malformed")
