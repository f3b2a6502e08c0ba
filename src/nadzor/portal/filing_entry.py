# SPDX-License-Identifier: Apache-2.0
"""What an application says for the register's entry besides its dossier: fields, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from django.http import QueryDict
from django.utils.translation import gettext as _

from nadzor.portal.filing_pages import stored
from nadzor.portal.inputs import Input, boxes, day, line, prose, select
from nadzor.portal.law_marks import sentence
from nadzor.portal.words import said
from nadzor.procedures.rules.amendment_route import words as changes
from nadzor.register.bodies import expert_bodies
from nadzor.register.filing_cards import FilingCard
from nadzor.register.vocabulary import FIELDS, SOLUTION_TYPES
from nadzor_wire.event import Modality

LINES: Final = frozenset({"name.en", "maker.name.ru", "maker.name.en"})
TEXTS: Final = frozenset({"intended_use.ru", "intended_use.en", "summary"})


def entry_field(name: str, card: FilingCard, given: QueryDict | None, errors: Mapping[str, str]) -> Input:
    """One field of the entry's page."""
    kept = stored(card.form, name)
    error, label, hint = errors.get(name, ""), _labels()[name], _hints().get(name, "")
    if name == "changes":
        names = {key: sentence(said(text)) for key, text in changes().changes.items()}
        chosen = given.getlist(name) if given is not None else kept or ()
        return boxes(name, label, names, chosen, hint=hint, error=error)
    if name == "builds":
        value = given.get(name, "") if given is not None else "\n".join(kept or ())
        return prose(name, label, value=value, hint=hint, error=error, longest=20_000)
    value = str(given.get(name, "") if given is not None else kept or "")
    if name in LINES or name in TEXTS:
        return (line if name in LINES else prose)(name, label, value=value, hint=hint, error=error)
    if name == "released_on":
        return day(name, label, value=value, hint=hint, error=error)
    return select(name, label, {"": _("choose")} | _values(name), value, hint=hint, error=error)


def entry_value(name: str, given: QueryDict) -> Any:
    """What a field brought, in the shape the form keeps; None empties it."""
    if name == "changes":
        return given.getlist(name) or None
    text = given.get(name, "").strip()
    if name == "builds":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    return text or None


def entry_words(name: str, value: Any) -> str:
    """A kept value in words, for the page that shows all answers."""
    if name == "changes":
        return "; ".join(said(changes().changes[key]) for key in value if key in changes().changes)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _values(name).get(str(value), str(value)) if name in _CHOSEN else str(value)


def entry_label(name: str) -> str:
    """What a field is called."""
    return _labels()[name]


_CHOSEN: Final = frozenset({"field", "solution_type", "modality", "expert_body"})


def _values(name: str) -> dict[str, str]:
    if name == "expert_body":
        return {code: said(body.name) for code, body in expert_bodies().items()}
    if name == "modality":
        return {code: code for code in get_args(Modality)}
    words = FIELDS if name == "field" else SOLUTION_TYPES
    return {code: said(text) for code, text in words.items()}


def _labels() -> dict[str, str]:
    return {
        "name.en": _("Name in English"),
        "intended_use.ru": _("Intended use in Russian"),
        "intended_use.en": _("Intended use in English"),
        "field": _("Field of use"),
        "solution_type": _("Kind of solution"),
        "modality": _("Modality"),
        "released_on": _("Day the version was released"),
        "builds": _("Builds of the version"),
        "summary": _("What changes, in your words"),
        "changes": _("What changes?"),
        "expert_body": _("Expert institution the paper set goes to"),
        "maker.name.ru": _("The maker's new name in Russian"),
        "maker.name.en": _("The maker's new name in English"),
    }


def _hints() -> dict[str, str]:
    only = _("Only if it changes.")
    return {
        "name.en": _("The register is kept in both languages."),
        "intended_use.en": _("The same as in Russian, in English."),
        "released_on": _("As the documentation dates it."),
        "builds": _("One a line: the 64 hexadecimal digits that the software itself reports."),
        "summary": _("Before and after, with the place in the documents."),
        "maker.name.ru": only,
        "maker.name.en": only,
    }
