# SPDX-License-Identifier: Apache-2.0
"""What the API's OpenAPI page says is what it does: schemathesis asks in several names."""

from __future__ import annotations

from contextlib import suppress

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error, response_schema_conformance
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
)

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from tests.faults.scale import SCALE
from tests.filing_samples import HEAD, MAKER_ADMIN, REGISTRAR, carry, draft, town
from tests.unit.api.callers import API, account

pytestmark = [pytest.mark.django_db, pytest.mark.faults]

ASKED = settings(
    max_examples=6 * SCALE, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def described(home):
    """The API of a house with one filing under way, as schemathesis reads it."""
    town()
    carry(draft(at=clock.now()), "submit", at=clock.now())
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", get_wsgi_application())


@pytest.mark.parametrize(
    "who", [None, MAKER_ADMIN, REGISTRAR, HEAD], ids=["public", "maker", "registrar", "head"]
)
def test_everybody_is_answered_as_described(described, who):
    """Every operation answers each of them with a described status, type and body, never a fault of ours."""
    headers = {"Authorization": f"Bearer {token(who)}"} if who else {}
    asked = [found.ok() for found in described.get_all_operations()]
    for operation in asked:
        keeps_its_word(operation, GenerationMode.POSITIVE, headers)
        with suppress(Unsatisfiable):  # nothing can be said wrong where nothing is asked
            keeps_its_word(operation, GenerationMode.NEGATIVE, headers)
    assert len(asked) > 60


def keeps_its_word(operation, mode, headers):
    """Some calls of one operation, in its words or against them, of which nothing remains."""

    @ASKED
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case):
        cache.clear()  # how often one may ask is another test
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    call()


def token(who):
    """What this person's program shows."""
    given_now = give_api_token(account(who).username, days=1, by=CONSOLE, now=clock.now(), scope="write")
    return given_now.token
