# SPDX-License-Identifier: Apache-2.0
"""A complete dossier for tests, and ways of spoiling it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import msgspec

from nadzor.procedures.rules.checklist import items_on
from nadzor.procedures.rules.completeness import check
from nadzor.procedures.rules.dossier import Dossier

DAY = date(2026, 11, 22)
FILE = [{"name": "a.pdf", "digest": "0" * 64, "size": 10, "media_type": "application/pdf"}]
IMAGE = [{"name": "a.png", "digest": "1" * 64, "size": 10, "media_type": "image/png"}]
PLAN_TEXTS = (
    "goals", "tasks", "scheme", "methods", "statistics", "population", "inclusion", "exclusion",
    "comparison_why",
)  # fmt: skip


def evidence(kind: str, body: str, **more: str) -> dict:
    """A report of a spring day."""
    return {"kind": kind, "body": body, "number": "1", "issued": "2026-03-01", **more}


def complete() -> dict:
    """A complete simplified registration of AI software by a foreign maker's representative, as JSON."""
    items = dict(items_on(DAY))
    files = {
        key: IMAGE if item.input == "images" else FILE for key, item in items.items() if item.kind == "file"
    }
    return {
        "route": "registration_simplified",
        "product": {
            "name": "Lung helper", "version": "1.0", "numbering": "major.minor", "purpose": "finds nodules",
            "ai": True, "transmits": True, "radiology": True, "risk_class": "3",
        },
        "applicant": {
            "role": "representative",
            "maker": {"name": "Maker", "foreign": True},
            "representative": {"name": "House", "inn": "7707083893", "ogrn": "1027700132195"},
        },
        "powers": {"number": "7", "issued": "2026-01-10", "until": "2027-01-10"},
        "files": files,
        "ticks": {key: "p. 3" for key, item in items.items() if item.kind in {"points", "place"}},
        "plan": dict.fromkeys(PLAN_TEXTS, "said")
        | {"sample_size": 400, "comparison": False, "starts": "2027-01-01", "ends": "2030-01-01"},
        "payments": [{"order": "15", "paid_on": "2026-11-20", "amount": 195000}],
        "evidence": [
            evidence("technical_trial", "accredited-laboratory", name="Lab"),
            evidence("clinical_trial", "listed-clinic", name="Clinic"),
            evidence("inspection", "nik"),
        ],
    }  # fmt: skip


def changed(path: str, value: object, *, base: dict | None = None) -> Dossier:
    """The complete dossier with one place changed; None takes the place away."""
    plain = deepcopy(base) if base else complete()
    holder = plain
    *way, last = path.split("/")
    for name in way:
        holder = holder[int(name)] if isinstance(holder, list) else holder.setdefault(name, {})
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return msgspec.convert(plain, Dossier)


def codes(dossier: Dossier, on: date = DAY) -> list[tuple[str, str, str, bool]]:
    """Each defect by item, code, fact, and whether it blocks."""
    return [(each.item, each.code, each.fact, each.blocking) for each in check(dossier, on)]
