# SPDX-License-Identifier: Apache-2.0
"""What was kept for its term: numbers for the operator, months for the desk, an order from a tick."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from nadzor.actions.list_due import list_due
from nadzor.portal import retention
from nadzor.records.models import LegalHold, ShredOrder

PAGE = "/retention/"
LATER = datetime(2031, 3, 1, 9, tzinfo=UTC)  # the town's months are over for longer than three years


@pytest.fixture
def old(house, monkeypatch):
    """The town, some years on."""
    monkeypatch.setattr(retention, "clock", SimpleNamespace(now=lambda: LATER))
    return house


@pytest.mark.parametrize(
    ("role", "language", "words"),
    [
        ("head", "ru", "Сроки хранения"),
        ("registrar", "en", "Retention"),
        ("operator", "ru", "Сроки хранения"),
    ],
    ids=["head", "registrar", "operator"],
)
def test_classes_are_told_with_their_norms(client_of, house, role, language, words):
    """Every class has a term or says that it has no end, and each term leads to its norm."""
    page = client_of(role, language).get(PAGE).content.decode()
    assert f"<h1>{words}" in page
    assert len(set(re.findall(r'href="/norms/(retention\.[a-z_]+)"', page))) == 7


@pytest.mark.parametrize("role", ["inspector", "expert", "clinic", "manufacturer_admin"])
def test_others_have_no_such_page(client_of, role):
    """Four roles keep house; the public signs in."""
    assert client_of(role).get(PAGE).status_code == 403
    assert client_of().get(PAGE).status_code == 302


def test_the_operator_reads_numbers_alone(client_of, old):
    """How many, and neither which month nor whose."""
    page = client_of("operator", "en").get(PAGE).content.decode()
    due = list_due(old, now=LATER)
    assert due.shelves and f'number">{due.classes[0].due}\n' in page
    assert not [one for one in due.shelves if one.installation in page]
    assert "retention/ask" not in page


def test_a_tick_becomes_an_order_and_a_hold_stays(client_of, old):
    """The head asks for two months and may send twice; a held one cannot be ticked."""
    first, second, held = list_due(old, now=LATER).shelves[:3]
    LegalHold.objects.create(
        installation=held.installation, because="a court asks", placed_by="head", placed_at=LATER
    )
    client = client_of("head", "en")
    keys = [one.key for one in (first, second, held) if one.installation != held.installation or one is held]
    assert client.post(f"{PAGE}ask/", {"shelf": keys, "because": ""}).status_code == 422
    for _turn in range(2):
        answer = client.post(f"{PAGE}ask/", {"shelf": keys, "because": "the term is over"})
        assert answer.status_code == 302
    orders = set(ShredOrder.objects.values_list("installation", "month", "retention"))
    assert orders == {
        (*key.split("/"), "retention.operation")
        for key in keys
        if not key.startswith(f"{held.installation}/")
    }
    page = client.get(PAGE).content.decode()
    assert f'value="{held.key}"' not in page and held.installation in page and "an order waits" in page


def test_an_auditor_cannot_ask(client_of, old):
    """Who examines destroys nothing."""
    key = list_due(old, now=LATER).shelves[0].key
    client = client_of("auditor", "en")
    assert "<form" not in client.get(PAGE).content.decode().partition("<main")[2].partition("</main")[0]
    assert client.post(f"{PAGE}ask/", {"shelf": [key], "because": "x"}).status_code == 403
    assert not ShredOrder.objects.exists()
