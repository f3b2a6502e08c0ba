# SPDX-License-Identifier: Apache-2.0
"""The fields of an application's form.  A draft may lack any of them; what it holds has the right shape.

What the register keeps stands under the names of `entry_form`; the rest is what a dossier must say besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from nadzor.base.problems import Refusal

Line = Annotated[str, Meta(max_length=300)]
Prose = Annotated[str, Meta(max_length=8000)]
_PLACE: Final = re.compile(r" - at `\$\.?(?P<at>[^`]*)`$")


class Part(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a form; an unknown field is refused, because it would be lost in silence."""


class Twin(Part, kw_only=True):
    """A text in both languages, either of which may still be missing."""

    ru: Prose = ""
    en: Prose = ""


class Duty(Part, kw_only=True):
    """A payment of the state duty."""

    act: Line = ""  # certificate expertise amendment version_amendment
    day: date | None = None
    order: Line = ""
    roubles: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None


class Powers(Part, kw_only=True):
    """The representative's power of attorney."""

    number: Line = ""
    day: date | None = None
    until: date | None = None


class MonitoringPlan(Part, kw_only=True):
    """The clinical monitoring plan of a class 3 device."""

    goals: Prose = ""
    tasks: Prose = ""
    risk_factors: Prose = ""
    methods: Prose = ""
    statistics: Prose = ""
    population: Prose = ""
    inclusion: Prose = ""
    exclusion: Prose = ""
    sample_size: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    comparison_groups: Prose = ""


class Common(Part, kw_only=True):
    """What every application says."""

    name: Twin | None = None
    duties: Annotated[tuple[Duty, ...], Meta(max_length=20)] | None = None
    powers: Powers | None = None
    liability: bool | None = None  # the applicant answers for reliability and identity of the information
    note: Prose | None = None


class Versioned(Common, kw_only=True):
    """The version filed."""

    version: Annotated[str, Meta(max_length=40)] | None = None
    released_on: date | None = None
    builds: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=200)] | None = None
    versioning: Prose | None = None


class Described(Versioned, kw_only=True):
    """What the register keeps of a device, and what a dossier says of software besides."""

    risk_class: Line | None = None
    ai: bool | None = None
    transmits: bool | None = None
    intended_use: Twin | None = None
    field: Line | None = None
    solution_type: Line | None = None
    modality: Line | None = None
    claims: Annotated[tuple[dict[str, Any], ...], Meta(max_length=200)] | None = None
    scales: Annotated[tuple[dict[str, Any], ...], Meta(max_length=200)] | None = None


class Registration(Described, kw_only=True):
    """An application for registration."""

    models: Prose | None = None
    production_site: Line | None = None
    principle: Prose | None = None
    platform: Prose | None = None
    deployment: Prose | None = None
    access: Prose | None = None
    information_type: Line | None = None
    information_category: Line | None = None
    opinion: Line | None = None  # the number of the determination that it is a device
    monitoring_plan: MonitoringPlan | None = None
    facts: dict[str, bool] | None = None  # answers of the dossier's checklist that no file proves
    expert_body: Line | None = None  # accelerated: whom the paper set goes to
    radiology: bool | None = None  # accelerated: images of radiological studies


class Amendment(Described, kw_only=True):
    """An application for an amendment: what it names anew, and the facts the route is found by."""

    change: dict[str, bool] | None = None
    summary: Prose | None = None
    maker: dict[str, Twin] | None = None
    representative: Line | None = None
    facts: dict[str, bool] | None = None


class Case(Common, kw_only=True):
    """A case the regulator opened, or a maker's own request to end a registration."""

    summary: Prose | None = None


FORMS: Final[Mapping[str, type[Part]]] = {
    "registration_simplified": Registration,
    "registration_accelerated": Registration,
    "amendment_new_registration": Registration,
    "amendment_version": Amendment,
    "amendment_plain": Amendment,
    "amendment_expertise": Amendment,
    "suspension": Case,
    "cancellation": Case,
}


def patched(procedure: str, form: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The form with some fields written anew; a field given as None is emptied.

    Nothing of a refused patch is taken.
    Raises: Refusal filing.field-unknown, filing.field-malformed naming the field.
    """
    kind = FORMS[procedure]
    if strange := sorted(set(patch) - set(kind.__struct_fields__)):
        raise Refusal("filing.field-unknown", f"$.form.{strange[0]}", fields=", ".join(strange)[:300])
    given = {name: value for name, value in patch.items() if value is not None}
    emptied = patch.keys() - given.keys()
    kept = {name: value for name, value in form.items() if name not in emptied}
    return kept | _read(given, kind)


def _read(given: Mapping[str, Any], kind: type[Part]) -> dict[str, Any]:
    try:
        read = msgspec.to_builtins(msgspec.convert(dict(given), kind, strict=False))
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        at = f"$.form.{place['at']}" if place else "$.form"
        raise Refusal("filing.field-malformed", at, detail=_PLACE.sub("", str(error))) from error
    return {name: read[name] for name in given}
