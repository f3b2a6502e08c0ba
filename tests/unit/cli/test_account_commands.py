# SPDX-License-Identifier: Apache-2.0
"""`nadzor account`: tokens, second factors, sessions, links; each deed is in the chain."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from nadzor.actions.add_factor import add_app
from nadzor.actions.create_home import create_home
from nadzor.actions.create_staff import create_staff
from nadzor.base import clock
from nadzor.people.models import User
from tests.sign_in_samples import PASSWORD
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A home with an account for each role."""
    found = create_home(home.root)
    create_staff(now=clock.now())
    for username in ("head", "clinic"):
        user = User.objects.get(username=username)
        user.set_password(PASSWORD)
        user.save()
    return found


def test_a_token_is_shown_once(house):
    """The secret on giving; afterwards only how it begins."""
    given = answer(house, "account", "token", "registrar", "--days", 30, "--write")
    assert (given["role"], given["scope"]) == ("registrar", "write")
    (listed,) = answer(house, "account", "tokens", "registrar")
    assert listed["prefix"] == given["token"][:12]
    assert given["token"] not in str(listed)
    assert answer(house, "account", "token-revoke", listed["prefix"])["revoked"] == 1
    assert answer(house, "account", "tokens", "registrar")[0]["revoked_at"]


def test_a_token_for_nobody_or_for_ever_is_refused(house):
    """Unknown account, more than a year, unknown token."""
    for asked, code in (
        (("token", "nobody"), "people.account-unknown"),
        (("token", "registrar", "--days", 400), "people.token-days"),
        (("token-revoke", "nzp_nothing"), "people.token-unknown"),
    ):
        assert code in refused(ask(house, "account", *asked))


def test_the_operator_takes_a_lost_factor_off(house):
    """The state first; after the reset no factor and no session is left, and the chain says so."""
    from nadzor.people import totp
    from nadzor.records import audit

    secret = totp.new_secret()
    add_app("head", secret=secret, typed=totp.code_of(secret, totp.step_of(clock.now())), now=clock.now())
    before = answer(house, "account", "second-factor", "head")
    assert (before["app"], before["recovery_codes"], before["taken_off"]) == (True, 10, 0)
    assert answer(house, "account", "second-factor", "head", "--reset")["taken_off"] == 1
    after = answer(house, "account", "second-factor", "head")
    assert (after["app"], after["recovery_codes"]) == (False, 0)
    assert audit.entries(verb="people.factor.reset")[0].by == "console"
    assert secret not in str(audit.entries(object="head"))


def test_sessions_are_listed_and_ended(house):
    """Ending them signs the browser out; an account nobody has is refused."""
    browser = Client(REMOTE_ADDR="10.1.2.3", headers={"user-agent": "a browser"})
    browser.post("/login/", {"username": "head", "password": PASSWORD})
    (found,) = answer(house, "account", "sessions", "head")
    assert (found["address"], found["agent"]) == ("10.1.2.3", "a browser")
    assert answer(house, "account", "sessions", "head", "--end")["ended"] == 1
    assert browser.get("/account/security/").status_code == 302
    assert answer(house, "account", "sessions", "head") == []
    assert "people.account-unknown" in refused(ask(house, "account", "sessions", "nobody", "--end"))
    assert "people.account-unknown" in refused(ask(house, "account", "second-factor", "nobody"))


def test_a_locked_account_is_shut_until_it_is_opened(house):
    """Its session ends, its token stops, its password opens nothing; the chain has a clinic's pseudonym."""
    from nadzor.records import audit

    answer(house, "account", "token", "clinic")
    browser = Client()
    browser.post("/login/", {"username": "clinic", "password": PASSWORD})
    told = answer(house, "account", "lock", "clinic")
    assert (told["is_open"], told["sessions_ended"], told["tokens_revoked"]) == (False, 1, 1)
    assert browser.post("/login/", {"username": "clinic", "password": PASSWORD}).status_code == 200
    assert answer(house, "account", "lock", "clinic", "--open")["is_open"] is True
    assert browser.post("/login/", {"username": "clinic", "password": PASSWORD}).status_code == 302
    deed = audit.entries(verb="people.account.lock")[0]
    assert deed.object.startswith("u-") and "people.account-unknown" in refused(
        ask(house, "account", "lock", "x")
    )


def test_the_operator_links_an_account(house):
    """To the provider of oidc.json; without one, or with nothing for a subject, it is refused."""
    from nadzor.people.session_cards import links

    assert "people.foreign-off" in refused(ask(house, "account", "link", "head", "--subject", "42"))
    told = {"issuer": "https://idp.example", "client_id": "x", "client_auth": "secret_post"}
    (house.root / "oidc.json").write_text(json.dumps(told | {"label": {"ru": "Вход", "en": "Door"}}))
    assert answer(house, "account", "link", "head", "--subject", "42")["issuer"] == "https://idp.example"
    assert [one.issuer for one in links("head")] == ["https://idp.example"]
    assert "people.foreign-taken" in refused(ask(house, "account", "link", "auditor", "--subject", "42"))
    assert "people.foreign-subject" in refused(ask(house, "account", "link", "auditor", "--subject", ""))
