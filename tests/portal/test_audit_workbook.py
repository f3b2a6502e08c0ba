# SPDX-License-Identifier: Apache-2.0
"""The auditor's workbook opened as a reader opens it: every cell is text, none is a formula."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from django.db import transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.records import audit

CLIENTS = Callable[..., Client]


def test_no_cell_of_the_workbook_is_a_formula(client_of: CLIENTS, house: Home) -> None:
    """A reason that begins like a formula comes back as its own words, in a cell of text."""
    with transaction.atomic():
        audit.record("records.test", "device ai-001", by="head", because="=1+1", now=clock.now())
    asked = {"what": "deeds", "verb": "records.test"}
    answer = client_of("auditor").get(reverse("audit-file", args=["xlsx"]), asked)
    sheet = load_workbook(BytesIO(answer.content))["deeds"]
    head, row = list(sheet.iter_rows())
    found = {str(name.value): cell for name, cell in zip(head, row, strict=True)}
    assert {cell.data_type for cell in row} == {"s"}
    assert str(found["because"].value).lstrip("'") == "=1+1"
    assert found["object"].value == "device ai-001"
