# SPDX-License-Identifier: Apache-2.0
"""Signing in by another system: the honest way works, no lie of a provider or a stranger opens anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from nadzor.actions.link_identity import link_identity
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from tests.identity_provider import CLIENT, EC, RSA, SECRET, IdentityProvider, serving
from tests.sign_in_samples import account, browser, give_password, set_up_app

pytestmark = pytest.mark.django_db
RETURN = "/login/foreign/return/"


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    """The provider, answering."""
    with serving(IdentityProvider()) as found:
        yield found


@pytest.fixture
def known(idp: IdentityProvider, home: Any) -> Iterator[Any]:
    """A house that knows the provider, and a maker linked to it."""
    told = {"issuer": idp.issuer, "client_id": CLIENT, "client_auth": "secret_post"}
    label = {"ru": "Госуслуги для проверки", "en": "the test provider"}
    (home.root / "oidc.json").write_text(json.dumps(told | {"label": label}))
    (home.keys / "oidc.secret").write_text(SECRET + "\n")
    user = account("maker", "manufacturer_admin")
    link_identity("maker", issuer=idp.issuer, subject="person-1", by=CONSOLE, now=clock.now())
    yield user
    translation.deactivate()


def began(client: Any, next: str = "") -> str:
    """Where the portal sends the browser."""
    answer = client.get("/login/foreign/" + (f"?next={next}" if next else ""))
    assert answer.status_code == 302
    return str(answer["Location"])


def come_back(client: Any, idp: IdentityProvider, address: str, **more: Any) -> Any:
    """The person says yes at the provider; a None takes a field of its answer away."""
    told = idp.authorise(address, clock.now().timestamp()) | more
    return client.get(RETURN, {name: text for name, text in told.items() if text is not None})


def is_inside(client: Any) -> bool:
    """Whether the browser is signed in."""
    return client.get("/account/security/").status_code == 200


def test_a_linked_person_signs_in_and_goes_where_they_were_going(idp, known):
    """Code flow with PKCE, state and nonce; the secret goes to the token endpoint alone."""
    client = browser()
    assert "Sign in by the test provider" in client.get("/login/").content.decode()
    address = began(client, "/opinions/")
    assert address.startswith(f"{idp.issuer}/authorization_endpoint?")
    assert "code_challenge_method=S256" in address and SECRET not in address
    assert come_back(client, idp, address)["Location"] == "/opinions/"
    assert is_inside(client)
    assert idp.asked[0][1]["client_secret"] == SECRET


def test_an_elliptic_key_signs_as_well(idp, known):
    """ES256 counts like RS256."""
    idp.keys, idp.algorithm = {"first": EC}, "ES256"
    client = browser()
    assert come_back(client, idp, began(client))["Location"] == "/account/"


@pytest.mark.parametrize(
    ("lie", "what"),
    [
        ({"iss": "http://127.0.0.1:1"}, "issuer"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": [CLIENT, "somebody-else"]}, "audience"),
        ({"azp": "somebody-else"}, "audience"),
        ({"exp": 1}, "expiry"),
        ({"exp": None}, "expiry"),
        ({"iat": 1}, "issue"),
        ({"nbf": 99_999_999_999}, "begin"),
        ({"sub": None}, "subject"),
        ({"sub": "x" * 300}, "subject"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "-".join(value),
)
def test_a_token_that_lies_opens_nothing(idp, known, lie, what):
    """Issuer, nonce, audience, party, times, subject: each is looked at; the page says what did not fit."""
    idp.lies = lie
    client = browser()
    answer = come_back(client, idp, began(client))
    assert answer.status_code == 403
    assert "people.foreign-mismatch" in answer.content.decode() and f"({what})" in answer.content.decode()
    assert not is_inside(client)


def test_no_signature_is_no_signature(idp, known):
    """`alg: none`, and a public key used as a shared secret, are refused by name."""
    idp.algorithm = "none"
    client = browser()
    assert "(algorithm)" in come_back(client, idp, began(client)).content.decode()
    idp.algorithm, idp.keys["first"] = "HS256", b"x" * 32
    other = browser()
    assert "(algorithm)" in come_back(other, idp, began(other)).content.decode()


def test_a_stranger_s_key_is_refused(idp, known):
    """A token under the right name of a key, but another key, fails at its signature."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    client = browser()
    assert come_back(client, idp, began(client))["Location"] == "/account/"
    idp.keys["first"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = browser()
    assert "(signature)" in come_back(other, idp, began(other)).content.decode()


def test_keys_that_changed_are_asked_for_once_more(idp, known):
    """The provider rotates its keys; the next sign-in finds the new one without a restart."""
    client = browser()
    come_back(client, idp, began(client))
    idp.keys, idp.signs_with, idp.algorithm = {"second": EC}, "second", "ES256"
    other = browser()
    assert come_back(other, idp, began(other))["Location"] == "/account/"
    idp.keys, idp.signs_with, idp.algorithm = {"second": EC, "hidden": RSA}, "hidden", "RS256"
    idp.shown = ("second",)
    third = browser()
    assert "(key)" in come_back(third, idp, began(third)).content.decode()


def test_an_answer_counts_once_and_for_its_own_flow(idp, known):
    """A used answer, another state, no flow, a code of another person's flow: nothing opens."""
    client = browser()
    address = began(client)
    told = idp.authorise(address, clock.now().timestamp())
    assert client.get(RETURN, told).status_code == 302
    client.post("/logout/")
    assert "(flow)" in client.get(RETURN, told).content.decode()
    victim = browser()
    mine = began(victim)
    assert "(state)" in come_back(victim, idp, mine, state="another").content.decode()
    assert "(flow)" in come_back(victim, idp, mine).content.decode()
    stolen = idp.authorise(began(browser()), clock.now().timestamp())
    state = began(victim).split("state=")[1].split("&")[0]
    assert victim.get(RETURN, stolen | {"state": state}).status_code == 403
    assert not is_inside(victim)


def test_an_answer_of_another_provider_is_refused(idp, known):
    """Mix-up: an `iss` of somebody else, or none although the provider names itself, ends the flow."""
    client = browser()
    assert "(issuer)" in come_back(client, idp, began(client), iss="https://evil.example").content.decode()
    assert "(issuer)" in come_back(client, idp, began(client), iss=None).content.decode()
    assert idp.asked == []


def test_a_flow_does_not_wait_forever(idp, known, monkeypatch):
    """After ten minutes the answer comes too late."""
    client = browser()
    address = began(client)
    later = clock.now().timestamp() + 601
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(later, UTC))
    assert "(time)" in come_back(client, idp, address).content.decode()


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_astray_by_a_provider(idp, known, next):
    """After the flow one comes to a page of ours, whatever address was slipped in."""
    client = browser()
    assert come_back(client, idp, began(client, next))["Location"] == "/account/"


