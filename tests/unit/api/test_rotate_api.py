# SPDX-License-Identifier: Apache-2.0
"""Rotation over HTTP: what an installation's program calls."""

from __future__ import annotations

import pytest
from msgspec import json as codec
from msgspec import structs

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.register.models import RefusedMove
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.rotation import PATH, NewKey, sign_rotation
from nadzor_wire.suites import DEFAULT
from tests.register_samples import CLINIC_OID, device, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def credential(home):
    """An installation that reports."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=clock.now())
    private, public, _ = new_key()
    made = enrol_installation(home, token=token, public_key=b64(public), now=clock.now())
    return Credential(private=private, **structs.asdict(made))


def asked(credential, **change):
    """The body of a rotation."""
    now = int(clock.now().timestamp())
    ask = sign_rotation(credential, NewKey(new_key()[0], DEFAULT), created=now)
    return codec.encode(structs.replace(ask, **change))


def post(client, body, **more):
    """A request to rotate."""
    return client.post(PATH, body, content_type="application/json", **more)


def test_the_new_key_and_the_end_of_the_old_are_told(client, credential):
    """All an installation needs; no session and no CSRF token is asked for."""
    client.handler.enforce_csrf_checks = True
    answer = post(client, asked(credential))
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
        "former",
        "former_until",
    }
    assert (told["former"], told["installation"]) == (credential.keyid, credential.installation)


def test_a_refusal_is_counted_and_repeats_nothing(client, credential):
    """By day and code; the problem names the field, never its value."""
    forged = asked(credential, signature=b64(bytes(64)))
    for _ in range(2):
        answer = post(client, forged, headers={"accept-language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (401, "rotate.signature")
        assert b64(bytes(64)).encode() not in answer.content
    counted = RefusedMove.objects.get(verb="rotate")
    assert (counted.code, counted.role, counted.times) == ("rotate.signature", "device", 2)
    off = post(client, asked(credential, created=1_000))
    assert (off.status_code, off.json()["code"]) == (401, "rotate.time") and off.json()["server_time"]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"keyid": "x"}, "$.keyid"),
        ({"created": -1}, "$.created"),
        ({"installation": "i-1'--"}, "$.installation"),
        ({"public_key": "é" * 43}, "$.public_key"),
        ({"proof": "A" * 401}, "$.proof"),
    ],
)
def test_a_malformed_request_is_told_where(client, credential, change, at):
    """422 and the place."""
    answer = post(client, asked(credential, **change))
    assert (answer.status_code, answer.json()["code"], answer.json()["at"]) == (422, "api.malformed", at)


def test_attempts_are_bounded_by_address(client, home, credential):
    """The sixty-first in a minute waits; enrolments are counted apart."""
    forged = asked(credential, signature=b64(bytes(64)))
    seen = [post(client, forged).status_code for _ in range(61)]
    assert set(seen[:60]) == {401} and seen[60] == 429
    body = {"token": "nz-" + "x" * 43, "public_key": "A" * 43 + "="}
    assert client.post("/api/v1/enrol", body, content_type="application/json").status_code == 401
