# SPDX-License-Identifier: Apache-2.0
"""API5:2023 Broken function level authorization: every operation of the staff, called by everybody else."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache

from nadzor.people.access import PUBLIC, table
from nadzor.site.access_gate import operations
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    EXPERT,
    MAKER_ADMIN,
    MOSCOW,
    OPERATOR,
    REGISTRAR,
    REPORTER,
    town,
)
from tests.unit.api.callers import program

pytestmark = pytest.mark.django_db
OUTSIDE = {MAKER_ADMIN, REPORTER, CLINIC, EXPERT, OPERATOR, AUDITOR, MOSCOW, REGISTRAR}


def closed_to(role: str) -> list[tuple[str, str, str]]:
    """Operations that the table closes to a role: method, path, name."""
    return [
        (method, path, name)
        for path, methods in operations().items()
        for method, name in methods.items()
        if name in table() and role not in table()[name].roles
    ]


@pytest.mark.parametrize(
    "who", sorted(OUTSIDE, key=lambda each: each.role.value), ids=lambda who: who.role.value
)
def test_no_function_of_others_answers(home, who):
    """By a token that may write, with a body and without: refused by the table before anything is read."""
    town()
    client, wrong = program(who), []
    for method, path, name in closed_to(who.role.value):
        for body in (b"", json.dumps({"because": "x", "verb": "close"}).encode()):
            cache.clear()
            url = path.replace("{", "").replace("}", "")
            answer = client.generic(method, url, body, content_type="application/json")
            code = answer.json().get("code") if answer.status_code >= 400 else ""
            wrong += [] if code == table()[name].refused else [f"{name} {answer.status_code} {code}"]
    assert wrong == []


def test_another_method_is_no_way_in(home):
    """HEAD, PUT, TRACE, an overriding header: an operation is what its method says and nothing else."""
    town()
    client = program(CLINIC)
    for method in ("HEAD", "PUT", "OPTIONS", "TRACE", "FOO"):
        assert client.generic(method, "/api/v1/authority/delegations").status_code == 405, method
    told = client.get("/api/v1/authority/delegations", headers={"x-http-method-override": "POST"})
    assert told.status_code == 200 and told.json() == []


def test_the_staff_s_own_operations_are_no_public_s():
    """What changes anything is closed to the public but what proves itself: keys, seams, questions of law."""
    writes = {
        name
        for methods in operations().values()
        for method, name in methods.items()
        if method != "GET" and name in table() and PUBLIC in table()[name].roles
    }
    assert writes == {
        "api:enrol", "api:rotate", "api:import_filing", "api:qualify", "api:qualify_next", "api:classify",
        "api:duty", "api:check_dossier", "api:find_amendment_route",
    }  # fmt: skip
