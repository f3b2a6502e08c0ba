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
    given = answer(house, "account", "token", "clinic", "--days", 30, "--write")
    assert (given["role"], given["scope"]) == ("clinic", "write")
    (listed,) = answer(house, "account", "tokens", "clinic")
    assert listed["prefix"] == given["token"][:12]
    assert given["token"] not in str(listed)
    assert answer(house, "account", "token-revoke", listed["prefix"])["revoked"] == 1
    assert answer(house, "account", "tokens", "clinic")[0]["revoked_at"]


def test_a_token_for_nobody_or_for_ever_is_refused(house):
    """Unknown account, more than a year, unknown token."""
    for asked, code in (
        (("token", "nobody"), "people.account-unknown"),
        (("token", "clinic", "--days", 400), "people.token-days"),
        (("token-revoke", "nzp_nothing"), "people.token-unknown"),
    ):
        assert code in refused(ask(house, "account", *asked))


def with_app(username, *, since):
    """An account with an app since then; the app's secret."""
    from allauth.mfa.models import Authenticator

    from nadzor.people import totp

    secret = totp.new_secret()
    add_app(username, secret=secret, typed=totp.code_of(secret, totp.step_of(clock.now())), now=clock.now())
    Authenticator.objects.filter(user__username=username).update(created_at=since)
    return secret


def test_two_people_take_a_lost_factor_of_staff_off(house):
    """Asked at the console, confirmed there by the head, who proves it; the chain names both."""
    from nadzor.people import totp
    from nadzor.records import audit

    with_app("inspector", since=clock.now())
    secret = with_app("head", since="2026-01-01T00:00:00Z")
    before = answer(house, "account", "second-factor", "inspector")
    assert (before["app"], before["recovery_codes"], before["request"]) == (True, 10, None)
    assert "vault.because" in refused(ask(house, "account", "second-factor", "inspector", "--reset"))
    asked = answer(house, "account", "second-factor", "inspector", "--reset", "--because", "lost")
    assert (asked["taken_off"], [one["state"] for one in answer(house, "account", "resets")]) == (
        0,
        ["asked"],
    )
    code = totp.code_of(secret, totp.step_of(clock.now()) + 1)
    done = ask(
        house, "account", "confirm", asked["request"], "--as", "head", "--because", "seen", "--json",
        stdin=f"{PASSWORD}\n{code}\n",
    )  # fmt: skip
    said = json.loads(done.stdout[done.stdout.index("{") :])
    assert (said["state"], said["taken_off"]) == ("done", 1)
    assert answer(house, "account", "second-factor", "inspector")["app"] is False
    assert [audit.entries(verb=f"people.factor.{verb}")[0].by for verb in ("ask", "off")] == [
        "console",
        "head",
    ]
    assert secret not in str(audit.entries(object="head"))


def test_the_operator_takes_a_clinic_s_lost_factor_off(house):
    """As before, at once; the chain says so."""
    from nadzor.records import audit

    with_app("clinic", since=clock.now())
    assert answer(house, "account", "second-factor", "clinic", "--reset")["taken_off"] == 1
    assert audit.entries(verb="people.factor.reset")[0].by == "console"


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
