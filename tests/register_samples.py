# SPDX-License-Identifier: Apache-2.0
"""A small register: one maker at home, one abroad, a clinic and a device, as rows of an import file."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import msgspec

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLINIC_OID = "1.2.643.5.1.13.13.12.2.77.990001"
OTHER_OID = "1.2.643.5.1.13.13.12.2.78.990002"

MAKER: dict[str, Any] = {
    "code": "luchik",
    "name": {"ru": "ООО «Лучик»", "en": "Luchik LLC"},
    "kind": "manufacturer",
    "inn": "7707083893",
    "ogrn": "1027700132195",
}
REPRESENTATIVE: dict[str, Any] = {
    "code": "posrednik",
    "name": {"ru": "ООО «Посредник»", "en": "Posrednik LLC"},
    "kind": "representative",
    "inn": "7710537160",
}
FOREIGN: dict[str, Any] = {
    "code": "farlight",
    "name": {"ru": "«Фарлайт»", "en": "Farlight Oy"},
    "kind": "manufacturer",
    "country": "FI",
    "represented_by": "posrednik",
}
DEVICE: dict[str, Any] = {
    "code": "ai-901",
    "name": {"ru": "Лучик «Лёгкие-КТ»", "en": "Luchik Lung CT"},
    "maker": "luchik",
    "number": "РЗН 2025/90901",
    "registered_on": "2025-03-03",
    "risk_class": "3",
    "ai": True,
    "transmits": True,
    "intended_use": {"ru": "Поиск узлов.", "en": "Search for nodules."},
    "field": "radiology",
    "solution_type": "diagnostics",
    "modality": "CT",
    "versions": [
        {"version": "1.0", "released_on": "2025-01-10", "registered_on": "2025-03-03", "builds": ["a" * 64]}
    ],
    "claims": [
        {
            "finding": "lung_nodule",
            "label": {"ru": "Узел", "en": "Nodule"},
            "metric": "sensitivity",
            "value": 0.91,
            "lower_bound": 0.87,
            "threshold": 5000,
        }
    ],
    "scales": [{"finding": "lung_nodule", "bins": 4}],
}


def device(**changes: Any) -> dict[str, Any]:
    """The sample device with other values."""
    return {**deepcopy(DEVICE), **changes}


def foreign_device(**changes: Any) -> dict[str, Any]:
    """A second device, of the maker abroad."""
    return device(code="ai-902", number="РЗН 2025/90902", maker="farlight", **changes)


def register(*devices: dict[str, Any], organisations: list[dict[str, Any]] | None = None) -> bytes:
    """An import file of these devices and the sample organisations."""
    rows = [MAKER, REPRESENTATIVE, FOREIGN] if organisations is None else organisations
    return msgspec.json.encode({"v": 1, "organisations": rows, "devices": list(devices)})
