# SPDX-License-Identifier: Apache-2.0
"""Checked rows into tables; each function says how many rows it changed, so that a second import says none.

Called inside the transaction of `import_register`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model, QuerySet

from nadzor.base.identifiers import normalise_number
from nadzor.people.models import Organisation
from nadzor.register.fold import fold
from nadzor.register.models import Build, Claim, Device, ScoreScale, Version
from nadzor.register.rows import ClaimRow, DeviceRow, OrganisationRow

_PLACES: Final = Decimal("0.0001")


def enter_organisations(rows: Sequence[OrganisationRow], *, now: datetime) -> int:
    """Enter organisations, then who represents whom; devices of a renamed maker are found by the new name."""
    changed = sum(_put(Organisation, {"code": row.code}, _organisation(row)) for row in rows)
    codes = dict(Organisation.objects.values_list("code", "id"))
    for row in rows:
        represented_by = codes[row.represented_by] if row.represented_by else None
        changed += _put(Organisation, {"code": row.code}, {"represented_by_id": represented_by})
    name_for_search(Device.objects.filter(maker__code__in=[row.code for row in rows]), now=now)
    return changed


def name_for_search(devices: QuerySet[Device], *, now: datetime) -> None:
    """Bring the folded names of devices to what they and their makers are called now."""
    for device in devices.select_related("maker__represented_by"):
        found = {"search": _search(device, device.maker)}
        _put(Device, {"code": device.code}, found, stamp={"changed_at": now})


def enter_device(row: DeviceRow, *, now: datetime) -> int:
    """Enter a device with versions, claims, scales; claims no longer declared are removed, versions never."""
    maker = Organisation.objects.select_related("represented_by").get(code=row.maker)
    changed = _put(Device, {"code": row.code}, _device(row, maker), stamp={"changed_at": now})
    device = Device.objects.get(code=row.code)
    parts = _versions(device, row) + _claims(device, row) + _scales(device, row)
    if parts and not changed:
        Device.objects.filter(id=device.id).update(changed_at=now)
    return changed + parts


def _organisation(row: OrganisationRow) -> dict[str, Any]:
    return {
        "name_ru": row.name.ru,
        "name_en": row.name.en,
        "kind": row.kind,
        "country": row.country,
        "inn": row.inn,
        "ogrn": row.ogrn,
        "oid": row.oid,
    }


def _device(row: DeviceRow, maker: Organisation) -> dict[str, Any]:
    values = {
        "name_ru": row.name.ru,
        "name_en": row.name.en,
        "number": normalise_number(row.number),
        "registered_on": row.registered_on,
        "risk_class": row.risk_class,
        "ai": row.ai,
        "transmits": row.transmits,
        "intended_use_ru": row.intended_use.ru,
        "intended_use_en": row.intended_use.en,
        "field": row.field,
        "solution_type": row.solution_type,
        "modality": row.modality,
        "status": row.status,
        "maker_id": maker.id,
    }
    return {**values, "search": _search(Device(code=row.code, **values), maker)}


def _search(device: Device, maker: Organisation) -> str:
    texts = [device.code, device.number, device.name_ru, device.name_en]
    for party in (maker, maker.represented_by):
        if party is not None:
            texts += [party.name_ru, party.name_en, party.inn, party.ogrn, party.oid]
    return "\n".join(fold(text) for text in texts if text)


def _versions(device: Device, row: DeviceRow) -> int:
    changed = 0
    for version in row.versions:
        dates = {"released_on": version.released_on, "registered_on": version.registered_on}
        changed += _put(Version, {"device": device, "version": version.version}, dates)
        entered = Version.objects.get(device=device, version=version.version)
        changed += sum(_put(Build, {"version": entered, "digest": digest}, {}) for digest in version.builds)
    return changed


def _claims(device: Device, row: DeviceRow) -> int:
    declared = {(claim.finding, claim.metric): claim for claim in row.claims}
    changed = 0
    for former in Claim.objects.filter(device=device):
        if (former.finding, former.metric) not in declared:
            former.delete()
            changed += 1
    for (finding, metric), claim in declared.items():
        changed += _put(Claim, {"device": device, "finding": finding, "metric": metric}, _claim(claim))
    return changed


def _claim(row: ClaimRow) -> dict[str, Any]:
    return {
        "label_ru": row.label.ru,
        "label_en": row.label.en,
        "value": row.value.quantize(_PLACES),
        "lower_bound": row.lower_bound.quantize(_PLACES),
        "threshold": row.threshold,
    }


def _scales(device: Device, row: DeviceRow) -> int:
    return sum(
        _put(
            ScoreScale,
            {"device": device, "finding": scale.finding},
            {"low": scale.low, "high": scale.high, "edges": scale.registered_edges()},
        )
        for scale in row.scales
    )


def _put(
    model: type[Model], key: dict[str, Any], values: dict[str, Any], *, stamp: dict[str, Any] | None = None
) -> int:
    """Make or change one row; 0 when it already says this.  `stamp` is written only with a change."""
    row = model._default_manager.filter(**key).first()
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return 0
    row = row or model(**key)
    for name, value in {**values, **(stamp or {})}.items():
        setattr(row, name, value)
    row.save()
    return 1
