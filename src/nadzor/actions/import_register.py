# SPDX-License-Identifier: Apache-2.0
"""Enter a register file: all of it, or, with every defect named, nothing."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Q
from msgspec import Struct

from nadzor.actions.create_staff import assign_organisations
from nadzor.actions.enter_rows import enter_device, enter_organisations
from nadzor.actions.write_editions import remember
from nadzor.base.clock import moscow_date
from nadzor.base.identifiers import normalise_number
from nadzor.base.problems import Refusal, title
from nadzor.people.models import Organisation
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.check_rows import Known, defects, oddities
from nadzor.register.models import Device
from nadzor.register.parse_rows import parse
from nadzor.register.rows import Defect, RegisterFile

DEMO_REGISTER: Final = Path(str(files("nadzor.simulate") / "register.json"))


class ImportReport(Struct, frozen=True):
    """What an import did; `questions` were accepted but look unusual."""

    organisations: int
    devices: int
    versions: int
    claims: int
    changed: int
    questions: list[dict[str, str]]


def import_register(file: Path | bytes, *, by: Person | None, now: datetime) -> ImportReport:
    """Enter a file of organisations and devices; entering it twice changes nothing.

    Raises: Refusal people.registrar-only, register.file, register.rows with every defect.
    """
    rows, malformed = parse(file if isinstance(file, bytes) else file.read_bytes())
    return enter_register(rows, by=by, now=now, malformed=malformed)


@transaction.atomic
def enter_register(
    rows: RegisterFile, *, by: Person | None, now: datetime, malformed: list[Defect] | None = None
) -> ImportReport:
    """Enter rows that are already of the right shape.

    Raises: as `import_register`.
    """
    must_change_register(by)
    found = [*(malformed or []), *defects(rows, known=_known(), on=moscow_date(now))]
    if found:
        raise Refusal(
            "register.rows", at=found[0].at, count=len(found), problems=[_told(defect) for defect in found]
        )
    changed = enter_organisations(rows.organisations, now=now)
    changed += sum(enter_device(row, now=now) for row in rows.devices)
    remember(_touched(rows), by=by.username if by else "", now=now)
    assign_organisations()
    report = ImportReport(
        organisations=len(rows.organisations),
        devices=len(rows.devices),
        versions=sum(len(row.versions) for row in rows.devices),
        claims=sum(len(row.claims) for row in rows.devices),
        changed=changed,
        questions=[_told(oddity) for oddity in oddities(rows)],
    )
    doer = by.username if by else ""
    told = {"organisations": report.organisations, "devices": report.devices, "changed": changed}
    audit.record("register.file.import", "register", by=doer, because="register file", now=now, **told)
    return report


def _touched(rows: RegisterFile) -> list[str]:
    """The devices whose entries a file may have changed: its own, and those of the parties it names."""
    parties = [row.code for row in rows.organisations]
    named = Q(code__in=[row.code for row in rows.devices])
    theirs = Q(maker__code__in=parties) | Q(maker__represented_by__code__in=parties)
    return list(Device.objects.filter(named | theirs).values_list("code", flat=True))


def _known() -> Known:
    organisations = list(Organisation.objects.values_list("code", "kind", "inn", "oid"))
    return Known(
        organisations={code: kind for code, kind, _, _ in organisations},
        inns={inn: code for code, _, inn, _ in organisations if inn},
        oids={oid: code for code, _, _, oid in organisations if oid},
        numbers={
            normalise_number(number): code for number, code in Device.objects.values_list("number", "code")
        },
    )


def _told(defect: Defect) -> dict[str, str]:
    refusal = Refusal(defect.code, at=defect.at, **defect.facts)
    return {
        "at": defect.at,
        "code": defect.code,
        "ru": title(refusal, "ru"),
        "en": title(refusal, "en"),
    }
