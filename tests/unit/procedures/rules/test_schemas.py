# SPDX-License-Identifier: Apache-2.0
"""The schemas explain themselves: every field says what it asks, and every example is answered."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from nadzor.procedures.rules import amendment_route, risk_class, schemas
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.completeness import answer_on
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.qualification import determine
from nadzor.procedures.rules.reading import read

DAY = date(2026, 11, 22)
MADE = {
    "answers": schemas.answers_schema,
    "classes": schemas.classes_schema,
    "changes": schemas.changes_schema,
    "dossier": schemas.dossier_schema,
}
#: Groups of fields, and fields whose name is all there is to say, with no page of their own.
PLAIN = {
    "product", "applicant", "powers", "amendment", "plan", "kind", "body", "name", "number", "issued",
    "until", "order", "paid_on", "amount", "digest", "size", "media_type",
    "address", "maker", "representative",
}  # fmt: skip


def example(form, shape):
    """The example of a form, read as a command reads it."""
    return read(msgspec.json.encode(MADE[form]()["examples"][0]), shape)


@pytest.mark.parametrize("form", MADE)
def test_every_field_says_what_it_asks(form):
    """A description for each field; the form names its example and its dialect."""
    found = MADE[form]()
    silent = {
        field
        for definition in found["$defs"].values()
        for field, place in definition["properties"].items()
        if "description" not in place
    }
    assert silent - PLAIN == set()
    assert found["description"]
    assert found["$schema"].endswith("2020-12/schema")
    assert all("\n" not in definition["description"] for definition in found["$defs"].values())


@pytest.mark.parametrize("form", MADE)
def test_every_choice_is_explained(form):
    """Each value of a list that pages or tables word stands in its description, with its meaning."""
    for definition in MADE[form]()["$defs"].values():
        for place in definition["properties"].values():
            if "Choices: " in place.get("description", "") and "items" in place:
                assert all(f"{value}: " in place["description"] for value in place["items"]["enum"])


def test_every_word_belongs_to_a_field():
    """Nothing is worded that no form asks."""
    for form, make in MADE.items():
        fields = {field for definition in make()["$defs"].values() for field in definition["properties"]}
        assert set(schemas.forms()[form].fields) <= fields


def test_the_examples_are_answered():
    """A device, class 3, the simplified version amendment, a dossier with what it still lacks."""
    assert determine(example("answers", Answers), DAY).verdict == "yes"
    assert risk_class.classify(example("classes", risk_class.Facts), DAY).risk_class == "3"
    route = amendment_route.route(example("changes", amendment_route.Facts), DAY)
    assert route.procedure == "amendment_version"
    found = answer_on(example("dossier", Dossier), DAY)
    assert not found.complete
    assert "duty_version" in {defect.item for defect in found.defects}
