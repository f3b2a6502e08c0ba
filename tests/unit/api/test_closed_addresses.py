# SPDX-License-Identifier: Apache-2.0
"""Every address of vigilance that the API describes, asked by a rival, a strange clinic and nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import transaction
from msgspec.structs import replace

from nadzor.actions.file_document import file_document
from nadzor.actions.open_case import open_case
from nadzor.actions.send_warnings import send_warnings
from nadzor.base import clock
from nadzor.vigilance.models import Alert, Dispute, EventDocument, SafetyWarning
from tests.event_samples import (
    CLINIC,
    DEATH,
    HEAD,
    INSPECTOR,
    INSTALLATION,
    MAKER,
    OTHER_MAKER,
    PERSONAL,
    STRANGER,
    furnish,
    told_by,
)
from tests.unit.api.callers import API, JSON, calling

pytestmark = pytest.mark.django_db
STAND = datetime(2026, 11, 22, 9, tzinfo=UTC)
TAGS = {"adverse events", "cases", "warnings", "clinical monitoring", "disputes", "claims"}
#: Lists without a subject: what is not the caller's is simply not among them.
LISTS = {
    "list_events", "event_lateness", "event_completeness", "list_duplicates", "list_alerts", "export_events",
    "list_warnings", "list_own_warnings", "list_monitoring", "list_disputes",
}  # fmt: skip
#: Any clinic may tell of any device: what it tells is its own.
TELLS = "file_event"
SECRET = ("AE-2026-0", "ai-901", "Lung", "W-2026")


@pytest.fixture
def places(home, monkeypatch):
    """A death told by a clinic with a held text, answered by a notice, warned of, in a case and a dispute."""
    monkeypatch.setattr(clock, "now", lambda: STAND)
    furnish(home)
    told = {"installation": INSTALLATION, "narrative": PERSONAL}
    number = told_by(home, CLINIC, replace(DEATH, **told), now=STAND).number
    file_document(home, number, "safety_notice", {}, narrative="Update.", by=MAKER, now=STAND)
    send_warnings(home, now=STAND)
    grounds = [("event", number)]
    case = open_case("ai-901", grounds=grounds, by=INSPECTOR, now=STAND, because="A death.")
    dispute = Dispute.objects.create(
        device="ai-901", month="2026-10", opened_at=STAND, opened_by="x", body={}, digest="d" * 64
    )
    warning = SafetyWarning.objects.get().number
    document = EventDocument.objects.filter(narrative__held=True).get().pk
    notice = EventDocument.objects.get(kind="safety_notice").pk
    return {
        "/events/": {"number": number},
        "/cases/": {"number": case, "id": 1},
        "/warnings": {"number": warning},
        "/disputes/": {"id": dispute.pk},
        "/alerts/": {"id": Alert.objects.get().pk},
        "/narratives/": {"id": document},
        "/makers-notices/": {"id": notice},
        "": {"code": "ai-901", "year": 2025, "kind": "json", "number": "SN-2026-000001"},
    }


def operations(client):
    """Method, address and description of every operation of these tags."""
    page = client.get(f"{API}/openapi.json").json()
    return [
        (method.upper(), path, operation)
        for path, methods in page["paths"].items()
        for method, operation in methods.items()
        if operation["tags"][0] in TAGS
    ]


def asked(client, places, method, path, operation):
    """One call with the documented example about the very things that are there, of which nothing remains."""
    known = dict(places[""])
    for part, told in places.items():
        known |= told if part and part in path else {}
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
    cache.clear()
    with transaction.atomic():
        answer = client.generic(method, path.format(**known), json.dumps(body), content_type=JSON)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("who", [OTHER_MAKER, STRANGER], ids=["rival", "stranger"])
def test_a_rival_and_a_stranger_learn_nothing_at_any_address(places, who):
    """403 or 404 wherever there is a subject; lists come empty; no answer names device, event or letter."""
    client, wrong = calling(who), []
    for method, path, operation in operations(client):
        answer = asked(client, places, method, path, operation)
        name, code = operation["operationId"], answer.status_code
        if name in LISTS and code == 200:
            text = answer.getvalue().decode() if answer.streaming else answer.content.decode()
            wrong += [f"{name} {each}" for each in SECRET if each in text]
        elif name == TELLS and who is STRANGER:
            wrong += [] if code == 201 else [f"{name} {code}"]
        elif code not in (403, 404):
            wrong.append(f"{method} {path} {code} {answer.content[:120].decode()}")
    assert wrong == []


def test_nobody_gets_past_any_closed_address(places):
    """401 with the way in, and the terminology alone stands open."""
    client = calling(None)
    found = operations(client)
    assert len(found) > 40
    codes = {
        operation["operationId"]: asked(client, places, method, path, operation).status_code
        for method, path, operation in found
    }
    assert {name: code for name, code in codes.items() if code != 401} == {}


@pytest.mark.parametrize("who", [MAKER, CLINIC, INSPECTOR, HEAD], ids=lambda who: who.role.value)
def test_whoever_belongs_here_meets_no_fault(places, who):
    """Every address answers each of them, with a result or with a reason."""
    client, wrong = calling(who), []
    good = 0
    for method, path, operation in operations(client):
        answer = asked(client, places, method, path, operation)
        good += answer.status_code < 400
        wrong += [f"{method} {path}"] if answer.status_code >= 500 else []
    assert wrong == []
    assert good > 5
