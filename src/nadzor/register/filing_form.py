# SPDX-License-Identifier: Apache-2.0
"""The fields of an application's form.  A draft may lack any of them; what it holds has the right shape.

What the register keeps stands under the names of `entry_form`, what a dossier says besides under those of
`procedures.rules.dossier`.  A thing that both ask for is kept once, under the register's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from nadzor.base.problems import Refusal
from nadzor.procedures.rules import dossier
from nadzor.procedures.rules.amendment_route import Change

Line = Annotated[str, Meta(max_length=300)]
Prose = Annotated[str, Meta(max_length=8000)]
_PLACE: Final = re.compile(r" - at `\$\.?(?P<at>[^`]*)`$")

FORM_MAX: Final = 1_000_000  # bytes of one patch: a form is words, files are papers

#: What the dossier asks for under one name and the register keeps under another.
TWINS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("product", "name"): ("name", "ru"),
    ("product", "purpose"): ("intended_use", "ru"),
    ("product", "ai"): ("ai",),
    ("product", "transmits"): ("transmits",),
    ("product", "risk_class"): ("risk_class",),
    ("product", "version"): ("version",),
    ("amendment", "version"): ("version",),
}


class Part(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a form; an unknown field is refused, because it would be lost in silence."""


class Twin(Part, kw_only=True):
    """A text in both languages, either of which may still be missing."""

    ru: Prose = ""
    en: Prose = ""


class Affair(Part, kw_only=True):
    """What every affair may say."""

    name: Twin | None = None
    summary: Prose | None = None
    note: Prose | None = None


class Application(Affair, kw_only=True):
    """An application: the entry it asks for, its dossier, and the facts its route is found by."""

    risk_class: Line | None = None
    ai: bool | None = None
    transmits: bool | None = None
    intended_use: Twin | None = None
    field: Line | None = None
    solution_type: Line | None = None
    modality: Line | None = None
    claims: Annotated[tuple[dict[str, Any], ...], Meta(max_length=200)] | None = None
    scales: Annotated[tuple[dict[str, Any], ...], Meta(max_length=200)] | None = None
    version: Annotated[str, Meta(max_length=40)] | None = None
    released_on: date | None = None
    builds: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=200)] | None = None
    product: dossier.Product | None = None
    applicant: dossier.Applicant | None = None
    powers: dossier.Powers | None = None
    amendment: dossier.Amendment | None = None
    ticks: Annotated[dict[str, Line], Meta(max_length=200)] | None = None
    plan: dossier.Plan | None = None
    payments: Annotated[tuple[dossier.Payment, ...], Meta(max_length=20)] | None = None
    evidence: Annotated[tuple[dossier.Evidence, ...], Meta(max_length=50)] | None = None
    opinion: Line | None = None  # the number of the determination that it is a device
    expert_body: Line | None = None  # accelerated: the institution the paper set goes to
    changes: Annotated[tuple[Change, ...], Meta(max_length=20)] | None = None
    maker: dict[str, Twin] | None = None  # amendment: the maker's new name
    representative: Line | None = None  # amendment: the new representative's code


FORMS: Final[Mapping[str, type[Part]]] = {
    "registration_simplified": Application,
    "registration_accelerated": Application,
    "amendment_new_registration": Application,
    "amendment_version": Application,
    "amendment_plain": Application,
    "amendment_expertise": Application,
    "case": Affair,
    "cancellation": Affair,
}


def patched(procedure: str, form: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The form with some fields written anew: sections are merged field by field, None empties a field.

    Nothing of a refused patch is taken.
    Raises: Refusal filing.field-unknown, filing.field-malformed naming the field.
    """
    kind = FORMS[procedure]
    if strange := sorted(set(map(str, patch)) - set(kind.__struct_fields__)):
        raise Refusal("filing.field-unknown", f"$.form.{strange[0][:60]}", fields=", ".join(strange)[:300])
    if len(msgspec.json.encode(patch)) > FORM_MAX:
        raise Refusal("filing.field-malformed", "$.form", detail=f"> {FORM_MAX} B")
    _read(merged({}, patch), kind)  # each part has the shape it claims, before any of it is moved
    return _read(merged(form, once(patch)), kind)


def merged(form: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Two forms laid over one another, section by section; None takes a field away, and an emptied section.

    Why: a section that says nothing would read as a text without its words, and no decision could enter it.
    """
    laid = dict(form)
    for key, value in patch.items():
        if isinstance(value, Mapping):
            below = laid.get(key)
            laid[key] = merged(below if isinstance(below, Mapping) else {}, value)
            if not laid[key]:
                del laid[key]
        elif value is None:
            laid.pop(key, None)
        else:
            laid[key] = value
    return laid


def once(patch: Mapping[str, Any]) -> dict[str, Any]:
    """A patch in which what both the dossier and the register ask for stands under the register's name."""
    told: dict[str, Any] = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in patch.items()
    }
    for (section, field), path in TWINS.items():
        if isinstance(told.get(section), dict) and field in told[section]:
            told = merged_at(told, path, told[section].pop(field))
    return told


def merged_at(form: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A form with one value put at a path; None stays None, so that it empties the field later."""
    laid = dict(form)
    if len(path) == 1:
        laid[path[0]] = value
    else:
        below = laid.get(path[0])
        laid[path[0]] = merged_at(below if isinstance(below, Mapping) else {}, path[1:], value)
    return laid


def _read(form: Mapping[str, Any], kind: type[Part]) -> dict[str, Any]:
    try:
        return dict(msgspec.to_builtins(msgspec.convert(dict(form), kind, strict=False)))
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        at = f"$.form.{place['at']}" if place else "$.form"
        raise Refusal("filing.field-malformed", at, detail=_PLACE.sub("", str(error))[:300]) from error
