# SPDX-License-Identifier: Apache-2.0
"""A filing's form as an entry of the register, or as what it changes in one.  Pure.

A form may say more than the register keeps; what the register keeps stands under these names, written as in
the register file: name, intended_use ({ru, en}), risk_class, ai, transmits, field, solution_type, modality,
claims, scales; the version filed as version, released_on, builds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from nadzor.base.problems import Refusal
from nadzor.register.editions import flat, patch
from nadzor.register.revision_cards import Entry, Party
from nadzor.register.rows import ClaimRow, Name, Prose, ScaleRow, VersionRow
from nadzor.register.vocabulary import Field, RiskClass, SolutionType
from nadzor_wire.event import Build, Modality, Version

DRAFT: Final = "ПРОЕКТ"  # begins a number of ours, until the official register has given its own
PLACES: Final = Decimal("0.0001")
_PLACE: Final = re.compile(r" - at `\$(?P<at>[^`]*)`$")
Kind = TypeVar("Kind")


class Parties(Struct, frozen=True):
    """Whose entry it is."""

    maker: Party
    representative: Party | None = None


class VersionForm(Struct, frozen=True, kw_only=True):
    """The version filed."""

    version: Version
    released_on: date
    builds: tuple[Build, ...] = ()


class RegistrationForm(VersionForm, frozen=True, kw_only=True):
    """What an application for registration says for the register."""

    name: Name
    risk_class: RiskClass
    ai: bool
    transmits: bool
    intended_use: Prose
    field: Field
    solution_type: SolutionType
    modality: Modality
    claims: tuple[ClaimRow, ...] = ()
    scales: tuple[ScaleRow, ...] = ()


class PartyForm(Struct, frozen=True):
    """A maker's new name."""

    name: Name


class AmendmentForm(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an amendment says anew for the register; what it does not name stays."""

    name: Name | None = None
    risk_class: RiskClass | None = None
    transmits: bool | None = None
    intended_use: Prose | None = None
    field: Field | None = None
    solution_type: SolutionType | None = None
    modality: Modality | None = None
    claims: tuple[ClaimRow, ...] | None = None
    scales: tuple[ScaleRow, ...] | None = None
    maker: PartyForm | None = None
    representative: Annotated[str, Meta(max_length=64)] | None = None


def draft_number(filing: str) -> str:
    """The number under which an entry stands while the official one is not known.

    >>> draft_number("2026-000001")
    'ПРОЕКТ 2026-000001'
    """
    return f"{DRAFT} {filing}"


def is_draft_number(number: str) -> bool:
    """Whether a number is one of our own."""
    return number.startswith(f"{DRAFT} ")


def new_entry(form: Mapping[str, Any], *, code: str, number: str, parties: Parties, on: date) -> Entry:
    """The entry that a registration makes on a day.

    Raises: Refusal register.entry-form naming the field.
    """
    asked = _read(form, RegistrationForm)
    return Entry(
        code=code, number=number, name=asked.name, registered_on=on, risk_class=asked.risk_class,
        ai=asked.ai, transmits=asked.transmits, intended_use=asked.intended_use, field=asked.field,
        solution_type=asked.solution_type, modality=asked.modality, status="registered",
        maker=parties.maker, representative=parties.representative,
        versions=(_version(asked, on),), claims=_claims(asked.claims), scales=_scales(asked.scales),
    )  # fmt: skip


def new_version(form: Mapping[str, Any], entry: Entry, *, on: date) -> dict[str, Any]:
    """What the simplified amendment changes: one version, registered on a day; builds it had remain.

    Raises: Refusal register.entry-form naming the field.
    """
    asked = _read(form, VersionForm)
    had = [build for row in entry.versions if row.version == asked.version for build in row.builds]
    version = _version(msgspec.structs.replace(asked, builds=(*asked.builds, *had)), on)
    return {f"versions/{version.version}": msgspec.to_builtins(version)}


def amended(form: Mapping[str, Any], entry: Entry, *, parties: Parties | None = None) -> dict[str, Any]:
    """What an amendment changes in an entry, field by field; claims are named as a whole, scales one by one.

    Raises: Refusal register.entry-form naming the field.
    """
    asked = _read(form, AmendmentForm)
    given = {name: value for name in _PLAIN if (value := getattr(asked, name)) is not None}
    if asked.claims is not None:
        given["claims"] = _claims(asked.claims)
    if asked.scales is not None:
        named = {row.finding for row in asked.scales}
        kept = (row for row in entry.scales if row.finding not in named)
        given["scales"] = (*kept, *_scales(asked.scales))
    if parties is not None:
        given |= {"maker": parties.maker, "representative": parties.representative}
    before = flat(entry)
    return patch(before, flat(msgspec.structs.replace(entry, **given)))


def asked_parties(form: Mapping[str, Any]) -> tuple[Name | None, str | None]:
    """The maker's new name and the new representative's code, where an amendment names them.

    Raises: Refusal register.entry-form naming the field.
    """
    asked = _read(form, AmendmentForm)
    return (asked.maker.name if asked.maker else None), asked.representative


def fields_asked(form: Mapping[str, Any], entry: Entry) -> frozenset[str]:
    """The keys of an entry that a draft would change, for comparing it with newer editions."""
    return frozenset(amended(form, entry))


_PLAIN: Final = (
    "name", "risk_class", "transmits", "intended_use", "field", "solution_type", "modality",
)  # fmt: skip


def _version(asked: VersionForm, on: date) -> VersionRow:
    return VersionRow(
        version=asked.version,
        released_on=asked.released_on,
        registered_on=on,
        builds=tuple(sorted(set(asked.builds))),
    )


def _claims(rows: tuple[ClaimRow, ...]) -> tuple[ClaimRow, ...]:
    """Claims to the places that the register keeps."""
    return tuple(
        msgspec.structs.replace(
            row, value=row.value.quantize(PLACES), lower_bound=row.lower_bound.quantize(PLACES)
        )
        for row in rows
    )


def _scales(rows: tuple[ScaleRow, ...]) -> tuple[ScaleRow, ...]:
    """Scales with the edges that are registered, however the form asked for them."""
    return tuple(
        ScaleRow(finding=row.finding, low=row.low, high=row.high, edges=tuple(row.registered_edges()))
        for row in rows
    )


def _read(form: Mapping[str, Any], kind: type[Kind]) -> Kind:
    try:
        return msgspec.convert(dict(form), kind)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        raise Refusal(
            "register.entry-form",
            at="$.form" + (place["at"] if place else ""),
            detail=_PLACE.sub("", str(error)),
        ) from error
