# SPDX-License-Identifier: Apache-2.0
"""A filing as the dossier its checklist is asked of: form, papers, evidence, and what the register knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from nadzor.people.queries import Person
from nadzor.procedures.rules.completeness import DossierAnswer, answer_on
from nadzor.procedures.rules.dossier import Dossier
from nadzor.register.entry_gaps import entry_defects
from nadzor.register.filing_form import TWINS, merged, merged_at
from nadzor.register.filing_sight import seen
from nadzor.register.models import Filing

SECTIONS: Final = ("product", "applicant", "powers", "amendment", "ticks", "plan", "payments")
CHECKED: Final = frozenset(
    {
        "registration_simplified", "registration_accelerated", "amendment_new_registration",
        "amendment_version", "amendment_plain", "amendment_expertise",
    }
)  # fmt: skip
CURRENT: Final = ("product", "version")
CLAIMED: Final = ("technical_trial", "clinical_trial", "inspection")


def dossier_of(row: Filing) -> Dossier:
    """Everything the filing holds, as the checklist reads it; what the register knows needs no typing."""
    form: Mapping[str, Any] = row.form
    told = merged(_known(row), {key: form[key] for key in SECTIONS if key in form})
    for (section, field), path in TWINS.items():
        if (section, field) == CURRENT and row.procedure == "amendment_version":
            continue  # the version filed is the one to be entered; the current one stands in the register
        if (value := _at(form, path)) not in (None, ""):
            told = merged_at(told, (section, field), value)
    told |= {"route": row.procedure, "files": _files(row)}
    told["evidence"] = [*form.get("evidence", ()), *_evidence(row)]
    return msgspec.convert(told, Dossier)


def answer_of(row: Filing, *, on: date) -> DossierAnswer | None:
    """What the checklist finds on a day, and what the register's entry lacks; None where neither is asked."""
    if row.procedure not in CHECKED:
        return None
    answer, lacks = answer_on(dossier_of(row), on), entry_defects(row.procedure, row.form)
    return msgspec.structs.replace(
        answer,
        complete=answer.complete and not lacks,
        blocking=answer.blocking + len(lacks),
        defects=(*answer.defects, *lacks),
    )


def filing_dossier(person: Person | None, number: str) -> Dossier:
    """The dossier of a filing for the pages of its wizard.

    Raises: Refusal filing.unknown.
    """
    return dossier_of(seen(person, number))


def filing_check(person: Person | None, number: str, *, today: date) -> DossierAnswer | None:
    """Every defect of a filing at once; None for an affair that has no checklist.

    Raises: Refusal filing.unknown.
    """
    return answer_of(seen(person, number), on=today)


def _known(row: Filing) -> dict[str, Any]:
    """Who files and what is amended, from the register itself."""
    agent = row.applicant if row.applicant is not None and row.applicant.kind == "representative" else None
    applicant: dict[str, Any] = {
        "role": "representative" if agent else "manufacturer",
        "maker": _party(row.maker),
        **({"representative": _party(agent)} if agent else {}),
    }
    if row.device is None:
        return {"applicant": applicant}
    day = row.device.registered_on.isoformat()
    entered = row.device.versions.exclude(registered_on=None).last()
    return {
        "applicant": applicant,
        "amendment": {"number": row.device.number, "registered_on": day},
        **({"product": {"version": entered.version}} if entered else {}),
    }


def _party(row: Any) -> dict[str, Any]:
    return {"name": row.name_ru, "foreign": row.country != "RU", "inn": row.inn, "ogrn": row.ogrn}


def _files(row: Filing) -> dict[str, list[dict[str, Any]]]:
    newest = {paper.kind: paper for paper in sorted(row.papers.all(), key=lambda paper: paper.edition)}
    return {
        kind: [{"name": p.name, "digest": p.digest, "size": p.size, "media_type": p.media_type}]
        for kind, p in newest.items()
    }


def _evidence(row: Filing) -> list[dict[str, Any]]:
    return [
        {
            "kind": each.kind, "body": each.body, "name": each.text[:500], "number": each.number,
            "issued": each.day, "until": each.valid_until,
        }
        for each in row.evidence.all()
        if each.kind in CLAIMED
    ]  # fmt: skip


def _at(form: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = form
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
