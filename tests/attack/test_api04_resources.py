# SPDX-License-Identifier: Apache-2.0
"""API4:2023 Unrestricted resource consumption: pages have an end, questions a length, callers a rate.

Bodies that are too large stand in tests/unit/site/test_body_limit.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from nadzor.api.routes import api
from tests.filing_samples import HEAD, town
from tests.unit.api.callers import API, code_of, post, program

pytestmark = pytest.mark.django_db
PAGE_MAX = 1000
LONG = "x" * 20_000


@pytest.fixture(autouse=True)
def _town(home):
    town()


def bounded() -> list[tuple[str, dict[str, Any]]]:
    """Every operation that is read page by page, with what its description says of `limit`."""
    return [
        (path, told["schema"])
        for path, methods in api.get_openapi_schema()["paths"].items()
        for told in methods.get("get", {}).get("parameters", ())
        if told["name"] == "limit"
    ]


def test_every_page_has_an_end_that_its_description_tells():
    """No operation lets its caller choose how much is read: a largest page, at most a thousand rows."""
    found = bounded()
    wrong = [path for path, schema in found if not 1 <= schema.get("maximum", PAGE_MAX + 1) <= PAGE_MAX]
    assert len(found) > 3 and wrong == []


@pytest.mark.parametrize("more", ["above", "-1", "1e9", "9" * 60, "%00"])
def test_a_page_out_of_bounds_is_refused(more):
    """One more than the largest, a negative one, no whole number: 422 at every such operation."""
    client, wrong = program(HEAD), []
    for path, schema in bounded():
        cache.clear()
        asked = str(schema["maximum"] + 1) if more == "above" else more
        address = path.replace("{", "").replace("}", "") + f"?limit={asked}"
        answer = client.get(address)
        wrong += [] if answer.status_code in (404, 422) or "/open/" in path else [(path, answer.status_code)]
        wrong += [] if answer.status_code < 500 else [(path, answer.status_code)]
    assert wrong == []


def test_long_words_are_refused_or_find_nothing():
    """Twenty thousand letters as a search, a cursor, a number, a code: an answer, and never their echo."""
    client, wrong = program(HEAD), []
    addresses = ("register/devices?q=" + LONG, "register/devices?after=" + LONG, f"filings/{LONG}",
                 f"register/devices/{LONG}",
                 f"events/{LONG}", "audit?object=" + LONG)  # fmt: skip
    for each in addresses:
        answer = client.get(f"{API}/{each}")
        echoed = LONG.encode() in answer.content
        wrong += [(each[:20], answer.status_code)] if answer.status_code >= 500 or echoed else []
    assert wrong == []


def test_a_nested_body_costs_nothing():
    """Forty thousand brackets and a key a hundred thousand letters long are told as malformed."""
    client = program(HEAD)
    for body in ("[" * 40_000, '{"a":' * 20_000, '{"' + "k" * 100_000 + '":1}'):
        answer = client.post(f"{API}/authority/delegations", body, content_type="application/json")
        assert code_of(answer)[0] in (400, 413, 422)


def test_whoever_asks_too_often_is_told_when_to_come_back(settings):
    """A token that calls without end gets 429 with the seconds; another token goes on."""
    from nadzor.api.credentials import SIGNED_IN

    client = program(HEAD)
    before = SIGNED_IN.calls.num_requests
    SIGNED_IN.calls.num_requests = 5
    try:
        told = [client.get(f"{API}/me") for _ in range(7)]
        other = program(HEAD).get(f"{API}/me")
    finally:
        SIGNED_IN.calls.num_requests = before
    assert [each.status_code for each in told] == [200] * 5 + [429] * 2
    assert told[-1].headers["Retry-After"] == "60" and other.status_code == 200


def test_the_public_is_bounded_where_an_answer_costs():
    """Enrolment, keys and the law's calculators: the first refusal of each says how long to wait."""
    from nadzor.api.law_routes import router

    throttle = router.throttle[0] if isinstance(router.throttle, list) else router.throttle
    before, throttle.num_requests = throttle.num_requests, 3
    try:
        told = [post(Client(), "law/qualify/next", {"answers": {}}).status_code for _ in range(5)]
    finally:
        throttle.num_requests = before
    assert 429 not in told[:3] and told[3:] == [429, 429]
