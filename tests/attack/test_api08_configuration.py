# SPDX-License-Identifier: Apache-2.0
"""API8:2023 Security misconfiguration: nothing of the inside in what the API says, no switch left on.

Headers, methods, foreign origins and hosts on every address stand in test_web_headers.py.
"""

from __future__ import annotations

import json
import platform

import django
import pytest
from django.conf import settings
from django.test import Client

from nadzor.site.access_gate import operations
from tests.filing_samples import HEAD, town
from tests.unit.api.callers import API, program

pytestmark = pytest.mark.django_db
#: What a fault would show of the machine.
INSIDE = ("Traceback", "site-packages", "/src/nadzor", "django.", "OperationalError", "SELECT ",
          "disk on fire", ".py", "sqlite")  # fmt: skip


def test_no_switch_of_development_is_on():
    """Debug, its pages and its tools, any host, any origin: off."""
    assert settings.DEBUG is False and "*" not in settings.ALLOWED_HOSTS
    assert not [each for each in settings.INSTALLED_APPS if "debug" in each or "admin" in each.split(".")]
    assert not [each for each in settings.MIDDLEWARE if "cors" in each.lower() or "debug" in each.lower()]


def test_a_fault_tells_nothing_of_the_inside(home, monkeypatch):
    """A disk that fails below an operation: 500, a problem document, not one word of where or why."""
    from nadzor.register import queries

    def fall(*_args, **_more):
        raise OSError("disk on fire at /var/lib/nadzor")

    monkeypatch.setattr(queries, "search", fall)
    answer = Client(raise_request_exception=False).get(f"{API}/register/devices")
    assert answer.status_code == 500 and answer.json()["code"] == "api.fault"
    assert not [each for each in INSIDE if each in answer.content.decode()]


def test_no_refusal_tells_of_the_inside(home):
    """Every operation, asked by the head with a body that is none: problem documents without a trace."""
    town()
    client, wrong = program(HEAD), []
    for path, methods in operations().items():
        for method in methods:
            if method == "GET":
                continue
            url = path.replace("{", "").replace("}", "")
            answer = client.generic(method, url, b'{"x": [1, ', content_type="application/json")
            text = "" if answer.streaming else answer.content.decode()
            kind = answer.headers.get("Content-Type", "")
            told = [each for each in INSIDE if each in text]
            bad = (
                told
                or answer.status_code >= 500
                or (answer.status_code >= 400 and kind != "application/problem+json")
            )
            wrong += [(method, path, answer.status_code, told)] if bad else []
    assert wrong == []


def test_the_public_learns_no_version_of_anything(home):
    """No header and no open page of the machine names what it runs on."""
    versions = {django.get_version(), platform.python_version()}
    for address in ("/", "/health/live", "/health/ready", f"{API}/register/devices", "/nowhere", "/metrics"):
        answer = Client().get(address)
        said = json.dumps(dict(answer.headers)) + answer.content.decode()
        assert not [each for each in versions if each in said], address
        assert not {"Server", "X-Powered-By"} & set(answer.headers), address
