# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas that explain themselves: what each field asks, what each choice means, and an example."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.procedures.rules import amendment_route, risk_class
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.checklist import checklist
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.interview import Page, interview

#: Definition in the schema -> field -> what it asks.
Told = Mapping[str, Mapping[str, str]]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form says of itself and of fields worded nowhere else, with an example that can be sent."""

    says: str
    fields: dict[str, str]
    example: dict[str, Any]


@cache
def forms() -> dict[str, Form]:
    """The forms of schemas.yaml.

    Law: none; words and examples.
    """
    text = files("nadzor.procedures.rules").joinpath("schemas.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(text), dict[str, Form])


def answers_schema() -> dict[str, Any]:
    """The schema of the interview's answers, worded by its pages.

    Law: R-001..R-021, question by question.
    """
    pages = interview()
    opening = {name: _page(page) for name, page in pages.opening.items()}
    part = {name: _page(page) for name, page in pages.each_part.items()}
    return _schema(Answers, forms()["answers"], {"Answers": opening, "Part": part})


def classes_schema() -> dict[str, Any]:
    """The schema of the facts about a class.

    Law: R-030..R-036.
    """
    table = risk_class.matrix()
    said = {"information": _choices(table.information), "categories": _choices(table.categories)}
    return _schema(risk_class.Facts, forms()["classes"], {"Facts": said})


def changes_schema() -> dict[str, Any]:
    """The schema of the facts about an amendment.

    Law: R-110..R-120.
    """
    said = {"changes": _choices(amendment_route.words().changes)}
    return _schema(amendment_route.Facts, forms()["changes"], {"Facts": said})


def dossier_schema() -> dict[str, Any]:
    """The schema of a dossier, worded by its checklist.

    Law: R-048, R-063..R-072, R-080..R-082, R-113, item by item.
    """
    page = checklist()
    told: dict[str, dict[str, str]] = {"Dossier": {"route": _choices(page.choices["route"])}}
    for key, item in page.items.items():
        holder, _, field = (item.field or key).rpartition(".")
        told.setdefault(holder.rpartition(".")[2].capitalize(), {})[field] = (
            f"{item.label.en}. {item.hint.en}"
        )
    told["Party"] = told.get("Maker", {}) | told.get("Representative", {})
    return _schema(Dossier, forms()["dossier"], told)


def _schema(shape: Any, form: Form, told: Told) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.schema(shape)
    for name, definition in found["$defs"].items():
        definition["description"] = " ".join(definition["description"].split())
        said = told.get(name, {})
        for field, place in definition["properties"].items():
            if words := " ".join(filter(None, (form.fields.get(field, ""), said.get(field, "")))):
                place["description"] = words
    return {"$schema": DIALECT, "description": form.says} | found | {"examples": [form.example]}


def _page(page: Page) -> str:
    choices = {key: choice.label for key, choice in page.choices.items()}
    return " ".join(filter(None, (page.ask.en, page.help.en, _choices(choices), f"Rule {page.fact}.")))


def _choices(labels: Mapping[Any, Text]) -> str:
    return (
        "Choices: " + "; ".join(f"{key}: {label.en}" for key, label in labels.items()) + "." if labels else ""
    )
