# SPDX-License-Identifier: Apache-2.0
"""API6:2023 Unrestricted access to sensitive business flows: what a robot could do a thousand times."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from nadzor.people.access import PUBLIC, table
from nadzor.people.models import User
from nadzor.register.models import Filing
from nadzor.site.access_gate import operations
from tests.filing_samples import CLINIC, MAKER_ADMIN, town
from tests.unit.api.callers import code_of, post, program

pytestmark = pytest.mark.django_db
#: Open to everybody and writing nothing, or proved by a key of its own before anything is written.
PROVED = {"api:enrol", "api:rotate", "api:import_filing"}
ASKED = {"api:qualify", "api:qualify_next", "api:classify", "api:duty", "api:check_dossier",
         "api:find_amendment_route"}  # fmt: skip


@pytest.fixture(autouse=True)
def _town(home):
    town()


def test_no_flow_is_open_to_nobody_in_particular():
    """What writes asks for an account, a key or a token that somebody gave by hand; nobody signs up."""
    writes = {
        name
        for methods in operations().values()
        for method, name in methods.items()
        if method != "GET" and PUBLIC in table()[name].roles
    }
    assert writes - ASKED == PROVED
    assert not [name for name in table() if "signup" in name or "register-account" in name]


def test_enrolment_is_bounded_before_its_token_is_looked_at():
    """A robot that guesses tokens of installations is told to wait."""
    body = {"token": "x" * 43, "public_key": "A" * 43}
    bound = settings.CONFIGURATION.enrol_per_minute
    told = [post(Client(), "enrol", body).status_code for _ in range(bound + 1)]
    assert 429 not in told[:bound] and told[-1] == 429


def test_guessing_at_the_sign_in_is_locked():
    """One name from one address: refused after some tries, and then even with the right word."""
    user = User.objects.create(username="target", role="inspector")
    user.set_password("a long word that is right")
    user.save()
    client = Client()
    told = [client.post("/login/", {"username": "target", "password": f"wrong-{n}"}) for n in range(30)]
    right = client.post("/login/", {"username": "target", "password": "a long word that is right"})
    assert told[0].status_code == 200 and told[-1].status_code in (403, 429)
    assert right.status_code in (403, 429)


def test_a_case_is_opened_by_those_who_open_cases():
    """Whoever may not, makes none, however often; nothing is left behind by a thousand words."""
    for who in (MAKER_ADMIN, CLINIC):
        client = program(who)
        told = {code_of(post(client, "cases", {"device": "ai-901", "because": "x"}))[0] for _ in range(5)}
        assert told <= {403, 404}
    assert Filing.objects.count() == 0


def test_the_same_deed_sent_again_under_its_key_is_one():
    """A program that repeats itself opens one filing, not ten."""
    client = program(MAKER_ADMIN)
    body = {"procedure": "registration_simplified", "form": {}}
    answers = [post(client, "filings", body, headers={"idempotency-key": "one"}) for _ in range(10)]
    assert len({each.content for each in answers}) == 1 and answers[0].status_code < 300
    assert Filing.objects.count() == 1


def test_guessing_printed_codes_is_slowed():
    """A sheet on a wall needs no account: a robot that guesses codes of others is told to wait."""
    client = Client()
    told = [client.get(f"/say/K{n:07d}/").status_code for n in range(60)]
    assert told[0] == 404 and told[-1] == 429 and 200 not in told
