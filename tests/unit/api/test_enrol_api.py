# SPDX-License-Identifier: Apache-2.0
"""Enrolment over HTTP: what a maker's program calls."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.base import clock
from nadzor.base.directory import open_directory
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.register.models import RefusedMove
from tests.register_samples import CLINIC_OID, device, register

pytestmark = pytest.mark.django_db
KEY = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
OTHER = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
FORGED = "nz-" + "x" * 43


@pytest.fixture
def token(home):
    """A token for the sample device."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    return issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=clock.now())


def post(client, body, **more):
    """An enrolment request."""
    return client.post("/api/v1/enrol", body, content_type="application/json", **more)


def test_a_token_and_a_key_become_a_credential(client, home, token):
    """All a device keeps beside its private key; no session, no CSRF token is asked for."""
    client.handler.enforce_csrf_checks = True
    answer = post(client, {"token": token, "public_key": KEY})
    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == {
        "installation",
        "device",
        "keyid",
        "suite",
        "gateway",
        "portal",
        "log_vkey",
        "directory_serial",
        "enrolled_at",
    }
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    assert directory.installations[told["installation"]].device == "ai-901"


def test_a_used_token_is_refused_in_words(client, token):
    """401 with a problem document, in Russian by default and in English when preferred; counted."""
    post(client, {"token": token, "public_key": KEY})
    for language, title in (("ru", "Приглашение"), ("en", "The token is unknown")):
        answer = post(client, {"token": token, "public_key": OTHER}, headers={"accept-language": language})
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
        assert answer.json()["code"] == "enrol.token"
        assert answer.json()["title"].startswith(title)
    counted = RefusedMove.objects.get(verb="enrol")
    assert (counted.role, counted.code, counted.times) == ("device", "enrol.token", 2)


def test_a_lost_answer_can_be_asked_for_again(client, token):
    """The same token with the same key is told the same, however often it asks."""
    first, again = (post(client, {"token": token, "public_key": KEY}).json() for _ in range(2))
    assert again["directory_serial"] >= first.pop("directory_serial")
    assert first == {name: again[name] for name in first}


def test_a_suite_that_is_not_offered_is_refused_with_those_that_are(client, token):
    """And the token survives."""
    body = {"token": token, "public_key": KEY, "suite": "gost2012-256+streebog256"}
    answer = post(client, body, headers={"accept-language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "enrol.suite")
    assert answer.json()["title"].endswith("ed25519+sha256")
    assert post(client, body | {"suite": "ed25519+sha256"}).json()["suite"] == "ed25519+sha256"


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("{", None),
        ("[]", "$.token"),
        ({}, "$.token"),
        ({"token": FORGED}, "$.public_key"),
        ({"token": "x", "public_key": KEY}, "$.token"),
    ],
)
def test_a_malformed_request_is_told_where(client, home, body, at):
    """422 and the place."""
    answer = post(client, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "api.malformed")
    assert answer.json().get("at") == at


def test_a_key_that_is_none_is_refused(client, token):
    """The right length is not enough."""
    answer = post(client, {"token": token, "public_key": "é" * 43})
    assert (answer.status_code, answer.json()["code"]) == (422, "enrol.key")


def test_attempts_are_bounded_by_address(client, home):
    """The sixty-first in a minute is told to wait, whatever address it claims to come from."""
    seen = [
        post(client, {"token": FORGED, "public_key": KEY}, headers={"x-forwarded-for": f"10.0.0.{n}"})
        for n in range(61)
    ]
    assert {answer.status_code for answer in seen[:60]} == {401}
    last = seen[60]
    assert (last.status_code, last.json()["code"], last.headers["Retry-After"]) == (429, "api.too-many", "60")


def test_a_fault_of_ours_is_a_problem_document_too(client, token, monkeypatch):
    """And says nothing of what went wrong inside."""

    def fall(*_args, **_more):
        raise OSError("disk on fire")

    monkeypatch.setattr("nadzor.api.routes.enrol_installation", fall)
    client.raise_request_exception = False
    answer = post(client, {"token": token, "public_key": KEY})
    assert (answer.status_code, answer.json()["code"]) == (500, "api.fault")
    assert b"fire" not in answer.content


def test_a_refusal_keeps_its_status(client, token, monkeypatch):
    """The catalogue decides the status, not the route."""

    def refuse(*_args, **_more):
        raise Refusal("enrol.key-taken")

    monkeypatch.setattr("nadzor.api.routes.enrol_installation", refuse)
    assert post(client, {"token": token, "public_key": KEY}).status_code == 409
