# SPDX-License-Identifier: Apache-2.0
"""The API's own description: whole, true, and the same as its reference page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nadzor.api.reference import reference_page

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[3] / "docs/reference/api.md"
REF = re.compile(r'"#/components/schemas/([^"]+)"')


@pytest.fixture
def told(client):
    """The description as it is served."""
    return client.get("/api/v1/openapi.json").json()


def operations(told):
    """Every operation with its method and address."""
    return [
        (f"{method} {path}", operation)
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_reference_page_is_drawn_from_the_description(told):
    """Draw it anew: `nadzor.api.reference.reference_page`."""
    assert PAGE.read_text("utf-8") == reference_page(told)


def test_every_reference_leads_somewhere(told):
    """No schema is named that is not there, and no placeholder is left."""
    text = json.dumps(told)
    assert set(REF.findall(text)) <= set(told["components"]["schemas"])
    assert "x-shape" not in text


def test_every_operation_is_told_whole(told):
    """One name each, a sentence, a tag, one good answer; every refusal is a problem document."""
    names = [operation["operationId"] for _, operation in operations(told)]
    assert len(names) == len(set(names))
    for place, operation in operations(told):
        good = [code for code in operation["responses"] if code < "400"]
        assert len(good) == 1, place
        assert operation["description"] and operation["tags"], place
        for code in set(operation["responses"]) - set(good):
            assert list(operation["responses"][code]["content"]) == ["application/problem+json"], place


def test_whatever_hears_a_body_shows_one(told):
    """An example in every description of a JSON body of a signed-in or public route."""
    bare = [
        place
        for place, operation in operations(told)
        for body in [operation.get("requestBody", {}).get("content", {}).get("application/json")]
        if body is not None and "example" not in body and "/seams/" not in place
    ]
    assert bare == ["post /api/v1/enrol", "post /api/v1/rotate"]


def test_signing_in_is_told(told):
    """Two ways; every closed operation names both and who may."""
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    for place, operation in operations(told):
        if "security" in operation:
            assert operation["security"] == [{"token": []}, {"session": []}], place
            assert operation["x-may"], place
            assert {"401", "403"} <= set(operation["responses"]), place
