# SPDX-License-Identifier: Apache-2.0
"""API3:2023 Broken object property level authorization: what a body holds besides what it is asked for."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.db import transaction

from nadzor.people.models import User
from nadzor.register.models import Device, Filing
from nadzor.site.access_gate import operations
from tests.filing_samples import HEAD, INSPECTOR, MAKER_ADMIN, REGISTRAR, draft, move, town
from tests.unit.api.callers import API, program
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
#: Columns that no body sets, with a value that would be seen.
FORGED = {
    "status": "cancelled", "state": "registered", "owner": "evil", "organisation": "evil", "maker": "evil",
    "role": "head", "device": "ai-902", "deadline": "2099-01-01", "due": "2099-01-01", "risk_class": "1",
    "site": "s-evil", "is_safe": True, "published_at": "2020-01-01T00:00:00Z", "decided_by": "evil",
    "by": "evil", "number": "2026-999999", "filed_on": "2020-01-01", "at": "2020-01-01T00:00:00Z",
    "applicant": "evil", "expert": "evil", "id": 1, "pk": 1, "is_active": False, "is_superuser": True,
}  # fmt: skip


@pytest.fixture
def filed(home):
    """A filing of a maker, and a signal of its device."""
    town()
    number = draft()
    move(number, "submit")
    return number, file_signal(device="ai-901").pk


def protected(number: str) -> list[object]:
    """What the forged words would have changed."""
    columns = (
        "number",
        "procedure",
        "state",
        "maker",
        "applicant",
        "expert",
        "filed_on",
        "opened_by",
        "form",
    )
    rows: list[object] = list(Filing.objects.order_by("pk").values_list(*columns))
    rows += list(Device.objects.order_by("pk").values_list("code", "status", "risk_class", "maker"))
    return [*rows, *User.objects.order_by("pk").values_list("username", "role", "is_active", "is_superuser")]


@pytest.mark.parametrize("who", [MAKER_ADMIN, INSPECTOR, HEAD, REGISTRAR], ids=lambda who: who.role.value)
def test_no_body_sets_what_it_is_not_asked_for(filed, who):
    """Only the forged words, at every operation that takes a body: nothing evil stands anywhere after."""
    number, signal = filed
    client, wrong = program(who), []
    before = protected(number)
    for path, methods in operations().items():
        for method, name in methods.items():
            if method not in ("POST", "PATCH", "PUT") or name == "api:delegate":
                continue
            cache.clear()
            url = path.format_map(_Names(number=number, id=signal, code="ai-901", month="2026-10", year=2025))
            with transaction.atomic():
                answer = client.generic(method, url, json.dumps(FORGED), content_type="application/json")
                text = answer.content.decode() if not answer.streaming else ""
                after = protected(number)
                transaction.set_rollback(True)
            wrong += [f"{name} {answer.status_code}"] if answer.status_code >= 500 or '"evil"' in text else []
            wrong += [f"{name} changed {answer.status_code}"] if after[: len(before)] != before else []
    assert wrong == []


def test_an_account_never_gives_itself_more(filed):
    """The caller's own page takes nothing: role and organisation are the operator's."""
    client = program(INSPECTOR)
    for method in ("POST", "PATCH", "PUT"):
        answer = client.generic(
            method, f"{API}/me", json.dumps({"role": "head"}), content_type="application/json"
        )
        assert answer.status_code == 405
    assert User.objects.get(username=INSPECTOR.username).role == "inspector"


class _Names(dict):
    """Every other part of an address is a word."""

    def __missing__(self, name: str) -> str:
        return "x"
