# SPDX-License-Identifier: Apache-2.0
"""What must be true of register rows beyond their shape.  Pure: told what is known and what day it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from nadzor.base.identifiers import inn_ok, normalise_number, ogrn_ok, oid_ok, registration_number_ok
from nadzor.measures.bins import well_formed
from nadzor.register.rows import ClaimRow, Defect, DeviceRow, OrganisationRow, RegisterFile, ScaleRow


class Known(Struct, frozen=True):
    """What the register holds already."""

    organisations: Mapping[str, str] = {}  # code -> kind
    inns: Mapping[str, str] = {}  # INN -> organisation code
    oids: Mapping[str, str] = {}  # OID -> organisation code
    numbers: Mapping[str, str] = {}  # registration number -> device code


def defects(file: RegisterFile, *, known: Known, on: date) -> list[Defect]:
    """Everything wrong in the rows of a file, in the file's order."""
    return [*_organisations(file, known), *_devices(file, known, on)]


def oddities(file: RegisterFile) -> list[Defect]:
    """What deserves a question but no refusal: the form of a registration number is custom, not law."""
    return [
        Defect(f"$.devices[{n}].number", "register.row-number-form")
        for n, row in enumerate(file.devices)
        if not registration_number_ok(row.number)
    ]


def _organisations(file: RegisterFile, known: Known) -> Iterator[Defect]:
    kinds = {**known.organisations, **{row.code: row.kind for row in file.organisations}}
    yield from _repeated((f"$.organisations[{n}].code", row.code) for n, row in enumerate(file.organisations))
    yield from _taken(file, "inn", known.inns)
    yield from _taken(file, "oid", known.oids)
    for n, row in enumerate(file.organisations):
        yield from _organisation(f"$.organisations[{n}]", row, kinds)


def _organisation(at: str, row: OrganisationRow, kinds: Mapping[str, str]) -> Iterator[Defect]:
    if row.inn and not (len(row.inn) == 10 and inn_ok(row.inn)):
        yield Defect(f"{at}.inn", "register.row-inn")
    if row.ogrn and not (len(row.ogrn) == 13 and ogrn_ok(row.ogrn)):
        yield Defect(f"{at}.ogrn", "register.row-ogrn")
    if row.oid and not oid_ok(row.oid):
        yield Defect(f"{at}.oid", "register.row-oid")
    if row.country == "RU" and not row.inn:
        yield Defect(f"{at}.inn", "register.row-inn")
    if row.kind == "clinic" and not row.oid:
        yield Defect(f"{at}.oid", "register.row-oid")
    if row.kind == "manufacturer" and row.country != "RU" and not row.represented_by:
        yield Defect(f"{at}.represented_by", "register.row-representative")
    if row.represented_by and kinds.get(row.represented_by) != "representative":
        yield Defect(f"{at}.represented_by", "register.row-organisation-unknown")


def _taken(file: RegisterFile, field: str, owners: Mapping[str, str]) -> Iterator[Defect]:
    taken = dict(owners)
    for n, row in enumerate(file.organisations):
        number = getattr(row, field)
        if number and taken.setdefault(number, row.code) != row.code:
            yield Defect(f"$.organisations[{n}].{field}", "register.row-repeated")


def _devices(file: RegisterFile, known: Known, on: date) -> Iterator[Defect]:
    kinds = {**known.organisations, **{row.code: row.kind for row in file.organisations}}
    numbers = dict(known.numbers)
    yield from _repeated((f"$.devices[{n}].code", row.code) for n, row in enumerate(file.devices))
    for n, row in enumerate(file.devices):
        at = f"$.devices[{n}]"
        if kinds.get(row.maker) != "manufacturer":
            yield Defect(f"{at}.maker", "register.row-organisation-unknown")
        if numbers.setdefault(normalise_number(row.number), row.code) != row.code:
            yield Defect(f"{at}.number", "register.row-repeated")
        yield from _device(at, row, on)


def _device(at: str, row: DeviceRow, on: date) -> Iterator[Defect]:
    if row.registered_on > on:
        yield Defect(f"{at}.registered_on", "register.row-dates")
    yield from _versions(at, row, on)
    yield from _repeated((f"{at}.claims[{n}]", (c.finding, c.metric)) for n, c in enumerate(row.claims))
    for n, claim in enumerate(row.claims):
        yield from _claim(f"{at}.claims[{n}]", claim)
    yield from _repeated((f"{at}.scales[{n}].finding", scale.finding) for n, scale in enumerate(row.scales))
    for n, scale in enumerate(row.scales):
        yield from _scale(f"{at}.scales[{n}]", scale)


def _versions(at: str, row: DeviceRow, on: date) -> Iterator[Defect]:
    yield from _repeated((f"{at}.versions[{n}].version", v.version) for n, v in enumerate(row.versions))
    for n, version in enumerate(row.versions):
        if version.released_on > on or (version.registered_on or on) > on:
            yield Defect(f"{at}.versions[{n}]", "register.row-dates")
        if len(set(version.builds)) != len(version.builds):
            yield Defect(f"{at}.versions[{n}].builds", "register.row-repeated")


def _claim(at: str, claim: ClaimRow) -> Iterator[Defect]:
    if not (
        claim.value.is_finite()
        and claim.lower_bound.is_finite()
        and 0 <= claim.lower_bound <= claim.value <= 1
    ):
        yield Defect(at, "register.row-claim")
    elif claim.metric != "auc" and claim.threshold is None:
        yield Defect(f"{at}.threshold", "register.row-claim")


def _scale(at: str, scale: ScaleRow) -> Iterator[Defect]:
    if not scale.low < scale.high or not well_formed(scale.edges) or (scale.edges and scale.bins):
        yield Defect(at, "register.row-scale")


def _repeated(places: Iterable[tuple[str, object]]) -> Iterator[Defect]:
    seen: Counter[object] = Counter()
    for at, key in places:
        seen[key] += 1
        if seen[key] > 1:
            yield Defect(at, "register.row-repeated")
