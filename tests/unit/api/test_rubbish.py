# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent to whatever address: an answer or a problem document, never a fault of ours."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nadzor.base import clock
from nadzor.procedures.signal import UNDER_REVIEW
from nadzor.vigilance.models import MonitoringReport
from tests.case_samples import event
from tests.filing_samples import HEAD, MAKER_ADMIN, REGISTRAR, carry, draft, town
from tests.unit.api.callers import API, calling
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
ROUNDS = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(max_size=12) | st.sampled_from(
    ["", "2026-11-22", "9999-12-31", "0001-01-01", "1e9", "-1", "null", "T-01", "submit", "x" * 300, "\x00"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
NAMES = WORDS | st.sampled_from(
    [
        "verb",
        "facts",
        "because",
        "form",
        "procedure",
        "title",
        "steps",
        "on",
        "answers",
        "parts",
        "changes",
        "added",
        "fields",
        "words",
        "grounds",
        "figures",
        "device",
        "narrative",
    ]  # fmt: skip
)
BODIES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=8,
)
ADDRESSES = [
    "number", "kind", "edition", "index", "id", "code", "key", "name", "year", "month", "week", "series",
    "period",
]  # fmt: skip
PLACES = {
    "id": 1, "code": "ai-901", "month": "2026-10", "week": "2026-W47", "year": 2026, "series": "use-month",
    "period": "2026-10",
}  # fmt: skip


EVENT = "AE-2026-000001"


@pytest.fixture
def number(home):
    """A filing that was handed in, a signal that waits for a decision, an event and a report under way."""
    town()
    file_signal(pk=PLACES["id"], device="ai-901", state=UNDER_REVIEW)
    event(EVENT)
    MonitoringReport.objects.create(device="ai-901", year=2026, state="drafting", changed_at=clock.now())
    found = draft(at=clock.now())
    carry(found, "submit", at=clock.now())
    return found


def filled(path, number):
    """An address about things that are there."""
    return path.format(number=EVENT if "/events/" in path else number, **PLACES)


def operations(client):
    """Method, address and description of every operation, as the API tells them."""
    page = client.get(f"{API}/openapi.json").json()
    return [
        (method.upper(), path, operation)
        for path, methods in page["paths"].items()
        for method, operation in methods.items()
        if "/seams/" not in path
    ]


def answered(client, method, address, body):
    """One call of which nothing remains."""
    with transaction.atomic():
        answer = client.generic(method, address, body, content_type="application/json")
        transaction.set_rollback(True)
    assert answer.status_code < 500, (method, address, body, answer.content[:300])
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", (method, address)
    return answer


@pytest.mark.parametrize("who", [MAKER_ADMIN, REGISTRAR, HEAD, None], ids=lambda who: who and who.role.value)
def test_rubbish_in_a_body_is_refused(number, who):
    """Random JSON to every address that hears a body."""
    client = calling(who)
    hearing = [(method, path) for method, path, _ in operations(client) if method in {"POST", "PATCH"}]
    assert len(hearing) > 20

    @ROUNDS
    @given(BODIES)
    def every(body):
        cache.clear()
        for method, path in hearing:
            answered(client, method, filled(path, number), json.dumps(body))

    every()


@pytest.mark.parametrize("who", [MAKER_ADMIN, REGISTRAR, HEAD], ids=lambda who: who.role.value)
def test_an_honest_body_with_one_wrong_part_is_refused(number, who):
    """The documented examples, in which one part at a time is rubbish."""
    client = calling(who)
    examples = [
        (method, path, operation["requestBody"]["content"]["application/json"]["example"])
        for method, path, operation in operations(client)
        if "example" in operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    ]
    assert len(examples) > 12

    @ROUNDS
    @given(BODIES, st.integers(0, 30))
    def every(rubbish, place):
        cache.clear()
        for method, path, example in examples:
            body = json.dumps(spoilt(example, rubbish, place))
            answered(client, method, filled(path, number), body)

    every()


def spoilt(whole, rubbish, place):
    """A body with the part at a place, counted from outside, replaced."""
    if not isinstance(whole, dict) or not whole:
        return rubbish
    name = list(whole)[place % len(whole)]
    below = place // len(whole)
    return {**whole, name: spoilt(whole[name], rubbish, below) if below % 2 else rubbish}


@pytest.mark.parametrize("who", [REGISTRAR, None], ids=lambda who: who and who.role.value)
def test_rubbish_in_an_address_is_refused(number, who):
    """Random words in the place of numbers, codes and questions."""
    client = calling(who)
    readable = [
        (path, [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"])
        for method, path, operation in operations(client)
        if method == "GET"
    ]
    assert len(readable) > 20

    @ROUNDS
    @given(st.lists(WORDS, min_size=len(ADDRESSES), max_size=len(ADDRESSES)), WORDS)
    def every(parts, value):
        cache.clear()
        places = {
            name: quote(part.replace("/", "") or "x", safe="")
            for name, part in zip(ADDRESSES, parts, strict=True)
        }
        for path, names in readable:
            address = path.format(**{**places, "kind": "json" if "." in path else places["kind"]})
            answered(client, "GET", f"{address}?{urlencode(dict.fromkeys(names, value))}", "")

    every()


@pytest.mark.parametrize(
    "raw", [b"\xff", b"{", b"[[[[", b'{"verb": "\\ud800"}', b"[" * 50_000, b'{"a":1}{"b":2}']
)
def test_bytes_that_are_no_json_are_refused(number, raw):
    """422 and the place."""
    answer = answered(calling(REGISTRAR), "POST", f"{API}/filings/{number}/moves", raw)
    assert (answer.status_code, answer.json()["code"]) == (422, "api.malformed")