def test_an_unlinked_person_gets_no_account(idp, known):
    """No account is made; who is closed is unknown, too."""
    from nadzor.people.models import User

    count = User.objects.count()
    client = browser()
    told = idp.authorise(began(client), clock.now().timestamp(), subject="person-2")
    answer = client.get(RETURN, told)
    assert "people.foreign-unknown" in answer.content.decode()
    User.objects.filter(username="maker").update(is_active=False)
    assert "people.foreign-unknown" in come_back(client, idp, began(client)).content.decode()
    assert User.objects.count() == count


def test_a_provider_that_is_down_or_refuses_says_so(idp, known, home):
    """The page names the trouble; signing in by name and password still works."""
    client = browser()
    assert (
        "people.foreign-denied"
        in client.get(
            RETURN,
            {
                "error": "access_denied",
                "iss": idp.issuer,
                "state": began(client).split("state=")[1].split("&")[0],
            },
        ).content.decode()
    )
    told = json.loads((home.root / "oidc.json").read_text()) | {"issuer": "http://127.0.0.1:9"}
    (home.root / "oidc.json").write_text(json.dumps(told))
    answer = client.get("/login/foreign/")
    assert answer.status_code == 503 and "people.foreign-down" in answer.content.decode()
    assert give_password(client, "maker")["Location"] == "/account/"


def test_settings_that_cannot_be_followed_are_named(idp, known, home):
    """Plain HTTP to elsewhere, an unknown word, a missing secret: the page says so, the desk goes on."""
    path = home.root / "oidc.json"
    whole = json.loads(path.read_text())
    for wrong in (whole | {"issuer": "http://evil.example"}, whole | {"shortcut": True}, {"issuer": "x"}):
        path.write_text(json.dumps(wrong))
        assert "people.foreign-settings" in browser().get("/login/foreign/").content.decode()
        assert browser().get("/login/").status_code == 200
    path.write_text(json.dumps(whole))
    (home.keys / "oidc.secret").unlink()
    client = browser()
    assert "people.foreign-settings" in come_back(client, idp, began(client)).content.decode()
    path.unlink()
    assert "people.foreign-off" in browser().get("/login/foreign/").content.decode()


def test_a_person_links_itself_while_signed_in(idp, known):
    """After a fresh proof; somebody else's identity cannot be taken, and the link can be undone."""
    account("reporter", "manufacturer_reporter")
    client = browser()
    give_password(client, "reporter")
    page = client.post("/account/security/link/").content.decode()
    href = page.split('<a class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    told = idp.authorise(href, clock.now().timestamp(), subject="person-1")
    assert "people.foreign-taken" in client.get(RETURN, told).content.decode()
    page = client.post("/account/security/link/").content.decode()
    href = page.split('<a class="button" href="')[1].split('"')[0].replace("&amp;", "&")
    told = idp.authorise(href, clock.now().timestamp(), subject="person-7")
    assert client.get(RETURN, told)["Location"] == "/account/security/"
    shown = client.get("/account/security/").content.decode()
    assert idp.issuer in shown
    number = shown.split("/account/security/link/")[1].split("/")[0]
    assert client.post(f"/account/security/link/{number}/end/").status_code == 302
    assert client.post(f"/account/security/link/{number}/end/").status_code == 403


def test_the_second_factor_is_asked_after_the_other_system_too(idp, known):
    """Whoever has a second factor shows it, whichever door they came by."""
    client = browser()
    give_password(client, "maker")
    set_up_app(client)
    other = browser()
    assert come_back(other, idp, began(other))["Location"] == "/login/second/"
    assert not is_inside(other)
